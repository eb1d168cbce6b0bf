"""``classify``, ``explain``, ``switch`` and ``defend``: what the program says about a text, or about a file of them.

A single text gives tables, ``--json`` and ``--input`` give one JSON line a text, as they come. Each line carries the
classifier, the settings and the seed that made it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

import typer

from core.cli import options as opt
from core.cli import views
from core.cli.groups import grouped
from core.cli.inputs import Source, read_source
from core.tasks import Example, Task

if TYPE_CHECKING:
    from core.models.classifier import Prediction

CHUNK = 64
Record = dict[str, Any]
Answer = Callable[[list[Example]], Iterable[Record]]
Show = Callable[[Task, Record], list[Any]]


def register(app: typer.Typer) -> None:
    """Add the four commands."""
    for command in (classify, explain, switch, defend):
        app.command()(command)


@grouped
def classify(
    *,
    task: opt.TaskOption = "imdb",
    texts: opt.TextOptions,
    input: opt.InputOption = None,
    model: opt.ModelOptions,
    machine: opt.MachineOptions,
    json: opt.JsonOption = False,
) -> None:
    """What the plain classifier says: a label and the probability of each."""
    from core.cli.hub import note_defense

    session = opt.session(task, model, machine)
    source = read_source(session.task, texts, input, session.names)
    classifier = session.answering()
    note_defense(session.model)
    made_by = {"classifier": classifier.name}

    def answer(examples: list[Example]) -> list[Record]:
        return [{**made_by, **prediction(session.task, p)} for p in classifier.predict(examples)]

    run(session.task, source, answer, views.show_prediction, json)


@grouped
def explain(
    *,
    task: opt.TaskOption = "imdb",
    texts: opt.TextOptions,
    input: opt.InputOption = None,
    model: opt.ModelOptions,
    machine: opt.MachineOptions,
    set_: opt.SetOption = None,
    settings: opt.SettingsOption = False,
    json: opt.JsonOption = False,
) -> None:
    """Which words mattered to the classifier, most important first."""
    from core.cli.settings import with_settings
    from core.models.importance import ImportanceConfig, word_importance

    session = opt.session(task, model, machine)
    usual = ImportanceConfig("leave_one_out") if session.is_black_box else ImportanceConfig()
    config = with_settings(usual, set_ or ())
    if settings:
        return views.list_only("Word importance", config, json)
    source = read_source(session.task, texts, input, session.names)
    classifier = session.answering()
    made_by = {"classifier": classifier.name, "importance": asdict(config)}

    def answer(examples: list[Example]) -> Iterable[Record]:
        predictions = classifier.predict(examples)
        every = word_importance(classifier, examples, config)
        for example, said, found in zip(examples, predictions, every, strict=True):
            rank = {i: place for place, i in enumerate(found.order, start=1)}
            words = [
                {**asdict(word), "score": found.scores[i], "rank": rank.get(i)} for i, word in enumerate(found.words)
            ]
            told = words_told(session.task, example)
            yield {**made_by, **prediction(session.task, said, told), "words": words}

    return run(session.task, source, answer, views.show_importance, json)


@grouped
def switch(
    *,
    task: opt.TaskOption = "imdb",
    texts: opt.TextOptions,
    input: opt.InputOption = None,
    model: opt.ModelOptions,
    chosen: opt.DefenseOptions,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """Alternative texts in which important words became near-synonyms, with every swap."""
    from core.cli.defended import load_words, switch_settings, word_sources
    from core.perturbation.switch import Switch

    session = opt.session(task, model, machine)
    config = switch_settings(session, chosen.preset, chosen.changes)
    if chosen.settings:
        return views.list_only(f"SWITCH, {chosen.preset} settings for {task}", config, json)
    source = read_source(session.task, texts, input, session.names)
    classifier = session.answering()
    device = opt.pick_device(session.device, session.threads)
    found = Switch(classifier, load_words(chosen.encoder, device), config)
    made_by = {
        "classifier": found.classifier.name, "switch": asdict(config), "seed": seed, **word_sources(found.lexicon)
    }  # fmt: skip

    def answer(examples: list[Example]) -> Iterable[Record]:
        for example, result in zip(examples, found.run(examples, seed), strict=True):
            yield {**made_by, **asdict(result), "flags": words_told(session.task, example)}

    return run(session.task, source, answer, views.show_switch, json)


@grouped
def defend(
    *,
    task: opt.TaskOption = "imdb",
    texts: opt.TextOptions,
    input: opt.InputOption = None,
    defense: opt.DefenseOption = "fuse",
    model: opt.ModelOptions,
    chosen: opt.DefenseOptions,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """What a defence says, and how each member of its vote voted."""
    from core.cli.defended import ELSEWHERE, build, defense_settings

    session = opt.session(task, model, machine)
    settings = defense_settings(session, chosen.preset, defense, chosen.changes)
    if chosen.settings:
        return views.list_only(f"{defense}, {chosen.preset} settings for {task}", settings, json, ELSEWHERE)
    source = read_source(session.task, texts, input, session.names)
    built = build(session, defense, chosen, seed)
    labels = session.task.labels

    def answer(examples: list[Example]) -> Iterable[Record]:
        if built.ensemble is None:
            for said in built.classifier.predict(examples):
                yield {**built.made_by, **prediction(session.task, said)}
            return
        for example, ballot in zip(examples, built.ensemble.ballots(examples), strict=True):
            yield {
                **built.made_by,
                **prediction(session.task, ballot.prediction, words_told(session.task, example)),
                "words": [asdict(word) for word in ballot.words],
                "rule": ballot.rule,
                "votes": dict(zip(labels, ballot.votes(len(labels)), strict=True)),
                "shares": dict(zip(labels, ballot.shares(len(labels)), strict=True)),
                "counted": labels[ballot.counted],
                "decided_by": ballot.decided_by,
                "members": [{**asdict(member), "label": labels[member.label]} for member in ballot.members],
            }

    return run(session.task, source, answer, views.show_ballot, json)


def run(task: Task, source: Source, answer: Answer, show_one: Show, as_json: bool) -> None:
    """Answer a source chunk by chunk, each text's record in the file's order, as soon as its chunk is done."""
    from core.cli.output import emit, progress, show

    done = 0
    size = CHUNK if source.is_file else 1
    with progress("Texts", source.total, visible=source.is_file) as bar:
        while batch := list(islice(source.rows, size)):
            for row, record in zip(batch, answer([row.example for row in batch]), strict=True):
                done += 1
                texts = (row.example.text_a, row.example.text_b)
                named = {**dict(zip(task.text_names, texts, strict=False)), **record}
                if row.label is not None:
                    named["expected"] = task.labels[row.label]
                if as_json or source.is_file:
                    emit({"row": row.number or done, **named})
                else:
                    show(*show_one(task, named))
            bar.at(done)


def words_told(task: Task, example: Example) -> list[str]:
    """What a reader should know where a command speaks of the words of ``example``."""
    from core.language.text import UNSPACED, is_unspaced

    return [UNSPACED] if is_unspaced(task.text(example)) else []


def prediction(task: Task, said: "Prediction", told: Sequence[str] = ()) -> Record:
    """A prediction as plain values, by label name; ``told`` comes after its own flags."""
    return {
        "label": task.labels[said.label],
        "probabilities": dict(zip(task.labels, said.probabilities, strict=True)),
        "logits": dict(zip(task.labels, said.logits, strict=True)),
        "flags": [*said.flags, *told],
    }
