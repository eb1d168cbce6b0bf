"""A classifier and the defence around it, from a command's options."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.cli.options import DefenseOptions, Session, pick_device
from core.cli.settings import with_settings
from core.defenses.declaration import Defended
from core.defenses.fuse import FUSE
from core.defenses.recipe import Recipe
from core.defenses.registry import PLAIN, answers_only, declared, get_defense, preset_of
from core.errors import ConfigError
from core.language.lexicon import Lexicon, load_lexicon
from core.models.black_box import takes_embeddings
from core.models.classifier import Classifier
from core.perturbation.config import SwitchConfig

ELSEWHERE = ("seed",)
"""Of a defence's settings, those that have an option of their own."""


@dataclass(frozen=True)
class Built:
    """What answers, and the recipe that builds the same elsewhere; ``ensemble`` is the same object where it votes.

    ``made_by`` goes into every result.
    """

    classifier: Classifier
    recipe: Recipe
    ensemble: Defended | None
    made_by: dict[str, Any]


def switch_settings(session: Session, preset: str, changes: Sequence[str]) -> SwitchConfig:
    """SWITCH's settings in a preset, with ``--set`` changes."""
    found = preset_of(FUSE.name, session.task, preset, 1.0)
    if session.is_black_box:
        found = answers_only(FUSE.name, found, session.model)
    return with_settings(found.switch, changes)


def defense_settings(
    session: Session, preset: str, defense: str, changes: Sequence[str], embedding_std: float | None = None
) -> Any:
    """A defence's settings in a preset, with ``--set`` changes.

    Where they depend on the embedding table (the paper's sigma is absolute), the classifier is loaded to know it unless
    ``embedding_std`` says it.
    """
    if changes and defense == PLAIN:
        raise ConfigError(f"Defence '{PLAIN}' has no settings, was given --set {changes[0]}.")
    if session.is_black_box:
        found = answers_only(defense, preset_of(defense, session.task, preset, 1.0), session.model)
        return with_settings(found, changes, ELSEWHERE)
    needed = embedding_std is None and defense != PLAIN and preset in get_defense(defense).needs_std
    std = session.classifier().embedding_std if needed else embedding_std
    return with_settings(preset_of(defense, session.task, preset, std or 1.0), changes, ELSEWHERE)


def recipe_of(
    session: Session, defense: str, chosen: DefenseOptions, seed: int, embedding_std: float | None = None
) -> Recipe:
    """What the options stand for, to be built anywhere; ``embedding_std`` as in :func:`defense_settings`."""
    settings = defense_settings(session, chosen.preset, defense, chosen.changes, embedding_std)
    device, revision = pick_device(session.device, session.threads), session.revision or None
    return Recipe(
        session.task, session.model, defense, settings, seed, revision, chosen.encoder, device=device,
        names=session.names,
    )  # fmt: skip


def build(session: Session, defense: str, chosen: DefenseOptions, seed: int) -> Built:
    """Load the classifier and wrap it."""
    core = session.answering()
    recipe = recipe_of(session, defense, chosen, seed, embedding_std_of(core))
    made_by: dict[str, Any] = {"classifier": core.name, "defense": defense}
    if defense == PLAIN:
        return Built(core, recipe, None, made_by)
    lexicon = load_words(chosen.encoder, recipe.device)
    built = recipe.around(core, lexicon)
    found = declared(built)
    assert found is not None
    made_by |= {"preset": chosen.preset, "changed": list(chosen.changes), "seed": seed}
    made_by |= {**asdict(found[1].settings), **word_sources(lexicon)}
    return Built(built, recipe, found[1], made_by)


def embedding_std_of(classifier: Classifier) -> float | None:
    """Of the word-embedding table; None for a black box."""
    return classifier.embedding_std if takes_embeddings(classifier) else None


def load_words(encoder: str, device: object = "cpu") -> Lexicon:
    """The lexicon that ships, with the sentence encoder of that name on ``device``, the classifier's."""
    return load_lexicon(encoder, device=str(device))


def word_sources(lexicon: Lexicon) -> dict[str, str]:
    """Where neighbours, parts of speech and similarities come from."""
    return {"neighbors": lexicon.neighbors.name, "tagger": lexicon.tagger.name, "encoder": lexicon.encoder.name}
