"""``merge``: work logs of several places become one."""

from pathlib import Path
from typing import Annotated

import typer

from core.errors import DataFileError

LogsArgument = Annotated[list[Path], typer.Argument(metavar="LOG...", help="Folders that --log named, one a place.")]
OutOption = Annotated[Path, typer.Option("--out", "-o", help="The folder to write; it must not hold a log yet.")]


def register(app: typer.Typer) -> None:
    """Add ``merge``."""
    app.command()(merge)


def merge(logs: LogsArgument, out: OutOption) -> None:
    """Put the work logs of several places (--shard 1/3, 2/3, 3/3) into one, which any command then goes on with.

    Its lines have the same bytes, however the work was shared out.
    """
    from core.work.log import LINES, Log
    from core.work.log import merge as merged

    for folder in logs:
        if not any(folder.glob("*" + LINES)):
            raise DataFileError(f"{folder} holds no work log. Give the folders that --log named.")
    count = merged([Log(folder) for folder in logs], out)
    typer.echo(f"{out}: {count:,} jobs of {len(logs)} logs")
