"""A job is known by its contents: what decides its lines decides its key, and nothing else does."""

import pickle

import pytest

from core.errors import ConfigError
from core.work.job import Job, Kinds, jobs_of
from tests.core.work.conftest import Squares, squares

JOB = Job("square", {"times": 2, "deep": {"a": [1, None], "b": 0.5}}, ((1, "x"), (2, "y")))


@pytest.mark.parametrize(
    "other",
    [
        Job("cube", JOB.config, JOB.rows),
        Job("square", {**JOB.config, "times": 3}, JOB.rows),
        Job("square", {**JOB.config, "deep": {"a": [None, 1], "b": 0.5}}, JOB.rows),
        Job("square", JOB.config, JOB.rows[::-1]),
        Job("square", JOB.config, JOB.rows[:1]),
        Job("square", {**JOB.config, "times": True}, JOB.rows),
        Job("square", {**JOB.config, "times": "2"}, JOB.rows),
    ],
)
def test_what_decides_the_lines_decides_the_key(other: Job) -> None:
    assert other != JOB
    assert other.key != JOB.key


@pytest.mark.parametrize(
    "same",
    [
        Job("square", {"deep": {"b": 0.5, "a": (1.0, None)}, "times": 2.0}, JOB.rows),
        Job("square", JOB.config, JOB.rows, where={"folder": "elsewhere"}),
        pickle.loads(pickle.dumps(JOB)),
    ],
)
def test_what_does_not_does_not(same: Job) -> None:
    """The order of names, 1 for 1.0, lists for tuples, and where things lie on one machine."""
    assert same == JOB
    assert len({same, JOB}) == 1


def test_the_key_is_the_same_on_every_machine() -> None:
    """Computed by hand: the sha256 of ``["a",{"b":1},[[2]]]``."""
    assert Job("a", {"b": 1}, ((2,),)).key == "5d2b3e79703a3acaa08010aa59468779"


@pytest.mark.parametrize("odd", [object(), float("nan"), {1, 2}])
def test_only_plain_data(odd: object) -> None:
    with pytest.raises(ConfigError, match="plain data"):
        assert Job("square", {"odd": odd}, ()).key


def test_half_a_character_has_a_key() -> None:
    assert Job("a", {}, (("\ud83d",),)) != Job("a", {}, (("?",),))


def test_groups_are_fixed() -> None:
    assert [job.rows for job in squares(7, 3)] == [((0,), (1,), (2,)), ((3,), (4,), (5,)), ((6,),)]
    assert list(jobs_of("square", {}, [], 3)) == []


def test_kinds_are_opened_once_when_they_are_met() -> None:
    opened = []

    def opener() -> object:
        opened.append(1)
        return Squares()()

    do = Kinds({"square": opener})()  # type: ignore[dict-item]
    assert not opened
    assert [line["square"] for job in squares(4, 2) for line in do(job)] == [0, 1, 4, 9]
    assert len(opened) == 1
    with pytest.raises(ConfigError, match=r"kind 'cube' here; known: square"):
        list(do(Job("cube", {}, ())))
