"""``attack`` and ``premade``: search for texts that fool a classifier, over one text or many."""

import platform
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.attack_views import attack_view, summary_view
from core.cli.attacked import Rows, SampleOptions, TogetherOption, attack_rows, attack_settings, usual
from core.cli.engines import EngineOptions
from core.cli.groups import grouped
from core.defenses.registry import PLAIN
from core.errors import ConfigError, InputError
from core.strict_json import to_json

if TYPE_CHECKING:
    from core.attacks.attack import Attack
    from core.attacks.events import AttackEvent, AttackFinished
    from core.attacks.presets import AttackConfig
    from core.datasets import Row
    from core.evaluation.attack_lines import Prepared
    from core.evaluation.attack_recipe import AttackRecipe
    from core.evaluation.attack_run import Progress
    from core.models.classifier import Classifier
    from core.tasks import Task

_OUT_HELP = "Append results here as they come, one JSON line a row, and print the summary."
_VIEW_HELP = "The attacker asks a randomised defence so often and takes the mean."

LabelOption = Annotated[str, typer.Option(help="The text's true label; without it, the classifier's own answer.")]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help=_OUT_HELP)]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on with --out after a stop or a kill.")]
GateWorkersOption = Annotated[
    int,
    typer.Option(
        min=0,
        help="Of many rows: processes for words, tags and sentence gates beside the classifier's; "
        "0: none. For a GPU with many cores; the outcome is the same.",
    ),
]
PeerOption = Annotated[Path | None, typer.Option(help="Also write the results in the peer harness's schema.")]
TextAttackOption = Annotated[Path | None, typer.Option(help="Also write the results as TextAttack's CSV.")]
DefensePresetOption = Annotated[str, typer.Option(help="Of the defence: shipped or paper.")]
DefenseSetOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="Change a setting of the defence.")
]
AverageOption = Annotated[int, typer.Option(min=1, help=_VIEW_HELP)]
PremadeOutOption = Annotated[
    Path, typer.Option("--out", "-o", help="The set, a .jsonl file; its provenance lies beside.")
]


def register(app: typer.Typer) -> None:
    """Add ``attack`` and ``premade``."""
    app.command()(attack)
    app.command()(premade)


