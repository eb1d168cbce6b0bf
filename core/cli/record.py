"""``record``: play an attack and keep it, event by event, for the page to show without a model.

The recordings in ``assets/replays`` are made with it from the example texts of ``assets/examples``; each file says with
which classifier, rules and seed.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.groups import grouped
from core.defenses.registry import defense_names
from core.errors import ConfigError, InputError, UnknownNameError

if TYPE_CHECKING:
    from core.attacks.race import Entrant

ExampleOption = Annotated[str, typer.Option("--example", "-x", help="Title of an example text of the task.")]
AgainstOption = Annotated[
    str, typer.Option(help=f"{', '.join(defense_names())}, with commas; another model in front: imdb-fact:five.")
]
TitleOption = Annotated[str, typer.Option(help="What the recording is called; default: the example's title.")]
NoteOption = Annotated[str, typer.Option(help="A sentence that says what to look at.")]
OutOption = Annotated[Path, typer.Option("--out", "-o", help="The recording, a .jsonl file.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(record)


@grouped
def record(
    *,
    out: OutOption,
    task: opt.TaskOption = "imdb",
    example: ExampleOption = "",
    texts: opt.TextOptions,
    model: opt.ModelOptions,
    machine: opt.MachineOptions,
    against: AgainstOption = "plain",
    preset: opt.RulesOption = "paper",
    method: opt.MethodOption = "textfooler",
    max_queries: Annotated[int, typer.Option(min=0, help="Questions to each classifier; 0 sets no limit.")] = 0,
    seed: opt.SeedOption = 0,
    title: TitleOption = "",
    note: NoteOption = "",
    encoder: opt.EncoderOption = "use",
) -> None:
    """Attack one text, on one classifier or several side by side, and record every step."""
    from core.attacks.attack import Attack
    from core.attacks.presets import attack_config
    from core.attacks.race import line_up, race
    from core.attacks.recording import Step, write_line
    from core.cli.inputs import read_source
    from core.cli.output import progress, show
    from core.language.lexicon import load_lexicon

    session = opt.session(task, model, machine)
    if example and texts != opt.TextOptions():
        raise InputError("Give --example or a text of your own, not both.")
    if example:
        chosen, name = _example(session.task.name, example)
    else:
        source = read_source(session.task, texts, None, session.names)
        chosen, name = next(source.rows).example, title
    lexicon = load_lexicon(encoder)
    attack = Attack(
        attack_config(preset, session.task.name, method=method, seed=seed, max_queries=max_queries or None), lexicon
    )
    entrants = _entrants(session, against, lexicon, seed)
    lines = [write_line(line_up(attack, entrants, chosen, title or name, note))]
    with progress("recording", None) as bar:
        for item in race(attack, entrants, chosen):
            if isinstance(item, Step):
                lines.append(write_line(item))
            bar.at(len(lines))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("".join(lines), encoding="utf-8")
    show(*_outcomes("".join(lines)), f"{len(lines) - 1} events in {out}")


def _example(task: str, title: str) -> tuple[Any, str]:
    from core.examples import load_examples

    found = {example.title: example for example in load_examples(task)}
    if title not in found:
        raise UnknownNameError("example", title, found)
    return found[title].example, title


def _entrants(session: opt.Session, against: str, lexicon: Any, seed: int) -> "list[Entrant]":
    """``five`` defends the session's model, ``imdb-fact:five`` the model of that name."""
    from core.attacks.race import Entrant
    from core.defenses.registry import build_defense, composed_title

    names = [name.strip() for name in against.split(",") if name.strip()]
    if not names:
        raise InputError(f"Give --against at least one of {', '.join(defense_names())}.")
    if len(set(names)) < len(names):
        raise ConfigError(f"--against names a classifier twice: {against}.")
    loaded: dict[str, Any] = {}
    entrants = []
    for name in names:
        other, _, defense = name.rpartition(":")
        source = other or session.model
        if source not in loaded:
            loaded[source] = replace(session, model=source).answering()
        built = build_defense(defense, loaded[source], lexicon, seed=seed)
        model = (_title(other),) if other else ()
        entrants.append(Entrant(composed_title(defense, *model), built))
    return entrants


def _title(model: str) -> str:
    """A built-in model is called by its kind (``imdb-fact``: FACT), any other by the last part of its name."""
    from core.models.adapters import adapter_names

    return model.partition("-")[2].upper() if model in adapter_names() else Path(model).name


def _outcomes(content: str) -> list[str]:
    from core.attacks.recording import read_recording

    recording = read_recording(content)
    ends = [(title, recording.outcome(lane)) for lane, title in enumerate(recording.lined_up.classifiers)]
    return [
        f"{title}: {end.status}, {end.queries} queries, {len(end.swaps)} words changed. {end.reason}"
        for title, end in ends
        if end is not None
    ]
