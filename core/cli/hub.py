"""``python -m core hub``: a classifier with its defence as a folder that any transformers program opens; to the Hub."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli import options as opt
from core.cli.groups import grouped
from core.tasks import BUILT_IN_TASKS

if TYPE_CHECKING:
    from core.defenses.record import DefenseRecord

Folder = Annotated[Path, typer.Argument(help="A folder that hub save wrote.")]


def register(app: typer.Typer) -> None:
    """Add ``hub`` and its commands to the command line."""
    hub = opt.group(app, "hub", "Save a defended classifier, look at a saved one, push it to the Hugging Face Hub.")
    for command in (save, show, push):
        hub.command()(command)


@grouped
def save(
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write.")],
    task: opt.TaskOption = "imdb",
    model: opt.ModelOptions,
    defense: opt.DefenseOption = "fuse",
    chosen: opt.DefenseOptions,
    seed: opt.SeedOption = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a folder that holds something else.")] = False,
) -> None:
    """Write a model, adapters merged, with a defence's settings and a model card; plain transformers opens it."""
    from core.cli import defended, views
    from core.defenses.hub import save_pretrained

    session = opt.session(task, model, opt.MachineOptions("cpu"))
    if chosen.settings:
        settings = defended.defense_settings(session, chosen.preset, defense, chosen.changes)
        title = f"{defense}, {chosen.preset} settings for {task}"
        return views.list_only(title, settings, False, defended.ELSEWHERE)
    built = defended.build(session, defense, chosen, seed)
    save_pretrained(out, built.classifier, overwrite)
    typer.echo(f"The model is in {out}. What it holds: python -m core hub show {out}")
    return None


def show(folder: Folder) -> None:
    """What a saved folder holds, and the command that uses its defence."""
    from core.defenses.hub_card import flat_settings
    from core.defenses.record import read_record
    from core.models.cards import accuracy_text

    record = read_record(folder)
    task = record.resolve_task()
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    rows = {
        "model": record.name,
        "task": f"{task.name} ({', '.join(task.labels)})",
        "defence": record.kind,
        **flat_settings(record),
        **record.sources,
        "accuracy, plain": accuracy_text(record.model.get("accuracy", {})),
        "weights": f"{size:,} bytes of safetensors" if size else "none: the folder is not whole",
        "use the plain core": f"python -m core classify --task {_task(record, folder)} --model {folder}",
    }
    if record.kind != "plain":
        rows["use the defence"] = defend_command(record, folder)
    for name, value in rows.items():
        typer.echo(f"{name}: {value}")


def push(
    folder: Folder,
    repo: Annotated[str, typer.Option("--repo", help="owner/name on the Hub.")],
    private: Annotated[bool, typer.Option("--private", help="Make a new repository private.")] = False,
) -> None:
    """Send a saved folder to the Hub. The token is that of hf auth login, or HF_TOKEN."""
    from core.defenses.hub import push_to_hub

    typer.echo(push_to_hub(folder, repo, private))


def defend_command(record: "DefenseRecord", folder: str | Path) -> str:
    """The ``defend`` command with a saved defence's settings: what differs from the shipped preset is ``--set``."""
    from core.cli.defended import ELSEWHERE
    from core.defenses.registry import preset_of, settings_type
    from core.language.similarity import ENCODERS
    from core.ranges import as_text
    from core.settings import list_settings

    usual = preset_of(record.kind, record.resolve_task(), "shipped", 1.0)
    saved = settings_type(record.kind)(**record.settings)
    changes = [
        f" --set {now.path}={as_text(now.value)}"
        for now, before in zip(list_settings(saved, ELSEWHERE), list_settings(usual, ELSEWHERE), strict=True)
        if now.value != before.value
    ]
    seed = record.settings[record.kind].seed
    encoder = next((kind for kind, name in ENCODERS.items() if name == record.sources["encoder"]), "use")
    return (
        f"python -m core defend --task {_task(record, folder)} --model {folder} --defense {record.kind} "
        f"--encoder {encoder} --seed {seed}{''.join(changes)}"
    )


def note_defense(model: str) -> None:
    """Say on stderr that ``model`` is a saved folder whose defence is not in use."""
    from core.cli.output import note

    if not (Path(model) / "defense.json").is_file():
        return
    from core.defenses.record import read_record

    kind = read_record(model).kind
    if kind != "plain":
        note(f"This is the plain core; {model} also holds {kind}. How to use it: python -m core hub show {model}")


def _task(record: "DefenseRecord", folder: str | Path) -> str:
    return record.task if record.task in BUILT_IN_TASKS else str(folder)
