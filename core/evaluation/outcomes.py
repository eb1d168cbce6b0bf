"""What each attack of a run came to, without a word of its text: whether it broke the answer, and what it took.

Read off results of ``attack --out`` and kept beside the tables of results (``assets/results/attacks-*.json``), so that
a reader sees the attacks behind a share one by one. Of texts that may not be handed on this is all that may be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import DamagedResourceError, DataFileError
from core.strict_json import object_of, to_json

OUTCOMES = "attacks-"
"""How the files begin, beside the tables of results."""
_ATTACKER = ("method", "preset")


@dataclass(frozen=True)
class Outcome:
    """Of one attack: ``broken``, of how many ``words`` so many were ``changed``, after so many ``queries``."""

    broken: bool
    words: int
    changed: int
    queries: int

    @property
    def share(self) -> float:
        """Of the words that were changed."""
        return self.changed / max(1, self.words)


@dataclass(frozen=True)
class Run:
    """All attacks of a run on ``classifier`` that had a right answer to break, out of ``n`` texts."""

    classifier: str
    task: str
    method: str
    preset: str
    n: int
    command: str
    outcomes: tuple[Outcome, ...]

    @property
    def broken(self) -> int:
        """How many broke the answer."""
        return sum(outcome.broken for outcome in self.outcomes)


def run_of(records: Iterable[Mapping[str, Any]], command: str) -> Run:
    """The outcomes in records of ``attack --out``; rows that were wrong before or failed are left out.

    Raises DataFileError where there is no record.
    """
    found, made_by, n = [], None, 0
    for record in records:
        made_by, n = record["made_by"], n + 1
        if record["status"] not in ("skipped", "error"):
            won = record["status"] == "success"
            found.append(Outcome(won, record["words"], record["changed"], record["queries"]))
    if made_by is None:
        raise DataFileError("There is no attack in the file.")
    classifier, task, method, preset = (str(made_by.get(name, "")) for name in ("classifier", "task", *_ATTACKER))
    return Run(classifier, task, method, preset, n, command, tuple(found))


def write_runs(path: Path, runs: Sequence[Run]) -> None:
    """Write the runs where :func:`read_runs` finds them again; an attack is four numbers."""
    told = [
        {**{k: v for k, v in vars(run).items() if k != "outcomes"},
         "outcomes": [[int(one.broken), one.words, one.changed, one.queries] for one in run.outcomes]}
        for run in runs
    ]  # fmt: skip
    path.write_text(to_json({"runs": told}) + "\n", encoding="utf-8")


def read_runs(path: Path) -> tuple[Run, ...]:
    """The runs in a file. Raises DamagedResourceError."""
    try:
        given: Any = object_of(path.read_text(encoding="utf-8"))["runs"]
        return tuple(
            Run(**{**run, "outcomes": tuple(Outcome(bool(b), w, c, q) for b, w, c, q in run["outcomes"])})
            for run in given
        )
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedResourceError(f"Damaged file {path} (outcomes of attacks): {error}") from error
