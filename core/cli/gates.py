"""``gates``: the gate dial over our own example texts: what falls under every set of rules, and what is left of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.groups import grouped
from core.cli.work import keep_figures, typed_command

if TYPE_CHECKING:
    from core.evaluation.gate_dial import DialStep

NOption = Annotated[int, typer.Option("--n", min=0, help="Only the first so many example texts; 0: all.")]
QuestionsOption = Annotated[int, typer.Option(min=1, help="Rows that an attack may ask, by each set of rules.")]
_RESULTS = "Also write the figures into a table of assets/results, a .json file; other models' stay."
ResultsOption = Annotated[Path | None, typer.Option(help=_RESULTS)]
TITLE = "The gate dial: our own example texts under TextFooler by every set of rules, strictest first"


def register(app: typer.Typer) -> None:
    """Add ``gates``."""
    app.command()(gates)


@grouped
def gates(
    *,
    task: opt.TaskOption = "imdb",
    model: opt.ModelOptions,
    n: NOption = 0,
    questions: QuestionsOption = 600,
    encoder: opt.EncoderOption = "use",
    results: ResultsOption = None,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """The looser the rules of the attack, the more texts fall, and the less is left of their meaning.

    TextFooler on our own example texts by every set of rules, from strict to none. A text falls where the classifier's
    answer is another one than before.
    """
    from core.cli.defended import load_words
    from core.cli.output import emit, progress, show
    from core.errors import InputError
    from core.evaluation.gate_dial import add_to, falls_of, fold
    from core.examples import load_examples
    from core.models.fingerprint import short_weights_of

    if results is not None and results.suffix != ".json":
        raise InputError(f"--results names a .json file, was given {results.name}.")
    session = opt.session(task, model, machine)
    texts = [one.example for one in load_examples(session.task.name)][: n or None]
    if not texts:
        raise InputError(f"Task '{session.task.name}' has no example texts; they ship for imdb and mnli.")
    classifier = session.classifier()
    with progress("Texts", len(texts)) as bar:
        falls = list(falls_of(classifier, load_words(encoder, classifier.device), texts, questions, seed, bar.at))
    steps = fold(falls, seed)
    if results is not None:
        about = {"task": session.task.name, "model": session.model, "weights": short_weights_of(classifier),
                 "seed": seed}  # fmt: skip
        keep_figures(results, TITLE, lambda table: add_to(table, session.model, steps, typed_command(), about))
    if json:
        return emit({"model": session.model, "n": len(texts), "questions": questions, "seed": seed, "steps": steps})
    return show(*gates_view(session.model, len(texts), steps))


def gates_view(name: str, n: int, steps: "tuple[DialStep, ...]") -> list[Any]:
    """A row for every set of rules."""
    from core.attacks.presets import PRESETS
    from core.cli.output import table

    rows = [
        (PRESETS[step.rules].title, *("" if one is None else f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"
                                      for one in step.cells.values()))
        for step in steps
    ]  # fmt: skip
    return [table(f"{name}, n = {n} texts of our own", ["rules", *steps[0].cells], rows),
            "Intervals are 95 %: Wilson's of what fell, bootstrap over texts of the rest."]  # fmt: skip
