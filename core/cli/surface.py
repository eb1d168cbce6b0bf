"""``surface``: what an attack reaches within fewer queries and changed words, read off results that are there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.work import typed_command
from core.errors import DataFileError

if TYPE_CHECKING:
    from core.evaluation.surface import Surface

_OUTCOMES = (
    "Also write what each attack came to, without its text, into a .json file, as attacks-*.json of assets/results."
)
OutcomesOption = Annotated[Path | None, typer.Option("--outcomes", help=_OUTCOMES)]
FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of attack --out, of any version.")]


def register(app: typer.Typer) -> None:
    """Add ``surface``."""
    app.command()(surface)


def surface(files: FilesArgument, outcomes: OutcomesOption = None, json: opt.JsonOption = False) -> None:
    """Accuracy after an attack over the queries and the share of the words that it may spend, with 95 % intervals.

    No attack is run again: one that may ask less goes the same way until it has to stop. Published settings are points.
    """
    from core.cli.output import emit, note, show
    from core.evaluation.attack_run import read_records
    from core.evaluation.outcomes import run_of, write_runs
    from core.evaluation.surface import surface_of

    for file in files:
        if not file.is_file():
            raise DataFileError(f"No file {file}. Give a file that attack --out has written.")
    if outcomes is not None:
        write_runs(outcomes, [run_of(read_records(file), typed_command()) for file in files])
        note(f"{outcomes} is written.")
    for file in files:
        found = surface_of(read_records(file))
        if json:
            emit({"file": file.name, **vars(found)})
        else:
            show(*surface_view(file.name, found))


def surface_view(name: str, found: "Surface") -> list[Any]:
    """The surface as a table, a line a share of the words; and the published settings."""
    from core.cli.output import table
    from core.evaluation.surface import share_name

    shares = list(dict.fromkeys(cell.budget.share for cell in found.cells))
    queries = list(dict.fromkeys(cell.budget.queries for cell in found.cells))
    cells = {(cell.budget.share, cell.budget.queries): str_of(cell.accuracy) for cell in found.cells}
    heads = ["", *("any number" if q is None else f"{q:,} queries" for q in queries)]
    rows = [(share_name(s), *(cells[s, q] for q in queries)) for s in shares]
    left = f", {found.left_out} rows left out" if found.left_out else ""
    points = [(point.name, str_of(point.accuracy)) for point in found.points]
    gates = f"\nCaps of published settings, with the gates of '{found.preset}'"
    title = f"{name}: accuracy after attack (95 % interval), gates of '{found.preset}', n = {found.n:,}{left}"
    return [table(title, heads, rows), *([table(gates, ["", "accuracy"], points)] if points else [])]


def str_of(accuracy: Any) -> str:
    """In brief: ``0.12 (0.08 to 0.17)``."""
    return f"{accuracy.value:.2f} ({accuracy.low:.2f} to {accuracy.high:.2f})"
