"""The members of FuSE's votes as lines: those that FuSE itself asks, and the same as the released code wrote them."""

import doctest
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core.evaluation.riddle_jobs
from core.datasets import Row
from core.defenses.fuse import Fuse, FuseConfig
from core.defenses.recipe import Recipe
from core.evaluation.riddle_jobs import RIDDLE, Riddles, cleaned, member_lines, paper_switch, plan_riddle, words_asked
from core.evaluation.shelf import Shelf
from core.perturbation.switch import Switch
from core.tasks import IMDB, MNLI, Example
from core.work.job import Kinds
from core.work.log import Log
from core.work.run import run


def test_the_votes_are_fuses_own(tiny_factory: Any, toy_lexicon: Any, reviews: list[Example]) -> None:
    classifier, rows = tiny_factory(IMDB), [Row(e, 1) for e in reviews[:4]]
    lines = list(member_lines(classifier, toy_lexicon, rows))
    for count in words_asked(IMDB):
        switch = Switch(classifier, toy_lexicon, replace(paper_switch(IMDB), perturb_words=count))
        ballots = Fuse(classifier, switch, FuseConfig()).ballots([row.example for row in rows])
        for line, ballot in zip(lines, ballots, strict=True):
            own, *members = (member.logits for member in ballot.members)
            np.testing.assert_allclose(line["own"], own, atol=1e-4)
            np.testing.assert_allclose(
                np.reshape(line["members"][str(count)], (-1, 2)), np.reshape(members, (-1, 2)), atol=1e-4
            )
    assert any(line["members"]["3"] for line in lines)
    assert all(len(line["cleaned"]) == len(line["members"]["3"]) for line in lines)


def test_the_papers_number_of_words_is_among_them() -> None:
    assert (words_asked(IMDB), words_asked(MNLI)) == ((1, 3, 10), (1, 2, 3, 10))
    assert (paper_switch(IMDB).total_alternatives, paper_switch(MNLI).total_alternatives) == (12, 14)


def test_cleaned_is_as_the_docstring_says() -> None:
    found = doctest.testmod(core.evaluation.riddle_jobs)
    assert (found.failed, found.attempted) == (0, 1)
    assert cleaned("So-so. (Really?)") == "so so ( really ? )"


def test_as_jobs(toy_models: list[str], reviews: list[Example], tmp_path: Path) -> None:
    rows, shelf, log = [Row(e, i % 2) for i, e in enumerate(reviews[:3])], Shelf(), Log(tmp_path)
    jobs = plan_riddle(Recipe(IMDB, "some/model"), rows, shelf, together=2)
    assert [len(job.rows) for job in jobs] == [2, 1]
    list(run(Kinds({RIDDLE: Riddles(shelf)}), jobs, log))
    assert [line["given"] for job in jobs for line in log.lines(job)] == [0, 1, 0]
    other = plan_riddle(Recipe(IMDB, "some/model", seed=1), rows, shelf, together=2)
    assert other[0].key != jobs[0].key


@pytest.mark.parametrize("text", ["", "…!", "don't"])
def test_cleaning_never_fails(text: str) -> None:
    assert cleaned(cleaned(text)) == cleaned(text)
