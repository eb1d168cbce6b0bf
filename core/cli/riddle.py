"""``riddle``: why was FuSE a coin flip on reviews in the paper? Votes with a text's own members, and another's."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli import options as opt
from core.cli.engines import EngineOptions
from core.cli.groups import grouped
from core.cli.work import TableRows, WorkOptions, keep_figures, labelled_rows, part_of, typed_command
from core.defenses.registry import PLAIN
from core.errors import InputError

if TYPE_CHECKING:
    from core.evaluation.riddle import Experiment

_RESULTS = "Also write the figures into a table of assets/results, a .json file; other models' stay."
ResultsOption = Annotated[Path | None, typer.Option(help=_RESULTS)]


def register(app: typer.Typer) -> None:
    """Add ``riddle``."""
    app.command()(riddle)


@grouped
def riddle(
    *,
    task: opt.TaskOption = "imdb",
    model: opt.ModelOptions,
    sample: TableRows,
    encoder: opt.EncoderOption = "use",
    work: WorkOptions,
    labour: EngineOptions,
    results: ResultsOption = None,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """FuSE's vote with a text's own alternatives, with those of a shuffled row, and with those of one row for all.

    The paper's settings; over numbers of words and of alternatives. The model is asked once, the votes are counted from
    its answers. Stop it at any time; the same command goes on.
    """
    from core.cli.defended import recipe_of
    from core.cli.output import emit, note, progress
    from core.evaluation.riddle import add_to, experiments
    from core.evaluation.riddle_jobs import RIDDLE, Riddles, plan_riddle
    from core.evaluation.shelf import Shelf
    from core.work.job import Kinds
    from core.work.log import Log
    from core.work.run import WHOLE, at_hand, run

    labour.check(machine.threads)
    engine, part = labour.pick(), part_of(work, results)
    session = opt.session(task, model, machine)
    given, source = labelled_rows(session, sample)
    shelf, log = Shelf(), Log(work.log)
    recipe = recipe_of(session, PLAIN, opt.DefenseOptions(encoder=encoder), seed)
    jobs = plan_riddle(recipe, given, shelf)
    if not work.fold:
        note(f"{len(given):,} texts, {len(jobs)} jobs.")
        with progress("Jobs", len(jobs)) as bar:
            for count, done in enumerate(run(Kinds({RIDDLE: Riddles(shelf)}), jobs, log, engine, part), start=1):
                bar.at(count, f"{done.seconds:.0f} s")
    if part != WHOLE:
        return typer.echo(f"{work.log}: part {work.shard} is done, {len(log):,} jobs in the log.")
    lines = [line for _, found in at_hand(jobs, log) for line in found]
    if not lines:
        raise InputError(f"{work.log} holds no answers for these rows yet. Leave --fold away.")
    found = experiments(lines, session.task, seed)
    if results is not None:
        title = "The riddle of FuSE: whose alternatives vote (the paper's settings, mean logits)"
        about = {"task": session.task.name, "model": session.model, "weights": shelf.weights(recipe),
                 "defense": "fuse", "settings": "paper", "seed": seed}  # fmt: skip
        keep_figures(results, title, lambda table: add_to(table, session.model, found, typed_command(), about))
    if json:
        return emit({"rows": len(lines), "of": len(given), "data": source, "experiments": found})
    return show_riddle(session.model, found)


def show_riddle(name: str, found: "list[Experiment]") -> None:
    """The experiments as a table."""
    from core.cli.output import show, table

    rows = [
        (
            one.key, one.about, f"{one.accuracy.value:.3f} ({one.accuracy.low:.3f} to {one.accuracy.high:.3f})",
            f"{one.commonest:.3f}",
        )
        for one in found
    ]  # fmt: skip
    over = next((one.shuffles for one in found if one.shuffles), 0)
    heads = ["", "who votes with the text", f"accuracy, n = {found[0].accuracy.n:,}", "commonest answer"]
    show(
        table(f"FuSE around {name}", heads, rows),
        f"E1 is the mean of {over} shuffles, with where 95 % of them lie; other intervals are 95 % (Wilson).",
    )
