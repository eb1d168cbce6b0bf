"""The measured figures that ship: one JSON file a table in ``assets/results``, and the page that is drawn from them.

A file is a :class:`ResultTable`; each of its figures says what was measured, on what, by which command, with its
interval, so that a figure can be looked up, measured again and replaced by itself. ``python -m core assets results``
draws the tables between the marks of ``assets/results/README.md``; a test holds the page equal to the files. Reports of
searches (``tune-*.json``), cards of audits (``audit-*.json``) and outcomes of single attacks (``attacks-*.json``) lie
beside and have forms of their own (:mod:`core.training.search_report`, :mod:`core.evaluation.audit.card`,
:mod:`core.evaluation.outcomes`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from core.errors import DamagedResourceError
from core.resources import ASSETS
from core.strict_json import object_of, to_json

RESULTS_FOLDER = ASSETS / "results"
PAGE = RESULTS_FOLDER / "README.md"
AUDITS = RESULTS_FOLDER / "audits.md"
_OTHERS = ("tune-", "audit-", "attacks-")
_MARKED = re.compile(r"(<!-- table (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Result:
    """One figure: the cell (``row``, ``column``) of its table.

    ``low`` and ``high`` are its 95 % interval, where it has one. ``draws``: answers of a randomised defence behind each
    verdict. ``weights``: the first 16 digits of the sha256 of the weights that answered, where they ship. ``attack`` is
    the attack's preset, ``settings`` the defence's.
    """

    row: str
    column: str
    task: str
    measure: str
    value: float
    command: str
    n: int
    low: float | None = None
    high: float | None = None
    model: str = ""
    weights: str = ""
    defense: str = "plain"
    settings: str = "shipped"
    attack: str = ""
    draws: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        interval = (self.low, self.high)
        if interval != (None, None) and not (None not in interval and self.low <= self.value <= self.high):  # type: ignore[operator]  # both are numbers here
            raise ValueError(f"the interval {self.low} to {self.high} does not hold {self.value}")
        if self.n < 1 or not self.command or not self.row or not self.column:
            raise ValueError(f"{self.row!r}, {self.column!r}: a figure needs its row, column, n and command")


@dataclass(frozen=True)
class Comparison:
    """Two classifiers on the same rows: McNemar's exact test, and the difference of their shares of right answers."""

    task: str
    first: str
    second: str
    measure: str
    n: int
    only_first: int
    only_second: int
    p: float
    commands: tuple[str, ...]
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    draws: int = 1
    seed: int = 0


@dataclass(frozen=True)
class ResultTable:
    """A table: its figures in the order of its rows. ``recipes``: how the models that do not ship were made.

    ``flags``: what a reader should know of a classifier's rows, keys of ``core.evaluation.flags.FLAGS``, by its name.
    """

    name: str
    title: str
    results: tuple[Result, ...]
    comparisons: tuple[Comparison, ...] = ()
    recipes: Mapping[str, str] = field(default_factory=dict)
    digits: int = 3
    flags: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def numbers(self) -> Iterator[float]:
        """Every figure in it, with intervals, counts and p-values: what the page's words may quote."""
        for found in self.results:
            yield from (x for x in (found.value, found.low, found.high, found.n) if x is not None)
        for pair in self.comparisons:
            yield from (pair.p, pair.only_first, pair.only_second, pair.only_first + pair.only_second)
            yield from (x for x in (pair.difference, pair.low, pair.high) if x is not None)


def read_table(path: Path) -> ResultTable:
    """The table in a file. Raises DamagedResourceError that says what is wrong with it."""
    try:
        given: dict[str, Any] = object_of(path.read_text(encoding="utf-8"))
        results = tuple(Result(**one) for one in given.pop("results"))
        pairs = [{**one, "commands": tuple(one["commands"])} for one in given.pop("comparisons", ())]
        return ResultTable(path.stem, results=results, comparisons=tuple(Comparison(**one) for one in pairs), **given)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise DamagedResourceError(f"Damaged file {path} (a table of results): {error}") from error


def write_results(path: Path, table: ResultTable) -> None:
    """Write the table where :func:`read_table` finds it again; what has its default is left out."""
    parts = {
        "title": table.title,
        "results": [_told(one) for one in table.results],
        "comparisons": [_told(one) for one in table.comparisons],
        "recipes": dict(table.recipes),
        "digits": table.digits,
        "flags": {name: list(keys) for name, keys in table.flags.items() if keys},
    }
    kept = {name: value for name, value in parts.items() if value not in ([], {}) or name == "results"}
    path.write_text(to_json(kept, indent=1) + "\n", encoding="utf-8")


