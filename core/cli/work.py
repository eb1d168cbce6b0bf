"""What commands of long work share: which labelled rows, who does the jobs and where their lines are kept."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.errors import ConfigError, DataFileError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.datasets import Row
    from core.evaluation.results import ResultTable
    from core.work.run import Shard

DataOption = Annotated[Path | None, typer.Option(help="A labelled file in place of the split.")]
NOption = Annotated[int, typer.Option("--n", min=0, help="Only so many rows, chosen by --rows-seed; 0: all.")]
WordsOption = Annotated[int, typer.Option(min=0, help="Only rows of at most so many words; 0: any.")]
ShardOption = Annotated[
    str, typer.Option(help="Do only this part of the work, as in 2/5; merge puts the logs together.")
]
LogOption = Annotated[Path, typer.Option(help="The work log, a folder: what it holds is not done again.")]
TwinsOption = Annotated[
    int, typer.Option(min=0, help="So many of the texts written for this project (assets/twins), in place of a split.")
]
FoldOption = Annotated[bool, typer.Option("--fold", help="Do nothing; show what the log holds.")]
TogetherOption = Annotated[int, typer.Option(min=1, help="Attacks that advance together: a job.")]


@dataclass(frozen=True)
class TableRows:
    """Which rows of the data, and where they are from."""

    data: DataOption = None
    split: opt.SplitOption = "test"
    n: NOption = 0
    max_words: WordsOption = 0
    rows_seed: opt.RowsSeedOption = 0
    twins: TwinsOption = 0


@dataclass(frozen=True)
class WorkOptions:
    """Which part of the work is done, and where its lines are kept."""

    shard: ShardOption = "1/1"
    log: LogOption = Path("runs/log")
    fold: FoldOption = False


def part_of(work: WorkOptions, *results: Path | None) -> "Shard":
    """The part of the work that is asked for; ``results`` are the files of figures that should come of it.

    Raises ConfigError for a part that should make figures, InputError for a file that is no .json.
    """
    from core.work.run import WHOLE, Shard

    part, asked = Shard.read(work.shard), [path for path in results if path is not None]
    if part != WHOLE and asked:
        raise ConfigError("A part of the work makes no table: leave --results away, merge the logs, and ask again.")
    for path in asked:
        if path.suffix != ".json":
            raise InputError(f"--results names a .json file, was given {path.name}.")
    return part


def keep_figures(path: Path, title: str, change: "Callable[[ResultTable], ResultTable]") -> None:
    """Change the table of figures in a file, made with that title if it is not there, and say so."""
    from core.cli.output import note
    from core.evaluation.results import ResultTable, read_table, write_results

    table = read_table(path) if path.exists() else ResultTable(path.stem, title, ())
    write_results(path, change(table))
    note(f"{path} is written; python -m core assets results draws it.")


def labelled_rows(session: opt.Session, sample: TableRows) -> "tuple[list[Row], dict[str, Any]]":
    """The labelled rows, and what they are called."""
    from core.cli.inputs import told
    from core.datasets import distinct, load_split, read_rows
    from core.evaluation.evaluate import sample_rows
    from core.evaluation.obstinacy import some_twins
    from core.evaluation.premade import source_name
    from core.language.text import find_words

    task = session.task
    if sample.twins:
        if sample.data is not None or sample.n or sample.max_words:
            raise ConfigError("--twins are rows of their own: give it without --data, --n and --max-words.")
        return some_twins(task, sample.twins), {"twins": sample.twins}
    if sample.data is None:
        rows = load_split(task, sample.split)
    else:
        opened = read_rows(sample.data, task, session.names)
        rows = list(distinct(told(opened, opened.labelled())).rows)
    source = source_name(sample.data, sample.split, task)
    if sample.max_words:
        rows = [row for row in rows if len(find_words(task.text(row.example))) <= sample.max_words]
        source |= {"max_words": sample.max_words}
    if not rows:
        raise DataFileError(f"No row of the data has at most {sample.max_words} words.")
    if sample.n:
        rows = sample_rows(rows, sample.n, sample.rows_seed)
        source |= {"rows_seed": sample.rows_seed}
    return rows, source


def typed_command() -> str:
    """This command as it was typed, without what decides no number: who does the work, and where things are kept."""
    idle = {
        "--log": 2,
        "--out": 2,
        "-o": 2,
        "--results": 2,
        "--outcomes": 2,
        "--budget-results": 2,
        "--workers": 2,
        "--engine": 2,
        "--gpus": 2,
        "--cluster": 2,
        "--threads": 2,
        "--fold": 1,
        "--json": 1,
    }
    words, kept = iter(sys.argv[1:]), []
    for word in words:
        name, _, value = word.partition("=")
        if name not in idle:
            kept.append(word)
        elif idle[name] == 2 and not value:
            next(words, None)
    return "python -m core " + shlex.join(kept)
