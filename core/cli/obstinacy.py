"""``obstinacy``: does a classifier tell texts apart that say the opposite of each other?"""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.groups import grouped

if TYPE_CHECKING:
    from core.evaluation.obstinacy import Obstinacy
    from core.evaluation.statistics import PairedTest

AgainstOption = Annotated[str, typer.Option(help="A second model, asked the same, without a defence: which is better?")]


def register(app: typer.Typer) -> None:
    """Add ``obstinacy``."""
    app.command()(obstinacy)


@grouped
def obstinacy(
    *,
    task: opt.TaskOption = "mnli",
    model: opt.ModelOptions,
    defense: opt.DefenseOption = "plain",
    chosen: opt.DefenseOptions,
    against: AgainstOption = "",
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """Ask for twins, texts that differ in an antonym, a negation, a number or a role and have opposite labels.

    They ship (110 pairs of entailment pairs, 30 of reviews, written for this project). A defence that has learned to
    overlook swapped words would answer both alike.
    """
    from core.cli.defended import build
    from core.cli.output import emit, show
    from core.evaluation.obstinacy import ask_twins, compare, load_twins
    from core.evaluation.obstinacy import obstinacy as shares_of

    session = opt.session(task, model, machine)
    twins = load_twins(session.task)
    built = build(session, defense, chosen, seed)
    answered = ask_twins(built.classifier, twins)
    shares, test = shares_of(answered), None
    if against:
        other = opt.session(task, replace(model, model=against, revision=""), machine).answering()
        test = compare(answered, ask_twins(other, twins))
    if json:
        return emit({**built.made_by, "shares": shares, "against": against or None, "paired": test})
    return show(*obstinacy_view(built.classifier.name, shares, against, test))


def obstinacy_view(name: str, shares: "tuple[Obstinacy, ...]", against: str, test: "PairedTest | None") -> list[Any]:
    """The shares as a table, and how the second model compares."""
    from core.cli.output import table

    rows = [
        (
            one.kind,
            one.told_apart.n,
            f"{one.told_apart.value:.3f}",
            f"{one.told_apart.low:.3f} to {one.told_apart.high:.3f}",
            f"{one.same_answer.value:.3f}",
            f"{one.same_answer.low:.3f} to {one.same_answer.high:.3f}",
        )
        for one in shares
    ]
    columns = ["kind", "twins", "told apart", "95 % interval", "same answer to both", "95 % interval"]
    shown: list[Any] = [table(name, columns, rows)]
    if test is not None:
        differ = test.only_first + test.only_second
        shown.append(
            f"{differ} of {test.n} twins differ between the two: {test.only_first} told apart by {name} alone, "
            f"{test.only_second} by {against} alone; McNemar's exact test, p = {test.p:.2g}."
        )
    return shown
