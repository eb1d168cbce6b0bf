"""What a search may choose: the settings of FuSE, FIVE and FACT with their ranges, and the settings they stand for.

Every range lies inside that of the config dataclass it fills; what is not searched is the task's shipped setting. The
paper tuned the same settings by random search (its section 3.4). No optuna here, so the command line knows the spaces
without it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from core.defenses.declaration import PRESETS
from core.defenses.five import FiveSettings
from core.defenses.fuse import FuseConfig, FuseSettings
from core.defenses.registry import preset_of
from core.defenses.voting import Rule, VoteConfig
from core.errors import ConfigError, UnknownNameError
from core.perturbation.config import SwitchConfig
from core.ranges import number
from core.tasks import Task
from core.training.config import FACT_PRESETS, FactConfig, fact_config

WHATS = ("fuse", "five", "fact")
Params = dict[str, Any]


@dataclass(frozen=True)
class Whole:
    """A whole number, both ends included."""

    low: int
    high: int


@dataclass(frozen=True)
class Real:
    """A number, both ends included; ``log``: evenly by order of magnitude."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class OneOf:
    """One of a few values; None stands for "no floor"."""

    values: tuple[Any, ...]


Axis = Whole | Real | OneOf
_FLOORS = OneOf((None, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8))
_RULES = OneOf(get_args(Rule))
SPACES: dict[str, dict[str, Axis]] = {
    "fuse": {
        "perturb_words": Whole(1, 6), "candidates_per_word": Whole(2, 30), "min_word_cosine": _FLOORS,
        "total_alternatives": Whole(2, 16), "multiplier": Whole(1, 20), "min_similarity": Real(0.5, 0.95),
        "rule": _RULES, "original_weight": Real(0.0, 8.0),
    },
    "five": {
        "perturb_words": Whole(1, 10), "samples": Whole(2, 16), "sigma_relative": Real(0.1, 200.0, log=True),
        "rule": _RULES,
    },
    "fact": {
        "perturb_words": Whole(1, 60), "candidates_per_word": Whole(2, 50), "min_word_cosine": _FLOORS,
        "total_alternatives": Whole(1, 4), "gate": OneOf(("off", "filter")),
        "random_factor": OneOf((0.0, 1.5, 2.0, 3.0)),
        "synthetic_weight": Real(0.25, 4.0, log=True), "learning_rate": Real(5e-5, 8e-4, log=True),
        "lora_embeddings": OneOf((False, True)),
    },
}  # fmt: skip
"""``random_factor`` times ``perturb_words`` is ``random_out_of``, so many words to choose from at random; 0 is off."""

_SWITCH = ("perturb_words", "candidates_per_word", "min_word_cosine", "total_alternatives")
_TRAINING = ("learning_rate", "lora_embeddings")


def space_of(what: str) -> dict[str, Axis]:
    """The settings that a search chooses. Raises UnknownNameError."""
    if what not in SPACES:
        raise UnknownNameError("thing to tune", what, WHATS)
    return SPACES[what]


def defense_of(what: str, task: Task, params: Mapping[str, Any]) -> Any:
    """The settings of the defence ``what`` (fuse or five) that ``params`` stand for."""
    base = preset_of(what, task, "shipped", 1.0)
    if what == "fuse":
        names = (*_SWITCH, "multiplier", "min_similarity")
        switch = replace(base.switch, **{name: params[name] for name in names})
        vote = VoteConfig(params["rule"], params["original_weight"])
        return FuseSettings(switch, FuseConfig(vote))
    chosen = {name: params[name] for name in ("perturb_words", "samples", "sigma_relative")}
    vote = replace(base.five.vote, rule=params["rule"])
    return FiveSettings(replace(base.five, noise="gaussian", vote=vote, **chosen))


def fact_of(task: Task, params: Mapping[str, Any], **training: Any) -> FactConfig:
    """The co-tuning that ``params`` stand for; ``training`` are further fields of FinetuneConfig."""
    chosen = {name: params[name] for name in _TRAINING}
    base = fact_config(task.name, epochs=1, **{**training, **chosen})
    names = (*_SWITCH, "gate")
    switch = replace(base.switch, **{name: params[name] for name in names}, random_out_of=_out_of(params))
    return FactConfig(base.training, switch, params["synthetic_weight"])


def _out_of(params: Mapping[str, Any]) -> int:
    return min(100, round(params["random_factor"] * params["perturb_words"]))


def described(params: Mapping[str, Any]) -> Params:
    """``params`` under the names of the config's own fields, rounded for a reader."""
    found = {name: round(value, 6) if isinstance(value, float) else value for name, value in params.items()}
    if "random_factor" in found and "perturb_words" in found:
        found["random_out_of"] = _out_of(found)
        del found["random_factor"]
    return found


def known_settings(what: str, task: Task, embedding_std: float) -> dict[str, Params]:
    """The shipped and the paper's settings as points of the space; where both are one, it has both names."""
    found: dict[str, Params] = {}
    for name in PRESETS if what != "fact" else FACT_PRESETS:
        params = _params(what, task, name, embedding_std)
        same = next((other for other, given in found.items() if given == params), None)
        found.pop(same or "", None)
        found[f"{same}, {name}" if same else name] = params
    return found


def given_settings(what: str, task: Task, embedding_std: float, changes: Sequence[str]) -> Params:
    """The shipped settings with some changed, each told as ``name=value``. Raises ConfigError or UnknownNameError."""
    space, params = space_of(what), _params(what, task, "shipped", embedding_std)
    for change in changes:
        name, _, text = (part.strip() for part in change.partition("="))
        if name not in space:
            raise UnknownNameError(f"setting to tune for {what}", name, space)
        params[name] = _read(name, space[name], text)
    return params


def _brief(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else ""


def _read(name: str, axis: Axis, text: str) -> Any:
    if isinstance(axis, OneOf):
        found = next((value for value in axis.values if text.lower() in (str(value).lower(), _brief(value))), axis)
        if found is axis:
            known = ", ".join(str(value).lower() for value in axis.values)
            raise ConfigError(f"{name} must be one of {known}, was given {text!r}.")
        return found
    return number(name, text, axis.low, axis.high, whole=isinstance(axis, Whole))


def _params(what: str, task: Task, preset: Any, embedding_std: float) -> Params:
    if what == "fact":
        config = fact_config(task.name, preset)
        factor = config.switch.random_out_of / config.switch.perturb_words
        more = {"synthetic_weight": config.synthetic_weight, **{n: getattr(config.training, n) for n in _TRAINING}}
        return {**_of(config.switch), "gate": config.switch.gate, "random_factor": factor, **more}
    settings = preset_of(what, task, preset, embedding_std)
    if what == "fuse":
        switch, vote = settings.switch, settings.fuse.vote
        gate = {"multiplier": switch.multiplier, "min_similarity": switch.min_similarity}
        return {**_of(switch), **gate, "rule": vote.rule, "original_weight": vote.original_weight}
    five = settings.five
    chosen = {name: getattr(five, name) for name in ("perturb_words", "samples", "sigma_relative")}
    return {**chosen, "rule": five.vote.rule}


def _of(switch: SwitchConfig) -> Params:
    return {name: getattr(switch, name) for name in _SWITCH}
