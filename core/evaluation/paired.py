"""Two classifiers on the same rows, row by row (METHODS, section 9): from two result files, whatever made them.

Read are the lines of ``attack --out``, where right means right after the attack, and of ``classify`` or ``defend``
with ``--json`` over labelled rows. Rows on which either attack ended in an error or was stopped are left out.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile, zip_longest
from pathlib import Path
from typing import Any, get_args

from core.attacks.events import Status, right_after
from core.errors import DataFileError
from core.evaluation.statistics import Estimate, PairedTest, difference, mcnemar, share
from core.strict_json import from_json


@dataclass(frozen=True)
class Answered:
    """A file that was compared: its name and the sha256 of its bytes, so that a p-value can be traced to them."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Paired:
    """``difference`` is the first one's share of right answers less the second one's; ``left_out`` rows say nothing."""

    files: tuple[Answered, Answered]
    first: Estimate
    second: Estimate
    difference: Estimate
    test: PairedTest
    left_out: int


def compare_files(first: Path, second: Path) -> Paired:
    """Both files must hold the same rows in the same order. Raises DataFileError that names the line."""
    a: list[bool] = []
    b: list[bool] = []
    left_out = 0
    for line, (one, other) in enumerate(zip_longest(_answers(first), _answers(second)), start=1):
        if one is None or other is None:
            shorter = first if one is None else second
            raise DataFileError(
                f"{shorter.name} ends after {line - 1} rows, the other goes on. Give runs of one length."
            )
        if one[0] != other[0]:
            raise DataFileError(f"Line {line} of {first.name} and {second.name} are about different rows.")
        if one[1] is None or other[1] is None:
            left_out += 1
        else:
            a.append(one[1])
            b.append(other[1])
    if not a:
        raise DataFileError(f"{first.name} and {second.name} have no row to compare.")
    test = mcnemar(a, b)
    files = (_named(first), _named(second))
    return Paired(files, share(sum(a), len(a)), share(sum(b), len(b)), difference(test), test, left_out)


def _named(path: Path) -> Answered:
    return Answered(path.name, hashlib.sha256(path.read_bytes()).hexdigest())


def _answers(path: Path) -> Iterator[tuple[str, bool | None]]:
    """What tells a row from others, and whether its answer was right."""
    if not path.is_file():
        raise DataFileError(f"No file {path}.")
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            try:
                record = from_json(line)
            except ValueError:
                record = None
            if not isinstance(record, dict):
                raise DataFileError(f"{path.name}, line {number} is no JSON object.")
            yield _answer(record, f"{path.name}, line {number}")


def _answer(record: dict[str, Any], where: str) -> tuple[str, bool | None]:
    status = str(record.get("status"))
    if status in get_args(Status):
        if record.get("given") is None:
            raise DataFileError(
                f"{where} has no label of its own: right or wrong would be the classifier's own answer."
            )
        row = [record.get(name) for name in ("i", "text_sha", "other_text", "given")]
        return json.dumps(row), right_after(status)
    if "label" in record and "row" in record:
        if "expected" not in record:
            raise DataFileError(f"{where} has no label to compare with. Classify a file with a label column.")
        texts = list(takewhile(lambda field: field[0] != "classifier", record.items()))
        return json.dumps([*texts, record["expected"]]), record["label"] == record["expected"]
    raise DataFileError(f"{where} is neither of attack --out nor of classify --json.")
