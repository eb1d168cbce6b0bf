"""Whom an attack can go against: every model of the catalog, by itself and under every defence.

Titles and names are compositions: FuSE(FACT) is ``fuse:imdb-fact``, FIVE(FACT) is ``five:imdb-fact``; around the plain
classifier they are just FuSE, ``fuse``, and FIVE, ``five``.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.catalog import Catalog, Choice
from core.defenses.registry import build_defense, composed_name, composed_title, defense_names
from core.errors import UnknownNameError

if TYPE_CHECKING:
    from core.attacks.race import Entrant
    from core.models.classifier import Classifier


def choices(catalog: Catalog, task: str, visitor: str = "") -> list[tuple[str, str]]:
    """(title, name) of all that can be attacked on a task: ``plain``, ``fuse``, ``imdb-fact``, ``fuse:own-1``."""
    pairs = _compositions(catalog, task, visitor)
    return [(composed_title(defense, model.title), name) for name, (defense, model) in pairs.items()]


def line_up(catalog: Catalog, task: str, names: Sequence[str], seed: int, visitor: str = "") -> "list[Entrant]":
    """The entrants of those names, in the menu's order. Raises UnknownNameError, also for another visitor's model."""
    from core.attacks.race import Entrant

    lined = []
    for defense, model in _known(catalog, task, names, visitor).values():
        inner, lexicon = catalog.models(task, model.name, visitor)
        defended = build_defense(defense, inner, lexicon, seed=seed)
        lined.append(Entrant(composed_title(defense, model.title), defended))
    return lined


def at_one_table(
    catalog: Catalog, task: str, names: Sequence[str], seed: int, visitor: str = ""
) -> "dict[str, Classifier]":
    """The classifiers of those names, in the menu's order; what stands around one model asks it about a row once.

    For one request about a few texts: what was asked is held as long as they are. Raises as :func:`line_up`.
    """
    from core.models.remembering import RememberingClassifier

    known, shared, found = _known(catalog, task, names, visitor), {}, {}
    for name, (defense, model) in known.items():
        if model.name not in shared:
            inner, lexicon = catalog.models(task, model.name, visitor)
            shared[model.name] = RememberingClassifier(inner), lexicon
        found[name] = build_defense(defense, *shared[model.name], seed=seed)
    return found


def _known(catalog: Catalog, task: str, names: Sequence[str], visitor: str) -> dict[str, tuple[str, Choice]]:
    """(defence, model) of those names, in the menu's order. Raises UnknownNameError."""
    known = _compositions(catalog, task, visitor)
    for name in names:
        if name not in known:
            raise UnknownNameError("classifier to attack", name, known)
    return {name: pair for name, pair in known.items() if name in names}


def _compositions(catalog: Catalog, task: str, visitor: str) -> dict[str, tuple[str, Choice]]:
    """(defence, model) by name, in the menu's order."""
    return {
        composed_name(defense, model.name): (defense, model)
        for model in catalog.choices(task, visitor)
        for defense in defense_names()
    }
