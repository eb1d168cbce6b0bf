"""A table as Markdown, as CSV (a line a measure), as JSON, and as figures of the results page."""

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.evaluation.flags import FLAGS
from core.evaluation.results import Comparison, Result, ResultTable
from core.evaluation.surface import share_name
from core.evaluation.table import Measure, Table, TableRow, columns_of, flags_of, measure
from core.models.adapters import is_shipped
from core.sheets import harmless
from core.strict_json import to_json

CSV_FIELDS = (
    "table", "row", "title", "settings", "model", "weights", "measure", "value", "low", "high", "n", "paper",
    "against", "only_this", "only_other", "p", "gap", "gap_low", "gap_high", "flags", "seconds", "missing",
)  # fmt: skip


def write_table(stem: Path, table: Table) -> tuple[Path, ...]:
    """Write ``stem`` with the endings .md, .csv and .json; returns the files. No text of the data is in them."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    contents = {".md": markdown(table), ".csv": comma_separated(table), ".json": as_json(table)}
    paths = []
    for ending, content in contents.items():
        path = stem.with_name(stem.name + ending)
        path.write_text(content, encoding="utf-8", newline="\n")
        paths.append(path)
    return tuple(paths)


def as_json(table: Table) -> str:
    """Everything, the texts of the flags that are raised included."""
    raised = {key: {"title": FLAGS[key].title, "text": FLAGS[key].text} for key in FLAGS if key in flags_of(table.rows)}
    return to_json({"table": table, "flags": raised}, indent=2) + "\n"


def comma_separated(table: Table) -> str:
    """A line for each measure of each row; a row that is missing has a line that says how to make it."""
    out = io.StringIO()
    writer = csv.DictWriter(out, CSV_FIELDS, restval="", lineterminator="\n")
    writer.writeheader()
    for row in table.rows:
        for one in row.measures or (None,):
            writer.writerow({name: harmless(cell) for name, cell in _cells(table, row, one).items()})
    return out.getvalue()


def _cells(table: Table, row: TableRow, one: Measure | None) -> dict[str, Any]:
    cells: dict[str, Any] = {
        "table": table.number, "row": row.key, "title": row.title, "settings": row.settings, "model": row.model,
        "weights": row.weights, "flags": " ".join(row.flags), "seconds": row.seconds, "missing": row.missing,
    }  # fmt: skip
    if one is not None:
        known = {name: getattr(one, name) for name in ("value", "low", "high", "n", "paper")}
        cells |= {"measure": one.name, **{k: v for k, v in known.items() if v is not None and not _nan(v)}}
        if one.against is not None:
            test = one.against
            cells |= {"against": test.other, "only_this": test.only_this, "only_other": test.only_other, "p": test.p,
                      "gap": test.gap.value, "gap_low": test.gap.low, "gap_high": test.gap.high}  # fmt: skip
    return cells


def markdown(table: Table) -> str:
    """The table for a reader: values with intervals, the paper's beside, tests, what differs, flags, the command."""
    columns = columns_of(table.rows)
    head = ["", *columns, "flags"]
    body = [[name_of(row), *(_cell(row.measure(c)) for c in columns), ", ".join(_titles(row))] for row in table.rows]
    parts = [f"# Table {table.number}: {table.title}", _about(table), _table(head, body)]
    tests = list(_tests(table))
    if tests:
        parts += ["## Paired tests (McNemar, exact)", _table(
            ["row", "measure", "against", "right only here", "only there", "difference", "p"], tests)]  # fmt: skip
    within = list(_within(table))
    if within:
        parts += ["## Within the budgets of published settings, read off the same runs", _table(
            ["row", "caps of", "after attack"], within)]  # fmt: skip
    costs = [[name_of(row), row.model, row.weights, f"{row.seconds:,.1f}"] for row in table.rows if not row.missing]
    parts += ["## Models and cost", _table(["row", "model", "weights", "processor seconds"], costs)]
    missing = [f"- {name_of(row)}: {row.missing}" for row in table.rows if row.missing]
    parts += ["## Rows that are not there", "\n".join(missing)] if missing else []
    parts += ["## What differs from the paper", "\n".join(_differences(table))]
    raised = [f"- **{FLAGS[key].title}**: {FLAGS[key].text}" for key in FLAGS if key in flags_of(table.rows)]
    parts += ["## Flags", "\n".join(raised)] if raised else []
    parts += ["## Command", f"```bash\n{table.command}\n```"]
    return "\n\n".join(parts) + "\n"


def name_of(row: TableRow) -> str:
    """The row's title with whose settings it has."""
    return f"{row.title}, {row.settings}" if row.settings else row.title


