"""A table of the paper as values: rows of measures, each beside the paper's number, with what differs and its flags."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.evaluation.statistics import Estimate, PairedTest, difference, mcnemar, wilson
from core.evaluation.surface import Surface


@dataclass(frozen=True)
class Against:
    """McNemar's exact test of a row and ``other`` on the same samples; ``gap`` is how much more often the row is right.

    ``only_this`` and ``only_other`` samples are right by one alone.
    """

    other: str
    only_this: int
    only_other: int
    p: float
    gap: Estimate


@dataclass(frozen=True)
class Measure:
    """A number of a row. ``low`` and ``high`` are its 95 % interval, where it has one; ``paper`` is the paper's."""

    name: str
    value: float
    n: int
    low: float | None = None
    high: float | None = None
    paper: float | None = None
    against: Against | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is a share of samples, whose interval is Wilson's; any other's is a bootstrap."""
        right = round(self.value * self.n) if self.n else 0
        return 0 <= right <= self.n and (self.low, self.high) == wilson(right, self.n)


@dataclass(frozen=True)
class TableRow:
    """``settings`` says whose they are, ``made_by`` what they are; ``missing`` how to make a row that is not there.

    ``surface`` is the after-attack accuracy over budgets, in table 3. ``seconds`` of processor time, all jobs of the
    row together, where they were done. ``differs`` names what is not as in the paper, ``flags`` are keys of
    :data:`core.evaluation.flags.FLAGS`.
    """

    key: str
    title: str
    settings: str = ""
    model: str = ""
    weights: str = ""
    measures: tuple[Measure, ...] = ()
    flags: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    void: str = ""
    seconds: float = 0.0
    made_by: Mapping[str, Any] | None = None
    missing: str = ""
    surface: Surface | None = None

    def measure(self, name: str) -> Measure | None:
        """The measure of that name."""
        return next((one for one in self.measures if one.name == name), None)


@dataclass(frozen=True)
class Table:
    """``about`` is the whole configuration: data, rows, seeds, preset; ``done`` of ``jobs`` jobs stand behind it."""

    number: int
    title: str
    task: str
    command: str
    about: Mapping[str, Any]
    rows: tuple[TableRow, ...]
    done: int
    jobs: int


def measure(
    name: str, estimate: Estimate | None, paper: float | None = None, against: Against | None = None
) -> Measure:
    """A measure of an estimate; of none a value of 0 samples."""
    if estimate is None:
        return Measure(name, float("nan"), 0, paper=paper)
    return Measure(name, estimate.value, estimate.n, estimate.low, estimate.high, paper, against)


def against(other: str, this: Mapping[Any, bool], base: Mapping[Any, bool]) -> Against | None:
    """The paired test on the samples that both know; None without any. Keys tell samples apart."""
    shared = [sample for sample in this if sample in base]
    if not shared:
        return None
    test: PairedTest = mcnemar([this[sample] for sample in shared], [base[sample] for sample in shared])
    return Against(other, test.only_first, test.only_second, test.p, difference(test))


def columns_of(rows: Sequence[TableRow]) -> list[str]:
    """Names of all measures, in the order in which rows have them."""
    return list(dict.fromkeys(one.name for row in rows for one in row.measures))


def flags_of(rows: Iterable[TableRow]) -> set[str]:
    """Keys of all flags that are raised."""
    return {flag for row in rows for flag in row.flags}
