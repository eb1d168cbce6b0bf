"""The defences by name: one place for the page, the command line, saved models and evaluation.

A defence is declared in its own module (:mod:`core.defenses.declaration`) and listed here. Its ``shipped`` settings
keep clean accuracy within 2 points of the plain classifier's (``python -m core evaluate``, the results page); MNLI's
FuSE was found by a search (``assets/results/tune-mnli-fuse.md``), the others were set before they were measured. The
paper's are its best (METHODS, sections 4 and 6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from core.defenses.declaration import PRESETS, Defended, Defense, Preset
from core.defenses.five import FIVE, FiveConfig, FiveSettings
from core.defenses.fuse import FUSE, FuseConfig, FuseSettings
from core.errors import ConfigError, UnknownNameError
from core.language.lexicon import Lexicon
from core.models.black_box import takes_embeddings
from core.models.classifier import Classifier
from core.perturbation.config import SwitchConfig
from core.tasks import Task

PLAIN, PLAIN_TITLE = "plain", "Plain"
"""The name and title of a task's own classifier, and of no defence around a classifier."""
DEFENSES: dict[str, Defense] = {defense.name: defense for defense in (FUSE, FIVE)}
"""Every defence. A new one is a module with its declaration, and a place in this line."""


@dataclass(frozen=True)
class NoSettings:
    """The settings of ``plain``: there are none."""


def defense_names() -> tuple[str, ...]:
    """What a defence may be called: ``plain`` for none, and the names of all there are."""
    return (PLAIN, *DEFENSES)


def get_defense(name: str, hint: str = "") -> Defense:
    """The declaration of that name. Raises UnknownNameError with the ``hint``."""
    if name not in DEFENSES:
        raise UnknownNameError("defence", name, defense_names(), hint)
    return DEFENSES[name]


def declared(classifier: Classifier) -> tuple[Defense, Defended] | None:
    """The defence around ``classifier``, and the classifier as what shows its votes; None if there is no defence."""
    for defense in DEFENSES.values():
        if isinstance(classifier, defense.kind):
            return defense, classifier
    return None


def preset_of(defense: str, task: Task, preset: str, embedding_std: float) -> Any:
    """The defence's settings in a preset. Raises UnknownNameError for either name."""
    for known in PRESETS:
        if known == preset:
            return NoSettings() if defense == PLAIN else get_defense(defense).preset(task, known, embedding_std)
    raise UnknownNameError("defence preset", preset, PRESETS)


def settings_type(defense: str) -> type:
    """The class of a defence's settings."""
    return NoSettings if defense == PLAIN else get_defense(defense).settings


def parts_of(defense: str) -> Mapping[str, type]:
    """The configs that a defence's settings consist of, by name, as saved models hold them."""
    return get_type_hints(settings_type(defense))


def composed_name(defense: str, model: str = PLAIN) -> str:
    """The name of a defence around a model: ``plain``, ``fuse``, ``imdb-fact``, ``fuse:imdb-fact``."""
    if defense == PLAIN:
        return model
    return defense if model == PLAIN else f"{defense}:{model}"


def composed_title(defense: str, title: str = PLAIN_TITLE) -> str:
    """The same for a reader, from the model's title: Plain, FuSE, FACT, FuSE(FACT)."""
    if defense == PLAIN:
        return title
    name = get_defense(defense).title
    return name if title == PLAIN_TITLE else f"{name}({title})"


def summary_of(defense: str) -> str:
    """What a defence does, in a sentence that begins with its title, without its full stop."""
    if defense == PLAIN:
        return "No defence: the plain classifier"
    found = get_defense(defense)
    return f"{found.title}: {found.summary}"


def build_defense(
    name: str,
    classifier: Classifier,
    lexicon: Lexicon,
    preset: Preset = "shipped",
    seed: int = 0,
    settings: Any = None,
) -> Classifier:
    """``plain`` is the classifier itself, any other name a defence around it; ``settings`` in place of the preset's.

    Raises ConfigError for a black box and a defence that needs the word embeddings.
    """
    if name == PLAIN:
        return classifier
    defense = get_defense(name)
    if takes_embeddings(classifier):
        chosen = settings or preset_of(name, classifier.task, preset, classifier.embedding_std)
    else:
        given = settings or preset_of(name, classifier.task, preset, 1.0)
        fit = answers_only(name, given, classifier.name)
        chosen = settings or fit
    return defense.wrap(classifier, lexicon, chosen).reseeded(seed)


def answers_only(defense: str, settings: Any, asked: str) -> Any:
    """The settings as a black box called ``asked`` allows them. Raises ConfigError where it allows none."""
    if defense == PLAIN:
        return settings
    found = get_defense(defense)
    if found.answers_only is None:
        others = ", ".join(one.title for one in DEFENSES.values() if one.answers_only is not None)
        raise ConfigError(
            f"{found.title} needs the word embeddings, and {asked} is a black box that gives answers alone. Around it "
            f"goes {others}, or name a model (a folder or a Hub name)."
        )
    return found.answers_only(settings)


@dataclass(frozen=True)
class DefenseSettings:
    """The settings of both of the paper's ensembles together, as the Analyse tab shows them side by side."""

    switch: SwitchConfig
    fuse: FuseConfig
    five: FiveConfig

    def of(self, defense: str) -> Any:
        """The settings of one of the two."""
        found = {FUSE.name: FuseSettings(self.switch, self.fuse), FIVE.name: FiveSettings(self.five)}
        if defense not in found:
            raise UnknownNameError("randomised defence", defense, found)
        return found[defense]


def preset_settings(task: Task, preset: Preset, embedding_std: float) -> DefenseSettings:
    """Both ensembles' settings in a preset. A task without settings of its own takes IMDB's (one text) or MNLI's."""
    fuse = preset_of(FUSE.name, task, preset, embedding_std)
    five = preset_of(FIVE.name, task, preset, embedding_std)
    return DefenseSettings(fuse.switch, fuse.fuse, five.five)
