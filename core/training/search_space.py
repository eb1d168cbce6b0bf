"""What a search may choose: the settings of a defence or of co-tuning with their ranges, and what they stand for.

A defence declares its space beside its settings (:mod:`core.defenses.declaration`); FACT's is here. Every range lies
inside that of the config dataclass it fills; what is not searched is the task's shipped setting. The paper tuned the
same settings by random search (its section 3.4). No optuna here, so the command line knows the spaces without it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.axes import Axis, OneOf, Real, Whole, read_point
from core.defenses.declaration import PRESETS
from core.defenses.registry import DEFENSES, get_defense, preset_of
from core.errors import UnknownNameError
from core.perturbation.config import WORD_FLOORS
from core.settings import values_of, with_changes
from core.tasks import Task
from core.training.config import FACT_PRESETS, FactConfig, fact_config

FACT = "fact"
Params = dict[str, Any]

_FACT_SPACE: dict[str, Axis] = {
    "perturb_words": Whole(1, 60), "candidates_per_word": Whole(2, 50), "min_word_cosine": OneOf(WORD_FLOORS),
    "total_alternatives": Whole(1, 4), "gate": OneOf(("off", "filter")), "random_factor": OneOf((0.0, 1.5, 2.0, 3.0)),
    "synthetic_weight": Real(0.25, 4.0, log=True), "learning_rate": Real(5e-5, 8e-4, log=True),
    "lora_embeddings": OneOf((False, True)),
}  # fmt: skip
"""``random_factor`` times ``perturb_words`` is ``random_out_of``, so many words to choose from at random; 0 is off."""
_SWITCH = ("perturb_words", "candidates_per_word", "min_word_cosine", "total_alternatives", "gate")
_TRAINING = ("learning_rate", "lora_embeddings")


def tunable() -> tuple[str, ...]:
    """What can be searched: every defence that declares a space, and co-tuning."""
    return (*(name for name, defense in DEFENSES.items() if defense.space), FACT)


def space_of(what: str) -> Mapping[str, Axis]:
    """The settings that a search chooses. Raises UnknownNameError."""
    if what not in tunable():
        raise UnknownNameError("thing to tune", what, tunable())
    return _FACT_SPACE if what == FACT else get_defense(what).space


def defense_of(what: str, task: Task, params: Mapping[str, Any]) -> Any:
    """The settings of the defence ``what`` that ``params`` stand for."""
    return with_changes(preset_of(what, task, "shipped", 1.0), params)


def fact_of(task: Task, params: Mapping[str, Any], **training: Any) -> FactConfig:
    """The co-tuning that ``params`` stand for; ``training`` are further fields of FinetuneConfig."""
    chosen = {name: params[name] for name in _TRAINING}
    base = fact_config(task.name, epochs=1, **{**training, **chosen})
    switch = replace(base.switch, **{name: params[name] for name in _SWITCH}, random_out_of=_out_of(params))
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
    for name in PRESETS if what != FACT else FACT_PRESETS:
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
        params[name] = read_point(name, space[name], text)
    return params


def _params(what: str, task: Task, preset: Any, embedding_std: float) -> Params:
    if what != FACT:
        return values_of(preset_of(what, task, preset, embedding_std), space_of(what))
    config = fact_config(task.name, preset)
    factor = config.switch.random_out_of / config.switch.perturb_words
    found = {
        **{name: getattr(config.switch, name) for name in _SWITCH},
        "random_factor": factor,
        "synthetic_weight": config.synthetic_weight,
        **{name: getattr(config.training, name) for name in _TRAINING},
    }
    return {name: found[name] for name in _FACT_SPACE}
