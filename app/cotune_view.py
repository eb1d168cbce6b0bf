"""A co-tuning run as it stands, folded from its events: what the page draws and the endpoint tells."""

import base64
from dataclasses import asdict, dataclass, is_dataclass, replace
from pathlib import Path
from typing import Any

from core.evaluation.comparison import Comparing, Measure
from core.events import Evaluated, Preparing, TrainingFinished, TrainingStarted, TrainingStep
from core.models.gradients import GradientClassifier


@dataclass(frozen=True)
class Queued:
    """``place`` 1 is next."""

    place: int


@dataclass(frozen=True)
class Message:
    """What is going on, in words; ``over`` when nothing more will come, ``lasting`` when it explains the end."""

    text: str
    over: bool = False
    trouble: bool = False
    lasting: bool = False


@dataclass(frozen=True)
class Made:
    """The model that came out: its title for menus, itself, and its folder as a zip."""

    title: str
    classifier: GradientClassifier
    zipped: Path


@dataclass(frozen=True)
class CotuneView:
    """Everything known so far, ``events`` in full; ``over`` when nothing more will come."""

    events: tuple[Any, ...] = ()
    started: TrainingStarted | None = None
    steps: tuple[TrainingStep, ...] = ()
    evaluations: tuple[Evaluated, ...] = ()
    finished: TrainingFinished | None = None
    measures: tuple[Measure, ...] = ()
    made: Made | None = None
    remark: str = ""
    over: bool = False

    @property
    def latest(self) -> Any:
        """The event that came last."""
        return self.events[-1] if self.events else None

    @property
    def curves(self) -> tuple[int, int]:
        """Changes when the curves have something new."""
        return len(self.steps), len(self.evaluations)


def fold(view: CotuneView, event: Any) -> CotuneView:
    """The view after an event."""
    view = replace(view, events=(*view.events, event))
    if isinstance(event, TrainingStarted):
        return replace(view, started=event)
    if isinstance(event, TrainingStep):
        return replace(view, steps=(*view.steps, event))
    if isinstance(event, Evaluated):
        return replace(view, evaluations=(*view.evaluations, event))
    if isinstance(event, TrainingFinished):
        return replace(view, finished=event)
    if isinstance(event, Measure):
        return replace(view, measures=(*view.measures, event))
    if isinstance(event, Made):
        return replace(view, made=event, over=True)
    if isinstance(event, Message):
        return replace(view, over=event.over, remark=event.text if event.lasting else view.remark)
    if isinstance(event, (Preparing, Comparing, Queued)):
        return view
    raise TypeError(f"A co-tuning run has no event {type(event).__name__}.")


def to_record(event: Any) -> dict[str, Any]:
    """An event as plain JSON; a made model by its title and its zip in base64, a finished run without its folder."""
    if isinstance(event, Made):
        packed = base64.b64encode(event.zipped.read_bytes()).decode()
        return {"event": "Made", "title": event.title, "zip_base64": packed}
    assert is_dataclass(event)
    assert not isinstance(event, type)
    record = {"event": type(event).__name__, **asdict(event)}
    record.pop("folder", None)
    return record
