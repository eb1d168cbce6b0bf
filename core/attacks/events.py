"""What happens in an attack, as plain values; and the recorded stream as JSON lines.

Order in every stream: :class:`AttackStarted`, then :class:`WordsRanked` (methods that rank), then for each word its
refused and tried candidates and :class:`SwapAccepted` or :class:`WordPassed`, and :class:`AttackFinished` last. With a
randomised classifier :class:`FlipChecked` stands where a flip was put to fresh draws. A stream that could not begin is
one :class:`AttackFinished`. Words are named by their index into ``AttackStarted.words``.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from core.errors import DataFileError
from core.events import EVENT_TYPES, from_record, to_record
from core.strict_json import to_json

Status = Literal["success", "failed", "skipped", "exhausted", "stopped", "error"]
SentenceGate = Literal["on", "lowered", "off"]
_RIGHT: dict[str, bool | None] = {
    "failed": True, "exhausted": True, "success": False, "skipped": False, "error": None, "stopped": None
}  # fmt: skip


def right_after(status: str) -> bool | None:
    """Whether the classifier is right after an attack that ended so; None where nothing was found out."""
    return _RIGHT[status]


@dataclass(frozen=True)
class AttackStarted:
    """The classifier was right, so the attack begins.

    ``overrides`` are (field, value) pairs; ``words`` (start, end, text) spans of ``text``; ``words_read`` how many of
    them the classifier reads before it cuts. ``probabilities`` and ``predicted`` are those of the original.
    """

    method: str
    preset: str
    overrides: tuple[tuple[str, str | float | bool | None], ...]
    seed: int
    encoder: str
    calibration: str
    tagger: str
    neighbors: str
    classifier: str
    randomised: bool
    task: str
    labels: tuple[str, ...]
    label: int
    text: str
    other_text: str
    words: tuple[tuple[int, int, str], ...]
    words_read: int
    sentence_gate: SentenceGate
    note: str
    probabilities: tuple[float, ...]
    predicted: int
    queries: int


@dataclass(frozen=True)
class WordsRanked:
    """Words in the order they will be attacked, their ``scores`` in that order, and those left out with the reason."""

    order: tuple[int, ...]
    scores: tuple[float, ...]
    left_out: tuple[tuple[int, str], ...]
    queries: int


@dataclass(frozen=True)
class CandidateRefused:
    """A gate refused a replacement before the classifier was asked; ``value`` is what the gate looked at."""

    word: int
    replacement: str
    cosine: float | None
    gate: str
    reason: str
    value: float | None


@dataclass(frozen=True)
class CandidateTried:
    """The classifier answered with the replacement in place; ``similarity`` is None where the sentence gate is off."""

    word: int
    replacement: str
    cosine: float | None
    similarity: float | None
    probabilities: tuple[float, ...]
    predicted: int
    queries: int


@dataclass(frozen=True)
class FlipChecked:
    """A flip was put to fresh draws: ``wrong`` of ``draws`` answered wrongly; the flip counts if a majority did."""

    word: int
    replacement: str
    wrong: int
    draws: int
    confirmed: bool


@dataclass(frozen=True)
class SwapAccepted:
    """The replacement stays. ``text`` is the text from here on."""

    word: int
    replacement: str
    similarity: float | None
    text: str
    probabilities: tuple[float, ...]
    predicted: int
    queries: int


@dataclass(frozen=True)
class WordPassed:
    """The word stays as it is, and why."""

    word: int
    reason: str


@dataclass(frozen=True)
class AttackFinished:
    """The outcome. ``text`` is the last text, changed or not, whatever the status.

    ``status``: success, failed (all words tried), exhausted (a budget ended), stopped (by the user), skipped (the
    classifier was wrong from the start) or error; ``reason`` says it in words. ``swaps``: (word index, from, to), in
    order of acceptance. ``queries`` is what the attacker asked, the original included; 0 when skipped.
    ``paper_queries`` is what TextFooler's own code would have asked for the same words (every word left out once, every
    neighbour before the gates). ``model_rows`` adds the fresh draws of a randomised classifier. ``refused`` counts per
    gate: word, part of speech, sentence. ``single_draw``: some single answer during the search was wrong (what a naive
    evaluation calls success). ``wrong`` of ``draws`` fresh answers on the final text were wrong (1 draw for a
    deterministic classifier); a success has a majority.
    """

    status: Status
    reason: str
    text: str
    label: int
    predicted_before: int
    predicted: int
    probability_before: float
    probability: float
    swaps: tuple[tuple[int, str, str], ...]
    words: int
    queries: int
    paper_queries: int
    model_rows: int
    sentence_gate: SentenceGate
    refused: tuple[int, int, int]
    single_draw: bool
    wrong: int
    draws: int


AttackEvent = (
    AttackStarted
    | WordsRanked
    | CandidateRefused
    | CandidateTried
    | FlipChecked
    | SwapAccepted
    | WordPassed
    | AttackFinished
)
ATTACK_EVENTS = (
    AttackStarted, WordsRanked, CandidateRefused, CandidateTried, FlipChecked, SwapAccepted, WordPassed, AttackFinished
)  # fmt: skip
EVENT_TYPES.update({kind.__name__: kind for kind in ATTACK_EVENTS})


def write_events(events: Iterable[AttackEvent]) -> Iterator[str]:
    """One JSON line an event, without line ends."""
    for event in events:
        yield to_json(to_record(event))


def read_events(lines: Iterable[str]) -> list[AttackEvent]:
    """The events of a recorded stream; empty lines are passed over.

    Raises DataFileError, naming the line, for anything that is not an event of an attack.
    """
    events: list[AttackEvent] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = from_record(json.loads(line))
        except (ValueError, AttributeError, DataFileError) as error:
            raise DataFileError(f"Line {number} is not an event of an attack: {error}") from error
        if not isinstance(event, ATTACK_EVENTS):
            raise DataFileError(f"Line {number} is an event of something else: {type(event).__name__}.")
        events.append(event)
    if not events:
        raise DataFileError("The recording holds no events.")
    return events
