"""``fact``: co-tune a classifier with SWITCH's alternatives; and what an epoch of it costs, ``bench fact``."""

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli import train
from core.cli.groups import FieldsOf, grouped
from core.labels import parse_label_names
from core.training.config import (
    FACT_TRAINING,
    PLAIN,
    TRAINING_BY_TASK,
    FactConfig,
    FinetuneConfig,
    blend_of,
    fact_config,
)

if TYPE_CHECKING:
    from core.models.transformer import TransformersClassifier
    from core.tasks import Task
    from core.work.engine import Engine

_RANKER_HELP = "The frozen model that ranks words; default: --start, or the task's plain one if that is the backbone."
_BLEND_HELP = "Share of the co-tuned weights in what is kept, the rest is --start's; default: ours for the task."
_WEIGHT_HELP = "How much an alternative counts in the mean loss; a row counts 1. Default: the preset's."

_FEWEST_STEPS = 150
"""Of a plain classifier made on the way: fewer leave the head of a small file's task as it was drawn."""

PresetOption = Annotated[str, typer.Option(help="SWITCH's settings: shipped (ours) or paper.")]
WeightOption = Annotated[float | None, typer.Option(min=0.0, help=_WEIGHT_HELP)]
BlendOption = Annotated[float | None, typer.Option(min=0.0, max=1.0, help=_BLEND_HELP)]
PlanWorkersOption = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="Processes that find what may be swapped while words are ranked; default: the cores "
        "that are left, for more than 2,000 rows.",
    ),
]
RankerOption = Annotated[str, typer.Option("--switch-model", help=_RANKER_HELP)]


def register(app: typer.Typer) -> None:
    """Add ``fact``, and ``fact`` to the group ``bench``."""
    app.command()(fact)
    opt.group(app, "bench", opt.BENCH_HELP).command("fact")(bench_fact)


@grouped
def fact(
    *,
    settings: Annotated[dict[str, Any], FieldsOf(FinetuneConfig, TRAINING_BY_TASK, FACT_TRAINING)],
    preset: PresetOption = "shipped",
    set_: opt.SetOption = None,
    settings_: opt.SettingsOption = False,
    synthetic_weight: WeightOption = None,
    blend: BlendOption = None,
    switch_model: RankerOption = "",
    encoder: opt.EncoderOption = "use",
    plan_workers: PlanWorkersOption = None,
    run: train.RunOptions,
    machine: opt.MachineOptions,
    json: opt.JsonOption = False,
) -> None:
    """Co-tune a classifier: every batch is extended by SWITCH's alternatives of its rows (FACT).

    SWITCH's settings are the preset's, changed with --set (--settings lists them). What may be swapped is found once
    for the training set and kept in the cache (FIREBERT_CACHE); alternatives are drawn anew each epoch. Started again
    with the same settings after a kill, it goes on from its last checkpoint and ends with the same weights. For a file
    of your own (--task FILE) a plain classifier is trained on it first, for 150 steps or more (100 epochs at most),
    unless --start or --switch-model names one.
    Several processes or GPUs: accelerate launch -m core fact ...
    """
    task, data = train.own_task(settings["task"], run.data)
    config = settings_of(task, preset, synthetic_weight, set_ or (), settings)
    if settings_:
        from core.cli.views import list_only

        return list_only(f"SWITCH's {preset} settings for co-tuning {task.name}", config.switch, json)
    from core.training.processes import own_device

    device = own_device(opt.pick_device(machine.device, machine.threads))
    from core.cli.defended import load_words
    from core.training.export import fact_command_of
    from core.training.fact import fact as events_of
    from core.training.plan_store import sources_of
    from core.training.trackers import known_trackers

    lexicon, trackers = load_words(encoder, device), known_trackers(run.log or ())
    named = load_named(switch_model, task, config, device) if switch_model else None
    rows = train.load_rows(task, replace(run, data=data), config.training)
    out = run.out or Path("runs") / f"{task.name}-fact"
    typed = train.as_typed(settings["task"], run)
    # As it was asked for: started again from nothing, it makes the plain classifier on the way once more.
    command = fact_command_of(config, typed)
    ranker, config = (named, config) if named else find_ranker(
        task, config, settings["start"], rows, out, device, json, typed
    )  # fmt: skip
    events = events_of(
        config, rows.train, out, ranker, lexicon, rows.extra, device, run.save_every,
        engine=plan_engine(plan_workers, machine.threads), words=partial(load_words, encoder),
    )  # fmt: skip
    facts = train.watch(events, config.training, trackers, out, json)
    changed = {"switch": asdict(config.switch), "synthetic_weight": config.synthetic_weight}
    share = blend_of(config) if blend is None else blend
    command += f" --blend {share:g}" if share != blend_of(config) else ""
    made_by = {"ranked_by": ranker.name, **sources_of(lexicon), **changed, "blend": share}
    facts = {"command": command, "data": rows.named, **facts, **made_by}
    title = run.title or f"{task.title}, co-tuned (FACT)"
    folder, name = run.export or out / "model", run.name or out.name
    return train.keep(config.training, rows, out, folder, name, title, facts, device, json, share)


def plan_engine(workers: int | None, threads: int) -> "Engine":
    """``workers`` processes, or as many as there are cores to spare; without any, this process."""
    from core.training.processes import spare_cores
    from core.work.engine import HERE, Processes

    workers = spare_cores(threads) if workers is None else workers
    return Processes(workers) if workers else HERE


