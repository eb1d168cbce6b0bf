"""A trial: what a point stands for, measured on verdicts, and given up by two rules that lose no trial of the front."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.attacks.verdict import ORIGINAL, verdict_seeds
from core.events import TrialMeasured
from core.models.classifier import draw_each
from core.tasks import IMDB
from core.training import trial as trial_module
from core.training.search_space import known_settings
from core.training.trial import Point, Pruned, Setup, candidate, measure

SHARES = st.floats(0, 1)
POINTS = st.builds(Point, SHARES, SHARES)


def test_domination_by_hand() -> None:
    assert Point(0.9, 0.5).dominates(Point(0.9, 0.4))
    assert not Point(0.9, 0.5).dominates(Point(0.9, 0.5))
    assert not Point(0.9, 0.5).dominates(Point(0.8, 0.6))


def result_of(steps: Any) -> tuple[list[Any], Any]:
    seen = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            return seen, end.value


def test_a_trial_below_the_floor_is_not_attacked(setup: Setup, scripted_classifier: Callable[..., Any]) -> None:
    rows = tuple(replace(row, label=i % 2) for i, row in enumerate(setup.rows))
    steps = measure(replace(setup, rows=rows), scripted_classifier(IMDB, 0), 3, 0.6, list)
    assert next(steps) == TrialMeasured(3, "clean", 12, 12, 0.5)
    with pytest.raises(Pruned, match=r"clean accuracy 0\.500 \(n = 12\) is below 0\.600"):
        next(steps)


def test_the_bound_is_exact(
    setup: Setup, scripted_classifier: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Always answering 0 holds every attacked row with label 0; with labels 1 0 0 0 the rest could reach 3 of 4."""
    monkeypatch.setattr(trial_module, "CHUNK", 1)
    rows = tuple(replace(row, label=int(i == 0)) for i, row in enumerate(setup.rows))
    given = replace(setup, rows=rows)
    constant = scripted_classifier(IMDB, 0)
    seen, outcome = result_of(measure(given, constant, 0, 0.0, lambda: [Point(11 / 12, 0.75)]))
    assert (outcome.clean.value, outcome.under_attack.value) == (11 / 12, 0.75)
    assert [event.done for event in seen if event.what == "under attack"] == [1, 2, 3, 4]
    steps = measure(given, constant, 0, 0.0, lambda: [Point(11 / 12, 0.76)])
    seen = [next(steps), next(steps)]
    assert seen[-1] == TrialMeasured(0, "under attack", 1, 4, 0.0)
    with pytest.raises(Pruned, match="dominated after 1 attacks, whatever the other 3 bring: 0 of 1 held"):
        next(steps)
    _, outcome = result_of(measure(given, constant, 0, None, lambda: [Point(1.0, 1.0)]))
    assert outcome.under_attack.n == 4, "the known settings are measured to the end"


@given(POINTS, POINTS, POINTS)
def test_domination_is_an_order(a: Point, b: Point, c: Point) -> None:
    assert not a.dominates(a)
    assert not (a.dominates(b) and b.dominates(a))
    if a.dominates(b) and b.dominates(c):
        assert a.dominates(c)


@pytest.mark.parametrize("what", ["five", "fuse"])
def test_a_point_stands_for_a_defence_with_its_settings(setup: Setup, tmp_path: Path, what: str) -> None:
    params = next(iter(known_settings(what, IMDB, 0.05).values()))
    params = {**params, "perturb_words": 3}
    steps = candidate(replace(setup, what=what, seed=11), params, tmp_path, None)
    seen, made = result_of(steps)
    assert seen == []
    assert made.classifier is setup.classifier
    settings = str(made.settings)
    assert "perturb_words=3" in settings
    assert "seed=11" in settings
    assert not list(tmp_path.iterdir()), "nothing is trained, nothing is written"


def test_a_randomised_candidate_is_measured_by_verdicts(setup: Setup) -> None:
    """Clean accuracy is of the majority of as many draws as the attack's verdict takes, from the verdict's seeds."""
    _, five = result_of(candidate(setup, {
        "perturb_words": 3, "samples": 3, "sigma_relative": 20.0, "rule": "majority"
    }, Path("unused"), None))  # fmt: skip
    seen, outcome = result_of(measure(setup, five, 5, None, list))
    seeds = verdict_seeds(setup.attack.seed, ORIGINAL, setup.attack.verdict_draws)
    draws = draw_each(five, [row.example for row in setup.rows], seeds)
    votes = [[answers[i].label == row.label for answers in draws] for i, row in enumerate(setup.rows)]
    assert len(seeds) == 3
    assert outcome.clean.value == sum(sum(row) * 2 > len(row) for row in votes) / 12
    assert (outcome.clean.n, outcome.under_attack.n) == (12, 4)
    assert outcome.point == Point(outcome.clean.value, outcome.under_attack.value)
    assert outcome.clean.low <= outcome.clean.value <= outcome.clean.high
    assert seen[-1] == TrialMeasured(5, "under attack", 4, 4, outcome.under_attack.value)
