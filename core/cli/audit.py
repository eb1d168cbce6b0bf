"""``audit``: does a classifier's number mean anything? One verdict a check."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.groups import grouped
from core.cli.streams import whole_text
from core.errors import ConfigError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.datasets import Row
    from core.evaluation.audit.bench import Subject
    from core.evaluation.audit.card import Card

FunctionOption = Annotated[
    str, typer.Option(metavar="MODULE:FUNCTION", help="A Python function from texts to answers, in place of a model.")
]
CleanOption = Annotated[
    str, typer.Option(metavar="MODULE:FUNCTION", help="What its accuracy without attack was measured with, if not it.")
]
ScoreOption = Annotated[
    str,
    typer.Option(
        metavar="MODULE:FUNCTION", help="How its own evaluation judges: (answer, true) -> right; None abstains."
    ),
]
NOption = Annotated[int, typer.Option(min=1, help="Texts asked; those of --input, else the examples that ship.")]
AttackedOption = Annotated[int, typer.Option(min=1, help="Of these, the shortest ones that are attacked.")]
DrawsOption = Annotated[int, typer.Option(min=2, help="Fresh draws of a classifier that draws, a text.")]
ChecksOption = Annotated[str, typer.Option(help="Only these checks, by name, with commas between.")]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Write the card: .json, or .md.")]


def register(app: typer.Typer) -> None:
    """Add ``audit``."""
    app.command()(audit)


@grouped
def audit(
    *,
    task: opt.TaskOption = "imdb",
    model: opt.ModelOptions,
    defense: opt.DefenseOption = "plain",
    chosen: opt.DefenseOptions,
    function: FunctionOption = "",
    clean: CleanOption = "",
    score: ScoreOption = "",
    file: opt.InputOption = None,
    n: NOption = 40,
    attacked: AttackedOption = 24,
    draws: DrawsOption = 8,
    checks: ChecksOption = "",
    out: OutOption = None,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """Check a classifier, a defence or your own function for what makes numbers under attack meaningless.

    Batches that mix texts, padding that leaks, abstentions counted as right, draws that are kept, scores that are
    hidden or too sharp, a clean number from another object, a constant: each is a check with its verdict and n.
    A function takes a list of texts (or of pairs) and returns for each a label, probabilities, or None to abstain.
    """
    from core.cli.defended import ELSEWHERE, defense_settings
    from core.cli.output import emit, note, progress, show
    from core.cli.views import list_only
    from core.evaluation.audit.bench import AuditConfig, Bench
    from core.evaluation.audit.card import Card
    from core.evaluation.audit.checks import audit as findings_of
    from core.evaluation.audit.checks import chosen_checks

    session = opt.session(task, model, machine)
    settings = defense_settings(session, chosen.preset, defense, chosen.changes)
    if chosen.settings:
        return list_only(f"{defense}, {chosen.preset} settings for {task}", settings, json, ELSEWHERE)
    only = [check.key for check in chosen_checks([word.strip() for word in checks.split(",") if word.strip()])]
    config = AuditConfig(draws=draws, attacked=attacked, seed=seed)
    subject, made_by, lexicon = _subject(session, defense, chosen, seed, (function, clean, score), only)
    rows, source = _rows(session, file, n, seed)
    bench = Bench(subject, tuple(rows), lexicon, config)
    found = []
    with progress(f"Audit of {subject.classifier.name}", len(only)) as bar:
        for finding in findings_of(bench, only):
            found.append(finding)
            bar.at(len(found), finding.title)
    about = f"{source}, n = {len(rows)}; {len(bench.attacked)} attacked"
    made_by = {**made_by, "audit": asdict(config)}
    card = Card(subject.classifier.name, session.task.name, about, _command(), made_by, tuple(found))
    if out is not None:
        _write(card, out)
        note(f"The card is in {whole_text(str(out))}.")
    if json:
        return emit(card)
    return show(*card_view(card))


def _write(card: "Card", out: Path) -> None:
    """The card as a file, in the form that its name says."""
    from core.evaluation.audit.card import to_markdown

    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(to_markdown(card) if out.suffix == ".md" else card.to_json(), encoding="utf-8", newline="\n")


def card_view(card: "Card") -> list[Any]:
    """The card as a table; what a check means stands under it where one did not pass."""
    from core.cli.output import table

    rows = [(one.title, one.verdict.upper() if one.verdict == "fail" else one.verdict, one.n, one.said)
            for one in card.findings]  # fmt: skip
    shown: list[Any] = [table(f"{card.classifier}, {card.rows}", ["check", "verdict", "n", "measured"], rows)]
    shown += [f"{one.title}: {one.verdict}. {one.means}" for one in card.findings if one.verdict == "fail"]
    return [*shown, f"{card.summary}."]


def _subject(
    session: opt.Session,
    defense: str,
    chosen: opt.DefenseOptions,
    seed: int,
    functions: tuple[str, str, str],
    checks: Sequence[str],
) -> "tuple[Subject, dict[str, Any], Any]":
    """What is audited, what made it, and the words that attacks take; the plain model only for a check that asks it."""
    from core.cli.defended import build, load_words, word_sources
    from core.defenses.registry import PLAIN
    from core.evaluation.audit.bench import Subject
    from core.models.black_box import open_black_box
    from core.models.fingerprint import short_weights_of
    from core.models.function import FunctionClassifier, load_function
    from core.models.loading import load_classifier
    from core.tasks import BUILT_IN_TASKS

    function, clean, score = functions
    task = session.task
    is_plain = not function and defense == PLAIN and session.model == task.plain_model
    if function and (defense != PLAIN or session.model != task.plain_model):
        raise ConfigError("Give --function, or --model and --defense, not both.")
    device = opt.pick_device(session.device, session.threads)
    other = FunctionClassifier(load_function(clean), task, clean, session.names, abstains=True) if clean else None
    right = _right(load_function(score), task.labels) if score else None
    asked = function or (session.model if session.is_black_box and defense == PLAIN else "")
    given = open_black_box(asked, task, session.names, abstains=True) if asked else None
    asks_plain = "transfer" in checks and not is_plain and task.name in BUILT_IN_TASKS
    plain = load_classifier(task.plain_model, task, device) if asks_plain else None
    if given is not None:
        lexicon = load_words(chosen.encoder, device)
        return Subject(given, plain, other, right), {"function": asked, **word_sources(lexicon)}, lexicon
    built = build(session, defense, chosen, seed)
    lexicon = built.ensemble.lexicon if built.ensemble is not None else load_words(chosen.encoder, device)
    made_by = {**built.made_by, **word_sources(lexicon), "weights": short_weights_of(built.classifier)}
    return Subject(built.classifier, plain, other, right), made_by, lexicon


def _right(score: "Callable[..., Any]", labels: tuple[str, ...]) -> "Callable[[Any, int], bool]":
    """A function of labels' names as a judge of predictions."""
    return lambda answer, true: bool(
        score(labels[answer.label] if 0 <= answer.label < len(labels) else None, labels[true])
    )


def _rows(session: opt.Session, file: Path | None, n: int, seed: int) -> "tuple[list[Row], str]":
    """Labelled rows, and what to call them."""
    from core.cli.inputs import told
    from core.datasets import Row, read_rows
    from core.evaluation.evaluate import sample_rows
    from core.examples import load_examples

    if file is not None:
        opened = read_rows(file, session.task, session.names)
        return sample_rows(told(opened, opened.labelled()), n, seed), file.name
    examples = load_examples(session.task.name)
    if not examples:
        raise InputError(f"Task '{session.task.name}' has no example texts. Give --input FILE with labelled rows.")
    rows = [Row(one.example, session.task.labels.index(one.label)) for one in examples]
    return sample_rows(rows, n, seed), "the examples that ship"


def _command() -> str:
    """What was typed, without what decides no verdict: where the card goes, and who does the work."""
    words, kept = iter(sys.argv[1:]), []
    for word in words:
        name, given, _ = word.partition("=")
        if name in ("--out", "-o", "--threads"):
            if not given:
                next(words, None)
        elif word != "--json":
            kept.append(word)
    return shlex.join(["python", "-m", "core", *kept])