def results_of(table: Table, name: str, title: str) -> ResultTable:
    """The figures as the results page keeps them (:mod:`core.evaluation.results`); rows that are missing have none."""
    about = table.about
    found, pairs = [], []
    for row in table.rows:
        made = row.made_by or {}
        draws = int(made.get("verdict_draws") or len(made.get("seeds", ())) or 1)
        for one in row.measures:
            if one.n and not _nan(one.value):
                found.append(Result(
                    name_of(row), one.name, table.task, _measured(one), round(one.value, 6), table.command, one.n,
                    *_interval(one), row.model, _weights(row), str(made.get("defense", "plain")),
                    row.settings or "shipped", str(about.get("preset", "")), draws, int(about.get("seed", 0)),
                ))  # fmt: skip
            if one.against is not None:
                test = one.against
                base = next((name_of(other) for other in table.rows if other.key == test.other), test.other)
                pairs.append(Comparison(
                    table.task, name_of(row), base, one.name, test.gap.n, test.only_this, test.only_other,
                    float(f"{test.p:.6g}"), (table.command,), round(test.gap.value, 6), round(test.gap.low, 6),
                    round(test.gap.high, 6), draws, int(about.get("seed", 0)),
                ))  # fmt: skip
    return ResultTable(name, title, tuple(found), tuple(pairs))


def budgets_of(table: Table, name: str, title: str) -> ResultTable:
    """The budget surfaces of the rows as figures of the results page, a row of it for each share of the words."""
    found = []
    for row in table.rows:
        made = row.made_by or {}
        for cell in row.surface.cells if row.surface else ():
            one, queries = measure("", cell.accuracy), cell.budget.queries
            found.append(Result(
                f"{name_of(row)}, {share_name(cell.budget.share)}", f"{queries or 'any'} queries", table.task,
                "accuracy after an attack within the budget", round(one.value, 6), table.command, one.n,
                *_interval(one), row.model, _weights(row), str(made.get("defense", "plain")), row.settings or "shipped",
                str(table.about.get("preset", "")), int(made.get("verdict_draws", 1)), int(table.about.get("seed", 0)),
            ))  # fmt: skip
    return ResultTable(name, title, tuple(found))


def _interval(one: Measure) -> tuple[float | None, float | None]:
    """Rounded as the value is, and still holding it."""
    if one.low is None or one.high is None:
        return None, None
    value = round(one.value, 6)
    return min(round(one.low, 6), value), max(round(one.high, 6), value)


def _measured(one: Measure) -> str:
    """The measure, and how its interval was found where it is no share of samples."""
    return one.name if one.low is None or one.is_share else f"{one.name} (bootstrap)"


def _weights(row: TableRow) -> str:
    """The fingerprint of weights that ship; others cannot be looked up."""
    return row.weights if is_shipped(row.model) else ""


def _about(table: Table) -> str:
    known = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in table.about.items() if value != "")
    part = "" if table.done == table.jobs else f" **Not whole: {table.done:,} of {table.jobs:,} jobs are done.**"
    return f"Task {table.task}; {known}. Intervals are 95 %.{part}"


def _titles(row: TableRow) -> list[str]:
    return [FLAGS[key].title for key in row.flags] + (["the paper's row is void"] if row.void else [])


def _cell(one: Measure | None) -> str:
    if one is None:
        return ""
    said = "" if not one.n or _nan(one.value) else _number(one.value)
    if said and one.low is not None and one.high is not None:
        said += f" ({_number(one.low)} to {_number(one.high)})"
    said += f", n = {one.n:,}" if said else ""
    return said + ("" if one.paper is None else f"{'; ' if said else ''}paper {one.paper:.3f}")


def _tests(table: Table) -> Iterator[list[str]]:
    for row in table.rows:
        for one in row.measures:
            if (test := one.against) is not None:
                gap = f"{test.gap.value:+.3f} ({test.gap.low:+.3f} to {test.gap.high:+.3f}), n = {test.gap.n:,}"
                yield [name_of(row), one.name, test.other, str(test.only_this), str(test.only_other), gap,
                       f"{test.p:.2g}"]  # fmt: skip


def _within(table: Table) -> Iterator[list[str]]:
    for row in table.rows:
        for point in row.surface.points if row.surface else ():
            yield [name_of(row), point.name, _cell(measure("", point.accuracy))]


def _differences(table: Table) -> Iterator[str]:
    """Each difference once, with the rows it is about where it is not about all."""
    rows = [row for row in table.rows if row.differs]
    for said in dict.fromkeys(said for row in rows for said in row.differs):
        about = [name_of(row) for row in rows if said in row.differs]
        yield f"- {said}" + ("" if len(about) == len(rows) else f" ({', '.join(about)})")
    for row in table.rows:
        if row.void:
            yield f"- {row.title}: the paper's row is void: {row.void}"


def _number(value: float) -> str:
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3f}"


def _nan(value: float) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heads, ["---"] * len(heads), *rows])
