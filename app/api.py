"""The endpoints: what the page can do, as plain JSON for programs (gradio_client, curl, MCP).

Each has a name and a docstring; ``Use via API`` at the foot of the page lists them. Settings are given as a mapping
from dotted names to values, on top of a preset: ``{"switch.perturb_words": 5, "five.samples": 16}``.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import gradio as gr

from app.boundary import guarded
from app.models import Shelf
from app.permalink import parse_seed
from core.analysis import stages
from core.analysis.cloud import SIGMAS, draw_cloud, sigma_curve
from core.analysis.records import to_record
from core.analysis.redraws import redraw
from core.analysis.request import AnalysisRequest, make_example, with_changes
from core.defenses.registry import preset_settings
from core.errors import ConfigError


def register(shelf: Shelf) -> None:
    """Declare the endpoints inside the page's context."""
    for endpoint in endpoints(shelf):
        gr.api(guarded(endpoint), api_name=endpoint.__name__, concurrency_id="model", concurrency_limit=1)


def endpoints(shelf: Shelf) -> tuple[Callable[..., Any], ...]:
    """The endpoints over ``shelf``; a function's name is its endpoint's."""

    def asked(task: str, text: str, hypothesis: str, preset: str, seed: int, settings: dict | None) -> AnalysisRequest:
        example = make_example(task, text, hypothesis, shelf.settings.max_characters)
        classifier = shelf.classifier(task)
        base = preset_settings(classifier.task, preset, classifier.embedding_std)
        return AnalysisRequest(task, example, with_changes(base, settings or {}), parse_seed(seed))

    def classify(task: str, text: str, hypothesis: str = "") -> dict[str, Any]:
        """Classify one text, or a premise (text) and a hypothesis, with the task's plain classifier."""
        classifier = shelf.classifier(task)
        example = make_example(task, text, hypothesis, shelf.settings.max_characters)
        prediction, labels = classifier.predict([example])[0], classifier.task.labels
        probabilities = dict(zip(labels, prediction.probabilities, strict=True))
        return {"label": labels[prediction.label], "probabilities": probabilities, "flags": list(prediction.flags)}

    def analyse(
        task: str, text: str, hypothesis: str = "", preset: str = "shipped", seed: int = 0, settings: dict | None = None
    ) -> Iterator[dict[str, Any]]:
        """Analyse a text: answer, word importance, SWITCH's alternatives, the votes of FuSE and FIVE.

        A stream of four records, each with one part more than the last; the final one is complete.
        """
        request = asked(task, text, hypothesis, preset, seed, settings)
        for known in stages.analyse(shelf.classifier(task), shelf.lexicon(), request):
            yield to_record(known)

    def noise_cloud(
        task: str,
        text: str,
        hypothesis: str = "",
        sigma: float = 1.0,
        draws: int = 100,
        method: str = "pca",
        seed: int = 0,
    ) -> dict[str, Any]:
        """Noised copies of the chosen words' vectors in two dimensions, with the class each leads to.

        Sigma is in units of the embedding table's coordinate standard deviation; method is pca, umap or tsne.
        """
        request = asked(task, text, hypothesis, "shipped", seed, None)
        _between("sigma", sigma, 0.0, 1000.0)
        _between("draws", draws, 1, 1000)
        return asdict(draw_cloud(shelf.classifier(task), shelf.lexicon(), request, sigma, int(draws), method))

    def noise_curve(
        task: str, text: str, hypothesis: str = "", draws: int = 40, seed: int = 0
    ) -> Iterator[list[dict[str, Any]]]:
        """How many noised copies each class wins at ten sigmas; a stream of ever longer lists."""
        request, points = asked(task, text, hypothesis, "shipped", seed, None), []
        _between("draws", draws, 1, 1000)
        for point in sigma_curve(shelf.classifier(task), shelf.lexicon(), request, SIGMAS, int(draws)):
            points.append(asdict(point))
            yield points

    def roll_dice(
        task: str, text: str, hypothesis: str = "", defense: str = "five", draws: int = 100, preset: str = "shipped"
    ) -> Iterator[dict[str, Any]]:
        """Ask a randomised defence (fuse or five) again and again, each time with another seed."""
        request = asked(task, text, hypothesis, preset, 0, None)
        _between("draws", draws, 1, 1000)
        for found in redraw(shelf.classifier(task), shelf.lexicon(), request, defense, int(draws)):
            yield {**asdict(found), "counts": dict(zip(found.labels, found.counts, strict=True))}

    return classify, analyse, noise_cloud, noise_curve, roll_dice


def _between(name: str, given: float, low: float, high: float) -> None:
    if not isinstance(given, (int, float)) or not low <= given <= high:
        raise ConfigError(f"{name} must be between {low} and {high}, was given {given!r}.")
