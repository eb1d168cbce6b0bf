"""``paired``: two classifiers on the same rows, row by row."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli import options as opt
from core.strict_json import to_json

_FILE = "Lines of attack --out, or of classify or defend with --json over labelled rows."
First = Annotated[Path, typer.Argument(help=_FILE)]
Second = Annotated[Path, typer.Argument(help="The same rows, asked of another classifier.")]

OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Write the result here as JSON.")]


def register(app: typer.Typer) -> None:
    """Add ``paired``."""
    app.command()(paired)


def paired(first: First, second: Second, out: OutOption = None, json: opt.JsonOption = False) -> None:
    """How far two classifiers differ on the same rows: the difference, its interval, McNemar's exact test.

    --out keeps what --json shows: both shares, the counts, the p-value, and which files they were counted in.
    """
    from core.cli.output import emit, show, table
    from core.evaluation.paired import compare_files

    found = compare_files(first, second)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(to_json(found, indent=2) + "\n", encoding="utf-8")
    if json:
        return emit(found)
    shares = ((first.name, found.first), (second.name, found.second), ("difference", found.difference))
    rows = [(name, e.value, f"{e.low:.4f} to {e.high:.4f}") for name, e in shares]
    test = found.test
    said = f"McNemar's exact test: {test.only_first + test.only_second} of {test.n:,} rows differ, {test.only_first} "
    said += f"right only in the first, {test.only_second} only in the second; p = {test.p:.2g}."
    if found.left_out:
        said += f" {found.left_out} rows ended in an error or were stopped, and are left out."
    return show(table(f"Right answers, n = {test.n:,}", ["", "share", "95 % interval"], rows), said)
