"""What happens in an attack, as plain values; and the recorded stream as JSON lines.

Order in every stream: :class:`AttackStarted`, then :class:`WordsRanked` (methods that rank), then for each word its
refused and tried candidates and :class:`SwapAccepted` or :class:`WordPassed`, and :class:`AttackFinished` last. With a
randomised classifier :class:`FlipChecked` stands where a flip was put to fresh draws. A stream that could not begin is
one :class:`AttackFinished`. Words are named by their index into ``AttackStarted.words``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from core.errors import DataFileError
from core.events import from_record, to_record
from core.strict_json import from_json, to_json

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
    """The classifier answered with the replacement in place; ``similarity`` is None where the sentence gate is off.

    ``beside``: (word, replacement) of others that stood in this text too, beyond the swaps accepted so far: a search
    over sets of swaps looks at several at once. A ``replacement`` equal to the original is a swap taken back.
    """

    word: int
    replacement: str
    cosine: float | None
    similarity: float | None
    probabilities: tuple[float, ...]
    predicted: int
    queries: int
    beside: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class FlipChecked:
    """A flip was put to fresh draws: ``wrong`` of ``draws`` answered wrongly; if a majority did, the search stops here.

    Whether the text breaks the classifier is for the verdict to say, with draws of its own.
    """

    word: int
    replacement: str
    wrong: int
    draws: int
    confirmed: bool


@dataclass(frozen=True)
class SwapAccepted:
    """The replacement stays. ``text`` is the text from here on.

    A search over sets of swaps accepts them one after another; ``probabilities`` of a text on the way that was never
    asked are those known before.
    """

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

    ``status``: success, failed (all words tried, or the search believed in a success and the verdict did not),
    exhausted (a budget ended), stopped (by the user), skipped (the classifier was wrong from the start) or error;
    ``reason`` says it in words. ``swaps``: (word index, from, to), in order of acceptance. ``queries`` is what the
    attacker asked, the original included; 0 when skipped. ``paper_queries`` is what TextFooler's own code would have
    asked for the same words (every word left out once, every neighbour before the gates). ``model_rows`` are the rows
    that the model read for the attacker's questions. ``refused`` counts per gate: word, part of speech, sentence.
    ``single_draw``: some single answer during the search was wrong (what a naive evaluation calls success).

    The verdict: ``wrong`` of ``draws`` answers to the final text, and ``wrong_before`` of ``draws_before`` to the
    original, were wrong (:mod:`core.attacks.verdict`); a success has a wrong majority; stopped, a randomised classifier
    has none. ``fresh_draws`` answers and ``fresh_rows`` model rows went into confirmations and verdicts.
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
    wrong_before: int = 0
    draws_before: int = 0
    fresh_draws: int = 0
    fresh_rows: int = 0


def failure(reason: str, text: str, label: int | None) -> AttackFinished:
    """The outcome of an attack that met an error."""
    return AttackFinished(
        status="error", reason=" ".join(reason.split()), text=text, label=-1 if label is None else label,
        predicted_before=-1, predicted=-1, probability_before=0.0, probability=0.0, swaps=(), words=0, queries=0,
        paper_queries=0, model_rows=0, sentence_gate="off", refused=(0, 0, 0), single_draw=False, wrong=0, draws=0,
    )  # fmt: skip


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
            event = from_record(from_json(line), ATTACK_EVENTS)
        except (ValueError, AttributeError, DataFileError) as error:
            raise DataFileError(f"Line {number} is not an event of an attack: {error}") from error
        events.append(event)
    if not events:
        raise DataFileError("The recording holds no events.")
    return events
