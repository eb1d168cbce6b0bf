"""The work log: a folder to which lines are only ever appended, each entry under the key of the job it comes from.

Every run writes files of its own, so any number of them may share a folder. A file that was cut short loses its last
entry and nothing else. Seconds are no function of a job: they lie in files beside the lines.
"""

import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigError, DataFileError
from core.strict_json import from_json, to_json
from core.work.job import Job, Line

LINES, SECONDS = ".lines.jsonl", ".seconds.jsonl"
MERGED = "merged"


@dataclass(frozen=True)
class Place:
    """Where an entry stands."""

    path: Path
    offset: int


class Log:
    """The log in ``folder``, which need not be there yet. ``done`` and ``lines`` see what was there at the last look.

    Reading it costs one pass over the files; lines are fetched when they are asked for, so a log may be larger than
    memory.
    """

    def __init__(self, folder: Path) -> None:
        """Raises DataFileError for damage that is no torn end."""
        self.folder = folder
        self._places: dict[str, Place] = {}
        self._name = uuid.uuid4().hex
        self.look()

    def look(self) -> None:
        """See what is there now; others may have appended."""
        found: dict[str, Place] = {}
        for path in self._paths(LINES):
            for offset, entry in _entries(path, {"job": str, "lines": list}):
                found.setdefault(entry["job"], Place(path, offset))
        self._places = found

    def __contains__(self, job: Job) -> bool:
        return job.key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def lines(self, job: Job) -> list[Line]:
        """The lines of a job that is done. Raises DataFileError if it is not."""
        if job not in self:
            raise DataFileError(f"The work log {self.folder.name} holds no lines of this job of kind '{job.kind}'.")
        return self._read(job.key)["lines"]

    def seconds(self) -> dict[str, float]:
        """Processor seconds that jobs took where they were done, by key; a job done twice counts as it was first."""
        found: dict[str, float] = {}
        for path in self._paths(SECONDS):
            for _, entry in _entries(path, {"job": str, "seconds": (int, float)}):
                found.setdefault(entry["job"], entry["seconds"])
        return found

    def append(self, job: Job, lines: Sequence[Line], seconds: float) -> None:
        """Write the lines of a job, all at once; when this returns they are with the operating system."""
        entry = {"job": job.key, "kind": job.kind, "lines": lines}
        self._places.setdefault(job.key, self._write(LINES, entry))
        self._write(SECONDS, {"job": job.key, "seconds": round(seconds, 3)})

    def entries(self) -> Iterator[tuple[str, str]]:
        """(key, the entry's text) of every entry, also of those that stand there twice."""
        for path in self._paths(LINES):
            for _, entry in _entries(path, {"job": str, "lines": list}):
                yield entry["job"], to_json(entry)

    def _paths(self, ending: str) -> list[Path]:
        return sorted(self.folder.glob("*" + ending))

    def _write(self, ending: str, entry: Line) -> Place:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / (self._name + ending)
        with path.open("ab") as file:
            place = Place(path, file.tell())
            file.write(to_json(entry).encode("utf-8") + b"\n")
        return place

    def _read(self, key: str) -> dict[str, Any]:
        place = self._places[key]
        with place.path.open("rb") as file:
            file.seek(place.offset)
            return from_json(file.readline())


def merge(logs: Iterable[Log], out: Path) -> int:
    """Put logs into one new folder, the entries in the order of their keys; returns how many jobs there are.

    Guarantees: the bytes of the lines are a function of what was done, not of who did it, how often or in which order.
    Raises ConfigError if ``out`` holds a log already, and DataFileError if one job has two different sets of lines:
    then it was done by two versions of the program, or on two kinds of machine.
    """
    if any(out.glob("*" + LINES)):
        raise ConfigError(f"{out} holds a work log already. Give a new folder to merge into.")
    found: dict[str, str] = {}
    seconds: dict[str, float] = {}
    for log in logs:
        seconds = {**log.seconds(), **seconds}
        for key, entry in log.entries():
            if found.setdefault(key, entry) != entry:
                raise DataFileError(
                    f"Job {key} stands in the logs with different lines: it was done by two versions of the program, "
                    "or on two kinds of machine. Merge logs of one kind."
                )
    out.mkdir(parents=True, exist_ok=True)
    _replace(out / (MERGED + LINES), (found[key] for key in sorted(found)))
    _replace(out / (MERGED + SECONDS), (to_json({"job": k, "seconds": seconds[k]}) for k in sorted(seconds)))
    return len(found)


def _replace(path: Path, lines: Iterable[str]) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")
    os.replace(part, path)


def _entries(path: Path, parts: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(offset, entry) of each whole line, which has ``parts`` of these kinds; a torn last one is passed over.

    Raises DataFileError for other damage.
    """
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return  # cut short, or being written by another run at this moment
            try:
                entry = from_json(line)
            except ValueError:
                entry = None
            whole = isinstance(entry, dict) and all(isinstance(entry.get(name), kind) for name, kind in parts.items())
            if not whole:
                raise DataFileError(f"{path.name}, line {number} of the work log is damaged. Move the file away.")
            yield offset, entry
            offset += len(line)
