"""Calibrated thresholds: worked out by hand, accepting as many pairs, rising; swaps drawn from (seed, text) alone."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, DamagedResourceError, MissingResourceError, UnknownNameError
from core.language import calibration
from core.language.calibration import (
    WINDOW,
    calibrate,
    calibrated_cosine,
    floor_for,
    load_calibration,
    single_swaps,
    write_calibration,
)
from core.language.neighbors import Neighbor
from core.language.text import find_words

COSINES = st.floats(-1, 1)


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


def test_a_swap_is_what_seed_and_text_make_it() -> None:
    """Whatever texts stand before; at most ``per_text`` of each, and another seed draws other words."""
    texts = [f"{word} seven eight words where three there" for word in ("alpha", "bravo", "delta", "gamma")]
    swaps = {seed: list(single_swaps(texts, OneNeighbor(), frozenset(), 2, seed)) for seed in (0, 1)}
    alone = [pair for text in texts[::-1] for pair in single_swaps([text], OneNeighbor(), frozenset(), 2, 0)]
    assert sorted(alone) == sorted(swaps[0])
    assert all(sum(before == text for before, _ in swaps[0]) == 2 for text in texts)
    assert swaps[0] != swaps[1]


def test_between_two_thresholds_it_is_interpolated(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = load_calibration(written('{"thresholds": [[0.5, 0.4], [0.7, 0.8]]}'))
    monkeypatch.setattr(calibration, "load_calibration", lambda: table)
    by_hand = {-1.0: -1.0, -0.25: -0.3, 0.5: 0.4, 0.55: 0.5, 0.7: 0.8, 0.85: 0.9, 1.0: 1.0}
    assert {c: calibrated_cosine(c, "minilm") for c in by_hand} == pytest.approx(by_hand)


def test_only_an_encoder_with_a_table_gets_another_floor() -> None:
    assert floor_for("all-MiniLM-L6-v2", 0.88) == calibrated_cosine(0.88, "minilm") != 0.88
    assert floor_for("an encoder of one's own", 0.88) == 0.88
    with pytest.raises(UnknownNameError, match="sentence encoder 'bert'"):
        calibrated_cosine(0.5, "bert")


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
