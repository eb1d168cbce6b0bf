"""The options that commands share, one by one and in groups, and the task, classifier and device they stand for.

A command names a group as one parameter (:mod:`core.cli.groups`); an option added to a group is there in all of them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.streams import whole_text
from core.defenses.registry import defense_names
from core.errors import ConfigError
from core.labels import parse_label_names
from core.tasks import MNLI, Task, about, get_task, task_names
from core.tasks import register as register_task

if TYPE_CHECKING:
    from core.models.classifier import Classifier
    from core.models.transformer import TransformersClassifier

_NAMES = defense_names()
TESTED = f"mnli's test is {about(MNLI).splits['test'].note}."
"""What has to be said wherever a split is chosen: the paper's test of MNLI is not at hand, and ours is its dev set."""
_TASK_HELP = f"{' or '.join(task_names())}; or a labelled file, or a folder of a model trained on one."
_MODEL_HELP = (
    "Built-in model, local folder or Hub name; where answers are enough also http://host/path, module:function or "
    "file.py:function. Default: the task's built-in '<task>-plain'."
)
_LABELS_HELP = "What a model or a file calls the task's labels, as in LABEL_0=negative,LABEL_1=positive."
_DEVICE_HELP = "auto, cpu, cuda, cuda:1 or mps; auto takes a GPU where there is one."
BENCH_HELP = "Measure the program's own cost; ratios come from one run."
_SET_HELP = "Change a setting; may be given several times. Names: --settings."
_RULES_HELP = "adjusted, paper, textattack, jia2019, bench2021, ungated."
_METHODS = "textfooler, best_first, bayes, gradient, saliency, characters, random_order or random_word."

TaskOption = Annotated[str, typer.Option("--task", "-t", help=_TASK_HELP)]
LabelsOption = Annotated[str, typer.Option("--labels", metavar="THEIRS=OURS,...", help=_LABELS_HELP)]
ModelOption = Annotated[str, typer.Option("--model", "-m", help=_MODEL_HELP)]
RevisionOption = Annotated[str, typer.Option(help="Pinned revision of a Hub model.")]
DeviceOption = Annotated[str, typer.Option(help=_DEVICE_HELP)]
ThreadsOption = Annotated[int, typer.Option(min=0, max=4096, help="Processor threads; 0 leaves it to torch.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Of every random draw: same seed, same answer.")]
RowsSeedOption = Annotated[
    int, typer.Option("--rows-seed", "--sample-seed", min=0, help="Which rows are chosen, where not all are taken.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON lines instead of tables.")]
TextOption = Annotated[str | None, typer.Option(callback=whole_text, help="The text, for a task of one text.")]
PremiseOption = Annotated[str | None, typer.Option(callback=whole_text, help="The premise, for a task of pairs.")]
HypothesisOption = Annotated[str | None, typer.Option(callback=whole_text, help="The hypothesis, for a task of pairs.")]
InputOption = Annotated[
    Path | None, typer.Option("--input", "-i", help="A .csv, .tsv, .json, .jsonl or .parquet file of any size.")
]
PresetOption = Annotated[str, typer.Option(help="shipped (ours, keeps clean accuracy) or paper.")]
DefenseOption = Annotated[str, typer.Option("--defense", "-d", help=f"{', '.join(_NAMES[:-1])} or {_NAMES[-1]}.")]
EncoderOption = Annotated[str, typer.Option(help="Sentence encoder of the gate: use or minilm.")]
SetOption = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=_SET_HELP)]
SettingsOption = Annotated[bool, typer.Option("--settings", help="List the settings with their values, and stop.")]
RulesOption = Annotated[str, typer.Option("--preset", "-p", help=_RULES_HELP)]
MethodOption = Annotated[str, typer.Option(help=_METHODS)]
SplitOption = Annotated[
    str, typer.Option(help=f"With --n and no --input: a split of the folder in FIREBERT_DATA. {TESTED}")
]


@dataclass(frozen=True)
class TextOptions:
    """One text, or one pair."""

    text: TextOption = None
    premise: PremiseOption = None
    hypothesis: HypothesisOption = None


@dataclass(frozen=True)
class ModelOptions:
    """Which classifier is asked; no ``model`` is the task's own plain one."""

    model: ModelOption = ""
    revision: RevisionOption = ""
    labels: LabelsOption = ""


@dataclass(frozen=True)
class MachineOptions:
    """Where it runs."""

    device: DeviceOption = "auto"
    threads: ThreadsOption = 0


