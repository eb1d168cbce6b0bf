"""Recordings: the same after writing and reading, safe to put in a page, and hostile files are told what is wrong."""

import csv
import io
import json
import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from core.attacks.attack import Attack
from core.attacks.events import WordsRanked, write_events
from core.attacks.presets import attack_config
from core.attacks.race import Entrant, line_up, race
from core.attacks.recording import Recording, Step, read_recording, to_csv, write_line, write_recording
from core.errors import DataFileError
from core.tasks import Example
from tests.core.attacks.conftest import BagOfWords, Noisy

TEXT = 'A good film <script>alert("x")</script> with a great story, caf\u00e9 \U0001f600 and \u2028 bad actors.'


@pytest.fixture
def recorded(toy_lexicon) -> Recording:
    attack = Attack(attack_config("ungated", max_queries=12), toy_lexicon)
    entrants = [Entrant("=Plain", BagOfWords()), Entrant("Noisy", Noisy(noise=0.05))]
    items = race(attack, entrants, Example(TEXT))
    steps = tuple(item for item in items if isinstance(item, Step))
    return Recording(line_up(attack, entrants, Example(TEXT), "A title", "A note"), steps)


@pytest.fixture
def content(recorded: Recording) -> str:
    return write_recording(recorded.lined_up, recorded.steps)


def test_written_and_read_it_is_the_same(recorded: Recording, content: str) -> None:
    assert read_recording(content) == recorded
    assert recorded.outcome(0).status in ("success", "failed", "exhausted")
    assert len(recorded.steps) == len(recorded.lane(0)) + len(recorded.lane(1))


def test_lines_are_plain_json_and_hold_no_markup(content: str) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    for line in content.splitlines():
        json.loads(line, parse_constant=refuse)
    assert "<" not in content
    assert "\u2028" not in content


def test_a_number_that_is_none_is_not_written_as_one(recorded: Recording) -> None:
    step = next(step for step in recorded.steps if isinstance(step.event, WordsRanked))
    cut = Step(step.lane, replace(step.event, scores=(*step.event.scores[:-1], -math.inf)))
    assert json.loads(write_line(cut))["scores"][-1] is None


def test_a_file_of_bare_events_is_one_lane(recorded: Recording) -> None:
    events = recorded.lane(0)
    read = read_recording("\n".join(write_events(events)))
    assert read.lane(0) == events
    assert read.lined_up.classifiers == ("bag of words",)


def test_a_table_has_a_row_an_event_and_no_formulas(recorded: Recording) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(recorded))))
    assert len(rows) == len(recorded.steps)
    assert rows[0]["classifier"] == "'=Plain"
    accepted = next((row for row in rows if row["event"] == "CandidateTried"), None)
    assert accepted is not None
    assert accepted["original"]
    assert 0 <= float(accepted["probability"]) <= 1


Change = Callable[[list[dict]], None]


def edit(place: int, **values: object) -> Change:
    return lambda lines: lines[place].update(values)


def first(lines: list[dict], kind: str) -> dict:
    return next(line for line in lines if line["event"] == kind)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (edit(0, classifiers=[]), "1 to 12"),
        (edit(0, classifiers="Plain"), "cannot be"),
        (edit(0, title=3), "title"),
        (edit(1, lane=7), "lane 7"),
        (edit(1, lane="0"), "lane"),
        (edit(1, probabilities=["1"]), "probabilities"),
        (edit(1, probabilities=[0.5]), "expected 2 probabilities"),
        (edit(1, probabilities=[math.nan, 0.5]), "cannot be"),
        (edit(1, probabilities=[math.inf, 0.5]), "cannot be"),
        (edit(1, probabilities=[10**400, 0.5]), "cannot be"),
        (edit(-1, probability=-math.inf), "probability"),
        (lambda lines: first(lines, "WordsRanked").update(scores=[math.inf]), "scores"),
        (lambda lines: first(lines, "CandidateTried").update(cosine=math.inf), "cosine"),
        (edit(1, label=9), "no such label"),
        (edit(1, words=[[0, 1, "B"]]), "not where the text has them"),
        (edit(1, words=[[5, 2, "A"]]), "not where the text has them"),
        (edit(1, words=[["0", 1, "A"]]), "cannot be"),
        (edit(1, method={"a": 1}), "cannot be"),
        (edit(1, extra=1), "fields"),
        (edit(1, event="Nothing"), "Unknown event"),
        (lambda lines: lines.insert(2, dict(lines[1])), "starts twice"),
        (lambda lines: lines.insert(1, lines[0]) or None, "once, at its beginning"),
        (lambda lines: lines.append(dict(lines[-1])), "after the end"),
        (lambda lines: first(lines, "WordsRanked").update(order=[99]), "not there"),
        (lambda lines: first(lines, "CandidateTried").update(word=-1), "no word -1"),
        (lambda lines: first(lines, "CandidateTried").update(word=99), "no word 99"),
        (lambda lines: first(lines, "CandidateTried").update(word=10**400), "no word"),
        (lambda lines: lines.pop(1), "before the start"),
    ],
)
def test_a_hostile_file_is_told_what_is_wrong(content: str, change: Change, said: str) -> None:
    lines = [json.loads(line) for line in content.splitlines()]
    change(lines)
    with pytest.raises(DataFileError, match=f"^Line .*{said}"):
        read_recording("\n".join(map(json.dumps, lines)))


@pytest.mark.parametrize(
    "content",
    ["", "\n\n", "hello", "[]", "3", "null", '{"event": "LinedUp"}', "[" * 100_000, '{"lane": 0}', "{", "\x00"],
)
def test_what_is_no_recording_is_refused(content: str) -> None:
    with pytest.raises(DataFileError):
        read_recording(content)


def test_results_are_not_a_recording_and_the_reader_is_told_what_is() -> None:
    with pytest.raises(DataFileError, match=r"a file of results \(attack --out\).*python -m core record"):
        read_recording('{"i": 0, "text": "A film.", "adversarial": "A movie.", "status": "success"}\n')


def test_recordings_made_before_the_verdict_stood_apart_are_read(content: str) -> None:
    newer = ("wrong_before", "draws_before", "fresh_draws", "fresh_rows")
    lines = [{k: v for k, v in json.loads(line).items() if k not in newer} for line in content.splitlines()]
    old = read_recording("\n".join(map(json.dumps, lines)))
    end, new = old.outcome(0), read_recording(content).outcome(0)
    assert end is not None
    assert new is not None
    assert (end.wrong, end.draws, end.draws_before) == (new.wrong, new.draws, 0)
    assert new.draws_before == 1


def test_an_accepted_swap_must_make_the_text_it_says(toy_lexicon) -> None:
    attack = Attack(attack_config("ungated", method="random_word"), toy_lexicon)
    entrants = [Entrant("a", BagOfWords())]
    steps = [item for item in race(attack, entrants, Example(TEXT)) if isinstance(item, Step)]
    lines = [json.loads(line) for line in write_recording(line_up(attack, entrants, Example(TEXT)), steps).splitlines()]
    first(lines, "SwapAccepted")["text"] = "Something else."
    with pytest.raises(DataFileError, match="not the one before"):
        read_recording("\n".join(map(json.dumps, lines)))
