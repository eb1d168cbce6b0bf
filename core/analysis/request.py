"""What is asked of an analysis: one text, the settings of both ensembles, a seed. Also: settings by dotted name.

``switch.perturb_words``, ``fuse.rule``, ``five.samples``, ``importance.method``: a flat name for every setting, so that
the page's controls, a permalink and an endpoint speak the same language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.defenses.five import FiveConfig
from core.defenses.registry import PLAIN, DefenseSettings
from core.defenses.voting import VoteConfig
from core.errors import InputError, UnknownNameError
from core.models.importance import ImportanceConfig
from core.perturbation.config import SwitchConfig
from core.ranges import SettingSpec, read, settings_of
from core.tasks import Example, get_task

GROUPS: Mapping[str, tuple[type, ...]] = {
    "importance": (ImportanceConfig,),
    "switch": (SwitchConfig,),
    "fuse": (VoteConfig,),
    "five": (FiveConfig, VoteConfig),
}
"""The groups of settings, in the order of the way of the data. Importance is shared by everybody who ranks words."""


@dataclass(frozen=True)
class AnalysisRequest:
    """One text, how to analyse it, the seed of every draw, and the name of the model that is asked.

    Whoever hands the classifier over knows what the name means; here it is only written down.
    """

    task: str
    example: Example
    settings: DefenseSettings
    seed: int = 0
    model: str = PLAIN

    @property
    def text(self) -> str:
        """The text that may be perturbed."""
        return get_task(self.task).text(self.example)


def make_example(task_name: str, text: str, hypothesis: str = "", max_characters: int = 200_000) -> Example:
    """The example that a visitor's texts make; InputError says what is missing, too long or not text at all."""
    task = get_task(task_name)
    given = (text or "", hypothesis or "") if task.is_pair else (text or "",)
    for name, content in zip(task.text_names, given, strict=True):
        if not content.strip():
            raise InputError(f"The {name} is empty. Write a few words, or pick an example.")
        if len(content) > max_characters:
            raise InputError(
                f"The {name} has {len(content):,} characters; at most {max_characters:,} are accepted, "
                f"and the model reads about {5 * task.max_pieces:,} of them. Please shorten it."
            )
        try:
            content.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(f"The {name} holds half a character (a lone surrogate at {error.start}).") from None
    return Example(*given)


def setting_specs() -> dict[str, SettingSpec]:
    """Every setting by its dotted name, in order."""
    return {
        f"{group}.{name}": spec
        for group, kinds in GROUPS.items()
        for kind in kinds
        for name, spec in settings_of(kind).items()
    }


def to_flat(settings: DefenseSettings) -> dict[str, Any]:
    """The settings by dotted name."""
    parts = {
        "importance": (settings.switch.importance,),
        "switch": (settings.switch,),
        "fuse": (settings.fuse.vote,),
        "five": (settings.five, settings.five.vote),
    }
    return {
        f"{group}.{name}": getattr(config, name)
        for group, configs in parts.items()
        for config in configs
        for name in settings_of(type(config))
    }


def with_changes(base: DefenseSettings, changes: Mapping[str, Any]) -> DefenseSettings:
    """``base`` with some settings changed, by dotted name; texts are read as numbers or switches where one is due.

    Raises UnknownNameError for a name that does not exist, ConfigError for a value of the wrong type or size.
    """
    specs = setting_specs()
    for name in changes:
        if name not in specs:
            raise UnknownNameError("setting", name, specs)
    values = {name: read(specs[name], value) for name, value in changes.items()}

    def of(group: str, kind: type) -> dict[str, Any]:
        return {name: values[f"{group}.{name}"] for name in settings_of(kind) if f"{group}.{name}" in values}

    importance = replace(base.switch.importance, **of("importance", ImportanceConfig))
    vote = replace(base.five.vote, **of("five", VoteConfig))
    return DefenseSettings(
        replace(base.switch, importance=importance, **of("switch", SwitchConfig)),
        replace(base.fuse, vote=replace(base.fuse.vote, **of("fuse", VoteConfig))),
        replace(base.five, importance=importance, vote=vote, **of("five", FiveConfig)),
    )


def changes_from(base: DefenseSettings, settings: DefenseSettings) -> dict[str, Any]:
    """What :func:`with_changes` must be given to make ``settings`` out of ``base``."""
    before = to_flat(base)
    return {name: value for name, value in to_flat(settings).items() if value != before[name]}
