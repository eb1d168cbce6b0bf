"""A recorded attack, or the same attack on several classifiers, as JSON lines that anybody may hand us back.

The first line says who is attacked (:class:`LinedUp`), every other one is an event of an attack with its ``lane``, in
the order in which things happened. A file of bare events (:func:`core.attacks.events.write_events`) is read too, as one
lane. Nothing in a file is trusted: types, places of words and the fold into a view are checked before anybody shows it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from core.attacks.events import ATTACK_EVENTS, AttackEvent, AttackFinished, AttackStarted, SwapAccepted, WordsRanked
from core.attacks.view import AttackView, reduce
from core.errors import DataFileError
from core.events import from_record, to_record
from core.sheets import write_sheet
from core.strict_json import from_json, to_json

MAX_CHARACTERS = 20_000_000
MAX_STEPS = 100_000
MAX_LANES = 12
_LARGEST = 1e300


@dataclass(frozen=True)
class LinedUp:
    """Who is attacked and how: ``classifiers`` are titles by lane, ``other_text`` is the premise of a pair."""

    title: str
    note: str
    classifiers: tuple[str, ...]
    task: str
    labels: tuple[str, ...]
    text: str
    other_text: str
    method: str
    preset: str
    seed: int


_EVENTS = (LinedUp, *ATTACK_EVENTS)


@dataclass(frozen=True)
class Step:
    """One event of the attack in one lane."""

    lane: int
    event: AttackEvent


@dataclass(frozen=True)
class Recording:
    """Everything that happened, in order."""

    lined_up: LinedUp
    steps: tuple[Step, ...]

    def lane(self, number: int) -> list[AttackEvent]:
        """The events of one classifier."""
        return [step.event for step in self.steps if step.lane == number]

    def outcome(self, number: int) -> AttackFinished | None:
        """How the attack on one classifier ended; None if the recording stops before."""
        return next((e for e in reversed(self.lane(number)) if isinstance(e, AttackFinished)), None)


def write_line(item: LinedUp | Step) -> str:
    """One JSON line with its end. ``<`` is escaped, so that the line can stand anywhere in a page."""
    if isinstance(item, LinedUp):
        record = to_record(item)
    else:
        record = {"lane": item.lane, **to_record(item.event)}
    return to_json(record).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


def read_recording(content: str) -> Recording:
    """The recording in the text of a file. Raises DataFileError that names the line and what is wrong with it."""
    if len(content) > MAX_CHARACTERS:
        raise DataFileError(f"The recording is too large: {len(content):,} characters, at most {MAX_CHARACTERS:,}.")
    lined_up: LinedUp | None = None
    steps: list[Step] = []
    views: dict[int, AttackView] = {}
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        lane, event = _read_line(line, number)
        if isinstance(event, LinedUp):
            if lined_up is not None or steps:
                raise DataFileError(f"Line {number}: a recording says who is attacked once, at its beginning.")
            if not 1 <= len(event.classifiers) <= MAX_LANES:
                raise DataFileError(f"Line {number}: expected 1 to {MAX_LANES} classifiers.")
            lined_up = event
            continue
        lanes = len(lined_up.classifiers) if lined_up else 1
        if not 0 <= lane < lanes:
            raise DataFileError(f"Line {number}: lane {lane} is none of the {lanes} in this recording.")
        views[lane] = _follow(views.get(lane, AttackView()), event, number)
        steps.append(Step(lane, event))
        if len(steps) > MAX_STEPS:
            raise DataFileError(f"The recording has more than {MAX_STEPS:,} events.")
    if not steps:
        raise DataFileError("The recording holds no events of an attack.")
    return Recording(lined_up or _lined_up(steps), tuple(steps))


def _read_line(line: str, number: int) -> tuple[int, Any]:
    try:
        record = from_json(line)
    except ValueError as error:
        raise DataFileError(f"Line {number} is not JSON; expected a recording in JSON lines. ({error})") from None
    if not isinstance(record, dict):
        raise DataFileError(f"Line {number} is not an event of an attack: expected a JSON object.")
    lane = record.pop("lane", 0)
    try:
        event = from_record(record, _EVENTS)
    except (DataFileError, RecursionError) as error:
        if "adversarial" in record:
            raise DataFileError(
                "This is a file of results (attack --out), which holds how attacks ended and not how they went. "
                "A recording is made by python -m core record, or by attack --text ... --json."
            ) from None
        raise DataFileError(f"Line {number}: {str(error)[:300]}") from None
    if type(lane) is not int:
        raise DataFileError(f"Line {number} is not an event of an attack: {type(event).__name__}, lane {lane!r:.40}.")
    hints = get_type_hints(type(event))
    for field in fields(event):
        value = getattr(event, field.name)
        if not _fits(value, hints[field.name]):
            raise DataFileError(f"Line {number}: {field.name} of {type(event).__name__} cannot be {value!r:.60}.")
    return lane, event


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value read from JSON is of the annotated type; whole numbers are numbers, NaN and infinity are none."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return any(_fits(value, part) for part in parts)
    if origin is Literal:
        return isinstance(value, str) and value in parts
    if origin is tuple and len(parts) == 2 and parts[1] is Ellipsis:
        return isinstance(value, tuple) and all(_fits(item, parts[0]) for item in value)
    if origin is tuple:
        return isinstance(value, tuple) and len(value) == len(parts) and all(map(_fits, value, parts))
    if hint is NoneType:
        return value is None
    if hint is float:
        return type(value) in (int, float) and abs(value) < _LARGEST  # NaN is not
    return type(value) is hint


def _follow(view: AttackView, event: AttackEvent, number: int) -> AttackView:
    """The view after the event, if the event is possible there."""
    try:
        problem = _impossible(view, event)
        if problem:
            raise DataFileError(f"Line {number}: {problem}.")
        return reduce(view, event)
    except (IndexError, ValueError, TypeError, OverflowError):
        kind = type(event).__name__
        raise DataFileError(f"Line {number}: this {kind} does not fit what came before.") from None


def _impossible(view: AttackView, event: AttackEvent) -> str:
    """Why the event cannot stand here; empty if it can."""
    if view.finished is not None:
        return "something happens after the end"
    if isinstance(event, AttackStarted):
        return "the attack starts twice" if view.started else _bad_start(event)
    if view.started is None:
        return "" if isinstance(event, AttackFinished) else "something happens before the start"
    labels, words = len(view.labels), len(view.words)
    if not 0 <= getattr(event, "word", 0) < max(words, 1):
        return f"there is no word {getattr(event, 'word', 0)}"
    places = (*event.order, *(index for index, _ in event.left_out)) if isinstance(event, WordsRanked) else ()
    if not all(0 <= index < words for index in places) or len(set(places)) < len(places):
        return "the ranking names words that are not there"
    if len(getattr(event, "probabilities", view.probabilities)) != labels:
        return f"expected {labels} probabilities"
    if not -1 <= getattr(event, "predicted", 0) < labels:
        return "there is no such label"
    if isinstance(event, SwapAccepted):
        old = view.words[event.word]
        if event.text != view.text[: old.start] + event.replacement + view.text[old.end :]:
            return "the text is not the one before with this word replaced"
    return ""


def _bad_start(event: AttackStarted) -> str:
    if not event.labels or not 0 <= event.label < len(event.labels) or not 0 <= event.predicted < len(event.labels):
        return "there is no such label"
    if len(event.probabilities) != len(event.labels):
        return f"expected {len(event.labels)} probabilities"
    last = 0
    for start, end, text in event.words:
        if not last <= start < end or event.text[start:end] != text:
            return "the words are not where the text has them"
        last = end
    return ""


def _lined_up(steps: list[Step]) -> LinedUp:
    """For a file of bare events."""
    start = next((step.event for step in steps if isinstance(step.event, AttackStarted)), None)
    if start is None:
        raise DataFileError("The recording never starts: an attack that was skipped has nothing to show.")
    return LinedUp(
        "", "", (start.classifier,), start.task, start.labels, start.text, start.other_text, start.method,
        start.preset, start.seed,
    )  # fmt: skip


COLUMNS = (
    "step", "classifier", "event", "word", "original", "replacement", "gate", "reason", "cosine", "similarity",
    "probability", "predicted", "queries",
)  # fmt: skip


def to_csv(recording: Recording) -> str:
    """A row an event, for a spreadsheet (see :func:`core.sheets.write_sheet`)."""
    return write_sheet(COLUMNS, ([row.get(name, "") for name in COLUMNS] for row in _rows(recording)))


def _rows(recording: Recording) -> Iterator[Mapping[str, Any]]:
    views: dict[int, AttackView] = {}
    for number, step in enumerate(recording.steps, start=1):
        view = views[step.lane] = reduce(views.get(step.lane, AttackView()), step.event)
        record = to_record(step.event)
        if "word" in record:
            record["original"] = view.words[record["word"]].original
        labels = recording.lined_up.labels
        if record.get("predicted", -1) in range(len(labels)):
            record["predicted"] = labels[record["predicted"]]
        if record.get("probabilities"):
            record["probability"] = record["probabilities"][view.label]
        yield {**record, "step": number, "classifier": recording.lined_up.classifiers[step.lane]}


def write_recording(lined_up: LinedUp, steps: Iterable[Step]) -> str:
    """The whole file."""
    return write_line(lined_up) + "".join(map(write_line, steps))
