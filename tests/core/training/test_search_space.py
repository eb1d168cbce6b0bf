"""The spaces of a search: known settings are points of them, every point is allowed, and text is read by its axis."""

import random
from typing import Any

import pytest

from core.axes import OneOf, Real, Whole
from core.defenses.registry import preset_settings
from core.errors import ConfigError, UnknownNameError
from core.tasks import IMDB, MNLI
from core.training.config import fact_config
from core.training.search_space import (
    defense_of,
    described,
    fact_of,
    given_settings,
    known_settings,
    space_of,
    tunable,
)  # fmt: skip


@pytest.mark.parametrize("task", [IMDB, MNLI], ids=lambda t: t.name)
@pytest.mark.parametrize("what", tunable())
def test_the_known_settings_are_points_of_the_space(what: str, task: Any) -> None:
    for name, params in known_settings(what, task, 0.05).items():
        assert list(params) == list(space_of(what))
        for axis, value in zip(space_of(what).values(), params.values(), strict=True):
            assert value in axis.values if isinstance(axis, OneOf) else axis.low <= value <= axis.high, (name, value)
        for preset in name.split(", "):
            if what == "fact":
                asked, made = fact_config(task.name, preset), fact_of(task, params, evaluations=6)
                assert made == asked
                continue
            expected, found = preset_settings(task, preset, 0.05), defense_of(what, task, params)
            if what == "five":
                assert found.five == expected.five
            else:
                assert (found.switch, found.fuse) == (expected.switch, expected.fuse)


@pytest.mark.parametrize("what", tunable())
@pytest.mark.parametrize("end", [0, -1])
def test_the_ends_of_every_range_are_allowed(what: str, end: int) -> None:
    params = {n: a.values[end] if isinstance(a, OneOf) else (a.low, a.high)[end] for n, a in space_of(what).items()}
    made = fact_of(IMDB, params) if what == "fact" else defense_of(what, IMDB, params)
    assert made
    if what == "fact":
        assert described(params)["random_out_of"] == made.switch.random_out_of


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ("words=3", UnknownNameError, "Unknown setting to tune for fact 'words'"),
        ("perturb_words", ConfigError, "perturb_words must be a whole number between 1 and 60, was given ''"),
        ("perturb_words=2.5", ConfigError, "perturb_words must be a whole number between 1 and 60, was given '2.5'"),
        ("learning_rate=1", ConfigError, "learning_rate must be a number between 5e-05 and 0.0008, was given '1'"),
        ("gate=rank", ConfigError, "gate must be one of off, filter, was given 'rank'"),
    ],
)
def test_settings_that_cannot_be_tried(change: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        given_settings("fact", MNLI, 0.05, [change])


@pytest.mark.parametrize(("text", "value"), [("none", None), ("0.5", 0.5)])
def test_a_floor_is_read(text: str, value: float | None) -> None:
    assert given_settings("fact", MNLI, 0.05, [f"min_word_cosine={text}"])["min_word_cosine"] == value
    assert given_settings("fact", MNLI, 0.05, ["random_factor=2"])["random_factor"] == 2.0


def drawn(what: str, seed: int) -> dict[str, Any]:
    draw = random.Random(seed)
    found: dict[str, Any] = {}
    for name, axis in space_of(what).items():
        if isinstance(axis, OneOf):
            found[name] = draw.choice(axis.values)
        else:
            found[name] = (draw.randint if isinstance(axis, Whole) else draw.uniform)(axis.low, axis.high)
    return found


@pytest.mark.parametrize("what", tunable())
def test_any_point_is_allowed_and_each_setting_arrives(what: str) -> None:
    """What is not searched stays as shipped; a point told as text and read again is the same point."""
    for seed in range(20):
        params = drawn(what, seed)
        made = fact_of(MNLI, params) if what == "fact" else defense_of(what, MNLI, params)
        flat = str(made)
        for name, value in params.items():
            if name != "random_factor":
                assert f"{name}={value!r}" in flat
        told = [f"{name}={value}" for name, value in params.items()]
        assert given_settings(what, MNLI, 0.05, told) == params


def test_an_unknown_thing_to_tune() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown thing to tune 'bert'\. Known: fact, five, fuse"):
        space_of("bert")


def test_words_to_choose_from_are_a_multiple_and_at_most_all() -> None:
    shipped = given_settings("fact", IMDB, 0.05, [])
    for words, factor, out_of in ((4, 1.5, 6), (3, 2.0, 6), (60, 3.0, 100), (9, 0.0, 0)):
        params = {**shipped, "perturb_words": words, "random_factor": factor}
        assert fact_of(IMDB, params).switch.random_out_of == out_of
        shown = described(params)
        assert shown["random_out_of"] == out_of
        assert "random_factor" not in shown
    assert described({"sigma_relative": 0.12345678, "samples": 3}) == {"sigma_relative": 0.123457, "samples": 3}


def test_settings_that_are_one_have_both_names(monkeypatch: pytest.MonkeyPatch) -> None:
    both = {name for what in tunable() for task in (IMDB, MNLI) for name in known_settings(what, task, 0.05)}
    assert both <= {"shipped", "paper", "shipped, paper"}
    monkeypatch.setattr("core.training.search_space._params", lambda *_: {"samples": 3})
    assert known_settings("five", IMDB, 0.05) == {"shipped, paper": {"samples": 3}}


def test_what_is_given_last_counts_and_the_rest_is_shipped() -> None:
    shipped = known_settings("five", IMDB, 0.05)
    base = next(params for name, params in shipped.items() if "shipped" in name)
    assert given_settings("five", IMDB, 0.05, []) == base
    found = given_settings("five", IMDB, 0.05, ["samples=3", "samples = 4"])
    assert found == {**base, "samples": 4}
    assert isinstance(space_of("five")["sigma_relative"], Real)
