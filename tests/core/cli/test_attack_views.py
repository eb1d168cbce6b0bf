"""Tables of the attack commands: outcomes in words, runs with their intervals, measurements with their growth."""

from dataclasses import replace
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.events import AttackFinished, failure
from core.attacks.presets import attack_config
from core.cli.attack_views import attack_view, bench_view, summary_view, verdict_words
from core.datasets import Row
from core.evaluation.attack_bench import AttackBench
from core.evaluation.attack_run import run_attack
from core.evaluation.attack_summary import AttackSummary, summarise
from core.evaluation.statistics import share, wilson
from core.models.shapes import ShapeCount
from core.tasks import IMDB, Example
from tests.core.attacks.conftest import LONG, BagOfWords, Noisy


def cells(table: Any) -> list[tuple[str, ...]]:
    """The rows of a table as plain texts."""
    return list(zip(*([str(cell) for cell in column.cells] for column in table.columns), strict=True))


def summary_of(lexicon: Any, classifier: Any, examples: list[Example], **changes: Any) -> AttackSummary:
    attack = Attack(attack_config("ungated", **changes), lexicon)
    return summarise(p.record for p in run_attack(attack, classifier, [Row(e, 1) for e in examples]))


def test_an_attack_as_its_swaps(toy_lexicon: Any) -> None:
    events = list(step_attack(Attack(attack_config("ungated"), toy_lexicon), BagOfWords(), Example(LONG), None))
    end = events[-1]
    head, _note, table, line, text = attack_view(events, IMDB)
    assert head == f"success: {end.reason} {end.queries} queries, {len(end.swaps)} of {end.words} words changed."
    assert [row[:2] for row in cells(table)] == [(old, new) for _, old, new in end.swaps]
    label = IMDB.labels[end.label]
    assert line == f"probability of {label}: {end.probability_before:.3f} → {end.probability:.3f}"
    assert text == end.text


def test_an_attack_that_changed_nothing_has_no_table(toy_lexicon: Any, scripted_classifier: Any) -> None:
    attack = Attack(attack_config("paper"), toy_lexicon)
    (head,) = attack_view(list(step_attack(attack, scripted_classifier(IMDB, 0), Example("A film."), 1)), IMDB)
    assert head == "skipped: The classifier was wrong from the start. 0 queries, 0 of 2 words changed."


def test_a_verdict_in_words_by_hand() -> None:
    end = replace(failure("", "", 1), wrong=30, draws=101, wrong_before=2, draws_before=101, fresh_draws=211)
    low, high = wilson(30, 101)
    assert verdict_words(end) == (
        f"Verdict: wrong in 30 of 101 fresh draws (95 % {low:.2f} to {high:.2f}), on the original in 2 of 101; "
        "211 draws beside the attacker's queries."
    )
    assert "original" not in verdict_words(replace(end, draws_before=0))


def test_a_randomised_classifiers_verdict_stands_in_the_first_line(toy_lexicon: Any) -> None:
    attack = Attack(attack_config("ungated", verdict_draws=11, confirm_draws=5), toy_lexicon)
    events = list(step_attack(attack, Noisy(), Example(LONG), None))
    end = events[-1]
    assert isinstance(end, AttackFinished)
    assert attack_view(events, IMDB)[0].endswith(verdict_words(end))


def test_a_run_with_its_intervals(toy_lexicon: Any, reviews: list[Example]) -> None:
    summary = summary_of(toy_lexicon, BagOfWords(), reviews, seed=4)
    table, refused, sources = summary_view(summary)
    rows = {row[0]: row[1:] for row in cells(table)}
    rate = summary.success_rate
    assert rate is not None
    assert rows["attack success rate"] == (f"{rate.value:.4f}", f"{rate.low:.4f} to {rate.high:.4f}", str(rate.n))
    assert rows["clean accuracy"][2] == "12"
    assert {"… within 5 % of the words", "… within 10 % of the words", "… within 20 % of the words"} <= set(rows)
    assert not any("draw" in name or "single" in name for name in rows), "a deterministic one is drawn once"
    assert f"model rows {summary.model_rows:,}; out of budget 0; errors 0" in refused
    assert sources == "toy neighbours; toy encoder; toy tagger; seed 4"


def test_a_run_against_one_that_draws_and_with_changed_settings(toy_lexicon: Any, reviews: list[Example]) -> None:
    summary = summary_of(toy_lexicon, Noisy(noise=2.0), reviews[:4], verdict_draws=11, confirm_draws=5, window=7)
    table, refused, sources = summary_view(summary)
    names = [row[0] for row in cells(table)]
    assert names.count("… expected of one draw (11 in each verdict)") == 2
    assert "… if any single wrong answer counted" in names
    assert f"and {summary.fresh_rows:,} for confirmations and verdicts" in refused
    assert "changed settings: " in sources
    assert "window=7" in sources


def test_where_none_was_attacked_the_rate_is_no_number(toy_lexicon: Any, scripted_classifier: Any) -> None:
    table, *_ = summary_view(summary_of(toy_lexicon, scripted_classifier(IMDB, 0), [Example("A film.")]))
    assert ("attack success rate", "none attacked", "", "0") in cells(table)
    assert share(0, 1).value == float(next(row[1] for row in cells(table) if row[0] == "clean accuracy"))


@pytest.mark.parametrize(("seconds", "growth"), [((1.0, 4.0), "x1.00"), ((1.0, 8.0), "x2.00")])
def test_growth_is_of_the_time_of_a_sample(seconds: tuple[float, float], growth: str) -> None:
    small, large = (
        AttackBench(samples, 10, 90, 3.0, cpu, 1.5, cpu / 2, 0.125, 1, ShapeCount(2, 2, 1.1))
        for samples, cpu in zip((2, 8), seconds, strict=True)
    )
    table, line = bench_view([small, large])
    assert line == f"processor time per sample at 8 against 2 samples: {growth}"
    assert cells(table)[0] == (
        "2", "10", "90", "3.0000", "1.5000", "2.0000", "2.0000", "12.5 %", f"{seconds[0] / 2:.4f}", "2", "10.0 %"
    )  # fmt: skip
