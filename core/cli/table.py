"""``table``: the paper's tables by one command, beside the paper's numbers; resumable, in one place or in many."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.engines import EngineOptions
from core.cli.groups import grouped
from core.errors import ConfigError, DataFileError, InputError

if TYPE_CHECKING:
    from core.datasets import Row
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

NumberArgument = Annotated[int, typer.Argument(min=1, max=3, help="1: MNLI, 2: IMDB, 3: MNLI under active attack.")]
RowsOption = Annotated[str, typer.Option("--rows", help="Some rows only, as in plain,fact,five-paper; default: all.")]
RetrainedOption = Annotated[str, typer.Option("--model-retrained", help=_RETRAINED)]
FactOption = Annotated[str, typer.Option("--model-fact", help=_FACT)]
RandomOption = Annotated[str, typer.Option("--model-random", help=_RANDOM)]
DataOption = Annotated[Path | None, typer.Option(help="A labelled file in place of the split.")]
NOption = Annotated[int, typer.Option("--n", min=0, help="Only so many rows, chosen by --rows-seed; 0: all.")]
WordsOption = Annotated[int, typer.Option(min=0, help="Only rows of at most so many words; 0: any.")]
DrawsOption = Annotated[int, typer.Option(min=1, help=_DRAWS)]
TogetherOption = Annotated[int, typer.Option(min=1, help="Attacks that advance together: a job.")]
ShardOption = Annotated[
    str, typer.Option(help="Do only this part of the work, as in 2/5; merge puts the logs together.")
]
LogOption = Annotated[Path, typer.Option(help="The work log, a folder: what it holds is not done again.")]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Write OUT.md, OUT.csv and OUT.json.")]
ResultsOption = Annotated[Path | None, typer.Option(help=_RESULTS)]
BudgetOption = Annotated[Path | None, typer.Option("--budget-results", help=_BUDGETS)]
FoldOption = Annotated[bool, typer.Option("--fold", help="Do nothing; show what the log holds.")]


@dataclass(frozen=True)
class OtherModels:
    """The models of rows that are not about the attacked one."""

    retrained: RetrainedOption = ""
    fact: FactOption = ""
    random: RandomOption = ""


@dataclass(frozen=True)
class TableRows:
    """Which rows of the data, and where they are from."""

    data: DataOption = None
    split: opt.SplitOption = "test"
    n: NOption = 0
    max_words: WordsOption = 0
    rows_seed: opt.RowsSeedOption = 0


@dataclass(frozen=True)
class WorkOptions:
    """Who does the work, and where its lines are kept."""

    shard: ShardOption = "1/1"
    log: LogOption = Path("runs/log")
    fold: FoldOption = False


def register(app: typer.Typer) -> None:
    """Add ``table``."""
    app.command()(table)


@grouped
def table(
    *,
    number: NumberArgument,
    task: opt.TaskOption = "",
    rows: RowsOption = "",
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
    from core.cli.attack import attack_settings
    from core.cli.output import emit
    from core.evaluation.paper import TASKS, TITLES
    from core.evaluation.shelf import Shelf
    from core.evaluation.table_files import markdown
    from core.evaluation.table_fold import fold_table
    from core.evaluation.table_plan import Asked, plan_table
    from core.evaluation.table_rows import chosen_rows
    from core.work.log import Log
    from core.work.run import WHOLE, Shard

    labour.check(machine.threads)
    specs, part = chosen_rows(rows), Shard.read(work.shard)
    if part != WHOLE and (out or results or budgets):
        raise ConfigError("A part of the work makes no table: leave --out away, merge the logs, and ask again.")
    session = opt.session(task or TASKS[number], model, machine)
    given, source = _rows(session, sample)
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
    found = fold_table(plan, log, title, _command(), about)
    _keep(found, out, results, budgets)
    if json:
        return emit(found)
    typer.echo(markdown(found), nl=False)


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


def _rows(session: opt.Session, sample: TableRows) -> "tuple[list[Row], dict[str, Any]]":
    """The labelled rows, and what they are called."""
    from core.cli.inputs import told
    from core.datasets import distinct, load_split, read_rows
    from core.evaluation.evaluate import sample_rows
    from core.evaluation.premade import source_name
    from core.language.text import find_words

    task = session.task
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


def _command() -> str:
    """This command as it was typed, without what decides no number: who does the work, and where things are kept."""
    idle = {
        "--log": 2,
        "--out": 2,
        "-o": 2,
        "--results": 2,
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
