"""What co-tuning costs: both sides go over the same rows, medians of ratios within rounds, too few rows are refused."""

from dataclasses import replace
from typing import Any

import pytest

from core.errors import ConfigError
from core.evaluation.bench import Times
from core.training.config import FactConfig
from core.training.fact_bench import FactRound, bench_fact, summarise
from core.training.learner import Learner


def test_medians_of_ratios_within_rounds() -> None:
    """Worked out by hand: ratios 1.1, 2.0 and 1.2, so 1.2; preparing 0.5, 1 and 3 plain epochs, so 1."""
    times = [((11, 10), (2, 4)), ((20, 10), (4, 4)), ((12, 10), (12, 4))]
    rounds = [
        FactRound(30, Times(own, 2 * own), Times(bare, bare), Times(prepare, 1), Times(plain, 2))
        for (own, bare), (prepare, plain) in times
    ]
    found = summarise(rounds)
    assert (found.rounds, found.rows) == (3, 30)
    assert found.ratio.processor == pytest.approx(1.2)
    assert found.ratio.wall == pytest.approx(2.4)
    assert (found.prepare.processor, found.prepare.wall) == (1.0, 0.5)


def test_both_sides_go_over_the_same_rows(
    fact_settings: FactConfig, rows: Any, tiny_classifier: Any, toy_lexicon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    real = Learner.step

    def counting(self: Learner, step: int, groups: Any, weight: float) -> Any:
        found = real(self, step, groups, weight)
        asked.append((found.clean_rows, found.synthetic_rows))
        return found

    monkeypatch.setattr(Learner, "step", counting)
    config = replace(fact_settings, training=replace(fact_settings.training, batch_rows=10))
    measured = list(bench_fact(config, rows, 10, 1, tiny_classifier, toy_lexicon))
    assert len(measured) == 1
    own, bare, plain = asked[3:]
    assert own == bare
    assert plain == (own[0], 0)
    assert own[1] > 0
    assert measured[0].rows == sum(own)


def test_too_few_rows(fact_settings: FactConfig, rows: Any, tiny_classifier: Any, toy_lexicon: Any) -> None:
    with pytest.raises(ConfigError, match="3 rounds of 10 rows need 42, 36 were given"):
        list(bench_fact(fact_settings, rows, 10, 3, tiny_classifier, toy_lexicon))
