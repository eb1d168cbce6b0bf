"""A job: a group of rows under one frozen configuration, known by what it is made of and by nothing else.

Its lines are a function of the job alone, so whoever has done a job has done it for everybody who asks the same:
another run after a kill, another table, another machine.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from core.errors import ConfigError

Line = dict[str, Any]
"""What comes of a job, a row as a rule; plain data that JSON gives back as it was."""
Do = Callable[["Job"], Iterable[Line]]
"""Does one job."""


@dataclass(frozen=True, eq=False)
class Job:
    """``rows`` of plain data, to be treated together as ``config`` says; ``kind`` names what is done.

    ``where`` says how this machine comes by what the configuration names (a folder, say): it decides nothing, and is no
    part of the key. Two jobs are equal if their keys are. Can be pickled.
    """

    kind: str
    config: Mapping[str, Any]
    rows: tuple[tuple[Any, ...], ...]
    where: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """The first 32 hexadecimal digits of the sha256 of kind, configuration and rows.

        The order of a configuration's names does not matter, 1 and 1.0 are one number. Raises ConfigError for what is
        no plain data.
        """
        return content_key([self.kind, self.config, self.rows])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Job) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def content_key(value: Any) -> str:
    """The first 32 hexadecimal digits of the sha256 of plain data. Raises ConfigError for anything else."""
    try:
        text = json.dumps(_whole(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"A job holds plain data: texts, numbers, lists and mappings of them ({error}).") from error
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(one) for one in value]
    return value


def jobs_of(
    kind: str,
    config: Mapping[str, Any],
    rows: Iterable[Sequence[Any]],
    together: int,
    where: Mapping[str, Any] | None = None,
) -> Iterator[Job]:
    """The rows in fixed groups of ``together``, a job each."""
    stream = iter(rows)
    while group := tuple(tuple(row) for row in islice(stream, together)):
        yield Job(kind, config, group, where or {})


@dataclass(frozen=True)
class Kinds:
    """Work of several kinds: each is opened in the process that meets the first job of it. Can be pickled."""

    openers: Mapping[str, Callable[[], Do]]

    def __call__(self) -> Do:
        """Opened: does jobs of all these kinds. Raises ConfigError for another."""
        opened: dict[str, Do] = {}

        def do(job: Job) -> Iterable[Line]:
            if job.kind not in self.openers:
                raise ConfigError(f"Nobody does jobs of kind '{job.kind}' here; known: {', '.join(self.openers)}.")
            if job.kind not in opened:
                opened[job.kind] = self.openers[job.kind]()
            return opened[job.kind](job)

        return do
