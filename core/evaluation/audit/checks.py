"""The checks of an audit, in order, and the audit itself: a finding a check, as each is made."""

from collections.abc import Iterator, Sequence

from core.errors import UnknownNameError
from core.evaluation.audit import answers, draws, sameness, under_attack
from core.evaluation.audit.bench import Bench
from core.evaluation.audit.finding import Check, Finding

CHECKS: tuple[Check, ...] = (
    Check(
        "batch", "The same answer alone, in a batch, in any order",
        "An answer depends on its companions, so an attack that asks many texts at once is answered by a mixture.",
        sameness.in_a_batch,
    ),
    Check(
        "padding", "Padding does not matter",
        "A text is answered otherwise beside a longer one, so an answer depends on who else was asked.",
        sameness.padding,
    ),
    Check(
        "object", "Clean and attacked rows from the same object in the same mode",
        "The number without attack and the number under attack are of two different classifiers.",
        draws.one_object,
    ),
    Check(
        "agreement", "Two draws agree",
        "Another draw gives another number: part of what looks robust is dice.",
        draws.agreement,
    ),
    Check(
        "fresh", "Draws are drawn anew",
        "One draw is kept and handed out again, so the noise protects nothing and the verdict saw a single draw.",
        draws.fresh,
    ),
    Check(
        "abstention", "An abstention is never a right answer",
        "Refusing to answer an attacked text was counted as withstanding it.",
        answers.abstentions,
    ),
    Check(
        "constant", "It does not give every text one answer",
        "A constant cannot be fooled: its accuracy under attack is the share of one label.",
        answers.constant,
    ),
    Check(
        "saturation", "Its scores move",
        "The probabilities are 1 as far as numbers can tell: an attack that follows them is blind, not beaten.",
        answers.saturation,
    ),
    Check(
        "decision", "Label, probabilities and votes are one decision",
        "What it answers is not what its scores or its votes say, so attacks on the scores attack something else.",
        answers.one_decision,
    ),
    Check(
        "scores", "Probabilities hide nothing that labels or votes would show",
        "Its number rests on what the attacker was not shown.",
        under_attack.scores,
    ),
    Check(
        "temperature", "Another temperature makes no better attack",
        "The sharpness of its softmax was the defence: the same logits, divided by a number, fall.",
        under_attack.temperature,
    ),
    Check(
        "budget", "More queries never help the defence",
        "It answers otherwise once it has been asked often.",
        under_attack.budget,
    ),
    Check(
        "ungated", "An attack without gates breaks it",
        "The attack is blind or the answers do not move: its number says nothing about synonyms.",
        under_attack.ungated,
    ),
    Check(
        "transfer", "Its own attack finds what plain's texts find",
        "Texts within the rules break it, and the attack on itself missed them: its number is too high.",
        under_attack.fools_plain,
    ),
)  # fmt: skip


def check_names() -> tuple[str, ...]:
    """The keys of all checks."""
    return tuple(check.key for check in CHECKS)


def chosen_checks(only: Sequence[str] = ()) -> tuple[Check, ...]:
    """Those named in ``only``, in order; all where none is. Raises UnknownNameError for a check that there is not."""
    for name in only:
        if name not in check_names():
            raise UnknownNameError("check", name, check_names())
    return tuple(check for check in CHECKS if not only or check.key in only)


def audit(bench: Bench, only: Sequence[str] = ()) -> Iterator[Finding]:
    """A finding for each check, or for those named in ``only``, in order.

    Cost: a few answers a row for the first nine; each of the others runs attacks on ``bench.attacked``, eight or nine
    in all. Raises UnknownNameError for a check that there is not.
    """
    for check in chosen_checks(only):
        found = check.measure(bench)
        yield Finding(check.key, check.title, found.verdict, found.n, found.said, check.means, found.figures)
