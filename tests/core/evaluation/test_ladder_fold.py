"""What a climb comes to, by hand, and the figures that it puts into a stored table."""

from typing import Any

import pytest

from core.evaluation.ladder_fold import BREAKS, QUERIES, STANDING, Ladder, RungTold, add_to, name_of
from core.evaluation.results import Result, ResultTable
from core.evaluation.statistics import share


def rung(key: str, right: int, attacked: int, breaks: int, **more: Any) -> RungTold:
    given = {"unconfirmed": 0, "unsure": 0, "queries": 40, "model_rows": 60, "fresh_rows": 20, "seconds": 1.5, **more}
    return RungTold(key, f"rung {key}", share(right, 10), attacked, breaks, **given)


def climbed(title: str = "FACT", **about: Any) -> Ladder:
    rungs = (rung("clean", 8, 10, 2), rung("single", 3, 8, 5), rung("bayes", 2, 4, 1), rung("best", 2, 0, 0))
    made_by = {"verdict_draws": 101}
    return Ladder(title, "mnli", "mnli-fact", "0123", "five", made_by, rungs, (), True, "python -m core ladder", about)


def test_a_row_for_each_rung_in_the_place_of_those_it_had() -> None:
    other = Result("Plain: rung clean", STANDING, "mnli", "share", 0.7, "python", 10)
    stale = Result("FACT: rung gone", STANDING, "mnli", "share", 0.7, "python", 10)
    table = add_to(ResultTable("ladder-mnli", "The ladder", (other, stale)), climbed(), "paper", 3)
    assert table.results[0] == other
    assert stale not in table.results
    cells = {(one.row, one.column): one for one in table.results}
    assert cells["FACT: rung clean", STANDING].value == 0.8
    assert ("FACT: rung clean", BREAKS) not in cells
    asked = cells["FACT: rung single", QUERIES]
    assert (asked.value, asked.n, asked.low, asked.draws, asked.seed, asked.attack) == (5, 8, None, 101, 3, "paper")
    assert cells["FACT: rung single", "model rows a row"].value == 10
    broke = cells["FACT: rung bayes", BREAKS]
    assert (broke.value, broke.n, broke.low) == (0.25, 4, pytest.approx(share(1, 4).low, abs=1e-6))
    assert [c for r, c in cells if r == "FACT: rung best"] == [STANDING], "nobody was left to attack"
    low = cells["FACT: rung single", STANDING].low
    assert low == pytest.approx(share(3, 10).low, abs=1e-6)


def test_the_papers_settings_have_a_name_of_their_own() -> None:
    assert name_of(climbed()) == "FACT"
    assert name_of(climbed(defense_preset="paper")) == "FACT, the paper's settings"
    assert name_of(climbed(temperature=0.05)) == "FACT, temperature 0.05"
    assert name_of(climbed(preset="ungated", changed="max_queries=9")) == "FACT, rules ungated, max_queries=9"
    assert climbed().lowest.value == 0.2
