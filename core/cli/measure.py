"""``evaluate`` and ``bench``: how good a classifier or a defence is on labelled rows, and what it costs."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.groups import grouped
from core.errors import ConfigError, MissingResourceError
from core.tasks import Example

if TYPE_CHECKING:
    from core.datasets import Row
    from core.evaluation.bench import BenchRound
    from core.evaluation.evaluate import EvaluationFinished

DataOption = Annotated[
    Path | None, typer.Option(help="A labelled .csv, .tsv, .json, .jsonl or .parquet file of any size.")
]
SplitOption = Annotated[
    str, typer.Option(help=f"Without --data: a split of the data folder in FIREBERT_DATA. {opt.TESTED}")
]
SampleOption = Annotated[int, typer.Option(min=0, help="Only so many rows, chosen at random with --rows-seed; 0: all.")]
DrawsOption = Annotated[
    int, typer.Option(min=1, help="Ask a randomised defence so often a row, an odd number, and take the majority.")
]
PaperBatchOption = Annotated[int, typer.Option(min=1, help="Rows a batch for paper_f1 (the paper: 32, FIVE 8).")]
RoundsOption = Annotated[int, typer.Option(min=1, help="Measured rounds, each on texts of its own.")]
TextsOption = Annotated[int, typer.Option(min=1, help="Texts a round.")]


def register(app: typer.Typer) -> None:
    """Add ``evaluate`` and the group ``bench``."""
    app.command()(evaluate)
    opt.group(app, "bench", opt.BENCH_HELP).command()(defenses)


@grouped
def evaluate(
    *,
    task: opt.TaskOption = "imdb",
    data: DataOption = None,
    split: SplitOption = "test",
    defense: opt.DefenseOption = "plain",
    draws: DrawsOption = 1,
    sample: SampleOption = 0,
    rows_seed: opt.RowsSeedOption = 0,
    model: opt.ModelOptions,
    chosen: opt.DefenseOptions,
    paper_batch: PaperBatchOption = 32,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """Accuracy, macro F1 and their 95 % intervals on labelled rows, for the plain classifier or a defence."""
    from core.cli.defended import ELSEWHERE, build, defense_settings
    from core.cli.views import list_only
    from core.evaluation.evaluate import EvaluationFinished
    from core.evaluation.evaluate import evaluate as events_of

    session = opt.session(task, model, machine)
    settings = defense_settings(session, chosen.preset, defense, chosen.changes)
    if chosen.settings:
        return list_only(f"{defense}, {chosen.preset} settings for {task}", settings, json, ELSEWHERE)
    if draws % 2 == 0:
        raise ConfigError(f"A majority needs an odd number of draws, so --draws cannot be {draws}.")
    if draws > 1 and defense == "plain":
        raise ConfigError(f"Defence 'plain' gives the same answer on every draw, so --draws must be 1, not {draws}.")
    built = build(session, defense, chosen, seed)
    rows, total, source = _rows(session, data, split, sample, rows_seed)
    seeds = tuple(range(seed, seed + draws)) if draws > 1 else ()
    made_by = {**built.made_by, "data": source, "sample": sample, "rows_seed": rows_seed if sample else None}
    finished = None
    from core.cli.output import emit, progress, show

    with progress(f"{built.classifier.name} on {source}", total) as bar:
        for event in events_of(rows, built.classifier, seeds, paper_batch=paper_batch, settings=made_by):
            if isinstance(event, EvaluationFinished):
                finished = event
            else:
                bar.at(event.done, f"accuracy {event.accuracy:.3f}, {event.rows_per_second:.0f} rows/s")
    assert finished is not None
    if json:
        from core.events import to_record

        return emit(to_record(finished))
    return show(*evaluation_view(finished))


@grouped
def defenses(
    *,
    task: opt.TaskOption = "imdb",
    data: DataOption = None,
    rounds: RoundsOption = 5,
    texts: TextsOption = 32,
    model: opt.ModelOptions,
    encoder: opt.EncoderOption = "use",
    machine: opt.MachineOptions = opt.MachineOptions(threads=1),
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """FuSE with 14 alternatives and FIVE with 8 samples against bare forward passes over the same rows.

    The bare passes are plain forward passes over the same rows in the same batches, and one gradient pass. Texts come
    from --data, else the test split in FIREBERT_DATA, else the example texts that ship, cut and joined anew.
    """
    from core.cli.defended import load_words
    from core.cli.output import emit, progress, show
    from core.evaluation.bench import bench_defenses, summarise

    session = opt.session(task, model, machine)
    needed = texts * (rounds + 1)
    classifier = session.classifier()
    lexicon = load_words(encoder, classifier.device)
    examples, source = _texts(session, data, needed, seed)
    found: list[BenchRound] = []
    with progress("Rounds", 2 * rounds) as bar:
        for measured in bench_defenses(classifier, lexicon, examples, rounds):
            found.append(measured)
            bar.at(len(found), f"{measured.defense}: {measured.ratio.processor:.2f}")
    summaries = summarise(found)
    made_by = {
        "classifier": classifier.name,
        "texts": source,
        "threads": machine.threads,
        "encoder": lexicon.encoder.name,
    }
    if json:
        each = [{**asdict(r), "ratio": asdict(r.ratio)} for r in found]
        return emit({**made_by, "summary": [asdict(s) for s in summaries], "rounds": each})
    return show(*bench_view(made_by, summaries))


def evaluation_view(found: "EvaluationFinished") -> list[Any]:
    """The result as tables."""
    from core.cli.output import table

    scores = found.scores
    one = ", one draw a row" if found.draws > 1 else ""
    rows = [(f"accuracy{one}", *_interval(scores.accuracy)), (f"macro F1{one}", *_interval(scores.macro_f1))]
    if found.expected is not None and found.majority is not None and found.agreement is not None:
        rows[:0] = [(f"accuracy, {found.mode}", *_interval(found.majority))]
        rows[1:1] = [(f"accuracy, mean of {found.draws} draws", *_interval(found.expected))]
        rows += [("self-agreement of two draws", *_interval(found.agreement))]
    rows += [("paper_f1 (mean of batches)", f"{scores.paper_f1:.4f}", "")]
    confusion = [(label, *counts) for label, counts in zip(found.labels, scores.confusion, strict=True)]
    notes = [f"{count} answers: {flag}" for flag, count in found.flags]
    if scores.constant:
        notes.insert(0, "Every answer is the same label: the accuracy is that label's share, nothing more.")
    if found.unlabelled:
        notes.append(f"{found.unlabelled} rows without a label were left out.")
    title = f"{found.classifier} on {found.settings['data']}, n = {scores.n:,}"
    return [
        table(title, ["", "value", "95 % interval"], rows),
        table("\nConfusion (rows: true, columns: answered)", ["", *found.labels], confusion),
        *notes,
        f"{found.seconds:.1f} s, {scores.n / found.seconds:.1f} rows/s.",
    ]


def bench_view(made_by: dict[str, Any], summaries: Iterable[Any]) -> list[Any]:
    """The medians as a table."""
    from core.cli.output import table

    summaries = list(summaries)
    columns = ["defence", "model rows", "own s", "bare s", "ratio, processor", "ratio, clock", "target", "met"]
    rows = [
        (
            s.defense,
            int(s.rows),
            round(s.own.processor, 3),
            round(s.bare.processor, 3),
            round(s.ratio.processor, 3),
            round(s.ratio.wall, 3),
            s.target,
            "yes" if s.ratio.processor <= s.target else "no",
        )
        for s in summaries
    ]
    first = summaries[0]
    made_of = f"{first.texts} texts a round ({made_by['texts']}), medians of {first.rounds} rounds"
    title = f"{made_by['classifier']}, {made_of}"
    return [table(title, columns, rows)]


def _rows(
    session: opt.Session, data: Path | None, split: str, sample: int, seed: int, labelled: bool = True
) -> "tuple[Iterable[Row], int | None, str]":
    """Rows, how many where that is known, and what to call them; ``labelled`` ones come from a file with labels."""
    from core.cli.inputs import told
    from core.datasets import load_split, named_split, read_rows
    from core.evaluation.evaluate import sample_rows

    rows: Iterable[Row]
    total: int | None
    if data is None:
        listed = load_split(session.task, split)
        rows, total, source = listed, len(listed), named_split(session.task, split)
    else:
        opened = read_rows(data, session.task, session.names)
        if labelled:
            opened.require_labels()
        rows, total, source = told(opened, iter(opened)), opened.total, data.name
    if sample:
        chosen = sample_rows(rows, sample, seed)
        return chosen, len(chosen), f"{source}, {len(chosen)} rows at random"
    return rows, total, source


def _texts(session: opt.Session, data: Path | None, n: int, seed: int) -> tuple[list[Example], str]:
    from core.evaluation.bench import crossed_examples
    from core.examples import load_examples

    try:
        rows, _, source = _rows(session, data, "test", n, seed, labelled=False)
    except MissingResourceError:
        shipped = [text.example for text in load_examples(session.task.name)]
        return crossed_examples(session.task, shipped, n), "example texts, crossed"
    examples = [row.example for row in rows]
    if len(examples) < n:
        raise ConfigError(f"{source} has {len(examples)} rows, {n} are needed. Give fewer --rounds or --texts.")
    return examples, source


def _interval(estimate: Any) -> tuple[str, str]:
    return f"{estimate.value:.4f}", f"{estimate.low:.4f} to {estimate.high:.4f}"
