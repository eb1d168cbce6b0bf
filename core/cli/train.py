"""``finetune``: train a plain classifier, and keep it as an adapter folder; and what ``fact`` shares with it."""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.groups import FieldsOf, grouped
from core.errors import DataFileError
from core.labels import parse_label_names
from core.tasks import Task, about, get_task
from core.training.config import BACKBONE, PLAIN, FinetuneConfig

if TYPE_CHECKING:
    from core.cli.output import Bar
    from core.datasets import Row

_DATA_HELP = "A labelled file, or a data folder; default: the folder in FIREBERT_DATA."
_EXTRA_HELP = "A labelled file of extra rows, spread over the epochs; default: the folder's own, if the task has one."
_OUT_HELP = "The run's checkpoints, to go on from after a kill; default: runs/<task>-plain or -fact."
_EXPORT_HELP = "Where the finished model goes; default: <out>/model."
_LOG_HELP = "Also log curves to tensorboard or trackio (its package has to be installed); may be given twice."
_TEST_HELP = f"A labelled file for the accuracy on the model card; default: the folder's test split. {opt.TESTED}"
_FEW_STEPS = 50
_DEV = "rows kept from training, used to choose it"

DataOption = Annotated[Path | None, typer.Option(help=_DATA_HELP)]
ExtraOption = Annotated[Path | None, typer.Option(help=_EXTRA_HELP)]
NoExtraOption = Annotated[bool, typer.Option("--no-extra", help="Train without the folder's extra rows.")]
TestOption = Annotated[Path | None, typer.Option(help=_TEST_HELP)]
TestRowsOption = Annotated[int, typer.Option(min=-1, help="Test on so many rows at random; 0: all, -1: none.")]
OutOption = Annotated[Path | None, typer.Option(help=_OUT_HELP)]
ExportOption = Annotated[Path | None, typer.Option(help=_EXPORT_HELP)]
NameOption = Annotated[str, typer.Option(help="The model's name; default: the last part of --out.")]
TitleOption = Annotated[str, typer.Option(help="A title for menus.")]
LogOption = Annotated[list[str] | None, typer.Option(metavar="TRACKER", help=_LOG_HELP)]
SaveOption = Annotated[int, typer.Option(min=1, help="Steps between checkpoints.")]


@dataclass(frozen=True)
class RunOptions:
    """What a run learns from and is tested on, and where it goes; ``finetune`` and ``fact`` share them."""

    data: DataOption = None
    extra: ExtraOption = None
    no_extra: NoExtraOption = False
    test: TestOption = None
    test_rows: TestRowsOption = 0
    out: OutOption = None
    export: ExportOption = None
    name: NameOption = ""
    title: TitleOption = ""
    log: LogOption = None
    save_every: SaveOption = 50


@dataclass(frozen=True)
class Rows:
    """What a run trains and is tested on, and what to call it."""

    train: "list[Row]"
    extra: "list[Row]"
    test: "list[Row]"
    named: str
    test_named: str


def register(app: typer.Typer) -> None:
    """Add ``finetune``."""
    app.command()(finetune)


@grouped
def finetune(
    *,
    settings: Annotated[dict[str, Any], FieldsOf(FinetuneConfig)],
    run: RunOptions,
    machine: opt.MachineOptions,
    json: opt.JsonOption = False,
) -> None:
    """Train a classifier from a backbone and keep it: as adapters on the built-in one, else as a whole model.

    Started again with the same settings after a kill, it goes on from its last checkpoint and ends with the same
    weights. The best checkpoint on --dev-rows rows kept from training is the one that stays. Several processes or GPUs:
    accelerate launch -m core finetune ...
    """
    task, data = own_task(settings["task"], run.data)
    config = FinetuneConfig(**{**settings, "task": task.name})
    if config.start == PLAIN:
        config = replace(config, start=task.plain_model)
    device = opt.pick_device(machine.device, machine.threads)
    from core.training.trackers import known_trackers

    trackers = known_trackers(run.log or ())
    rows = load_rows(task, replace(run, data=data), config)
    out = run.out or Path("runs") / task.plain_model
    of_task = config.start != BACKBONE or out.name.startswith(task.name)
    name = run.name or (out.name if of_task else task.plain_model)
    from core.training.export import command_of
    from core.training.finetune import finetune as events_of

    events = events_of(config, rows.train, out, rows.extra, device, run.save_every)
    facts = watch(events, config, trackers, out, json)
    facts = {"command": command_of(config, as_typed(settings["task"], run)), "data": rows.named, **facts}
    title = run.title or f"{task.title}, plain"
    keep(config, rows, out, run.export or out / "model", name, title, facts, device, json)


