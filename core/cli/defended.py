"""A classifier and the defence around it, from a command's options."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.cli.options import DefenseOptions, Session
from core.cli.settings import with_settings
from core.defenses.five import Five
from core.defenses.fuse import Fuse
from core.defenses.registry import DEFENSES, PRESETS, DefenseSettings, build_defense, preset_settings
from core.errors import ConfigError, UnknownNameError
from core.language.lexicon import Lexicon, load_lexicon
from core.models.classifier import Classifier
from core.perturbation.config import SwitchConfig
from core.tasks import Task

UNUSED = {
    "plain": ("switch", "fuse", "five"),
    "fuse": ("five", "seed"),
    "five": ("switch", "fuse", "seed"),
}
"""Of DefenseSettings, what a defence does not use, and the seed, which has an option of its own."""


@dataclass(frozen=True)
class Built:
    """What answers; ``ensemble`` is the same object where it votes. ``made_by`` goes into every result."""

    classifier: Classifier
    ensemble: Fuse | Five | None
    made_by: dict[str, Any]


def switch_settings(task: Task, preset: str, changes: Sequence[str]) -> SwitchConfig:
    """SWITCH's settings in a preset, with ``--set`` changes."""
    return with_settings(_preset(task, preset, 1.0).switch, changes)


def defense_settings(
    session: Session, preset: str, defense: str, changes: Sequence[str], embedding_std: float | None = None
) -> DefenseSettings:
    """A preset's settings with ``--set`` changes, among those that ``defense`` uses.

    The paper's sigma is absolute: without ``embedding_std`` the classifier is loaded to know it, if it is needed.
    """
    if defense not in UNUSED:
        raise UnknownNameError("defence", defense, DEFENSES)
    if changes and defense == "plain":
        raise ConfigError(f"Defence 'plain' has no settings, was given --set {changes[0]}.")
    needed = embedding_std is None and (defense, preset) == ("five", "paper")
    std = session.classifier().embedding_std if needed else embedding_std
    return with_settings(_preset(session.task, preset, std or 1.0), changes, UNUSED[defense])


def build(session: Session, defense: str, chosen: DefenseOptions, seed: int) -> Built:
    """Load the classifier and wrap it."""
    classifier = session.classifier()
    settings = defense_settings(session, chosen.preset, defense, chosen.changes, classifier.embedding_std)
    made_by: dict[str, Any] = {"classifier": classifier.name, "defense": defense}
    if defense == "plain":
        return Built(classifier, None, made_by)
    lexicon = load_words(chosen.encoder, classifier.device)
    built = build_defense(defense, classifier, lexicon, seed=seed, settings=settings)
    made_by |= {"preset": chosen.preset, "changed": list(chosen.changes), "seed": seed}
    if isinstance(built, Fuse):
        made_by |= {"switch": asdict(settings.switch), "vote": asdict(settings.fuse.vote), **word_sources(lexicon)}
        return Built(built, built, made_by)
    assert isinstance(built, Five)
    made_by |= {"five": {**asdict(settings.five), "seed": seed}}
    return Built(built, built, made_by)


def load_words(encoder: str, device: object = "cpu") -> Lexicon:
    """The lexicon that ships, with the sentence encoder of that name on ``device``, the classifier's."""
    return load_lexicon(encoder, device=str(device))


def word_sources(lexicon: Lexicon) -> dict[str, str]:
    """Where neighbours, parts of speech and similarities come from."""
    return {"neighbors": lexicon.neighbors.name, "tagger": lexicon.tagger.name, "encoder": lexicon.encoder.name}


def _preset(task: Task, preset: str, embedding_std: float) -> DefenseSettings:
    for name in PRESETS:
        if name == preset:
            return preset_settings(task, name, embedding_std)
    raise UnknownNameError("defence preset", preset, PRESETS)
