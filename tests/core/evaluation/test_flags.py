"""Flags are raised by what they are about, and by nothing else."""

from collections.abc import Sequence
from typing import Any

import pytest

from core.evaluation.flags import FLAGS, flags_of_answers, flags_of_attack, flags_of_words, in_order
from core.evaluation.tally import Tally
from core.language.neighbor_building import OFFICIAL, REBUILT
from core.language.tagging import PerceptronTagger

REFERENCE = {"tagger": PerceptronTagger.name, "neighbors": OFFICIAL}


def answers(votes: Sequence[int], top: float = 0.7) -> Tally:
    tally = Tally(2)
    tally.add({"given": i % 2, "votes": [vote], "top": top, "rows": 1, "flags": []} for i, vote in enumerate(votes))
    return tally


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        (answers([0, 1] * 50), ()),
        (answers([0, 1] * 49 + [0]), ("few",)),
        (answers([1] * 100), ("constant",)),
        (answers([0, 1] * 50, top=0.9991), ("saturated",)),
        (answers([0, 1] * 50 + [-1]), ("abstains",)),
    ],
)
def test_answers(tally: Tally, expected: tuple[str, ...]) -> None:
    assert flags_of_answers(tally, tally.scores()) == expected


def record(i: int, **changes: Any) -> dict[str, Any]:
    return {
        "status": "failed", "given": i % 2, "predicted_before": i % 2, "predicted": i % 2, "sentence_gate": "on",
        "probability_before": 0.8, **changes,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "n", "expected"),
    [
        ({}, 100, ()),
        ({}, 99, ("few",)),
        ({"predicted_before": 1}, 100, ("constant",)),
        ({"probability_before": 0.9995}, 100, ("saturated",)),
        ({"sentence_gate": "lowered"}, 100, ("gate-off",)),
        ({"sentence_gate": "off", "status": "skipped"}, 100, ()),
        ({"predicted": -1}, 100, ("abstains",)),
        ({"status": "error"}, 100, ("errors",)),
    ],
)
def test_attacks(changes: dict[str, Any], n: int, expected: tuple[str, ...]) -> None:
    assert flags_of_attack([record(i, **changes) for i in range(n)], REFERENCE, 2) == expected


def test_sources_of_words() -> None:
    assert flags_of_words({}) == flags_of_words(REFERENCE) == ()
    assert flags_of_words({**REFERENCE, "tagger": "TextBlob PatternTagger"}) == ("other-tagger",)
    assert flags_of_words({**REFERENCE, "neighbors": REBUILT}) == ("other-neighbours",)
    assert flags_of_words({**REFERENCE, "encoder": "all-MiniLM-L6-v2"}) == ("other-encoder",)


def test_keys_are_words_for_a_link_and_come_gravest_first() -> None:
    assert in_order(["few", "constant", "few"]) == ("constant", "few")
    with pytest.raises(KeyError):
        in_order(["nothing"])
    for key, flag in FLAGS.items():
        assert key == flag.key == key.lower()
        assert flag.title
        assert flag.text.endswith(".")