def own_task(name: str, data: Path | None) -> tuple[Task, Path | None]:
    """The task of that name, or of that labelled file, which is then also the data unless others are given."""
    task = opt.find_task(name)
    return task, Path(name) if data is None and Path(name).is_file() else data


def load_rows(task: Task, run: RunOptions, config: FinetuneConfig) -> Rows:
    """The rows of a run. Raises DataFileError or MissingResourceError."""
    from core.cli.inputs import learning_rows
    from core.cli.output import note
    from core.datasets import find_split, load_split
    from core.evaluation.evaluate import sample_rows

    data, extra, test = run.data, run.extra, run.test
    names = parse_label_names(config.labels, task.labels)

    def split(name: str) -> "tuple[list[Row], str]":
        return load_split(task, name, data), find_split(task, name).note

    def file(path: Path) -> "tuple[list[Row], str]":
        return learning_rows(path, task, names), path.name

    whole = data is None or data.is_dir()
    if whole and "train" not in about(task).splits:
        raise DataFileError(f"Task '{task.name}' has no data of its own. Give --data FILE.")
    main, named = split("train") if whole else file(data or Path())
    more: list[Row] = []
    if not run.no_extra and (extra is not None or (whole and "extra" in about(task).splits)):
        more, more_named = split("extra") if extra is None else file(extra)
        named = f"{named}; {more_named}"
    tested: list[Row] = []
    test_named = ""
    if run.test_rows >= 0 and (test is not None or (whole and "test" in about(task).splits)):
        tested, test_named = split("test") if test is None else file(test)
        if run.test_rows:
            tested = sample_rows(tested, run.test_rows, config.seed)
        learned = {row.example for row in [*main, *more]}
        if repeated := sum(row.example in learned for row in tested):
            test_named += f" ({repeated:,} of {len(tested):,} rows are also in the training file)"
            note(f"{test_named}: an accuracy on these says little about other texts.")
    if not main:
        raise DataFileError(f"{named} holds no labelled row, so there is nothing to learn.")
    return Rows(main, more, tested, named, test_named)


def watch(
    events: Iterable[Any], config: FinetuneConfig, trackers: Sequence[str], out: Path, as_json: bool
) -> dict[str, Any]:
    """Run the training with a progress bar; answers facts for the model card. Only the first process speaks."""
    from core.cli.output import progress
    from core.training.processes import leads
    from core.training.trackers import open_trackers

    facts: dict[str, Any] = {}
    if not leads():
        for _ in events:
            pass
        return facts
    with progress(f"Training {config.task}", None) as bar, open_trackers(trackers, out, asdict(config)) as log:
        for event in events:
            log(event)
            facts |= tell(event, bar, as_json)
    return facts


