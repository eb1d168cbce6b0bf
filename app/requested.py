"""A program's arguments as the request for an analysis: texts, settings on top of a preset, seed, model."""

from collections.abc import Mapping
from typing import Any, cast

from app.catalog import Catalog
from app.permalink import parse_seed
from core.analysis.request import AnalysisRequest, make_example, with_changes
from core.defenses.declaration import Preset
from core.defenses.registry import preset_settings


def requested(
    catalog: Catalog, task: str, text: str, hypothesis: str, preset: str, seed: Any,
    settings: Mapping[str, Any] | None, model: str, visitor: str,
) -> AnalysisRequest:  # fmt: skip
    """The request, checked. Raises a FireBertError that says what is wrong with it."""
    example = make_example(task, text, hypothesis, catalog.shelf.settings.limits.characters)
    classifier = catalog.classifier(task, model, visitor)
    base = preset_settings(classifier.task, cast(Preset, preset), classifier.embedding_std)
    return AnalysisRequest(task, example, with_changes(base, settings or {}), parse_seed(seed), model)
