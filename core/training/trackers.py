"""Curves of a run for TensorBoard or trackio: consumers of its events, imported only when one is asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from core.errors import MissingResourceError, UnknownNameError
from core.events import Evaluated, TrainingStep

TRACKERS = ("tensorboard", "trackio")
Log = Callable[[Any], None]


def known_trackers(names: Sequence[str]) -> tuple[str, ...]:
    """The names, once each is a tracker's. Raises UnknownNameError."""
    for name in names:
        if name not in TRACKERS:
            raise UnknownNameError("tracker", name, TRACKERS)
    return tuple(names)


@contextmanager
def open_trackers(names: Sequence[str], folder: Path, settings: Mapping[str, Any]) -> Iterator[Log]:
    """A function that takes every event of a run and logs it with each tracker; closed at the end.

    TensorBoard's files go to ``folder/tensorboard``, trackio keeps its own. Raises UnknownNameError, or
    MissingResourceError where the package is not installed.
    """
    openers = {"tensorboard": _tensorboard, "trackio": _trackio}
    names = known_trackers(names)
    with ExitStack() as stack:
        logs = [stack.enter_context(openers[name](Path(folder), settings)) for name in names]

        def log(event: Any) -> None:
            for one in logs:
                one(event)

        yield log


def curves(event: Any) -> tuple[int, dict[str, float]] | None:
    """The step of an event and its numbers, by name of their curve; None for an event without any."""
    if isinstance(event, TrainingStep):
        found = {
            "train/loss": event.loss, "train/clean_loss": event.clean_loss,
            "train/synthetic_loss": event.synthetic_loss, "train/learning_rate": event.learning_rate,
            "train/examples_per_second": event.examples_per_second,
        }  # fmt: skip
    elif isinstance(event, Evaluated):
        found = {
            "dev/accuracy": event.accuracy, "dev/synthetic_accuracy": event.synthetic_accuracy, "dev/loss": event.loss
        }  # fmt: skip
    else:
        return None
    return event.step, {name: value for name, value in found.items() if value is not None}


@contextmanager
def _tensorboard(folder: Path, settings: Mapping[str, Any]) -> Iterator[Log]:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise MissingResourceError("Missing package tensorboard. To get it: pip install tensorboard") from error
    writer = SummaryWriter(str(folder / "tensorboard"))
    writer.add_text("settings", ", ".join(f"{name} {value}" for name, value in settings.items()))

    def log(event: Any) -> None:
        for name, value in (found := curves(event) or (0, {}))[1].items():
            writer.add_scalar(name, value, found[0])

    try:
        yield log
    finally:
        writer.close()


@contextmanager
def _trackio(folder: Path, settings: Mapping[str, Any]) -> Iterator[Log]:
    try:
        import trackio
    except ImportError as error:
        raise MissingResourceError("Missing package trackio. To get it: pip install trackio") from error
    trackio.init(project="firebert-lab", name=folder.name, config=dict(settings))

    def log(event: Any) -> None:
        found = curves(event)
        if found is not None:
            trackio.log(found[1], step=found[0])

    try:
        yield log
    finally:
        trackio.finish()
