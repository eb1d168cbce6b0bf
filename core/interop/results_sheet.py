"""TextAttack's CSV of results: ours written with its columns, and its own read as a recording that the page replays.

A row an attack. Words that differ stand between ``[[`` and ``]]``, ``<SPLIT>`` is a line break, and of a pair each text
has its name in front. Scores are 1 minus the probability of the true label (its untargeted goal). Such a file says how
an attack ended and which words it swapped, not what it tried: a replay has the swaps alone, in the order of the text.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.attacks.events import AttackFinished, AttackStarted, Status, SwapAccepted
from core.attacks.recording import MAX_CHARACTERS, LinedUp, Recording, Step
from core.errors import DataFileError
from core.language.text import find_words
from core.sheets import BYTE_ORDER_MARK, read_sheet, unguarded, write_sheet
from core.tasks import Task

COLUMNS = (
    "original_text", "perturbed_text", "original_score", "perturbed_score", "original_output", "perturbed_output",
    "ground_truth_output", "num_queries", "result_type",
)  # fmt: skip
MOST_LABELS = 100
_RESULTS: Mapping[str, Status] = {
    "successful": "success", "maximized": "success", "failed": "failed", "skipped": "skipped",
}  # fmt: skip
_WRITTEN = {"success": "Successful", "failed": "Failed", "exhausted": "Failed", "skipped": "Skipped"}
_BREAK = "<SPLIT>"
_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_NAMED = re.compile(r"\[\[\[\[([^\[\]]{1,40})\]\]\]\]: ")


def results_sheet(records: Iterable[Mapping[str, Any]], task: Task) -> str:
    """The records of ``attack --out`` as a sheet; those that ended in an error or were stopped are left out."""
    return write_sheet(COLUMNS, (_row(one, task) for one in records if one["status"] in _WRITTEN))


def _row(record: Mapping[str, Any], task: Task) -> tuple[Any, ...]:
    before, after = _marked(record)
    other = record.get("other_text")
    scores = [round(1 - record[name], 6) for name in ("probability_before", "probability")]
    return (
        _named(before, other, task), _named(after, other, task), *scores, record["predicted_before"],
        record["predicted"], record["label"], record["queries"], _WRITTEN[record["status"]],
    )  # fmt: skip


def _marked(record: Mapping[str, Any]) -> tuple[str, str]:
    """Both texts with the words that differ marked; unmarked where the swaps do not make the one of the other."""
    text, words = str(record["text"]), find_words(record["text"])
    last = {index: new for index, _, new in record["swaps"] if index < len(words) and new != words[index].text}
    plain, before, after, done = "", "", "", 0
    for index, new in sorted(last.items()):
        kept, old = text[done : words[index].start], words[index].text
        plain, before, after = plain + kept + new, f"{before}{kept}[[{old}]]", f"{after}{kept}[[{new}]]"
        done = words[index].end
    rest = text[done:]
    if plain + rest != record["adversarial"]:
        return text, str(record["adversarial"])
    return before + rest, after + rest


def _named(text: str, other: str | None, task: Task) -> str:
    if other is None:
        return text.replace("\n", _BREAK)
    both = (text, other) if task.perturb == "text_a" else (other, text)
    named = [f"[[[[{name.capitalize()}]]]]: {part}" for name, part in zip(task.text_names, both, strict=True)]
    return _BREAK.join(named).replace("\n", _BREAK)


def is_results_sheet(content: str) -> bool:
    """Whether a file's text begins as TextAttack's CSV does."""
    first = content.removeprefix(BYTE_ORDER_MARK)[:200].partition("\n")[0]
    return "original_text" in first and "perturbed_text" in first


def read_results_sheet(content: str) -> Recording:
    """The first attack in the file that succeeded, or else the first that was made, as a recording.

    Raises DataFileError for what is no such file, and where no row can be replayed, with the reason.
    """
    if len(content) > MAX_CHARACTERS:
        raise DataFileError(f"The file is too large: {len(content):,} characters, at most {MAX_CHARACTERS:,}.")
    rows = read_sheet(io.StringIO(content.removeprefix(BYTE_ORDER_MARK), newline=""), "The file")
    _, header = next(rows, (0, []))
    if missing := [name for name in COLUMNS if name not in header]:
        raise DataFileError(f"This is no CSV of TextAttack's: it has no column {', '.join(missing)}.")
    count, best, why = 0, None, ""
    for line, cells in rows:
        count += 1
        if best is not None and best.status == "success":
            continue
        found = _attack(dict(zip(header, cells, strict=False)), line)
        if isinstance(found, str):
            why = why or f"line {line}: {found}"
        elif best is None or found.status == "success":
            best = found
    if best is None:
        raise DataFileError(f"No row can be replayed: {why or 'the file has none'}.")
    return best.recording(count)


@dataclass(frozen=True)
class _Attack:
    """A row: ``pieces`` alternate between text that stays and (before, after) of a swap."""

    line: int
    status: Status
    other: str
    kept: tuple[str, ...]
    swaps: tuple[tuple[str, str], ...]
    truth: int
    outputs: tuple[int, int]
    right: tuple[float, float]
    queries: int

    def recording(self, rows: int) -> Recording:
        """The row as events; ``rows`` are in the file."""
        start = self._start(rows)
        steps: list[AttackStarted | SwapAccepted | AttackFinished] = [start]
        text, places = start.text, self._places(start)
        for number, ((old, new), index) in enumerate(zip(self.swaps, places, strict=True), start=1):
            at = start.words[index][0] + sum(len(b) - len(a) for a, b in self.swaps[: number - 1])
            text = text[:at] + new + text[at + len(old) :]
            over = number == len(self.swaps)
            steps.append(SwapAccepted(
                index, new, None, text, self._shares(over), self.outputs[over], self.queries if over else 1
            ))  # fmt: skip
        made = tuple((index, *swap) for index, swap in zip(places, self.swaps, strict=True))
        steps.append(AttackFinished(
            status=self.status, reason=f"As TextAttack's file says, line {self.line}.", text=text, label=self.truth,
            predicted_before=self.outputs[0], predicted=self.outputs[1], probability_before=self.right[0],
            probability=self.right[1], swaps=made, words=len(start.words), queries=self.queries, paper_queries=0,
            model_rows=0, sentence_gate="off", refused=(0, 0, 0), single_draw=self.status == "success", wrong=0,
            draws=0,
        ))  # fmt: skip
        lined_up = LinedUp(
            f"TextAttack, line {self.line}", start.note, (start.classifier,), start.task, start.labels, start.text,
            start.other_text, start.method, start.preset, start.seed,
        )  # fmt: skip
        return Recording(lined_up, tuple(Step(0, event) for event in steps))

    def _start(self, rows: int) -> AttackStarted:
        text = self.kept[0] + "".join(old + kept for (old, _), kept in zip(self.swaps, self.kept[1:], strict=True))
        words = self._words(text)
        labels = tuple(map(str, range(max(1, self.truth, *self.outputs) + 1)))
        note = (
            f"One of {rows} attacks in a file of TextAttack's, which holds how they ended: swaps come in the order of "
            "the text, words have no scores and labels no names."
        )
        if len(labels) > 2:
            note += " Only the true label's probability is known; what is left is shown with the label answered."
        return AttackStarted(
            method="TextAttack", preset="not in the file", overrides=(), seed=0, encoder="not in the file",
            calibration="not in the file", tagger="not in the file", neighbors="not in the file",
            classifier="not in the file", randomised=False, task="", labels=labels, label=self.truth, text=text,
            other_text=self.other, words=words, words_read=len(words), sentence_gate="off", note=note,
            probabilities=self._shares(False), predicted=self.outputs[0], queries=1,
        )  # fmt: skip

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Where the swapped words are in the original text."""
        at = 0
        for kept, (old, _) in zip(self.kept, self.swaps, strict=False):
            at += len(kept)
            yield at, at + len(old)
            at += len(old)

    def _words(self, text: str) -> tuple[tuple[int, int, str], ...]:
        """Our words, and in place of those that a swapped span touches the span."""
        spans = list(self._spans())
        own = [(w.start, w.end) for w in find_words(text)]
        free, place = [], 0
        for start, end in own:
            while place < len(spans) and spans[place][1] <= start:
                place += 1
            if place == len(spans) or spans[place][0] >= end:
                free.append((start, end))
        return tuple((start, end, text[start:end]) for start, end in sorted(free + spans))

    def _places(self, start: AttackStarted) -> list[int]:
        numbers = {begin: index for index, (begin, _, _) in enumerate(start.words)}
        return [numbers[begin] for begin, _ in self._spans()]

    def _shares(self, after: bool) -> tuple[float, ...]:
        """Probabilities: the true label's from the file, the rest with the label answered, or shared out."""
        labels, right, answered = max(1, self.truth, *self.outputs) + 1, self.right[after], self.outputs[after]
        if answered == self.truth:
            rest = [(1 - right) / (labels - 1)] * labels
        else:
            rest = [1 - right if label == answered else 0.0 for label in range(labels)]
        return tuple(right if label == self.truth else rest[label] for label in range(labels))


