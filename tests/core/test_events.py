"""Events are plain values: they come back from JSON and pickle equal to themselves."""

import json
import pickle
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DataFileError
from core.events import TRAINING_EVENTS, Evaluated, TrainingFinished, from_record, to_record


def events_of(kind: type) -> st.SearchStrategy[object]:
    floats = st.floats(allow_nan=False)
    made = {float: floats, float | None: st.none() | floats}
    numbers = {name: made[hint] for name, hint in get_type_hints(kind).items() if hint in made}
    return st.builds(kind, **numbers)


@given(st.sampled_from(TRAINING_EVENTS).flatmap(events_of))
def test_round_trips(event: object) -> None:
    assert from_record(json.loads(json.dumps(to_record(event)))) == event
    assert pickle.loads(pickle.dumps(event)) == event


def test_a_record_names_its_event() -> None:
    assert to_record(Evaluated(3, 0.5, None, 1.0, 20, True)) == {
        "event": "Evaluated", "step": 3, "accuracy": 0.5, "synthetic_accuracy": None, "loss": 1.0, "n": 20, "best": True
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"event": "Nonsense"}, "Unknown event 'Nonsense'; known: "),
        ({"event": None}, "Unknown event None"),
        ({"more": 1}, "Event TrainingFinished has fields .* was given"),
    ],
)
def test_a_record_that_is_no_event(change: dict[str, object], message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        from_record({**to_record(TrainingFinished("f", 1, 0.5, None, 2, 3.0)), **change})
