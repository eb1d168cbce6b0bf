"""``transfer``: texts that stored attacks have made against one classifier, answered by others."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.engines import EngineOptions
from core.cli.groups import grouped
from core.cli.work import WorkOptions, keep_figures, part_of, typed_command
from core.errors import ConfigError, DataFileError

if TYPE_CHECKING:
    from core.evaluation.transfer import Cell

_BY = "Who answers: rows of table, as in plain,fact,five,fuse,fuse-fact,mask."
_DRAWS = "Ask a randomised defence so often a text, an odd number, and take the majority."

FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of attack --out.")]
ByOption = Annotated[str, typer.Option(help=_BY)]
FactOption = Annotated[str, typer.Option("--model-fact", help="The co-tuned model; default: the task's '<task>-fact'.")]
DrawsOption = Annotated[int, typer.Option(min=1, help=_DRAWS)]
ResultsOption = Annotated[
    Path | None, typer.Option(help="Also write the matrix as a table of assets/results, a .json file.")
]


def register(app: typer.Typer) -> None:
    """Add ``transfer``."""
    app.command()(transfer)


@grouped
def transfer(
    *,
    files: FilesArgument,
    task: opt.TaskOption = "imdb",
    by: ByOption = "plain,fact",
    model: opt.ModelOptions,
    fact: FactOption = "",
    draws: DrawsOption = 11,
    encoder: opt.EncoderOption = "use",
    work: WorkOptions,
    labour: EngineOptions,
    results: ResultsOption = None,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """Do texts that fool one classifier fool another? A matrix: whom they were made against, and who reads them.

    Of the texts whose originals a classifier answers rightly, the share that it answers wrongly.
    """
    from core.attacks.presets import attack_config
    from core.cli.output import emit, note, progress
    from core.evaluation.answer_jobs import ANSWERS, Answers, plan_answers
    from core.evaluation.shelf import Shelf
    from core.evaluation.table_plan import Asked, recipe_for
    from core.evaluation.table_rows import chosen_rows
    from core.evaluation.transfer import fold_transfer, matrix_table, texts_made, transfer_jobs
    from core.work.job import Kinds
    from core.work.log import Log
    from core.work.run import WHOLE, run

    labour.check(machine.threads)
    engine, part = labour.pick(), part_of(work, results)
    if not by.strip():
        raise ConfigError("Nobody answers. Give --by plain,fact or other rows of table.")
    for file in files:
        if not file.is_file():
            raise DataFileError(f"No file {file}. Give a file that attack --out has written.")
    session = opt.session(task, model, machine)
    made = [texts_made(file, session.task) for file in files]
    specs, shelf, log = chosen_rows(by), Shelf(), Log(work.log)
    models = {"plain": session.model, "fact": fact or f"{session.task.settings_of}-fact"}
    if unknown := [spec.key for spec in specs if spec.role not in models]:
        raise ConfigError(f"No model ships for {', '.join(unknown)}. Take rows of plain or FACT.")
    asked = Asked(
        1, session.task, (), specs, models, attack_config(), draws, seed, encoder=encoder,
        device=opt.pick_device(session.device, session.threads), revision=session.revision or None, names=session.names,
    )  # fmt: skip
    seeds = range(seed, seed + draws)
    plans = {
        f"{spec.title}{' (paper)' if spec.preset == 'paper' else ''}": plan_answers(
            recipe_for(asked, spec, shelf), shelf, seeds
        )
        for spec in specs
    }
    if not work.fold:
        note(f"{sum(len(one.pairs) for one in made):,} texts that fooled somebody, {len(plans)} to read them.")
        with progress("Jobs", None) as bar:
            jobs = transfer_jobs(made, plans)
            for count, done in enumerate(run(Kinds({ANSWERS: Answers(shelf)}), jobs, log, engine, part), start=1):
                bar.at(count, f"{done.seconds:.0f} s")
    if part != WHOLE:
        return typer.echo(f"{work.log}: part {work.shard} is done, {len(log):,} jobs in the log.")
    cells = fold_transfer(made, plans, log, len(session.task.labels))
    if results is not None:
        preset = str(next(iter(_presets(files)), ""))
        found = matrix_table(cells, results.stem, session.task, typed_command(), preset, draws, seed)
        keep_figures(results, found.title, lambda _: found)
    return emit({"cells": cells, "draws": draws}) if json else show_matrix(cells)


def _presets(files: list[Path]) -> set[Any]:
    from core.evaluation.attack_run import read_records

    return {record["made_by"]["preset"] for file in files for record in list(read_records(file))[:1]}


def show_matrix(cells: "list[Cell]") -> None:
    """A line for each classifier that texts were made against."""
    from core.cli.output import show, table

    names = list(dict.fromkeys(cell.by for cell in cells))
    told = {(cell.against, cell.by): cell.turned for cell in cells}
    rows = [
        (against, *(_said(told.get((against, name))) for name in names))
        for against in dict.fromkeys(cell.against for cell in cells)
    ]
    show(
        table("Texts that fool the reader, of those it was right about before", ["made against", *names], rows),
        "Intervals are 95 % (Wilson).",
    )


def _said(turned: Any) -> str:
    return "" if turned is None else f"{turned.value:.2f} ({turned.low:.2f} to {turned.high:.2f}), n = {turned.n:,}"
