"""Records as tables: what a reader of the tables is told, and in which order."""

import json
from typing import Any

import pytest

from core.cli.output import show
from core.cli.views import list_only, show_ballot, show_importance, show_prediction, show_switch, swaps
from core.defenses.five import FiveConfig
from core.perturbation.switch import ENDINGS
from core.tasks import IMDB

ANSWER = {"label": "positive", "classifier": "tiny [x]", "probabilities": {"negative": 0.2, "positive": 0.8},
          "flags": ["cut at 256 pieces"]}  # fmt: skip
SWAP = {"word": {"text": "good"}, "replacement": "nice"}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The lines that a person reads, spaces once."""

    def lines(renderables: list[Any]) -> list[str]:
        monkeypatch.setenv("COLUMNS", "200")
        show(*renderables)
        return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines() if line.strip()]

    return lines


def member(kind: str, label: str, similarity: float | None = None, made: tuple[Any, ...] = ()) -> dict[str, Any]:
    return {"kind": kind, "label": label, "weight": 1, "similarity": similarity, "swaps": made}


def test_an_answer_with_its_bars_and_flags(read: Any) -> None:
    assert read(show_prediction(IMDB, ANSWER)) == [
        "positive says tiny [x]",
        "label probability",
        f"negative 0.2000 {'█' * 6}",
        f"positive 0.8000 {'█' * 24}",
        "Note: cut at 256 pieces",
    ]


def test_words_by_rank_and_those_not_read_are_counted(read: Any) -> None:
    words = [("dull", 2, -0.2), ("unread", None, 0.0), ("good", 1, 0.4), ("also", None, 0.0)]
    record = {**ANSWER, "words": [{"text": text, "rank": rank, "score": score} for text, rank, score in words]}
    *_, first, second, last = read(show_importance(IMDB, record))
    assert first == f"1 good 0.4000 {'█' * 30}"
    assert second == f"2 dull -0.2000 {'█' * 15}"
    assert last == "2 words were not read."
    nothing = {**record, "words": [{"text": "a", "rank": 1, "score": 0.0}]}
    assert read(show_importance(IMDB, nothing))[-1] == "1 a 0.0000"


def test_alternatives_and_why_there_are_no_more(read: Any) -> None:
    record = {
        "chosen": [
            {"word": {"text": "good"}, "importance": 0.5, "candidates": [{"word": "nice"}, {"word": "fine"}]},
            {"word": {"text": "zebra"}, "importance": 0.1, "candidates": []},
        ],
        "alternatives": [{"similarity": None, "swaps": [SWAP], "text": "A nice film"}],
        "ended": "enough", "refused": [1, 2], "seed": 3, "neighbors": "n", "tagger": "t", "encoder": "e", "flags": (),
    }  # fmt: skip
    lines = read(show_switch(IMDB, record))
    assert "good 0.5000 nice, fine" in lines
    assert "zebra 0.1000 none" in lines
    assert "good → nice A nice film" in lines
    assert lines[-1] == "2 alternatives refused, seed 3. n; t; e."
    other = next(ended for ended in ENDINGS if ended != "enough")
    assert len(read(show_switch(IMDB, {**record, "ended": other}))) == len(lines) + 1


@pytest.mark.parametrize(("counted", "told"), [("positive", False), ("negative", True)])
def test_votes_and_what_counting_would_say(read: Any, counted: str, told: bool) -> None:
    record = {
        **ANSWER, "members": [member("original", "positive"), member("alternative", "negative", 0.9, (SWAP,))],
        "votes": {"negative": 1.0, "positive": 1.5}, "shares": {"negative": 0.4, "positive": 0.6}, "seed": 7,
        "counted": counted, "decided_by": "an average.",
    }  # fmt: skip
    lines = read(show_ballot(IMDB, record))
    assert "original positive 1.0000" in lines
    assert "alternative negative 1.0000 0.900 good → nice" in lines
    assert lines[-1].startswith("Votes, by weight: negative 1 (40%), positive 1.5 (60%). ")
    assert lines[-1].endswith("Rule: an average. Seed 7.")
    assert ("Counted, negative would win." in lines[-1]) is told
    assert read(show_ballot(IMDB, {**ANSWER, "members": []})) == read(show_prediction(IMDB, ANSWER))


def test_swaps_in_a_line() -> None:
    assert swaps([SWAP, {"word": {"text": "bad"}, "replacement": "poor"}]) == "good → nice, bad → poor"
    assert swaps([]) == ""


def test_settings_instead_of_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    list_only("Five", FiveConfig(), as_json=True, without=("seed", "vote"))
    found = json.loads(capsys.readouterr().out)
    assert found["samples"] == {"value": FiveConfig().samples, "expects": "whole number"}
    assert not {name for name in found if name.startswith(("seed", "vote"))}
    list_only("Five", FiveConfig(), as_json=False)
    assert "--set name=value" in capsys.readouterr().out