def settings_of(
    task: "Task", preset: str, weight: float | None, changes: Sequence[str], training: dict[str, Any]
) -> FactConfig:
    """The configuration that the options stand for."""
    from core.cli.settings import with_settings

    given = {n: v for n, v in training.items() if n != "task" and v is not None}
    config = fact_config(task.name, preset, **given)
    switch = with_settings(config.switch, changes)
    return FactConfig(config.training, switch, config.synthetic_weight if weight is None else weight)


def find_ranker(
    task: "Task", config: FactConfig, start: str, rows: train.Rows, out: Path, device: str, as_json: bool, typed: str
) -> "tuple[TransformersClassifier, FactConfig]":  # fmt: skip
    """The frozen classifier, and the configuration with the model to start from.

    A task of one's own has no built-in plain classifier: one is trained on the same rows, in ``out/plain``.
    """
    from core.cli.output import note
    from core.models.adapters import adapter_names
    from core.training.export import command_of
    from core.training.finetune import finetune
    from core.training.processes import join_team

    plain = task.plain_model
    training = config.training
    source = plain if training.start == "backbone" else training.start
    if source == plain and plain not in adapter_names():
        folder = out / "plain"
        # Adapters even where all weights are to be co-tuned: a run goes on from an adapter folder only.
        rank = training.lora_rank or FinetuneConfig.lora_rank
        learned = len(rows.train) + len(rows.extra) - training.dev_rows
        learned = max(1, min(learned, training.max_rows or learned))
        enough = math.ceil(_FEWEST_STEPS / math.ceil(learned / training.batch_rows))
        first = replace(
            training, start="backbone", epochs=min(100, max(3, training.epochs, enough)), learning_rate=5e-4,
            lora_rank=rank, lora_embeddings=False,
        )  # fmt: skip
        if not (folder / "model" / "model.json").is_file():
            team, _ = join_team(device)
            if team.leads:
                note(f"No plain classifier for '{task.name}' yet: training one in {folder}.")
            facts = train.watch(finetune(first, rows.train, folder, rows.extra, device), first, (), folder, as_json)
            facts = {"command": command_of(first, typed), "data": rows.named, **facts}
            train.keep(first, replace(rows, test=[]), folder, folder / "model", plain, f"{task.title}, plain", facts,
                       device, as_json)  # fmt: skip
            team.wait()
        source = str(folder / "model")
        if start == PLAIN:
            config = replace(config, training=replace(training, start=source))
    return load_named(source, task, config, device), config


def load_named(source: str, task: "Task", config: FactConfig, device: str) -> "TransformersClassifier":
    """The classifier of that name or folder. Raises a FireBertError where there is none."""
    from core.models.loading import load_classifier

    return load_classifier(source, task, device, labels=parse_label_names(config.training.labels, task.labels))


@grouped
def bench_fact(
    *,
    task: opt.TaskOption = "mnli",
    data: Annotated[Path | None, typer.Option(help="A labelled file; default: the training split at hand.")] = None,
    rows: Annotated[int, typer.Option(min=32, help="Rows of the training set a round.")] = 160,
    rounds: Annotated[int, typer.Option(min=1, help="Measured rounds; medians are reported.")] = 3,
    preset: PresetOption = "shipped",
    set_: opt.SetOption = None,
    encoder: opt.EncoderOption = "use",
    machine: opt.MachineOptions = opt.MachineOptions(threads=1),
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """A co-tuning epoch against plain fine-tuning over the same number of rows, as a ratio within one run.

    The plain steps go over the very rows that the co-tuning steps went over, alternatives included, drawn and encoded
    beforehand. Preparing (ranking words, finding candidates), paid once and kept, is shown apart.
    """
    from core.cli.defended import load_words
    from core.cli.output import emit, progress, show, table
    from core.evaluation.evaluate import sample_rows
    from core.training.fact_bench import bench_fact as measure
    from core.training.fact_bench import summarise

    session = opt.session(task, opt.ModelOptions(), machine)
    config = settings_of(
        session.task, preset, None, set_ or (), {"task": session.task.name, "seed": seed, "start": session.model}
    )
    classifier = session.classifier()
    lexicon = load_words(encoder, classifier.device)
    given = train.load_rows(session.task, train.RunOptions(data=data, no_extra=True, test_rows=-1), config.training)
    chosen = sample_rows(given.train, rows * (rounds + 1) + 2, seed)
    device = opt.pick_device(machine.device, machine.threads)
    found = []
    with progress("Rounds", rounds) as bar:
        for one in measure(config, chosen, rows, rounds, classifier, lexicon, device):
            found.append(one)
            bar.at(len(found), f"{one.ratio.processor:.2f}")
    summary = summarise(found)
    made_by = {
        "task": task, "data": given.named, "threads": machine.threads, "seed": seed, "switch": asdict(config.switch)
    }  # fmt: skip
    if json:
        return emit({**made_by, "summary": asdict(summary), "rounds": [asdict(one) for one in found]})
    line = [
        summary.rounds, summary.rows, summary.ratio.processor, summary.ratio.wall, summary.prepare.processor
    ]  # fmt: skip
    columns = ["rounds", "rows a round", "ratio, processor", "ratio, clock", "preparing once, over a plain epoch of "
               "the rows alone"]  # fmt: skip
    return show(table(f"A FACT epoch over a plain one, {task}, {given.named}", columns, [line]))
