"""What the tests of the analysis share: one text and what is asked about it."""

from typing import Any

import pytest

from core.analysis.request import AnalysisRequest, make_example
from core.defenses.registry import preset_settings
from core.tasks import IMDB

TEXT = "A good film about a man who walks to the river and a story that is never boring."


@pytest.fixture
def request_for(tiny_classifier: Any) -> AnalysisRequest:
    settings = preset_settings(IMDB, "shipped", tiny_classifier.embedding_std)
    return AnalysisRequest("imdb", make_example("imdb", TEXT), settings, seed=3)
