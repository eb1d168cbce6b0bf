"""Values of a table: paired tests over shared samples, columns in the order of the rows."""

import math

import pytest

from core.evaluation.statistics import bootstrap, share
from core.evaluation.table import TableRow, against, columns_of, flags_of, measure


def test_a_paired_test_by_hand() -> None:
    this = {"a": True, "b": True, "c": True, "d": False, "only here": True}
    base = {"a": True, "b": False, "c": False, "d": True, "only there": False}
    found = against("plain", this, base)
    assert found is not None
    assert (found.other, found.only_this, found.only_other, found.gap.n) == ("plain", 2, 1, 4)
    assert found.p == pytest.approx(1.0)
    assert found.gap.value == 0.25
    assert against("plain", {"x": True}, {"y": True}) is None


def test_a_measure_of_nothing_has_no_samples() -> None:
    nothing = measure("accuracy", None, paper=0.8)
    assert math.isnan(nothing.value)
    assert (nothing.n, nothing.paper) == (0, 0.8)
    assert measure("accuracy", share(3, 4)).value == 0.75


def test_a_share_is_told_from_a_mean() -> None:
    assert measure("accuracy", share(3, 7)).is_share
    assert not measure("queries", bootstrap([30.0, 40.0, 90.0])).is_share
    assert not measure("words changed", bootstrap([0.1, 0.2, 0.4])).is_share


def test_columns_and_flags_of_all_rows() -> None:
    rows = [
        TableRow("a", "A", measures=(measure("x", share(1, 2)),), flags=("few",)),
        TableRow("b", "B", measures=(measure("y", share(1, 2)), measure("x", share(1, 2))), flags=("few", "constant")),
    ]
    assert columns_of(rows) == ["x", "y"]
    assert flags_of(rows) == {"few", "constant"}
    assert rows[0].measure("y") is None
