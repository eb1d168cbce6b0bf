"""``tune``: search for the settings of a defence, or of co-tuning, that are good both clean and under attack."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from core.cli import options as opt
from core.cli.groups import grouped
from core.errors import ConfigError, DataFileError
from core.training.search_space import FACT, given_settings, space_of, tunable

if TYPE_CHECKING:
    from core.cli.output import Bar
    from core.datasets import Row
    from core.models.transformer import TransformersClassifier
    from core.tasks import Task
    from core.training.search_report import Report
    from core.training.study import Sampler

_WHAT_HELP = f"Whose settings: {', '.join(tunable())}."
_SAMPLER_HELP = "tpe (learns from 10 trials on), nsga2 (from 50 on), or random as in the paper."
_STORAGE_HELP = "The SQLite file that workers share; default: runs/tune/<task>-<what>.db."
_STUDY_HELP = "Its name in that file; default: made from the data, the budgets and all else that is fixed."
_DATA_HELP = "A labelled file, or a data folder; default: the rows that training kept for choosing, never test rows."
_TABLE_HELP = "Write the result as .md or .json; may be given twice."
_FIGURE_HELP = "Write the Pareto front as .svg or .html; may be given twice."
_TRY_HELP = "Settings to try first, the shipped ones with changes: name=value,name=value; may be given several times."
_WORDS_HELP = "Measure and train on texts of at most so many words, which is cheaper; 0: any length."
_DROP_HELP = "A trial ends when its clean accuracy is this far below the plain model's."
_TOTAL_HELP = "Stop once the study holds so many trials, of all workers; 0: no limit."
_ATTACK_HELP = "Of the attack: adjusted, paper, textattack, bench2021, ungated."
_GRACE_HELP = "Seconds without a heartbeat before a trial counts as killed."
_DEV_ROWS = 1000
_SHORT_DEV_ROWS = 200
_REPORTING = ("--table", "--figure", "--report", "--json")


def register(app: typer.Typer) -> None:
    """Add ``tune``."""
    app.command()(tune)


@grouped
def tune(
    *,
    task: opt.TaskOption = "mnli",
    what: Annotated[str, typer.Option(help=_WHAT_HELP)] = "five",
    trials: Annotated[int, typer.Option(min=0, help="Trials of this worker.")] = 20,
    total: Annotated[int, typer.Option(min=0, help=_TOTAL_HELP)] = 0,
    sampler: Annotated[str, typer.Option(help=_SAMPLER_HELP)] = "tpe",
    storage: Annotated[Path | None, typer.Option(help=_STORAGE_HELP)] = None,
    study: Annotated[str, typer.Option(help=_STUDY_HELP)] = "",
    n: Annotated[int, typer.Option("--n", min=2, help="Rows for clean accuracy.")] = 1000,
    attack_n: Annotated[int, typer.Option(min=1, help="How many of them are attacked.")] = 200,
    preset: Annotated[str, typer.Option("--preset", "-p", help=_ATTACK_HELP)] = "paper",
    max_drop: Annotated[float, typer.Option(min=0.0, max=1.0, help=_DROP_HELP)] = 0.05,
    train_rows: Annotated[int, typer.Option(min=0, help="Co-tune on so many rows (fact); 0: all.")] = 0,
    max_words: Annotated[int, typer.Option(min=0, help=_WORDS_HELP)] = 0,
    try_: Annotated[list[str] | None, typer.Option("--try", metavar="NAME=VALUE,...", help=_TRY_HELP)] = None,
    data: Annotated[Path | None, typer.Option("--data", "--input", "-i", help=_DATA_HELP)] = None,
    model: opt.ModelOptions,
    encoder: opt.EncoderOption = "use",
    table: Annotated[list[Path] | None, typer.Option(help=_TABLE_HELP)] = None,
    figure: Annotated[list[Path] | None, typer.Option(help=_FIGURE_HELP)] = None,
    report: Annotated[bool, typer.Option("--report", help="Only show what the storage holds.")] = False,
    grace: Annotated[int, typer.Option(min=1, help=_GRACE_HELP)] = 60,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """Search for settings with two objectives: accuracy on clean rows, and under attack. Shows the Pareto front.

    The shipped and the paper's settings come first. Started again it goes on with what is in --storage; started several
    times at once, the workers share the trials. Trials that cannot reach the front end early, and say why.
    """
    space_of(what)
    found_task = opt.find_task(task)
    file = storage or Path("runs") / "tune" / f"{found_task.name}-{what}.db"
    for path, kinds in [(p, (".md", ".json")) for p in table or ()] + [(p, (".svg", ".html")) for p in figure or ()]:
        if path.suffix not in kinds:
            raise ConfigError(f"{path.name} should end in {' or '.join(kinds)}.")
    from core.training.study import optuna

    optuna()
    name = study
    if not report:
        from core.training.tuning import SearchConfig

        config = SearchConfig(trials, total, cast("Sampler", sampler), study, grace)
        if data is None and Path(task).is_file():
            data = Path(task)
        session = opt.session(task, model, machine)
        classifier = session.classifier()
        std = classifier.embedding_std
        first = [given_settings(what, found_task, std, told.split(",")) for told in try_ or ()]
        config = replace(config, first=tuple(first))
        setup, named = _setup(session, classifier, what, data, n, attack_n, preset, max_drop, train_rows, encoder, seed,
                              opt.pick_device(machine.device), model.model, max_words)  # fmt: skip
        name = _watch(setup, config, file, named, json)
    _show(file, name, table or (), figure or (), json)


def _setup(
    session: opt.Session, classifier: "TransformersClassifier", what: str, data: Path | None, n: int, attack_n: int,
    preset: str, max_drop: float, train_rows: int, encoder: str, seed: int, device: str, model: str, max_words: int,
) -> Any:  # fmt: skip
    """The setup that the options stand for, and what its rows are called."""
    from core.attacks.presets import attack_config
    from core.cli.defended import load_words
    from core.training.trial import DRAWS, Setup

    attack, words = attack_config(preset, session.task.name, seed=seed, verdict_draws=DRAWS), load_words(encoder)
    rows, train, dev_rows, named = _rows(session.task, session.names, what, data, n, max_words)
    setup = Setup(
        what, classifier, words, attack, tuple(rows), attack_n, seed, max_drop, train,
        train_rows, dev_rows, model or session.task.plain_model, device,
    )  # fmt: skip
    return setup, named


def _rows(
    task: "Task", names: Mapping[str, str], what: str, data: Path | None, n: int, max_words: int
) -> "tuple[list[Row], list[Row], int, str]":
    """Rows to measure on, rows to co-tune on, how many of these are kept from it, and a name. Never the test split.

    Co-tuning keeps the same rows again, unless only short texts are asked for: then it keeps others, which the plain
    model may have learned from.
    """
    from core.cli.inputs import learning_rows
    from core.datasets import find_split, load_split
    from core.tasks import about
    from core.training.tuning import kept_rows

    whole = data is None or data.is_dir()
    if whole and "train" not in about(task).splits:
        raise DataFileError(f"Task '{task.name}' has no data of its own. Give --data FILE.")
    if whole:
        every, dev_rows = load_split(task, "train", data), _DEV_ROWS
        named = f"{find_split(task, 'train').note}, the {_DEV_ROWS:,} rows kept from training"
    else:
        assert data is not None
        every = learning_rows(data, task, names)
        dev_rows, named = n, data.name
    rows = kept_rows(every, dev_rows)
    if max_words:
        kept = set(rows)
        every = _short([row for row in every if row not in kept], task, max_words)
        rows, dev_rows = _short(rows, task, max_words), max(2, min(_SHORT_DEV_ROWS, len(every) // 5))
        named += f", texts of at most {max_words} words"
    rows = rows[:n]
    if not rows:
        raise DataFileError(f"{named} holds no labelled row, so there is nothing to measure.")
    return rows, every if what == FACT else [], dev_rows, named


def _short(rows: "list[Row]", task: "Task", max_words: int) -> "list[Row]":
    from core.language.text import find_words

    return [row for row in rows if len(find_words(task.text(row.example))) <= max_words]


def _watch(setup: Any, config: Any, file: Path, named: str, as_json: bool) -> str:
    """Run the worker behind a bar; answers the name of the study."""
    from core.cli.output import emit, note, progress
    from core.events import TrialStarted, to_record
    from core.training.study import find_study, study_name
    from core.training.tuning import made_by, search

    name = config.study or study_name(made_by(setup, named))
    with progress(f"Trials of {name}", None) as bar:
        for event in search(setup, config, file, named):
            if as_json:
                emit(to_record(event))
            for line in _told(event, bar):
                note(line, bar)
            if isinstance(event, TrialStarted):
                _remember(find_study(file, name))
    return name


def _told(event: Any, bar: "Bar") -> list[str]:
    """What a reader is told of an event."""
    from core.events import (
        Preparing,
        SearchWaiting,
        TrainingStep,
        TrialFinished,
        TrialMeasured,
        TrialPruned,
        TrialStarted,
    )

    if isinstance(event, TrialMeasured):
        who = "plain model" if event.number < 0 else f"trial {event.number}"
        bar.at(event.done, f"{who}, {event.what}: {event.value:.3f}", event.total)
    elif isinstance(event, Preparing):
        bar.at(event.done, "ranking words", event.total)
    elif isinstance(event, TrainingStep):
        bar.at(event.step, f"loss {event.loss:.3f}")
    elif isinstance(event, TrialStarted):
        known = f" ({event.known})" if event.known else ""
        return [f"Trial {event.number}{known}: {', '.join(event.settings)}"]
    elif isinstance(event, TrialPruned):
        return [f"Trial {event.number} given up: {event.reason}."]
    elif isinstance(event, SearchWaiting):
        return [f"Waiting for {event.running} trials of other workers, to do again what a killed one leaves."]
    elif isinstance(event, TrialFinished):
        front = ", on the front" if event.front else ""
        return [
            f"Trial {event.number}: clean {event.clean:.3f} ({event.clean_low:.3f} to {event.clean_high:.3f}, "
            f"n = {event.n}), under attack {event.under_attack:.3f} ({event.under_attack_low:.3f} to "
            f"{event.under_attack_high:.3f}, n = {event.attack_n}){front}; {event.seconds:.0f} s."
        ]
    return []


def _remember(study: Any) -> None:
    """Keep the command beside the trials, without what only asks for a report."""
    given, kept = iter(sys.argv[1:]), []
    for word in given:
        option = word.partition("=")[0]
        if option in ("--table", "--figure") and "=" not in word:
            next(given, None)
        elif option not in _REPORTING:
            kept.append(word)
    command = f"python -m core {shlex.join(kept)}"
    known = study.user_attrs.get("commands", [])
    if command not in known:
        study.set_user_attr("commands", [*known, command])


def _show(file: Path, name: str, tables: Any, figures: Any, as_json: bool) -> None:
    """The result, to the screen and to files."""
    from core.cli.output import emit, note, show, table
    from core.strict_json import to_json
    from core.training.front_figure import to_html, to_svg
    from core.training.search_report import FIXED, lines, to_markdown, to_record

    found = _report(file, name)
    for path in (*tables, *figures):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            text = to_markdown(found)
        elif path.suffix == ".json":
            text = to_json(to_record(found), indent=1) + "\n"
        else:
            text = to_svg(found) if path.suffix == ".svg" else to_html(found)
        path.write_text(text, encoding="utf-8", newline="\n")
        note(f"Written: {path}")
    if as_json:
        return emit(to_record(found))
    head, *rows = lines(found)
    brief = [[*row[:FIXED], ", ".join(f"{k} {v}" for k, v in zip(head[FIXED:], row[FIXED:], strict=True) if v)]
             for row in rows]  # fmt: skip
    counts = ", ".join(f"{count} {state}" for state, count in found.counts.items())
    return show(table(f"{found.study}: {counts}", [*head[:FIXED], "settings"], brief))


def _report(file: Path, name: str) -> "Report":
    from core.training.search_report import Report
    from core.training.study import find_study, trials_of
    from core.training.tuning import plain_of

    study = find_study(file, name)
    if "plain" not in study.user_attrs:
        raise ConfigError(f"Study '{study.study_name}' has measured nothing yet.")
    attrs = study.user_attrs
    return Report(
        study.study_name, attrs["made_by"], tuple(attrs.get("commands", ())), plain_of(study), tuple(trials_of(study))
    )
