"""The lexicon: four sources in one value, the sentence encoder loaded only when it is asked."""

from collections.abc import Sequence

import numpy as np
import pytest

from core.errors import UnknownNameError
from core.language.lexicon import LazyEncoder, load_lexicon

ASKED = list[tuple[str, str]]


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> ASKED:
    """Which encoders were loaded, and where; a toy stands for each."""
    asked: ASKED = []

    class Lengths:
        name = "lengths"

        def encode(self, texts: Sequence[str]) -> np.ndarray:
            return np.array([[len(text)] for text in texts], dtype=np.float32)

    def load(kind: str, device: str) -> Lengths:
        asked.append((kind, device))
        return Lengths()

    monkeypatch.setattr("core.language.lexicon.load_encoder", load)
    return asked


def test_the_lexicon_bundles_all_four_and_loads_the_encoder_late(loaded: ASKED) -> None:
    lexicon = load_lexicon("minilm", "pattern", device="cuda:1")
    assert lexicon.encoder.name == "all-MiniLM-L6-v2"
    assert lexicon.tagger.name == "TextBlob PatternTagger"
    assert "film" in lexicon.neighbors
    assert "the" in lexicon.stop_words
    assert lexicon == load_lexicon("minilm", "pattern", device="cuda:1")
    assert loaded == []
    assert lexicon.encoder.encode(["a", "film"]).tolist() == [[1], [4]]
    assert loaded == [("minilm", "cuda:1")]


def test_lexicons_with_another_encoder_or_device_are_not_equal() -> None:
    assert len({LazyEncoder("use"), LazyEncoder("use"), LazyEncoder("minilm"), LazyEncoder("use", "cuda")}) == 3


def test_a_wrong_name_is_refused_before_any_file_is_read(monkeypatch: pytest.MonkeyPatch, loaded: ASKED) -> None:
    monkeypatch.setattr("core.language.lexicon.load_neighbors", lambda _: pytest.fail("a file was read"))
    with pytest.raises(UnknownNameError, match=r"Unknown sentence encoder 'bert'\. Known: minilm, use"):
        load_lexicon("bert")
    assert loaded == []