@grouped
def attack(
    *,
    task: opt.TaskOption = "imdb",
    texts: opt.TextOptions,
    label: LabelOption = "",
    sample: SampleOptions,
    out: OutOption = None,
    resume: ResumeOption = False,
    rules: opt.AttackOptions,
    settings: opt.SettingsOption = False,
    model: opt.ModelOptions,
    defense: opt.DefenseOption = PLAIN,
    defense_preset: DefensePresetOption = "shipped",
    defense_set: DefenseSetOption = None,
    average: AverageOption = 1,
    encoder: opt.EncoderOption = "use",
    together: TogetherOption = 0,
    labour: EngineOptions,
    gate_workers: GateWorkersOption = 0,
    peer_out: PeerOption = None,
    textattack_out: TextAttackOption = None,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """Attack one text and show how it goes, or many rows and sum them up.

    One text: a table, or with --json the events, one a line, as a recording that can be replayed. Many rows (--input,
    or --n of a split): one JSON line a row, to --out or stdout, then the summary; --resume goes on after a kill.
    """
    from core.cli.views import list_only

    config = attack_settings(rules, opt.find_task(task).name, seed)
    if settings:
        return list_only(f"{rules.method}, {rules.preset} settings for {task}", config, json, ("preset", "seed"))
    session = opt.session(task, model, machine)
    single = sample.input is None and sample.n == 0
    if single and (out or resume or peer_out or textattack_out or gate_workers or not labour.is_here):
        raise ConfigError("--out, --resume, --workers, --gate-workers, --peer-out and --textattack-out are for many "
                          "rows: give --input FILE or --n N.")  # fmt: skip
    if gate_workers and not labour.is_here:
        raise ConfigError("Give --workers (whole attacks in each) or --gate-workers (one classifier), not both.")
    labour.check(machine.threads)
    if resume and out is None:
        raise ConfigError("--resume goes on with a file: give --out FILE.")
    from core.cli.inputs import read_source
    from core.evaluation.attack_run import refuse_written, run_attack

    if out is not None:
        refuse_written(out, resume)

    true_label = _label(session, label)
    source = read_source(session.task, texts, None, session.names) if single else None
    chosen = opt.DefenseOptions(defense_preset, defense_set, encoder=encoder)
    recipe, (prepared, deployed, searched) = _prepare(session, config, defense, chosen, seed, average)
    given = None if single else attack_rows(session, sample)
    if source is not None:
        ends = [_one(prepared, deployed, searched, row, true_label, json) for row in source.rows]
        failed = [end.reason for end in ends if end.status == "error"]
        if failed:
            raise InputError(f"{len(failed)} of {len(ends)} texts could not be attacked: {failed[0]}")
        return None
    assert given is not None
    from core.evaluation.search_processes import SpreadAttack

    if gate_workers:
        prepared = SpreadAttack(
            prepared.config, prepared.lexicon, replace(recipe.target, device="cpu").words, gate_workers
        )
    events = run_attack(
        prepared, deployed, given.rows, usual(together, session), out, resume, searched,
        labour.pick(), None if labour.is_here else recipe.prepare,
    )  # fmt: skip
    try:
        _many(events, given, session.task, (out, peer_out, textattack_out), json)
    finally:
        if isinstance(prepared, SpreadAttack):
            prepared.close()
    return None


@grouped
def premade(
    *,
    out: PremadeOutOption,
    task: opt.TaskOption = "imdb",
    sample: SampleOptions,
    rules: opt.AttackOptions,
    model: opt.ModelOptions,
    encoder: opt.EncoderOption = "use",
    together: TogetherOption = 0,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """Make the paper's adversarial set: attack the plain model over a data file, keep what flipped.

    The run itself is kept beside the set (NAME.attacks.jsonl), so a killed one goes on where it was. Neither belongs in
    a repository, since both hold the texts of the data.
    """
    from core.cli.output import emit, show
    from core.evaluation.attack_run import read_records, run_attack
    from core.evaluation.attack_summary import summarise
    from core.evaluation.premade import write_premade

    config = attack_settings(rules, opt.find_task(task).name, seed)
    session = opt.session(task, model, machine)
    _, (prepared, deployed, _) = _prepare(session, config, PLAIN, opt.DefenseOptions(encoder=encoder), seed)
    given = attack_rows(session, sample)
    run = out.with_suffix(".attacks.jsonl")
    events = run_attack(prepared, deployed, given.rows, usual(together, session), run, resume=True)
    for _ in _watch(events, given.total):
        pass
    summary = summarise(read_records(run))
    said = write_premade(out, read_records(run), session.task, {**given.source, "summary": asdict(summary)})
    if json:
        return emit(said)
    return show(*summary_view(summary), f"{said['rows']} of {summary.n} texts flipped: {out}")


def _prepare(
    session: opt.Session,
    config: "AttackConfig",
    defense: str,
    chosen: opt.DefenseOptions,
    seed: int,
    average: int = 1,
) -> "tuple[AttackRecipe, Prepared]":
    """What is attacked and how, as a recipe for any process, and as it stands in this one."""
    from core.cli.defended import embedding_std_of, load_words, recipe_of
    from core.evaluation.attack_recipe import AttackRecipe

    core = session.answering()
    target = recipe_of(session, defense, chosen, seed, embedding_std_of(core))
    recipe = AttackRecipe(config, target, average)
    return recipe, recipe.around(core, load_words(chosen.encoder, target.device))


def _label(session: opt.Session, given: str) -> int | None:
    """The label that ``--label`` means, by the rules of files."""
    from core.labels import find_label

    found = find_label(given, session.task.labels, session.names, "--label") if given else None
    if given and found is None:
        raise InputError(f"--label {given!r} says that there is none. Leave it out, or give one of "
                         f"{', '.join(session.task.labels)}.")  # fmt: skip
    return found


def _one(
    prepared: "Attack", deployed: "Classifier", searched: "Classifier | None", row: "Row", label: int | None, json: bool
) -> "AttackFinished":
    from core.attacks.driver import step_attack
    from core.attacks.events import AttackFinished, write_events
    from core.cli.output import show

    events: list[AttackEvent] = []
    for event in step_attack(prepared, deployed, row.example, row.label if label is None else label, searched):
        events.append(event)
        if json:
            typer.echo(next(write_events([event])))
    end = events[-1]
    assert isinstance(end, AttackFinished)
    if not json and end.status != "error":
        show(*attack_view(events, deployed.task))
    return end


def _many(
    events: "Iterable[Progress]",
    given: Rows,
    task: "Task",
    files: tuple[Path | None, Path | None, Path | None],
    json: bool,
) -> None:
    from core.cli.output import emit, show
    from core.evaluation.attack_run import read_records
    from core.evaluation.attack_summary import peer_results, summarise

    out, peer_out, textattack_out = files
    wall, cpu = time.perf_counter(), time.process_time()
    kept: list[dict[str, Any]] = []
    for progress in _watch(events, given.total):
        if out is None:
            kept.append(progress.record)
            emit(progress.record)
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    summary = summarise(kept if out is None else read_records(out))
    if peer_out is not None:
        env = {"python": platform.python_version()}
        found = peer_results(kept if out is None else read_records(out), seconds, cpu_seconds, env)
        peer_out.write_text(to_json(found, indent=1), encoding="utf-8")
    if textattack_out is not None:
        from core.interop.results_sheet import results_sheet

        written = results_sheet(kept if out is None else read_records(out), task)
        textattack_out.write_text(written, encoding="utf-8", newline="")
    if out is None:
        show(*summary_view(summary), err=True)
    elif json:
        emit(
            {
                **asdict(summary),
                "data": given.source,
                "seconds": round(seconds, 3),
                "cpu_seconds": round(cpu_seconds, 3),
            }
        )
    else:
        show(*summary_view(summary), f"this run: {seconds:.1f} s, {cpu_seconds:.1f} s of processor time")


def _watch(events: Iterable[Any], total: int | None) -> Iterator[Any]:
    """The progress of a run behind a bar: how many are done, and how many of them fell."""
    from core.cli.output import progress

    fell = 0
    with progress("Attacks", total) as bar:
        for event in events:
            fell += event.record["status"] == "success"
            bar.at(event.done, f"{fell} fooled")
            yield event
