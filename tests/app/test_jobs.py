"""The line: one job a visitor, a few at a time, in order; stopped, left, abandoned."""

import pytest

from app.jobs import ABANDONED_SECONDS, Jobs
from core.errors import InputError


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_first_run_and_the_others_move_up() -> None:
    jobs = Jobs(2)
    line = [jobs.enter(name) for name in "abcd"]
    assert [jobs.place(job) for job in line] == [0, 0, 1, 2]
    jobs.hand_back(line[1])
    jobs.hand_back(line[1])
    assert [jobs.place(job) for job in line] == [0, 0, 0, 1]


def test_a_visitor_has_one_job() -> None:
    jobs = Jobs(1)
    job = jobs.enter("a")
    with pytest.raises(InputError, match="already"):
        jobs.enter("a")
    jobs.hand_back(job)
    assert jobs.place(jobs.enter("a")) == 0


def test_a_full_line_sends_people_home() -> None:
    jobs = Jobs(1, waiting=1)
    jobs.enter("a")
    jobs.enter("b")
    with pytest.raises(InputError, match="try again"):
        jobs.enter("c")


def test_stop_ends_one_part_and_leaving_ends_all() -> None:
    jobs = Jobs(1)
    mine, other = jobs.enter("a"), jobs.enter("b")
    jobs.stop("a")
    assert (mine.stopped(), mine.left(), other.stopped()) == (True, False, False)
    mine.go_on()
    assert not mine.stopped()
    jobs.stop("a", leaving=True)
    mine.go_on()
    assert (mine.stopped(), mine.left()) == (True, True)
    jobs.enter("a")


def test_a_job_that_nobody_looks_at_is_left() -> None:
    clock = Clock()
    job = Jobs(1, clock=clock).enter("a")
    clock.now = ABANDONED_SECONDS
    assert not job.left()
    job.look()
    clock.now += ABANDONED_SECONDS + 1
    assert job.left()
