"""What an attack costs beside the model: both runs over the same rows, ratios and shares by hand."""

from dataclasses import replace
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.datasets import Row
from core.evaluation.attack_bench import AttackBench, bench_attack
from core.models.shapes import ShapeCount

FEW = ShapeCount(3, 4, 1.25)


def test_the_bench_counts_rows_of_both_runs(tiny_classifier: Any, attack: Attack, rows: list[Row]) -> None:
    small, large = bench_attack(attack, tiny_classifier, rows, 4, [2, 6])
    assert (small.samples, large.samples) == (2, 6)
    assert 0 < small.rows < large.rows
    assert large.pieces > large.rows
    assert 0 < large.gates < 1
    assert large.ratio > 0
    assert large.cpu_ratio > 0


def test_the_bare_passes_meet_the_rows_of_the_attack(
    tiny_classifier: Any, attack: Attack, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that the model reads after warming up is twice what is reported, the same rows each time."""
    asked: list[list[int]] = []
    real = type(tiny_classifier).encoded_logits

    def counted(self: Any, given: Any) -> Any:
        asked.append(sorted(len(row) for row in given))
        return real(self, given)

    warm = next(bench_attack(attack, tiny_classifier, rows, 2, [0]))
    assert (warm.samples, warm.rows, warm.pieces, warm.success) == (0, 0, 0, 0)
    monkeypatch.setattr(type(tiny_classifier), "encoded_logits", counted)
    (found,) = bench_attack(attack, tiny_classifier, rows[:3], 3, [3])
    flat = asked[-1]
    assert found.rows == len(flat)
    assert found.pieces == sum(flat)
    together = sorted(length for call in asked[:-1] for length in call)
    assert len(together) >= len(flat)
    assert all(together.count(length) >= flat.count(length) for length in set(flat))


def test_ratios_by_hand() -> None:
    found = AttackBench(4, 100, 900, 3.0, 2.0, 1.5, 0.5, 0.25, 2, FEW)
    assert (found.ratio, found.cpu_ratio, found.per_sample) == (2.0, 4.0, 0.5)
    nothing = replace(found, samples=0, attack_s=0.0, attack_cpu_s=0.0, forward_s=0.0, forward_cpu_s=0.0)
    assert (nothing.ratio, nothing.cpu_ratio, nothing.per_sample) == (0.0, 0.0, 0.0)
