"""``python -m core assets``: check the files that ship with the program, and build them again."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import FireBertError, ResourceError
from core.tasks import BUILT_IN_TASKS, get_task

if TYPE_CHECKING:
    import numpy as np

_ENCODE_AT_ONCE = 512


@dataclass(frozen=True)
class Check:
    """A file (or package) the program needs, whether it is in order, and what it holds or what is wrong with it."""

    name: str
    ok: bool
    note: str


def register(app: typer.Typer) -> None:
    """Add ``assets`` and its commands to the command line."""
    assets = typer.Typer(help="Check and build the data files that ship with the program.", no_args_is_help=True)
    assets.command("check")(check)
    assets.command("neighbors")(neighbors)
    assets.command("calibrate")(calibrate)
    assets.command("merge")(merge)
    assets.command("results")(results)
    app.add_typer(assets, name="assets")


def check(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")] = False,
) -> None:
    """Check every file that ships with the program, and say what is missing or damaged and what mends it."""
    from core.cli.output import emit, show, table

    checks = list(run_checks())
    if as_json:
        for one in checks:
            emit(one)
    else:
        rows = [(one.name, "in order" if one.ok else "NOT IN ORDER", one.note) for one in checks]
        show(table("", ["file", "state", "what it is"], rows))
    wrong = [one for one in checks if not one.ok]
    if wrong:
        raise ResourceError(f"{len(wrong)} of {len(checks)} not in order: {', '.join(one.name for one in wrong)}.")


def run_checks() -> Iterator[Check]:
    """Load or hash each file in turn; a wrong one does not stop the rest."""
    for name, look in _looks():
        try:
            yield Check(name, True, look())
        except FireBertError as error:
            yield Check(name, False, str(error))


def _looks() -> Iterator[tuple[str, Callable[[], str]]]:
    from core.language.calibration import load_calibration
    from core.language.neighbors import load_neighbors, table_path
    from core.language.similarity import load_encoder
    from core.language.stopwords import load_stop_words
    from core.models.adapters import adapter_names
    from core.resources import backbone_folder

    def table() -> str:
        loaded = load_neighbors()
        return f"{loaded.name}: {loaded.provenance['neighbors_per_word']} neighbours of {len(loaded):,} words"

    def thresholds() -> str:
        loaded = load_calibration()
        return f"thresholds of {loaded['encoder']}, from {loaded['pairs']:,} pairs"

    yield f"neighbours ({table_path().name})", table
    yield "stop words (textfooler)", lambda: f"{len(load_stop_words()):,} words, counting both apostrophes"
    yield "similarity thresholds (minilm)", thresholds
    yield "part-of-speech tagger", _tagger
    yield "sentence encoder (use)", lambda: load_encoder("use").name
    yield "backbone (all-MiniLM-L6-v2)", lambda: f"sha256 as published, in {backbone_folder().name}"
    for task in BUILT_IN_TASKS:
        yield f"example texts ({task})", functools.partial(_examples, task)
    for model in sorted({*(get_task(name).plain_model for name in BUILT_IN_TASKS), *adapter_names()}):
        yield f"model ({model})", functools.partial(_model, model)


def _examples(task: str) -> str:
    from core.examples import load_examples

    return f"{len(load_examples(task))} texts"


def _tagger() -> str:
    from core.language.tagging import load_tagger

    tagger = load_tagger()
    return f"{tagger.name}: tags {tagger.tag(['The', 'cat', 'sleeps'], 'universal')}"


def _model(name: str) -> str:
    from core.models.adapters import MODELS_FOLDER, read_card
    from core.resources import Resource

    folder, purpose, mend = MODELS_FOLDER / name, f"built-in model '{name}'", f"git checkout -- assets/models/{name}"
    for file in ("model.json", "adapter_config.json"):
        Resource(folder / file, purpose, mend).require()
    card = read_card(name)
    Resource(folder / "adapter_model.safetensors", f"weights of the {purpose}", mend, card.sha256).require()
    return card.title


def neighbors(
    vectors: Annotated[Path, typer.Option(help="counter-fitted-vectors.txt, or an .npz with words and vectors.")],
    out: Annotated[Path | None, typer.Option(help="The table to write (.npz) [default: beside --vectors].")] = None,
    name: Annotated[str | None, typer.Option(help="What results call the table [default: from the file].")] = None,
) -> None:
    """Build a neighbour table out of word vectors: the 100 nearest words of each word, by cosine.

    Use it by setting FIREBERT_NEIGHBORS to the file that is written.
    """
    from core.cli.output import progress
    from core.language.neighbor_building import stream_build
    from core.language.neighbors import TABLE_VARIABLE, load_neighbors

    out = out or vectors.with_name(f"{vectors.stem}-neighbors.npz")
    with progress("neighbours", None) as bar:
        for step in stream_build(vectors, out, name):
            bar.at(step.done, total=step.total)
    table = load_neighbors(out)
    size = out.stat().st_size / 1e6
    typer.echo(f"{out}: {table.name}, {len(table):,} words, {size:.1f} MB. To use it: {TABLE_VARIABLE}={out}")


def calibrate(
    texts: Annotated[int, typer.Option(min=1, help="Texts of each task's training split.")] = 1000,
    per_text: Annotated[int, typer.Option(min=1, help="Swaps of one word tried in each text.")] = 5,
    seed: Annotated[int, typer.Option(help="Which texts and swaps are drawn.")] = 0,
    data: Annotated[Path | None, typer.Option(help="Data folder [default: FIREBERT_DATA].")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the table [default: where it is read from].")] = None,
) -> None:
    """Find the thresholds of MiniLM that accept as many changed texts as the Universal Sentence Encoder's."""
    import random

    from core.datasets import load_split
    from core.language.calibration import BUILT_IN, WINDOW, single_swaps, write_calibration
    from core.language.calibration import calibrate as find_thresholds
    from core.language.neighbors import load_neighbors
    from core.language.similarity import ENCODERS
    from core.language.stopwords import load_stop_words
    from core.tasks import IMDB, MNLI

    chosen: list[str] = []
    for task in (IMDB, MNLI):
        rows = sorted({task.text(row.example) for row in load_split(task, "train", data)})
        chosen += random.Random(seed).sample(rows, min(texts, len(rows)))
    table = load_neighbors()
    pairs = list(single_swaps(chosen, table, load_stop_words(), per_text, seed))
    found = find_thresholds(_pair_cosines("use", pairs), _pair_cosines("minilm", pairs))
    command = f"python -m core assets calibrate --texts {texts} --per-text {per_text} --seed {seed}"
    record = {
        "encoder": ENCODERS["minilm"],
        "reference": ENCODERS["use"],
        "texts": len(chosen),
        "pairs": len(pairs),
        "made_of": f"IMDB reviews and MultiNLI hypotheses (train), windows of {WINDOW} words, one word replaced by one "
        "of its 50 nearest neighbours",
        "neighbors": table.name,
        "command": command,
    }
    written = write_calibration(out or BUILT_IN, found, record)
    typer.echo(f"{written}: {len(found)} thresholds from {len(pairs):,} pairs in {len(chosen):,} texts")