def _attack(row: Mapping[str, str], line: int) -> "_Attack | str":
    """A row as an attack; or why it cannot be replayed."""
    status = _RESULTS.get(row.get("result_type", "").strip().lower())
    if status is None:
        raise DataFileError(f"Line {line}: result_type {row.get('result_type', '')[:40]!r} is none of TextAttack's.")
    if status == "skipped":
        return "the attack was skipped, since the answer was wrong from the start"
    outputs = [_whole(row, name, line, MOST_LABELS - 1) for name in COLUMNS[4:7]]
    right = [min(1.0, max(0.0, 1 - _number(row, name, line))) for name in COLUMNS[2:4]]
    queries = _whole(row, "num_queries", line, 10**9)
    before, after = (unguarded(row.get(name, "")) for name in COLUMNS[:2])
    parts, other = (before, after), ""
    if _NAMED.match(before):
        both = _split(before), _split(after)
        if [name for name, _ in both[0]] != [name for name, _ in both[1]] or len(both[0]) > 2:
            return "its texts have no names that fit each other"
        changed = [i for i, (one, two) in enumerate(zip(*both, strict=True)) if one != two]
        if len(changed) > 1:
            return "more than one of its texts changes"
        at = changed[0] if changed else len(both[0]) - 1
        parts = both[0][at][1], both[1][at][1]
        other = next((text for i, (_, text) in enumerate(both[0]) if i != at), "")
    kept, old = _unmarked(parts[0])
    kept_after, new = _unmarked(parts[1])
    if kept != kept_after or not all(old):
        return "it inserts or deletes words, and only swaps can be replayed"
    swaps = tuple(zip(old, new, strict=True))
    return _Attack(
        line, status, other, kept, swaps, outputs[2], (outputs[0], outputs[1]), (right[0], right[1]), queries
    )


