"""Every field of every config can be set by name, and a wrong value is told what was expected."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import pytest

from core.cli.settings import with_settings
from core.defenses.five import FiveConfig
from core.defenses.fuse import FuseConfig
from core.defenses.registry import preset_settings
from core.defenses.voting import VoteConfig
from core.errors import ConfigError, FireBertError, UnknownNameError
from core.models.importance import ImportanceConfig
from core.perturbation.config import SwitchConfig
from core.ranges import as_text
from core.settings import Setting, from_record, list_settings
from core.tasks import IMDB

SHIPPED = preset_settings(IMDB, "shipped", 1)
CONFIGS = [SwitchConfig(), FuseConfig(), FiveConfig(), ImportanceConfig(), VoteConfig(), SHIPPED]


def another(setting: Setting) -> str:
    """A different value that the field takes, as it would be typed."""
    if setting.spec.choices:
        return next(choice for choice in setting.spec.choices if choice != setting.value)
    if setting.spec.kind is bool:
        return as_text(not setting.value)
    if isinstance(setting.value, int):
        return str(setting.value + 3)
    return "0.25"


def flat(config: Any) -> dict[str, Any]:
    return {setting.path: setting.value for setting in list_settings(config)}


@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: type(c).__name__)
def test_every_field_can_be_set_and_changes_alone(config: Any) -> None:
    assert len(flat(config)) >= 2
    for setting in list_settings(config):
        value, base = another(setting), config
        if setting.path.endswith("steps"):
            base = with_settings(config, [f"{setting.path.removesuffix('steps')}method=integrated_gradients"])
        before = flat(base)
        after = flat(with_settings(base, [f"{setting.path}={value}"]))
        assert {path for path in before if before[path] != after[path]} == {setting.path}
        assert as_text(after[setting.path]) in (value, f"{value}.0")


def test_the_list_has_every_leaf() -> None:
    def leaves(record: dict[str, Any]) -> int:
        return sum(leaves(value) if isinstance(value, dict) else 1 for value in record.values())

    for config in CONFIGS:
        assert len(list_settings(config)) == leaves(asdict(config))


def test_the_end_of_a_name_will_do_where_one_fits() -> None:
    assert with_settings(FuseConfig(), ["rule=majority"]).vote.rule == "majority"
    assert with_settings(SwitchConfig(), ["importance.method=leave_one_out"]).importance.method == "leave_one_out"
    with pytest.raises(ConfigError, match=r"could be any of switch\.perturb_words, five\.perturb_words"):
        with_settings(SHIPPED, ["perturb_words=3"])


def test_a_part_left_out_is_not_there() -> None:
    changed = with_settings(SHIPPED, ["perturb_words=9"], without=("five", "seed"))
    assert (changed.switch.perturb_words, changed.five) == (9, SHIPPED.five)
    with pytest.raises(UnknownNameError, match="Unknown setting 'sigma_relative'"):
        with_settings(SHIPPED, ["sigma_relative=1"], without=("five", "seed"))


def test_settings_that_need_each_other_change_together() -> None:
    changed = with_settings(SwitchConfig(), ["random_out_of=5", "perturb_words=4"])
    assert (changed.random_out_of, changed.perturb_words) == (5, 4)
    with pytest.raises(ConfigError, match="random_out_of"):
        with_settings(SwitchConfig(), ["random_out_of=3", "perturb_words=4"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("perturb_words", "Expected --set name=value, was given 'perturb_words'"),
        ("perturb_words=three", "perturb_words must be a whole number between 1 and 100, was given 'three'"),
        ("perturb_words=2.5", "perturb_words must be a whole number between 1 and 100, was given '2.5'"),
        ("perturb_words=0", "perturb_words must be a whole number between 1 and 100, was given '0'"),
        ("gate=open", "gate must be one of off, filter, rank, was given 'open'"),
        ("stop_words=maybe", "stop_words must be true or false, was given 'maybe'"),
        ("stop_words=no", "stop_words must be true or false, was given 'no'"),
        ("min_word_cosine=high", "min_word_cosine must be a number between -1 and 1 or none, was given 'high'"),
        ("importance.steps=inf", "importance.steps must be a whole number between 1 and 500, was given 'inf'"),
        ("perturb_wrds=3", "Did you mean 'perturb_words'?"),
        ("perturb_wrds=3", "Unknown setting 'perturb_wrds'. Known: candidates_per_word"),
    ],
)
def test_a_wrong_value_is_told_what_was_expected(given: str, message: str) -> None:
    with pytest.raises(FireBertError) as caught:
        with_settings(SwitchConfig(), [given])
    assert message in str(caught.value)


def test_none_and_spaces() -> None:
    assert with_settings(SwitchConfig(min_word_cosine=0.5), [" min_word_cosine = none "]).min_word_cosine is None
    assert with_settings(SwitchConfig(), ["pos=none"]).pos == "none", "a choice named none is that choice"


def test_a_new_field_needs_nothing_here() -> None:
    @dataclass(frozen=True)
    class Fresh:
        colour: Literal["red", "blue"] = "red"
        share: float = 0.5
        name: str = "x"

    assert [s.path for s in list_settings(Fresh())] == [f.name for f in fields(Fresh)]
    assert with_settings(Fresh(), ["colour=blue", "share=1", "name=a=b"]) == Fresh("blue", 1.0, "a=b")
    assert [s.expects for s in list_settings(Fresh())] == ["red | blue", "number", "text"]


@pytest.mark.parametrize("config", [*CONFIGS[:-1], SHIPPED.switch, SHIPPED.five], ids=lambda c: type(c).__name__)
def test_a_record_makes_the_same_config_again(config: Any) -> None:
    assert from_record(type(config), json.loads(json.dumps(asdict(config))), "it") == config


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"perturb_words": 2.5}, "it.perturb_words must be a whole number between 1 and 100, was given 2.5"),
        ({"perturb_words": True}, "it.perturb_words must be a whole number"),
        ({"stop_words": 1}, "it.stop_words must be true or false, was given 1"),
        ({"importance": {"mehtod": "gradient"}}, "Unknown setting 'it.importance.mehtod'"),
        ({"importance": {"mehtod": "gradient"}}, "Did you mean 'it.importance.method'?"),
        ({"importance": 3}, "Unknown setting 'it.importance'"),
        ({"method": "gradient"}, "Unknown setting 'it.method'"),
        ([1], "it must hold settings, was given [1]"),
        ({"min_similarity": float("nan")}, "it.min_similarity must be a number between -1 and 1, was given nan"),
        ({"gate": ["off"]}, "it.gate must be one of off, filter, rank, was given ['off']"),
    ],
)
def test_a_record_that_does_not_fit(record: Any, message: str) -> None:
    with pytest.raises(FireBertError) as caught:
        from_record(SwitchConfig, record, "it")
    assert message in str(caught.value)
