"""The budget surface: numbers by hand, monotonic, and beside attacks that are run with the budget."""

from dataclasses import replace
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.presets import attack_config
from core.datasets import Row
from core.errors import DataFileError
from core.evaluation.attack_run import run_attack
from core.evaluation.attack_summary import summarise
from core.evaluation.surface import Budget, budget_name, published, surface_of
from tests.core.attacks.conftest import BagOfWords

MADE_BY = {"preset": "paper", "task": "imdb", "overrides": {}}


def record(status: str, queries: int = 0, changed: int = 0, words: int = 20, **made_by: Any) -> dict[str, Any]:
    return {
        "status": status, "queries": queries, "changed": changed, "words": words, "made_by": {**MADE_BY, **made_by}
    }  # fmt: skip


RECORDS = [
    record("success", 30, 1), record("success", 100, 4), record("success", 2000, 2), record("success", 10, 1, words=3),
    record("failed", 500, 9), record("exhausted", 50, 1), record("skipped"), record("error"),
]  # fmt: skip


def test_by_hand() -> None:
    found = surface_of(RECORDS, (30, 100, None), (0.1, None))
    held = {(c.budget.queries, c.budget.share): round(c.accuracy.value * c.accuracy.n) for c in found.cells}
    assert held == {(30, 0.1): 4, (100, 0.1): 4, (None, 0.1): 3, (30, None): 4, (100, None): 3, (None, None): 2}
    assert (found.n, found.left_out, found.preset) == (7, 1, "paper")
    points = {c.name: round(c.accuracy.value * c.accuracy.n) for c in found.points}
    assert points == {"paper, textattack: no caps": 2, "bench2021, 10 % (IMDB)": 4, "bench2021, 30 %": 3}


def test_published_settings() -> None:
    assert published() == {
        "paper, textattack: no caps": Budget(),
        "bench2021, 10 % (IMDB)": Budget(share=0.1, queries_per_word=50),
        "bench2021, 30 %": Budget(share=0.3, queries_per_word=50),
    }


@pytest.mark.parametrize("budget", [(None, None), (6, None), (None, 0.1), (12, 0.2), (3, 0.05)])
def test_it_is_what_an_attack_with_that_budget_comes_to(
    toy_lexicon: Any, rows: list[Row], budget: tuple[int | None, float | None]
) -> None:
    queries, share = budget
    config = attack_config("textattack", short_text="keep", min_similarity=0.1)
    every = [p.record for p in run_attack(Attack(config, toy_lexicon), BagOfWords(), rows)]
    (cell,) = surface_of(every, [queries], [share]).cells
    bounded = replace(config, max_queries=queries, max_changed_share=share)
    again = summarise(p.record for p in run_attack(Attack(bounded, toy_lexicon), BagOfWords(), rows))
    assert again.after_attack_accuracy is not None
    if queries is None:
        assert cell.accuracy == again.after_attack_accuracy
    assert cell.accuracy.value >= again.after_attack_accuracy.value, "a flip met before the budget ended within a word"


def test_a_larger_budget_never_has_a_higher_accuracy() -> None:
    cells = surface_of(RECORDS).cells
    of = {(c.budget.queries or 10**9, c.budget.share or 1.0): c.accuracy.value for c in cells}
    for (q, s), value in of.items():
        assert all(value >= other for (more, wider), other in of.items() if more >= q and wider >= s)
    assert len(set(of.values())) > 1


def test_nothing_is_said_above_the_run_s_own_budget() -> None:
    capped = [record("success", 30, 1, overrides={"max_queries": 60, "max_changed_share": 0.2})]
    found = surface_of(capped, (50, 60, 100, None), (0.1, 0.2, 0.5, None))
    assert {c.budget.queries for c in found.cells} == {50, 60, None}
    assert {c.budget.share for c in found.cells} == {0.1, 0.2, None}
    assert found.points == ()


def test_what_is_no_run() -> None:
    with pytest.raises(DataFileError, match="no results"):
        surface_of([])
    with pytest.raises(DataFileError, match="different settings"):
        surface_of([RECORDS[0], record("success", seed=4)])


def test_names_for_a_reader() -> None:
    assert budget_name(Budget(1000, 0.05)) == "1,000 queries, 5 % of the words"
    assert budget_name(Budget()) == "any number of queries, any share of the words"