def _split(text: str) -> list[tuple[str, str]]:
    """The named texts of a pair; one that holds what looks like a name is cut there, and the names do not fit."""
    names = list(_NAMED.finditer(text))
    ends = [*(name.start() for name in names[1:]), len(text)]
    parts = [text[name.end() : end] for name, end in zip(names, ends, strict=False)]
    return [(name[1], part.removesuffix(_BREAK)) for name, part in zip(names, parts, strict=True)]


def _unmarked(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands around the marked words, and the words."""
    pieces = _MARK.split(text.replace(_BREAK, "\n"))
    return tuple(pieces[::2]), tuple(pieces[1::2])


def _number(row: Mapping[str, str], name: str, line: int) -> float:
    try:
        found = float(row.get(name, ""))
    except ValueError:
        found = float("nan")
    if not abs(found) <= 1e9:  # NaN is not
        raise DataFileError(f"Line {line}: {name} {row.get(name, '')[:40]!r} is no number.")
    return found


def _whole(row: Mapping[str, str], name: str, line: int, most: int) -> int:
    found = _number(row, name, line)
    if not found.is_integer() or not 0 <= found <= most:
        raise DataFileError(f"Line {line}: {name} must be a whole number from 0 to {most:,}, found {found:g}.")
    return int(found)
