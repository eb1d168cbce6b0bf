"""``table``: the paper's tables by one command, beside the paper's numbers; resumable, in one place or in many."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.engines import EngineOptions
from core.cli.groups import grouped
from core.cli.work import TableRows, TogetherOption, WorkOptions, labelled_rows, typed_command
from core.errors import ConfigError, InputError

if TYPE_CHECKING:
    from core.evaluation.table import Table
    from core.evaluation.table_plan import TablePlan
    from core.work.engine import Engine
    from core.work.log import Log

_RETRAINED = "Plain trained anew, with another seed: a folder or a Hub name; without it the row says how to make it."
_FACT = "The co-tuned model; default: the task's built-in '<task>-fact'."
_RANDOM = "Co-tuned on words at random; without it the row says how to make it."
_DRAWS = "Tables 1 and 2: ask a randomised defence so often a row, an odd number, and take the majority."
_BUDGETS = "Table 3: also write accuracy over queries and words allowed, a .json file of assets/results."
_RESULTS = "Also write the figures as a table of assets/results, a .json file."

_SIGMAS = "Also rows of FIVE at these sigmas, as in 0.05,1,10, in units of the embedding table's std."

NumberArgument = Annotated[int, typer.Argument(min=1, max=3, help="1: MNLI, 2: IMDB, 3: MNLI under active attack.")]
RowsOption = Annotated[str, typer.Option("--rows", help="Some rows only, as in plain,fact,five-paper; default: all.")]
SigmasOption = Annotated[str, typer.Option("--sigmas", help=_SIGMAS)]
RetrainedOption = Annotated[str, typer.Option("--model-retrained", help=_RETRAINED)]
FactOption = Annotated[str, typer.Option("--model-fact", help=_FACT)]
RandomOption = Annotated[str, typer.Option("--model-random", help=_RANDOM)]
DrawsOption = Annotated[int, typer.Option(min=1, help=_DRAWS)]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Write OUT.md, OUT.csv and OUT.json.")]
ResultsOption = Annotated[Path | None, typer.Option(help=_RESULTS)]
BudgetOption = Annotated[Path | None, typer.Option("--budget-results", help=_BUDGETS)]


@dataclass(frozen=True)
class OtherModels:
    """The models of rows that are not about the attacked one."""

    retrained: RetrainedOption = ""
    fact: FactOption = ""
    random: RandomOption = ""


def register(app: typer.Typer) -> None:
    """Add ``table``."""
    app.command()(table)


@grouped
def table(
    *,
    number: NumberArgument,
    task: opt.TaskOption = "",
    rows: RowsOption = "",
    sigmas: SigmasOption = "",
    model: opt.ModelOptions,
    others: OtherModels,
    sample: TableRows,
    rules: opt.AttackOptions,
    draws: DrawsOption = 1,
    together: TogetherOption = 64,
    encoder: opt.EncoderOption = "use",
    work: WorkOptions,
    labour: EngineOptions,
    out: OutOption = None,
    results: ResultsOption = None,
    budgets: BudgetOption = None,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """The paper's table 1, 2 or 3 with our models: every number with its interval, the paper's beside it, flags, tests.

    Stop it at any time; the same command goes on. Rows: plain, retrained, five, fuse, fact, fuse-fact, five-fact (with
    -paper in the paper's settings), and the controls mask, dropout, random.
    """
    from core.cli.attacked import attack_settings
    from core.cli.output import emit
    from core.evaluation.paper import TASKS, TITLES
    from core.evaluation.shelf import Shelf
    from core.evaluation.table_files import markdown
    from core.evaluation.table_fold import fold_table
    from core.evaluation.table_plan import Asked, plan_table
    from core.evaluation.table_rows import chosen_rows, sigma_rows
    from core.work.log import Log
    from core.work.run import WHOLE, Shard

    labour.check(machine.threads)
    specs, part = (*chosen_rows(rows), *sigma_rows(_numbers(sigmas))), Shard.read(work.shard)
    if part != WHOLE and (out or results or budgets):
        raise ConfigError("A part of the work makes no table: leave --out away, merge the logs, and ask again.")
    session = opt.session(task or TASKS[number], model, machine)
    given, source = labelled_rows(session, sample)
    models = {"plain": session.model, "fact": others.fact or f"{session.task.settings_of}-fact"}
    models |= {role: name for role in ("retrained", "random") if (name := getattr(others, role))}
    config = attack_settings(rules, session.task.name, seed)
    asked = Asked(
        number, session.task, given, specs, models, config, draws, seed, together, encoder,
        opt.pick_device(session.device, session.threads), session.revision or None, session.names, source,
    )  # fmt: skip
    shelf, log = Shelf(), Log(work.log)
    plan = plan_table(asked, shelf)
    if not work.fold:
        _do(plan, log, shelf, labour.pick(), part)
    if part != WHOLE:
        return typer.echo(f"{work.log}: part {work.shard} is done, {len(log):,} jobs in the log.")
    about = {
        **source, "n": len(given), "preset": config.preset, "method": config.method,
        "changed": ", ".join(f"{k}={v}" for k, v in config.overrides), "draws": draws, "verdict_draws":
        config.verdict_draws, "together": together, "encoder": encoder, "seed": seed,
    }  # fmt: skip
    title = TITLES[number] if session.task.name == TASKS[number] else f"{TITLES[number]} in the paper, here {task}"
    found = fold_table(plan, log, title, typed_command(), about)
    _keep(found, out, results, budgets)
    if json:
        return emit(found)
    typer.echo(markdown(found), nl=False)


def _numbers(given: str) -> list[float]:
    try:
        return [float(one) for one in given.split(",") if one.strip()]
    except ValueError as error:
        raise ConfigError(f"--sigmas takes numbers, as in 0.05,1,10; was given {given!r}.") from error


def _do(plan: "TablePlan", log: "Log", shelf: Any, engine: "Engine", part: Any) -> None:
    from core.cli.output import note, progress
    from core.evaluation.table_plan import run_table
    from core.work.run import to_do

    asked = plan.asked
    first = to_do(plan.first(), log, part)
    note(f"{len(plan.rows)} rows of the table, {len(asked.rows):,} texts, {len(first):,} jobs to do first.")
    with progress("Jobs", None) as bar:
        for count, done in enumerate(run_table(plan, log, shelf, engine, part), start=1):
            bar.at(count, f"{done.job.kind}, {done.seconds:.0f} s")


def _keep(found: "Table", out: Path | None, results: Path | None, budgets: Path | None) -> None:
    """Write what was asked for."""
    from core.cli.output import note
    from core.evaluation.results import write_results
    from core.evaluation.table_files import budgets_of, results_of, write_table

    for path in write_table(out, found) if out is not None else ():
        note(f"{path} is written.")
    for file, figures, title in (
        (results, results_of, found.title),
        (budgets, budgets_of, f"{found.title}, by budget"),
    ):
        if file is None:
            continue
        if file.suffix != ".json":
            raise InputError(f"--results and --budget-results name a .json file, was given {file.name}.")
        write_results(file, figures(found, file.stem, f"Table {found.number}: {title}"))
        note(f"{file} is written; python -m core assets results draws it.")
