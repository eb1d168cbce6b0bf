"""Events of attacks: plain values that go to a file and come back, and what a status says about the classifier."""

import json
import math
import pickle
from typing import Any, get_args

import pytest

from core.attacks.attack import Attack
from core.attacks.driver import attack_many, step_attack
from core.attacks.events import (
    ATTACK_EVENTS,
    AttackEvent,
    Status,
    WordPassed,
    WordsRanked,
    failure,
    read_events,
    right_after,
    write_events,
)
from core.attacks.presets import attack_config
from core.datasets import Row
from core.errors import DataFileError
from core.tasks import Example
from tests.core.attacks.conftest import SHORT, BagOfWords, Noisy


def test_events_are_plain_values(toy_lexicon: Any, rows: list[Row]) -> None:
    attack = Attack(attack_config("bench2021", "imdb", window=7), toy_lexicon)
    events = [event for _, event in attack_many(attack, Noisy(), rows)]
    assert read_events(write_events(events)) == events
    assert pickle.loads(pickle.dumps(events)) == events
    assert {hash(event) for event in events}
    assert all(isinstance(event, ATTACK_EVENTS) for event in events)


@pytest.mark.parametrize("line", ["", "no json", "[1]", '{"event": "Nothing"}', '{"event": "WordPassed", "word": 1}'])
def test_a_damaged_recording_names_its_line(toy_lexicon: Any, bag: BagOfWords, line: str) -> None:
    lines = list(write_events(step_attack(Attack(attack_config("paper"), toy_lexicon), bag, Example(SHORT), None)))
    if line:
        with pytest.raises(DataFileError, match="Line 2 "):
            read_events([lines[0], line, *lines[1:]])
    else:
        assert read_events([lines[0], line, *lines[1:]]) == read_events(lines)
        with pytest.raises(DataFileError, match="no events"):
            read_events([])


def test_what_each_outcome_says_about_the_classifier() -> None:
    said = {status: right_after(status) for status in get_args(Status)}
    assert {status for status, right in said.items() if right} == {"failed", "exhausted"}
    assert {status for status, right in said.items() if right is None} == {"error", "stopped"}
    assert {status for status, right in said.items() if right is False} == {"success", "skipped"}


def test_an_error_is_one_line_and_claims_nothing() -> None:
    end = failure("CUDA error:\n  out of   memory\n", "A film.\nGood.", None)
    assert (end.status, end.reason, end.text) == ("error", "CUDA error: out of memory", "A film.\nGood.")
    assert (end.label, end.predicted, end.queries, end.draws, end.swaps) == (-1, -1, 0, 0, ())
    assert failure("x", "", 1).label == 1
    assert right_after(end.status) is None


def test_an_event_is_one_line_whatever_its_text() -> None:
    texts = ["a\nb", "\u2028", "\ud83d", "\x00", '"<b>"']
    events = [WordPassed(0, text) for text in texts]
    lines = list(write_events(events))
    assert read_events("\n".join(lines).split("\n")) == events
    assert len("\n".join(lines).split("\n")) == len(texts)


def test_every_kind_of_event_can_be_read() -> None:
    assert set(ATTACK_EVENTS) == set(get_args(AttackEvent))
    assert ATTACK_EVENTS[0].__name__ == "AttackStarted"
    ranked = WordsRanked((0, 1), (0.5, -math.inf), (), 3)
    (line,) = write_events([ranked])
    assert json.loads(line)["event"] == "WordsRanked"
    assert "Infinity" not in line
