"""The stored tables as the page shows them: by name, the budget surface by its dials, ladders by rung. Pure."""

import functools
import re
from collections.abc import Mapping

from core.attacks.presets import MENU
from core.errors import DamagedResourceError, UnknownNameError
from core.evaluation.audit.card import Card, read_cards
from core.evaluation.outcomes import OUTCOMES, Run, read_runs
from core.evaluation.results import RESULTS_FOLDER, Result, ResultTable, read_tables

DEFENDED = "defended-"
FIRST = f"{DEFENDED}mnli"
BUDGET = "budget-3"
LADDERS = "ladder-"
GATES = "gates"
TRANSFERS = "transfer-"
_ROW = re.compile(r"(?P<name>.+), (?P<share>any share|\d+ %) of the words")
_COLUMN = re.compile(r"(?P<questions>any|\d+) queries")


@functools.cache
def tables() -> Mapping[str, ResultTable]:
    """All stored tables, the first to be shown first. They ship, so they are read once."""
    found = read_tables()
    return {name: found[name] for name in sorted(found, key=lambda name: (name != FIRST, name))}


def table_of(name: str) -> ResultTable:
    """The table of that name. Raises UnknownNameError."""
    if name not in tables():
        raise UnknownNameError("table", name, tables())
    return tables()[name]


def file_of(name: str) -> str:
    """The table's file as it ships, which is JSON. Raises UnknownNameError."""
    return (RESULTS_FOLDER / f"{table_of(name).name}.json").read_text(encoding="utf-8")


def columns(table: ResultTable) -> list[str]:
    """Its columns in order."""
    return list(dict.fromkeys(result.column for result in table.results))


@functools.cache
def surface() -> Mapping[str, Mapping[str, Mapping[str, Result]]]:
    """The budget surface: share of the words -> classifier -> questions -> figure. ``any``: no bound of its own.

    Raises DamagedResourceError for a row or a column that is no budget.
    """
    found: dict[str, dict[str, dict[str, Result]]] = {}
    for result in table_of(BUDGET).results:
        row, column = _ROW.fullmatch(result.row), _COLUMN.fullmatch(result.column)
        if row is None or column is None:
            raise DamagedResourceError(
                f"The table {BUDGET} has a cell that is no budget: {result.row}, {result.column}."
            )
        share = row["share"].removesuffix(" share")
        found.setdefault(share, {}).setdefault(row["name"], {})[column["questions"]] = result
    return found


@functools.cache
def ladders() -> Mapping[str, Mapping[str, Mapping[str, Result]]]:
    """The attack ladders that are stored: task and classifier -> rung -> column -> figure, each in its order.

    Raises DamagedResourceError for a row that names no rung.
    """
    found: dict[str, dict[str, dict[str, Result]]] = {}
    for table in tables().values():
        for result in table.results if table.name.startswith(LADDERS) else ():
            name, colon, rung = result.row.partition(": ")
            if not colon:
                raise DamagedResourceError(f"The table {table.name} has a row that is no rung: {result.row}.")
            known = f"{name}, {result.task.upper()}"
            found.setdefault(known, {}).setdefault(rung, {})[result.column] = result
    return found


@functools.cache
def gate_dials() -> Mapping[str, Mapping[str, tuple[Result, ...]]]:
    """The gate dials that are stored: model -> column -> a figure for each set of rules, strictest first."""
    found: dict[str, dict[str, tuple[Result, ...]]] = {}
    for result in tables()[GATES].results if GATES in tables() else ():
        columns = found.setdefault(result.model, {})
        columns[result.column] = (*columns.get(result.column, ()), result)
    return found


@functools.cache
def flags_of(ladder: str) -> tuple[str, ...]:
    """The flags of a stored ladder, by its name among :func:`ladders`."""
    for table in tables().values():
        for name, keys in table.flags.items() if table.name.startswith(LADDERS) else ():
            if ladder == f"{name}, {table.results[0].task.upper()}":
                return tuple(keys)
    return ()


@functools.cache
def cards() -> Mapping[str, Card]:
    """The audit cards that are stored, by classifier and task."""
    return {f"{card.classifier}, {card.task.upper()}": card for card in read_cards(RESULTS_FOLDER)}


@functools.cache
def runs() -> Mapping[str, Run]:
    """The runs whose attacks are stored one by one: classifier, attacker and task -> run."""
    found = [run for path in sorted(RESULTS_FOLDER.glob(f"{OUTCOMES}*.json")) for run in read_runs(path)]
    titles = {entry.method: entry.title for entry in MENU}
    return {f"{run.classifier}, {titles.get(run.method, run.method)}": run for run in found}  # type: ignore[call-overload]  # a file may name a method of another version


@functools.cache
def transfers() -> tuple[Result, ...]:
    """Every cell of the stored transfer matrices."""
    return tuple(cell for name, table in tables().items() if name.startswith(TRANSFERS) for cell in table.results)
