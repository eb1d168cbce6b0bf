"""The models that can be asked about a task, by name: plain, the co-tuned that ship, and the visitor's own.

One list for every menu, and the one place where a name becomes a classifier. ``plain`` is the task's classifier,
``imdb-fact`` a FACT model that ships, ``own-1`` one that this visitor co-tuned. A defence around a model is named by
composition, FuSE(FACT) in menus and ``fuse:imdb-fact`` in links and files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.models import Shelf
from app.visitors import OWN, VisitorModels
from app.watch import Watch, WatchedClassifier
from core.defenses.registry import PLAIN, PLAIN_TITLE, composed_title, defense_names
from core.errors import UnknownNameError
from core.language.lexicon import Lexicon
from core.models.gradients import GradientClassifier


@dataclass(frozen=True)
class Choice:
    """A model under the title that a reader sees and the name that links, files and programs use."""

    title: str
    name: str


@dataclass(frozen=True)
class Catalog:
    """Models on the shelf, and those of visitors; holds no state of its own.

    Guarantees: a model that ships is loaded once for everybody; nobody sees or reaches another visitor's model.
    """

    shelf: Shelf
    visitors: VisitorModels

    def __reduce__(self) -> tuple[Any, ...]:
        """By reference, to a process that was forked from this one since the page was built (:mod:`app.zero_gpu`)."""
        return _of_page, (id(self.shelf),)

    def share(self) -> None:
        """Let forked processes find it."""
        _PAGES[id(self.shelf)] = self

    def choices(self, task: str, visitor: str = "") -> tuple[Choice, ...]:
        """What can be asked about a task, plain first; titles differ, also from FuSE and FIVE. Loads nothing."""
        defended = {composed_title(defense) for defense in defense_names()}
        listed = [Choice(PLAIN_TITLE, PLAIN)]
        listed += [Choice(_fact_title(task, name), name) for name in self.shelf.co_tuned(task)]
        for own in self.visitors.of(visitor, task):
            taken = own.title in defended | {choice.title for choice in listed}
            listed.append(Choice(f"{own.title} ({own.name})" if taken else own.title, own.name))
        return tuple(listed)

    def classifier(self, task: str, model: str = PLAIN, visitor: str = "") -> GradientClassifier:
        """The classifier of that name; loads one that ships on the first call.

        Raises UnknownNameError for a task or a model that is not there, or is another visitor's.
        """
        if model == PLAIN:
            return self.shelf.classifier(task)
        self._choice(task, model, visitor)
        return self.visitors.get(visitor, model) if model.startswith(OWN) else self.shelf.classifier(task, model)

    def models(self, task: str, model: str = PLAIN, visitor: str = "") -> tuple[WatchedClassifier, Lexicon]:
        """The classifier of that name and the lexicon, for work that ends when its visitor leaves (:mod:`app.watch`).

        To be called by the handler of the event, before the work begins; raises as :meth:`classifier` does.
        """
        own = self.classifier(task, model, visitor) if model.startswith(OWN) else None
        self.classifier(task, model, visitor)
        watch, inner = Watch(self.shelf.settings.limits.seconds), own or self.shelf.joined(task, model)
        return watch.classifier(inner, self.shelf.batch_pieces()), watch.lexicon(self.shelf.lexicon())

    def title(self, task: str, model: str = PLAIN, visitor: str = "") -> str:
        """A model's title. Raises UnknownNameError."""
        return self._choice(task, model, visitor).title

    def knows(self, task: str, model: str, visitor: str = "") -> bool:
        """True if there is such a model for this visitor; an old choice or a link may name one that is not there."""
        return any(choice.name == model for choice in self.choices(task, visitor))

    def has_own(self, task: str, visitor: str) -> bool:
        """True if this visitor has models of their own for the task."""
        return bool(self.visitors.of(visitor, task))

    def is_loaded(self, task: str, model: str = PLAIN) -> bool:
        """True if asking for the model and the lexicon costs nothing."""
        return self.shelf.is_loaded(task, PLAIN if model.startswith(OWN) else model)

    def is_small(self, task: str, model: str = PLAIN) -> bool:
        """True for a model on the small backbone that ships, which the page must say; co-tuned ones always are."""
        return model != PLAIN or self.shelf.is_built_in(task)

    def _choice(self, task: str, model: str, visitor: str) -> Choice:
        known = self.choices(task, visitor)
        for choice in known:
            if choice.name == model:
                return choice
        raise UnknownNameError(f"{task} model", model, [choice.name for choice in known])


_PAGES: dict[int, Catalog] = {}


def _of_page(shelf: int) -> Catalog:
    return _PAGES[shelf]


def gone_words(models: Sequence[str]) -> str:
    """What to tell a visitor whose link asks for models that are not there; empty if there are none."""
    if not models:
        return ""
    named = ", ".join(models)
    if all(OWN in model for model in models):
        return (
            f"This link was made with a model of somebody's own ({named}). Such a model is there for its maker alone, "
            "as long as the page is open. Where nothing else was chosen, the plain classifier takes its place."
        )
    return (
        f"This link asks for {named}, which is not among the models here. Where nothing else was chosen, the plain "
        "classifier takes its place."
    )


def _fact_title(task: str, name: str) -> str:
    """``imdb-fact`` is FACT, ``imdb-fact-long`` is FACT long."""
    return "FACT" + name.removeprefix(f"{task}-fact").replace("-", " ")