def _pair_cosines(encoder: str, pairs: Sequence[tuple[str, str]]) -> "np.ndarray":
    import numpy as np

    from core.cli.output import progress
    from core.language.similarity import cosine, load_encoder

    model = load_encoder(encoder)
    found = []
    with progress(model.name, len(pairs)) as bar:
        for start in range(0, len(pairs), _ENCODE_AT_ONCE):
            block = pairs[start : start + _ENCODE_AT_ONCE]
            rows = model.encode([text for pair in block for text in pair])
            found.append(cosine(rows[0::2], rows[1::2]))
            bar.at(start + len(block))
    return np.concatenate(found)


def merge(
    model: Annotated[str, typer.Option("--model", "-m", help="A built-in model.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write.")],
) -> None:
    """Write a built-in model as an ordinary transformers checkpoint: ``hub save`` without a defence."""
    from core.defenses.hub import save_pretrained
    from core.models.adapters import read_card
    from core.models.loading import load_classifier

    save_pretrained(out, load_classifier(model, read_card(model).resolve_task()))
    typer.echo(f"The checkpoint is in {out}. Any program that loads transformers models can use it.")


def results() -> None:
    """Draw the tables of assets/results/README.md and the audit cards anew from the files beside them."""
    from core.evaluation.audit.card import read_cards, to_page
    from core.evaluation.results import AUDITS, PAGE, RESULTS_FOLDER, draw_page, read_tables

    tables, before = read_tables(), PAGE.read_text(encoding="utf-8")
    after = draw_page(before, tables)
    PAGE.write_text(after, encoding="utf-8")
    if cards := read_cards(RESULTS_FOLDER):
        AUDITS.write_text(to_page(cards), encoding="utf-8")
    typer.echo(f"{PAGE.name}: {len(tables)} tables, {'as they were' if after == before else 'drawn anew'}")
