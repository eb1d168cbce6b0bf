"""A command's record of one text as tables for a person. Pure: records in, renderables out."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from core.cli.output import emit, settings_table, show, table
from core.perturbation.switch import ENDINGS
from core.settings import list_settings
from core.tasks import Task

Record = Mapping[str, Any]


def show_prediction(task: Task, record: Record) -> list[Any]:
    """The label, a bar for each probability, the flags."""
    rows = [(label, value, "█" * round(30 * value)) for label, value in record["probabilities"].items()]
    answer = Text.assemble((record["label"], "bold"), f"  says {record['classifier']}")
    return [answer, table("", ["label", "probability", ""], rows), *_flags(record)]


def show_importance(task: Task, record: Record) -> list[Any]:
    """Words, most important first; those the model did not read are only counted."""
    read = sorted((word for word in record["words"] if word["rank"]), key=lambda word: word["rank"])
    top = max((abs(word["score"]) for word in read), default=1.0) or 1.0
    rows = [(w["rank"], w["text"], float(w["score"]), "█" * round(30 * abs(w["score"]) / top)) for w in read]
    unread = len(record["words"]) - len(read)
    more = [f"{unread} words were not read."] if unread else []
    return [*show_prediction(task, record), table("", ["rank", "word", "importance", ""], rows), *more]


def show_switch(task: Task, record: Record) -> list[Any]:
    """The chosen words with their candidates, then the alternatives."""
    chosen = [
        (c["word"]["text"], float(c["importance"]), ", ".join(n["word"] for n in c["candidates"]) or "none")
        for c in record["chosen"]
    ]
    found = [(_similarity(a), swaps(a["swaps"]), a["text"]) for a in record["alternatives"]]
    sources = f"{record['neighbors']}; {record['tagger']}; {record['encoder']}"
    why = [] if record["ended"] == "enough" else [ENDINGS[record["ended"]]]
    return [
        table("Words to replace", ["word", "importance", "candidates"], chosen),
        table("Alternatives", ["similarity", "swaps", "text"], found),
        *why,
        f"{len(record['refused'])} alternatives refused, seed {record['seed']}. {sources}.",
        *_flags(record),
    ]


def show_ballot(task: Task, record: Record) -> list[Any]:
    """The answer, the class shares, and every member's vote."""
    voters = record.get("members", ())
    members = [(m["kind"], m["label"], float(m["weight"]), _similarity(m), swaps(m["swaps"])) for m in voters]
    if not members:
        return show_prediction(task, record)
    votes = ", ".join(
        f"{label} {votes:.4g} ({record['shares'][label]:.0%})" for label, votes in record["votes"].items()
    )
    other = "" if record["counted"] == record["label"] else f"Counted, {record['counted']} would win. "
    return [
        *show_prediction(task, record),
        table("Votes", ["member", "says", "weight", "similarity", "swaps"], members),
        Text(f"Votes, by weight: {votes}. {other}Rule: {record['decided_by'].rstrip('.')}. Seed {record['seed']}."),
    ]


def swaps(made: Sequence[Record]) -> str:
    """Swaps in a line."""
    return ", ".join(f"{swap['word']['text']} → {swap['replacement']}" for swap in made)


def list_only(title: str, config: Any, as_json: bool, without: Sequence[str] = ()) -> None:
    """Show settings instead of an answer."""
    found = list_settings(config, without)
    if as_json:
        emit({setting.path: {"value": setting.value, "expects": setting.expects} for setting in found})
    else:
        hint = "Change one with --set name=value; the end of a name will do where only one fits."
        show(settings_table(title, found), hint)


def _similarity(record: Record) -> str:
    return "" if record["similarity"] is None else f"{record['similarity']:.3f}"


def _flags(record: Record) -> list[Text]:
    return [Text(f"Note: {flag}", style="italic") for flag in record["flags"]]