def replaced(table: ResultTable, name: str, results: Sequence[Result], flags: Sequence[str] = ()) -> ResultTable:
    """The table with these in the place of what it has of rows ``name: ...``; what it has of others stays."""
    kept = (one for one in table.results if one.row.partition(": ")[0] != name)
    return replace(table, results=(*kept, *results), flags={**table.flags, name: tuple(flags)})


def _told(one: Result | Comparison) -> dict[str, Any]:
    usual = {given.name: given.default for given in fields(one)}
    return {name: value for name, value in asdict(one).items() if value != usual[name]}


def read_tables(folder: Path = RESULTS_FOLDER) -> dict[str, ResultTable]:
    """All tables of a folder, by name."""
    paths = sorted(path for path in folder.glob("*.json") if not path.name.startswith(_OTHERS))
    return {path.stem: read_table(path) for path in paths}


def draw_page(page: str, tables: Mapping[str, ResultTable]) -> str:
    """The page with every table drawn anew between its marks, ``<!-- table NAME -->`` and ``<!-- end -->``.

    Raises DamagedResourceError for a mark without a table, or a table without a mark.
    """
    marked = [match[2] for match in _MARKED.finditer(page)]
    if sorted(marked) != sorted(tables):
        odd = sorted(set(marked) ^ set(tables)) or sorted(name for name in marked if marked.count(name) > 1)
        raise DamagedResourceError(f"The page of results and the files beside it differ about {', '.join(odd)}.")
    return _MARKED.sub(lambda match: f"{match[1]}\n{draw(tables[match[2]])}\n\n{match[3]}", page)


def draw(table: ResultTable) -> str:
    """The table in Markdown: figures with intervals, n in a column's head where it is one, comparisons, commands."""
    rows = list(dict.fromkeys(found.row for found in table.results))
    columns = list(dict.fromkeys(found.column for found in table.results))
    cells = {(found.row, found.column): found for found in table.results}
    sizes = {name: {found.n for found in table.results if found.column == name} for name in columns}
    heads = [f"{name}, n = {min(sizes[name]):,}" if len(sizes[name]) == 1 else name for name in columns]
    body = [
        [row, *(_cell(cells.get((row, name)), table.digits, len(sizes[name]) > 1) for name in columns)] for row in rows
    ]
    parts = [f"**{table.title}**", _markdown(["", *heads], body)]
    if table.comparisons:
        heads = ["same rows", "first", "second", "right only by the first", "only by the second", "difference", "p"]
        parts.append(_markdown(heads, [_compared(pair, table.digits) for pair in table.comparisons]))
    commands = [found.command for found in table.results]
    commands += [command for pair in table.comparisons for command in pair.commands]
    lines = [*dict.fromkeys(commands), *(f"{command}  # {name}" for name, command in table.recipes.items())]
    parts.append("<details><summary>Commands</summary>\n\n```bash\n" + "\n".join(lines) + "\n```\n\n</details>")
    return "\n\n".join(parts)


def _cell(found: Result | None, digits: int, with_n: bool) -> str:
    if found is None:
        return ""
    said = rounded(found.value, digits)
    if found.low is not None and found.high is not None:
        said += f" ({rounded(found.low, digits)} to {rounded(found.high, digits)})"
    return f"{said}, n = {found.n:,}" if with_n else said


def _compared(pair: Comparison, digits: int) -> list[str]:
    difference = ""
    if pair.difference is not None:
        difference = rounded(pair.difference, digits)
    if pair.low is not None and pair.high is not None:
        difference += f" ({rounded(pair.low, digits)} to {rounded(pair.high, digits)})"
    counts = (f"{pair.only_first:,} of {pair.n:,}", f"{pair.only_second:,}")
    p = f"{pair.p:.2g}" if pair.p >= 0.001 else "< 0.001"
    return [f"{pair.task}, {pair.measure}", pair.first, pair.second, *counts, difference, p]


def rounded(value: float, digits: int) -> str:
    """As a reader rounds, half away from zero: 0.8815 is 0.882."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(0 if abs(value) >= 10 else -digits), ROUND_HALF_UP)
    return f"{exact:,}"


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell for cell in line) + " |" for line in lines)
