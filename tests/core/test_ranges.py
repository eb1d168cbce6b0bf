"""What a setting takes, in every type there is, and what it says of anything else."""

import contextlib
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from core.ranges import as_text, check, number, option, read, setting, settings_of, specs_of


@dataclass(frozen=True)
class Inner:
    depth: int = 1


@dataclass(frozen=True)
class Config:
    rows: int = setting(8, 1, 100, "rows a batch")
    rate: float = setting(0.5, 0.0, 1.0)
    floor: float | None = setting(None, -1.0, 1.0, "no floor without it")
    rule: Literal["mean", "majority"] = option("mean", "how votes count")
    shuffle: bool = True
    name: str = "x"
    inner: Inner = field(default_factory=Inner)
    parts: tuple[int, ...] = ()


SPECS = specs_of(Config)


def test_settings_are_read_off_the_class() -> None:
    assert list(SPECS) == ["rows", "rate", "floor", "rule", "shuffle", "name"], "a config and a tuple are no values"
    assert list(settings_of(Config)) == ["rows", "floor", "rule"], "those with a meaning get a control"
    assert [spec.kind for spec in SPECS.values()] == [int, float, float, str, bool, str]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rows": 2.5}, "rows must be a whole number between 1 and 100, was given 2.5"),
        ({"rows": 2.0}, "rows must be a whole number"),
        ({"rows": True}, "rows must be a whole number"),
        ({"rows": "8"}, "rows must be a whole number"),
        ({"rows": 0}, "rows must be between 1 and 100, was given 0"),
        ({"rate": float("nan")}, "rate must be a number between 0 and 1, was given nan"),
        ({"rate": float("inf")}, "rate must be a number between 0 and 1, was given inf"),
        ({"rate": None}, "rate must be a number between 0 and 1, was given None"),
        ({"floor": 2}, "floor must be between -1 and 1 or none, was given 2"),
        ({"rule": "best"}, "rule must be one of mean, majority, was given 'best'"),
        ({"shuffle": "no"}, "shuffle must be true or false, was given 'no'"),
        ({"shuffle": 1}, "shuffle must be true or false, was given 1"),
        ({"name": 3}, "name must be a text, was given 3"),
        ({"rows": 10**400}, "rows must be between 1 and 100"),
    ],
)
def test_a_wrong_value_is_told_what_would_do(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check(Config(**changes))
    assert message in str(caught.value)


def test_what_fits_passes() -> None:
    check(Config())
    check(Config(rows=100, rate=1, floor=-1.0, rule="majority", shuffle=False, name=""))


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("rows", "12", 12), ("rows", 12.0, 12), ("rows", " 12 ", 12), ("rows", "+12", 12), ("rows", "12.0", 12),
        ("rate", ".5", 0.5), ("rate", "1e-3", 0.001), ("rate", 1, 1), ("floor", "none", None), ("floor", "", None),
        ("floor", None, None), ("shuffle", "True", True), ("shuffle", "false", False), ("rule", "majority", "majority"),
        ("name", "none", "none"), ("name", "12", "12"),
    ],
)  # fmt: skip
def test_a_text_is_read_as_what_is_due(name: str, given: Any, value: Any) -> None:
    found = read(SPECS[name], given)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("rows", "2.5"), ("rows", "1_0"), ("rows", "٣"), ("rows", ""), ("rows", "none"), ("rows", "9" * 5000),
        ("rate", "nan"), ("rate", "inf"), ("rate", "1e999"), ("rate", "0x1"), ("rate", [0.5]), ("shuffle", "no"),
        ("shuffle", "yes"), ("shuffle", "on"), ("shuffle", "1"), ("shuffle", 1), ("shuffle", None), ("rule", "Mean"),
        ("rule", ["mean"]), ("name", None), ("rows", {"a": 1}),
    ],
)  # fmt: skip
def test_nothing_is_guessed(name: str, given: Any) -> None:
    with pytest.raises(ConfigError, match=rf"^{name} must be "):
        read(SPECS[name], given)


VALUES = {
    "rows": st.integers(1, 100), "rate": st.floats(0, 1), "floor": st.none() | st.floats(-1, 1),
    "rule": st.sampled_from(["mean", "majority"]), "shuffle": st.booleans(),
}  # fmt: skip


@given(st.fixed_dictionaries(VALUES))
def test_every_value_survives_as_a_text(values: dict[str, Any]) -> None:
    assert {name: read(SPECS[name], as_text(value)) for name, value in values.items()} == values
    check(Config(**values))


@given(st.sampled_from(sorted(SPECS)), st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_whatever_is_given_is_taken_or_refused(name: str, value: Any) -> None:
    with contextlib.suppress(ConfigError):
        assert SPECS[name].takes(read(SPECS[name], value))


def test_a_number_alone() -> None:
    assert (number("The seed", "3", 0, 10, whole=True), number("sigma", "0.5", 0, 1)) == (3, 0.5)
    with pytest.raises(ConfigError, match=r"^The seed must be a whole number between 0 and 9, was given 'x'\.$"):
        number("The seed", "x", 0, 9, whole=True)