def tell(event: Any, bar: "Bar", as_json: bool) -> dict[str, Any]:
    """Show an event of a run; answers what it adds to the model card."""
    from core.cli.output import emit, note
    from core.events import Evaluated, Preparing, TrainingFinished, TrainingStarted, TrainingStep, to_record

    if as_json:
        emit(to_record(event))
    if isinstance(event, Preparing):
        bar.at(event.done, "ranking words, finding candidates; kept for the next time", event.total)
    elif isinstance(event, TrainingStarted):
        bar.at(event.start_step, total=event.steps)
        going_on = f", going on from step {event.start_step}" if event.start_step else ""
        extended = f", up to {event.alternatives} alternatives a row" if event.alternatives else ""
        note(f"{event.rows:,} rows{extended}, {event.steps:,} steps{going_on}.", bar)
        if event.steps < _FEW_STEPS:
            note("So few steps teach little: more --epochs, or a smaller --batch-rows, make more of them.", bar)
        return {"rows": event.rows, "steps": event.steps, "trainable_parameters": event.trainable_parameters}
    elif isinstance(event, TrainingStep):
        apart = "" if event.synthetic_loss is None else f" ({event.clean_loss:.3f}, {event.synthetic_loss:.3f})"
        bar.at(event.step, f"loss {event.loss:.3f}{apart}, {event.examples_per_second:.0f} examples/s")
    elif isinstance(event, Evaluated):
        best = ", the best so far" if event.best else ""
        also = "" if event.synthetic_accuracy is None else f", {event.synthetic_accuracy:.4f} on their alternatives"
        note(f"Step {event.step}: dev accuracy {event.accuracy:.4f} (n = {event.n:,}){also}{best}.", bar)
    elif isinstance(event, TrainingFinished):
        also_best = {"dev_accuracy_on_alternatives": event.best_synthetic_accuracy}
        return {
            "best_step": event.best_step, "dev_accuracy": event.best_accuracy, "dev_rows": event.n,
            "seconds": round(event.seconds), **({} if event.best_synthetic_accuracy is None else also_best),
        }  # fmt: skip
    return {}


def keep(
    config: FinetuneConfig, rows: Rows, out: Path, folder: Path, name: str, title: str,
    facts: dict[str, Any], device: str, as_json: bool, blend: float = 1.0,
) -> None:  # fmt: skip
    """Export the run and measure what was exported, on test rows if there are any, else on the run's own dev rows.

    Those were measured in the run already, unless what is kept was blended since.
    """
    from core.cli.output import emit, note
    from core.evaluation.statistics import share
    from core.training.processes import leads, threads_of_all

    if not leads():
        return None
    from core.training.corpus import split_rows
    from core.training.export import export_model, write_card

    n = facts["dev_rows"]
    known = {**asdict(share(round(facts["dev_accuracy"] * n), n)), "data": _DEV}
    if blend != 1.0:
        facts = {**facts, "dev_accuracy_before_blending": facts["dev_accuracy"]}
        del facts["dev_accuracy"]
        known = {}
    card = export_model(config, out, folder, name, title, facts, known, blend)
    if rows.test or not known:
        dev = split_rows(rows.train, config.dev_rows, config.split)[0]
        kept, named = (rows.test, rows.test_named) if rows.test else (dev, _DEV)
        with threads_of_all():
            card = replace(card, accuracy=measure(folder, get_task(config.task), kept, named, device))
        write_card(folder, card)
    if as_json:
        return emit(card)
    value = card.accuracy
    note(f"Accuracy {value['value']:.4f} ({value['low']:.4f} to {value['high']:.4f}) on {value['data']}.")
    return note(f"The model is in {folder}.")


def measure(folder: Path, task: Task, rows: "list[Row]", named: str, device: str) -> dict[str, Any]:
    """Accuracy of a model's folder on labelled rows."""
    from core.cli.output import progress
    from core.evaluation.evaluate import EvaluationFinished, evaluate
    from core.models.loading import load_classifier

    classifier = load_classifier(str(folder), task, device)
    found: dict[str, Any] = {}
    with progress("Testing", len(rows)) as bar:
        for event in evaluate(rows, classifier):
            if isinstance(event, EvaluationFinished):
                macro = {"macro_f1": event.scores.macro_f1.value}
                found = {**asdict(event.scores.accuracy), "data": named, **macro}
            else:
                bar.at(event.done, f"accuracy {event.accuracy:.3f}")
    return found


def as_typed(task: str, run: RunOptions) -> str:
    """What the card's command has after ``--task``: the task and the rows, as they were typed.

    Files stand by their name alone: the command is run where they lie, and says nothing of this machine's folders.
    """
    words = [Path(task).name if Path(task).exists() else task]
    for option, path in (("--data", run.data), ("--extra", run.extra)):
        words += [option, path.name] if path is not None and path.is_file() else []
    return shlex.join([*words, *["--no-extra"] * run.no_extra])
