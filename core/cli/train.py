"""``finetune``: train a plain classifier from the backbone, and keep it as an adapter folder."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from core.cli import options as opt
from core.errors import DataFileError
from core.tasks import Task, get_task
from core.training.config import FinetuneConfig

if TYPE_CHECKING:
    from core.datasets import Row

_DATA_HELP = "A labelled file, or a data folder; default: the folder in FIREBERT_DATA."
_EXTRA_HELP = "A labelled file of extra rows, spread over the epochs; default: the folder's own, if the task has one."
_OUT_HELP = "The run's checkpoints, to go on from after a kill; default: runs/<task>-plain."
_EXPORT_HELP = "Where the finished model goes; default: <out>/model."
_TEST_HELP = "A labelled file for the accuracy on the model card; default: the folder's test split."


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


def config_options(config: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one option for each field of a config dataclass, in place of its ``**settings``.

    Names, types and defaults are the dataclass's; a field without a default is a required option.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(config)
        own = [p for p in inspect.signature(command).parameters.values() if p.kind is not p.VAR_KEYWORD]
        made = [
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if field.default is MISSING else field.default,
                annotation=Annotated[hints[field.name], typer.Option()],
            )
            for field in fields(config)
        ]
        both = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in [*made, *own]]
        command.__signature__ = inspect.Signature(both)  # type: ignore[attr-defined]
        command.__doc__ = f"{inspect.getdoc(command)}\n\nSettings of the run. {inspect.getdoc(config)}"
        return command

    return decorate


@config_options(FinetuneConfig)
def finetune(
    data: Annotated[Path | None, typer.Option(help=_DATA_HELP)] = None,
    extra: Annotated[Path | None, typer.Option(help=_EXTRA_HELP)] = None,
    no_extra: Annotated[bool, typer.Option("--no-extra", help="Train without the folder's extra rows.")] = False,
    test: Annotated[Path | None, typer.Option(help=_TEST_HELP)] = None,
    test_rows: Annotated[int, typer.Option(min=-1, help="Test on so many rows at random; 0: all, -1: none.")] = 0,
    out: Annotated[Path | None, typer.Option(help=_OUT_HELP)] = None,
    export: Annotated[Path | None, typer.Option(help=_EXPORT_HELP)] = None,
    name: Annotated[str, typer.Option(help="The model's name; default: <task>-plain.")] = "",
    title: Annotated[str, typer.Option(help="A title for menus.")] = "",
    device: opt.DeviceOption = "auto",
    threads: opt.ThreadsOption = 0,
    json: opt.JsonOption = False,
    **settings: Any,
) -> None:
    """Train a classifier from the backbone and keep it as an adapter folder (with --lora-rank 0: as a whole model).

    Started again with the same settings after a kill, it goes on from its last checkpoint and ends with the same
    weights. The best checkpoint on --dev-rows rows kept from training is the one that stays.
    """
    config = FinetuneConfig(**settings)
    task = get_task(config.task)
    chosen = opt.pick_device(device, threads)
    rows = load_rows(task, data, extra, no_extra, test, test_rows, config.seed)
    out = out or Path("runs") / f"{task.name}-plain"
    export = export or out / "model"
    facts = train(config, rows, out, chosen, json)
    facts = {"command": command(config, no_extra), "data": rows.named, **facts}
    keep(config, rows, out, export, name or f"{task.name}-plain", title or f"{task.title}, plain", facts, chosen, json)


def load_rows(
    task: Task, data: Path | None, extra: Path | None, no_extra: bool, test: Path | None, test_rows: int, seed: int
) -> Rows:
    """The rows of a run. Raises DataFileError or MissingResourceError."""
    from core.datasets import CORPORA, load_split, read_rows
    from core.evaluation.evaluate import sample_rows

    def split(name: str) -> "tuple[list[Row], str]":
        return load_split(task, name, data), CORPORA[task.name, name].note

    def file(path: Path) -> "tuple[list[Row], str]":
        return [row for row in read_rows(path, task) if row.label is not None], path.name

    whole = data is None or data.is_dir()
    main, named = split("train") if whole else file(data or Path())
    more: list[Row] = []
    if not no_extra and (extra is not None or (whole and (task.name, "extra") in CORPORA)):
        more, more_named = split("extra") if extra is None else file(extra)
        named = f"{named}; {more_named}"
    tested: list[Row] = []
    test_named = ""
    if test_rows >= 0 and (test is not None or (whole and (task.name, "test") in CORPORA)):
        tested, test_named = split("test") if test is None else file(test)
        if test_rows:
            tested = sample_rows(tested, test_rows, seed)
    if not main:
        raise DataFileError(f"{named} holds no labelled row, so there is nothing to learn.")
    return Rows(main, more, tested, named, test_named)


def train(config: FinetuneConfig, rows: Rows, out: Path, device: str, as_json: bool) -> dict[str, Any]:
    """Run the training with a progress bar; answers facts for the model card."""
    from transformers.utils.logging import disable_progress_bar

    from core.cli.output import emit, note, progress
    from core.events import Evaluated, TrainingFinished, TrainingStarted, TrainingStep, to_record
    from core.training.finetune import finetune as events_of

    disable_progress_bar()
    facts: dict[str, Any] = {}
    with progress(f"Training {config.task}", None) as bar:
        for event in events_of(config, rows.train, out, rows.extra, device):
            if as_json:
                emit(to_record(event))
            if isinstance(event, TrainingStarted):
                bar.at(event.start_step, total=event.steps)
                facts |= {"rows": event.rows, "steps": event.steps, "trainable_parameters": event.trainable_parameters}
                going_on = f", going on from step {event.start_step}" if event.start_step else ""
                note(f"{event.rows:,} rows, {event.steps:,} steps{going_on}.", bar)
            elif isinstance(event, TrainingStep):
                bar.at(event.step, f"loss {event.loss:.3f}, {event.rows_per_second:.0f} rows/s")
            elif isinstance(event, Evaluated):
                best = ", the best so far" if event.best else ""
                note(f"Step {event.step}: dev accuracy {event.accuracy:.4f} (n = {event.n:,}){best}.", bar)
            elif isinstance(event, TrainingFinished):
                facts |= {"best_step": event.best_step, "dev_accuracy": event.best_accuracy, "dev_rows": event.n}
                facts |= {"seconds": round(event.seconds)}
    return facts


def keep(
    config: FinetuneConfig, rows: Rows, out: Path, folder: Path, name: str, title: str,
    facts: dict[str, Any], device: str, as_json: bool,
) -> None:  # fmt: skip
    """Export the run and measure what was exported, on test rows if there are any, else on the run's own dev rows."""
    from core.cli.output import emit, note
    from core.evaluation.statistics import share
    from core.training.export import export_adapter, export_checkpoint

    if config.lora_rank == 0:
        export_checkpoint(config, out, folder)
        return note(f"The model is in {folder}. Use it with --model {folder}.")
    n = facts["dev_rows"]
    dev = {**asdict(share(round(facts["dev_accuracy"] * n), n)), "data": "rows kept from training, used to choose it"}
    card = export_adapter(config, out, folder, name, title, facts, dev)
    if rows.test:
        tested = measure(folder, get_task(config.task), rows, device)
        card = export_adapter(config, out, folder, name, title, facts, tested)
    if as_json:
        return emit(card)
    value = card.accuracy
    note(f"Accuracy {value['value']:.4f} ({value['low']:.4f} to {value['high']:.4f}) on {value['data']}.")
    return note(f"The model is in {folder}.")


def measure(folder: Path, task: Task, rows: Rows, device: str) -> dict[str, Any]:
    """Accuracy of an adapter folder on the test rows."""
    from core.cli.output import progress
    from core.evaluation.evaluate import EvaluationFinished, evaluate
    from core.models.transformer import load_classifier

    classifier = load_classifier(str(folder), task, device)
    found: dict[str, Any] = {}
    with progress("Testing", len(rows.test)) as bar:
        for event in evaluate(rows.test, classifier):
            if isinstance(event, EvaluationFinished):
                macro = {"macro_f1": event.scores.macro_f1.value}
                found = {**asdict(event.scores.accuracy), "data": rows.test_named, **macro}
            else:
                bar.at(event.done, f"accuracy {event.accuracy:.3f}")
    return found


def command(config: FinetuneConfig, no_extra: bool) -> str:
    """The command that makes this run."""
    from core.training.export import command_of

    return command_of(config) + (" --no-extra" if no_extra else "")
