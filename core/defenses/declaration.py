"""What the program has to know about a defence, declared once, in the defence's own module.

:mod:`core.defenses.registry` collects the declarations; the command line, menus, saved models, results and the tests
that hold for every defence read them from there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from core.axes import Axis
from core.defenses.ballot import Ballot
from core.language.lexicon import Lexicon
from core.models.classifier import Classifier, Prediction
from core.tasks import Example, Task

Preset = Literal["shipped", "paper"]
PRESETS: tuple[Preset, ...] = ("shipped", "paper")


class Defended(Classifier, Protocol):
    """A classifier with a defence around it, whose voters can be seen."""

    @property
    def classifier(self) -> Classifier:
        """The classifier that is asked."""
        ...

    @property
    def ranker(self) -> Classifier:
        """The classifier that says which words are important; as a rule the same."""
        ...

    @property
    def lexicon(self) -> Lexicon:
        """Where words come from."""
        ...

    @property
    def settings(self) -> Any:
        """Everything that decides the answers, as the declaration's settings class."""
        ...

    @property
    def randomised(self) -> bool:
        """Whether another seed may answer differently."""
        ...

    def reseeded(self, seed: int) -> "Defended":
        """The same defence, drawing with ``seed``."""
        ...

    def draws(self, examples: Sequence[Example], seeds: Sequence[int]) -> list[list[Prediction]]:
        """For each seed what ``reseeded(seed).predict(examples)`` answers."""
        ...

    def ballots(self, examples: Sequence[Example]) -> list[Ballot]:
        """The whole vote on each example."""
        ...


@dataclass(frozen=True)
class Defense:
    """A defence: its name in commands and files, its title for a reader, what it does in a sentence.

    ``settings`` is a frozen dataclass whose fields are configs; the last of them has a ``seed``. ``preset`` gives them
    for a task, a preset and the embedding table's coordinate std, on which those of ``needs_std`` depend. ``wrap`` puts
    the defence around a classifier; what it returns is a ``kind``. ``idle`` are settings of no strength: the answers
    are the classifier's own. ``space`` names the settings that ``tune`` may search, with their ranges; none, no search.
    ``answers_only`` makes settings fit for a black box, which gives no gradients; None where the defence needs the word
    embeddings.
    """

    name: str
    title: str
    summary: str
    kind: type[Defended]
    settings: type
    preset: Callable[[Task, Preset, float], Any]
    wrap: Callable[[Any, Lexicon, Any], Defended]
    idle: Callable[[Any], Any]
    needs_std: tuple[Preset, ...] = ()
    space: Mapping[str, Axis] = field(default_factory=dict)
    answers_only: Callable[[Any], Any] | None = None
