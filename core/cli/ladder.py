"""``ladder``: what is left of a classifier when the attackers come one after another, from cheap to dear."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli import options as opt
from core.cli.attack import DefensePresetOption, DefenseSetOption
from core.cli.engines import EngineOptions
from core.cli.groups import grouped
from core.cli.work import (
    TableRows,
    TogetherOption,
    WorkOptions,
    keep_figures,
    labelled_rows,
    part_of,
    typed_command,
)
from core.defenses.registry import PLAIN

if TYPE_CHECKING:
    from core.evaluation.ladder_fold import Ladder

_PLAIN = "The model whose texts are transferred; default: the task's built-in '<task>-plain'."
_RUNGS = (
    "Some rungs only, in this order, of transfer, core, single, seed, mean4, mean8, mean16, bayes, best_first, "
    "gradient; those that say nothing of a classifier that never draws, or need more than a black box gives, are left "
    "out."
)
_TEMPERATURE = "Attackers see scores of logits divided by this; under 1 they are sharper, and the answers are the same."
_RESULTS = "Also write the figures into a table of assets/results, a .json file; other classifiers' stay."

PlainOption = Annotated[str, typer.Option("--plain-model", help=_PLAIN)]
RungsOption = Annotated[str, typer.Option("--rungs", help=_RUNGS)]
TemperatureOption = Annotated[float, typer.Option(help=_TEMPERATURE)]
ResultsOption = Annotated[Path | None, typer.Option(help=_RESULTS)]


def register(app: typer.Typer) -> None:
    """Add ``ladder``."""
    app.command()(ladder)


@grouped
def ladder(
    *,
    task: opt.TaskOption = "imdb",
    model: opt.ModelOptions,
    defense: opt.DefenseOption = PLAIN,
    defense_preset: DefensePresetOption = "shipped",
    defense_set: DefenseSetOption = None,
    plain_model: PlainOption = "",
    rungs: RungsOption = "",
    temperature: TemperatureOption = 1.0,
    sample: TableRows,
    preset: opt.RulesOption = "paper",
    set_: opt.SetOption = None,
    together: TogetherOption = 64,
    encoder: opt.EncoderOption = "use",
    work: WorkOptions,
    labour: EngineOptions,
    results: ResultsOption = None,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """The attack ladder: one attacker after another, each on the rows that none before it has broken.

    Transfer, single draws, a known seed, means of draws, Bayes, best first, gradient; every success of a defence that
    draws is confirmed by draws that chose nothing. Stop it at any time; the same command goes on. --fold with
    --shard tells of that part of the rows alone.
    """
    from core.cli.attacked import attack_settings
    from core.cli.defended import embedding_std_of, recipe_of
    from core.cli.output import emit, note, progress
    from core.evaluation.ladder_fold import add_to, fold_ladder
    from core.evaluation.ladder_plan import Asked, plan_ladder, run_ladder
    from core.evaluation.shelf import Shelf
    from core.work.log import Log
    from core.work.run import WHOLE

    labour.check(machine.threads)
    engine, part = labour.pick(), part_of(work, results)
    session = opt.session(task, model, machine)
    config = attack_settings(opt.AttackOptions(preset, "textfooler", set_), session.task.name, seed)
    given, source = labelled_rows(session, sample)
    shelf, log = Shelf(), Log(work.log)
    chosen = opt.DefenseOptions(defense_preset, defense_set, encoder=encoder)
    core = shelf.core(recipe_of(session, PLAIN, opt.DefenseOptions(encoder=encoder), seed))
    target = recipe_of(session, defense, chosen, seed, embedding_std_of(core))
    plain = plain_model or session.task.plain_model
    plan = plan_ladder(Asked(target, plain, config, given, rungs, together, temperature), shelf)
    if not work.fold:
        note(f"{len(given):,} texts, {len(plan.groups(part))} groups, {len(plan.rungs)} rungs.")
        if plan.black:
            note(f"No gradient rung: {plan.black}")
        with progress("Jobs", None) as bar:
            for count, done in enumerate(run_ladder(plan, log, shelf, engine, part), start=1):
                bar.at(count, f"{done.job.kind}, {done.seconds:.0f} s")
    if part != WHOLE and not work.fold:
        return typer.echo(f"{work.log}: part {work.shard} is done, {len(log):,} jobs in the log.")
    changed = ", ".join(f"{name}={value}" for name, value in config.overrides)
    about = {**source, "n": len(given), "preset": preset, "changed": changed, "together": together, "seed": seed,
             "defense_preset": defense_preset, "temperature": temperature}  # fmt: skip
    found = fold_ladder(plan, log, typed_command(), about, part)
    if results is not None:
        title = f"The attack ladder, {found.task}: right answers left after each attacker (preset {preset})"
        keep_figures(results, title, lambda table: add_to(table, found, preset, seed))
    return emit(found) if json else show_ladder(found)


def show_ladder(found: "Ladder") -> None:
    """The rungs as a table, what they cost, and the flags."""
    from core.cli.output import show, table
    from core.evaluation.flags import FLAGS
    from core.evaluation.ladder_fold import name_of

    rows = [
        (
            rung.title, f"{rung.standing.value:.3f} ({rung.standing.low:.3f} to {rung.standing.high:.3f})",
            f"{rung.breaks:,} of {rung.attacked:,}" + (f", {rung.unconfirmed} unconfirmed" if rung.unconfirmed else ""),
            f"{rung.queries:,}", f"{rung.model_rows + rung.fresh_rows:,}", f"{rung.seconds:,.0f}",
        )
        for rung in found.rungs
    ]  # fmt: skip
    heads = ["rung", f"still right, n = {found.lowest.n:,}", "broken", "questions", "model rows", "seconds"]
    part = [] if found.whole else ["Not whole: some groups have not come to the top yet."]
    flags = [f"{FLAGS[key].title}: {FLAGS[key].text}" for key in found.flags]
    show(table(f"{name_of(found)}, {found.task}", heads, rows), *part, *flags)
