"""A classifier of which answers alone are known: a server (:mod:`core.models.remote`) or a Python function.

Attacks, FuSE, accuracy, audits and importance by leave-one-out ask for no more. What needs word embeddings (FIVE,
gradients, training) refuses one, in words.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeGuard, runtime_checkable

from tokenizers import Encoding

from core.errors import ConfigError
from core.models.classifier import Classifier
from core.models.function import FunctionClassifier, is_function, load_function
from core.models.gradients import GradientClassifier, Gradients, Scalar
from core.models.remote import HttpClassifier, is_address
from core.tasks import Example, Task


def is_black_box(source: str) -> bool:
    """Whether ``source`` is an address, ``module:function`` or ``file.py:function``. Asks and imports nothing."""
    return is_address(source) or is_function(source)


def open_black_box(
    source: str, task: Task, names: Mapping[str, str] | None = None, abstains: bool = False
) -> Classifier:
    """The classifier that ``source`` names; ``names`` are labels that it calls otherwise. Not asked yet.

    Runs the function's module. Raises ConfigError for an address or a function that is none.
    """
    if is_address(source):
        return HttpClassifier(source, task, names)
    return FunctionClassifier(load_function(source), task, source, names, abstains)


@runtime_checkable
class _ReadsPieces(Protocol):
    """What tells such a classifier from a black box."""

    def encode(self, examples: Sequence[Example]) -> list[Encoding]: ...

    def gradients(self, encodings: Sequence[Encoding], scalar: Scalar) -> list[Gradients]: ...


def takes_embeddings(classifier: Classifier) -> TypeGuard[GradientClassifier]:
    """Whether embeddings and gradients can be had; a black box gives answers alone."""
    return isinstance(classifier, _ReadsPieces)


def open_classifier(
    source: str, task: Task, device: str = "cpu", revision: str | None = None, names: Mapping[str, str] | None = None
) -> Classifier:
    """A black box, or a model as :func:`core.models.loading.load_classifier` opens it. Raises as they do."""
    if is_black_box(source):
        if revision:
            raise ConfigError(f"A revision is of a model on the Hub; {source} has none.")
        return open_black_box(source, task, names)
    from core.models.loading import load_classifier

    return load_classifier(source, task, device, revision, names)
