"""The paper's adversarial sets: attack the plain model, keep what flipped, and say how it was made.

A set is a JSON-lines file that any command reads as labelled examples (the adversarial text in the place of the
original), with a sidecar ``NAME.provenance.json``. It holds only samples that the attacked model got right and then
wrong, so accuracy on it is a recovery rate, and the attacked model's own is 0 (METHODS, section 11). Sets hold the
texts of their data: keep them out of repositories unless those texts are yours.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from core.datasets import named_split
from core.errors import DamagedResourceError, MissingResourceError
from core.resources import sha256_of
from core.strict_json import from_json, to_json
from core.tasks import Task

Record = dict[str, Any]


def flipped(records: Iterable[Record], task: Task) -> Iterator[Record]:
    """The records of a run that are successes, as labelled examples of ``task``."""
    column = "text" if not task.is_pair else "hypothesis" if task.perturb == "text_b" else "premise"
    other = "premise" if column == "hypothesis" else "hypothesis"
    for record in records:
        if record["status"] == "success":
            yield {
                **({other: record["other_text"]} if task.is_pair else {}),
                column: record["adversarial"],
                "label": task.labels[record["label"]],
                "original": record["text"],
                "i": record["i"],
                "swaps": record["swaps"],
                "answered": task.labels[record["predicted"]],
            }


def write_premade(path: Path, records: Iterable[Record], task: Task, provenance: Record) -> Record:
    """Write the set and its sidecar; returns what the sidecar says. Replaces both at once, or neither.

    ``provenance`` is what made the run: settings, data file, summary.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [to_json(record) + "\n" for record in flipped(records, task)]
    part = path.with_name(path.name + ".part")
    part.write_text("".join(lines), encoding="utf-8", newline="\n")
    said = {"task": task.name, "rows": len(lines), **provenance, "sha256": sha256_of(part, part.stat().st_mtime_ns)}
    sidecar = sidecar_path(path)
    beside = sidecar.with_name(sidecar.name + ".part")
    beside.write_text(to_json(said, indent=2) + "\n", encoding="utf-8")
    os.replace(part, path)
    os.replace(beside, sidecar)
    return said


def sidecar_path(path: Path) -> Path:
    """Where the provenance of a set lies."""
    return path.with_suffix(".provenance.json")


def read_provenance(path: Path) -> Record:
    """How a set was made; MissingResourceError or DamagedResourceError if that cannot be said of this very file."""
    mend = "make the set again: python -m core premade --help"
    sidecar = sidecar_path(path)
    for file in (path, sidecar):
        if not file.is_file():
            raise MissingResourceError(
                f"Missing file {file} (an adversarial set and how it was made). To get it: {mend}"
            )
    try:
        said = from_json(sidecar.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DamagedResourceError(f"Damaged file {sidecar}: not JSON. To mend it: {mend}") from error
    if not isinstance(said, dict) or said.get("sha256") != sha256_of(path, path.stat().st_mtime_ns):
        raise DamagedResourceError(f"{path} is not the set that {sidecar.name} speaks of. To mend it: {mend}")
    return said


def source_name(path: Path | None, split: str, task: Task) -> Record:
    """Where the attacked rows came from, without the machine's folders."""
    if path is None:
        return {"split": named_split(task, split)}
    return {"file": path.name, "file_sha256": sha256_of(path, path.stat().st_mtime_ns)}