@dataclass(frozen=True)
class DefenseOptions:
    """A defence's settings: a preset and what differs from it; and the sentence encoder of its gate."""

    preset: PresetOption = "shipped"
    set_: SetOption = None
    settings: SettingsOption = False
    encoder: EncoderOption = "use"

    @property
    def changes(self) -> tuple[str, ...]:
        """What ``--set`` was given, ``name=value`` each."""
        return tuple(self.set_ or ())


@dataclass(frozen=True)
class AttackOptions:
    """An attack's rules: a preset, the method, and what differs from them."""

    preset: RulesOption = "paper"
    method: MethodOption = "textfooler"
    set_: SetOption = None

    @property
    def changes(self) -> tuple[str, ...]:
        """What ``--set`` was given, ``name=value`` each."""
        return tuple(self.set_ or ())


@dataclass(frozen=True)
class Session:
    """What the common options ask for; ``names`` are labels as models and files call them, with the task's own."""

    task: Task
    model: str
    revision: str
    device: str
    threads: int
    names: Mapping[str, str]

    @property
    def is_black_box(self) -> bool:
        """Whether the model is a server or a function, of which answers alone are known."""
        from core.models.black_box import is_black_box

        return is_black_box(self.model)

    def answering(self, abstains: bool = False) -> "Classifier":
        """The classifier, loaded, or the black box; with ``abstains`` a function may leave a text unanswered."""
        from core.models.black_box import open_black_box

        if not self.is_black_box:
            return self.classifier()
        if self.revision:
            raise ConfigError(f"--revision is of a model on the Hub; {self.model} has none.")
        return open_black_box(self.model, self.task, self.names, abstains)

    def classifier(self) -> "TransformersClassifier":
        """The classifier, loaded. Raises ModelError for a black box."""
        from core.models.loading import load_classifier

        device = pick_device(self.device, self.threads)
        return load_classifier(self.model, self.task, device, self.revision or None, self.names)


def session(task: str, model: ModelOptions, machine: MachineOptions) -> Session:
    """The session of a command's options. Raises UnknownNameError for the task."""
    found = find_task(task)
    own = task if task not in task_names() and Path(task).is_dir() else found.plain_model
    names = parse_label_names(model.labels, found.labels)
    return Session(found, model.model or own, model.revision, machine.device, machine.threads, names)


def find_task(name: str) -> Task:
    """The task called so; or that of a labelled file, of a model's folder or of a saved one, registered on the way."""
    from core.datasets import task_of_file
    from core.models.adapters import parse_card
    from core.tables import is_readable

    path = Path(name)
    if name not in task_names() and is_readable(path):
        return register_task(task_of_file(path))
    if name not in task_names() and (path / "model.json").is_file():
        return parse_card(path / "model.json").resolve_task()
    if name not in task_names() and (path / "defense.json").is_file():
        from core.defenses.record import read_record

        return read_record(path).resolve_task()
    if name not in task_names() and path.is_dir():
        raise ConfigError(
            f"'{name}' is a folder, but holds no model of ours (model.json) and no saved defence (defense.json). "
            f"--task takes {', '.join(task_names())}, a labelled file, or such a folder."
        )
    return get_task(name)


def group(app: typer.Typer, name: str, help: str) -> typer.Typer:
    """The group of commands called ``name``, made when the first module asks for it."""
    groups = {known.name: known.typer_instance for known in app.registered_groups}
    if (found := groups.get(name)) is None:
        found = typer.Typer(help=help, no_args_is_help=True)
        app.add_typer(found, name=name)
    return found


def limit_threads(threads: int) -> None:
    """At most so many threads for torch and numpy, here and in processes started from here."""
    import torch
    from threadpoolctl import threadpool_limits

    os.environ["OMP_NUM_THREADS"] = str(threads)
    torch.set_num_threads(threads)
    threadpool_limits(threads)


def pick_device(device: str, threads: int = 0) -> str:
    """The torch device that ``device`` means; ``threads`` above 0 limits torch and numpy. Raises ConfigError."""
    import torch

    if threads:
        limit_threads(threads)
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if device == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if there[name])
    kind, _, index = device.partition(":")
    if kind not in there or (index and not index.isdigit()):
        raise ConfigError(f"device must be auto, cpu, cuda, cuda:N or mps, was given {device!r}.")
    if not there[kind] or (index and kind == "cuda" and int(index) >= torch.cuda.device_count()):
        raise ConfigError(f"device {device!r} is not there. Give --device auto or cpu.")
    return device
