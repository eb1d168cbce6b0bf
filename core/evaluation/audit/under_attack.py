"""What attacks say about a number: views of the scores, budgets, no gates, texts that fool plain (METHODS, 12.4 to 8).

Two attacks are compared row by row: one view is called better only if McNemar's exact test, one-sided, says so.
"""

from itertools import pairwise

import numpy as np

from core.attacks.verdict import judge
from core.defenses.ballot import Ballot
from core.evaluation.audit.bench import Bench, held, sound
from core.evaluation.audit.finding import ENOUGH, Measured, Verdict, passed
from core.evaluation.audit.views import View, by_votes, cooled, labels_only, shows_votes
from core.evaluation.statistics import share
from core.models.classifier import is_randomised

SURE = 0.01
LEADS = (1.0, 4.0)
"""The median lead of the winner's logit that the sweep's temperatures make."""
BUDGETS = (20, 80)
"""Queries allowed, below those that the attack asks for if it may."""
NO_ATTACK = "Every attack ended in an error."
TOWARDS_ZERO = 0.25
"""The share of right answers that an attack without any gate may leave."""


def temperature(bench: Bench) -> Measured:
    """Whether the same logits, divided by a number, make a better attack: then their sharpness was the defence."""
    logits = np.sort([answer.logits for answer in bench.draws[0]], axis=1)
    lead = float(np.median(logits[:, -1] - logits[:, -2]))
    if lead <= 0:
        return Measured("cannot say", len(bench.rows), "Its answers have no lead to cool.")
    views = {f"lead {wanted:g}": cooled(bench.deployed, lead / wanted) for wanted in LEADS}
    return _against_views(bench, views, f"The median lead of its logits is {lead:.3g}; ")


def scores(bench: Bench) -> Measured:
    """Probabilities against labels against votes: whether what is shown hides what would help an attacker."""
    views = {"labels only": labels_only(bench.deployed)}
    if shows_votes(bench.deployed):
        views["votes"] = by_votes(bench.deployed)
    if hidden := _hidden(bench):
        return Measured("fail", len(bench.rows), hidden)
    return _against_views(bench, views, "")


def _hidden(bench: Bench) -> str:
    """Why the score is no more than the label, if it is; empty otherwise.

    Votes that all agree show one score as well, and hide nothing: what is behind the score has to vary more than it.
    """
    answers = bench.fixed.predict(bench.examples)
    few = f"All {len(answers)} answers have the same one or two probabilities"
    if len(answers) < ENOUGH or len({round(max(a.probabilities), 9) for a in answers}) > 2:
        return ""
    if not shows_votes(bench.fixed):
        return f"{few}: the score is the label in disguise."
    behind = {_counted(ballot, bench.classes) for ballot in bench.fixed.ballots(bench.examples)}
    if len(behind) > len({tuple(round(x, 6) for x in a.logits) for a in answers}):
        return f"{few}, while the votes behind them differ: the attacker is shown the label in disguise."
    return ""


def _counted(ballot: Ballot, classes: int) -> tuple[float, ...]:
    """What the votes come to by the ballot's own rule: shares of the voters, or their mean logits."""
    if ballot.rule == "majority":
        return tuple(round(x, 6) for x in ballot.shares(classes))
    weights = np.array([float(member.weight) for member in ballot.members])
    logits = np.array([member.logits for member in ballot.members])
    return tuple(np.average(logits, axis=0, weights=weights if weights.any() else None).round(6).tolist())


def budget(bench: Bench) -> Measured:
    """Whether more queries ever help the defence: then it answers otherwise once it is asked often."""
    made = [bench.run(f"{most} queries", bench.attack(max_queries=most)) for most in BUDGETS]
    ends, places = sound(*made, bench.shown())
    runs = [held(run) for run in ends]
    n = len(places)
    if not n:
        return Measured("cannot say", 0, NO_ATTACK)
    raised = [sum(b and not a for a, b in zip(x, y, strict=True)) for x, y in pairwise(runs)]
    sunk = [sum(a and not b for a, b in zip(x, y, strict=True)) for x, y in pairwise(runs)]
    said = (
        f"Right after {BUDGETS[0]}, {BUDGETS[1]} and any number of queries: {sum(runs[0])}, {sum(runs[1])} and "
        f"{sum(runs[2])} of {n}"
    )
    figures = tuple(
        (f"{name} queries", sum(run) / n) for name, run in zip((*map(str, BUDGETS), "any"), runs, strict=True)
    )
    if is_randomised(bench.deployed):
        worse = any(_more(up, down) < SURE for up, down in zip(raised, sunk, strict=True))
        return Measured(
            passed(not worse), n, f"{said}; draws decide, so single rows may rise ({sum(raised)} did).", figures
        )
    return Measured(passed(sum(raised) == 0), n, f"{said}; {sum(raised)} were right again with more queries.", figures)


def ungated(bench: Bench) -> Measured:
    """Whether an attack that may do anything breaks it: if not, the attack is blind, or the answers do not move."""
    ends = bench.run("ungated", bench.attack("ungated", stop_words="none"))
    (sure,), _ = sound(ends)
    right = [end for end in sure if end.status != "skipped"]
    n = len(right)
    if n < ENOUGH:
        return Measured("cannot say", n, f"It is right on {n} of {len(ends)} texts; {ENOUGH} are needed.")
    left = share(sum(held(right)), n)
    said = f"Without any gate {left.value:.3f} of {n} right answers are left ({left.low:.3f} to {left.high:.3f})."
    figures = (("left without gates", left.value),)
    verdict: Verdict = "pass" if left.value <= TOWARDS_ZERO else "fail" if left.low > TOWARDS_ZERO else "cannot say"
    return Measured(verdict, n, said, figures)


def fools_plain(bench: Bench) -> Measured:
    """Whether texts made against plain break it more often than its own attack does: then that attack misses them."""
    plain = bench.subject.plain
    if plain is None:
        return Measured("cannot say", 0, "There is no plain classifier to make texts with.")
    found = bench.run("plain", bench.attack(), target=plain)
    fooled = [i for i in sound(found, bench.shown())[1] if found[i].status == "success"]
    n = len(fooled)
    if not fooled:
        return Measured("cannot say", 0, f"The attack fooled plain on none of {len(found)} texts.")
    task = bench.deployed.task
    texts = [task.with_text(bench.attacked[i].example, found[i].text) for i in fooled]
    labels = [label for i in fooled if (label := bench.attacked[i].label) is not None]
    verdicts = judge(bench.deployed, texts, labels, bench.config.verdict_draws, bench.config.seed)
    own = [held(bench.shown())[i] for i in fooled]
    began = [bench.shown()[i].status != "skipped" for i in fooled]
    only_transfer = sum(v.broken and o for v, o in zip(verdicts, own, strict=True))
    only_own = sum(not v.broken and not o and b for v, o, b in zip(verdicts, own, began, strict=True))
    recovered = share(sum(not v.broken for v in verdicts), n)
    said = (
        f"Right on {recovered.value:.3f} of {n} texts that fool plain ({recovered.low:.3f} to {recovered.high:.3f}); "
        f"an attack on itself leaves {sum(own)} of them right, and {only_transfer} of those fall to plain's text"
    )
    figures = (("right on texts that fool plain", recovered.value), ("right after its own attack", sum(own) / n))
    if n < ENOUGH:
        return Measured("cannot say", n, f"{said}; {ENOUGH} texts are needed.", figures)
    return Measured(passed(_more(only_transfer, only_own) >= SURE), n, f"{said}.", figures)


def _against_views(bench: Bench, views: dict[str, View], said: str) -> Measured:
    made = [bench.run(name, bench.attack(), searched=view) for name, view in views.items()]
    (shown, *others), places = sound(bench.shown(), *made)
    if not places:
        return Measured("cannot say", 0, NO_ATTACK)
    runs = {name: held(run) for name, run in zip(views, others, strict=True)}
    began = sum(end.status != "skipped" for end in shown)
    n, left = len(shown), held(shown)
    figures = [("shown", sum(left) / n), *((name, sum(run) / n) for name, run in runs.items())]
    parts = ", ".join(f"{sum(run)} following {name}" for name, run in runs.items())
    said += f"right after an attack that follows what it shows: {sum(left)} of {n}; {parts}."
    said = said[:1].upper() + said[1:]
    better = [
        name for name, run in runs.items()
        if _more(sum(a and not b for a, b in zip(left, run, strict=True)),
                 sum(b and not a for a, b in zip(left, run, strict=True))) < SURE
    ]  # fmt: skip
    if better:
        return Measured("fail", n, f"{said} Its number is that of {' or '.join(better)}.", tuple(figures))
    return Measured("pass" if began >= ENOUGH else "cannot say", n, said, tuple(figures))


def _more(one: int, other: int) -> float:
    """McNemar's exact test, one-sided: the p-value of so many or more of the rows that differ being of one kind."""
    from scipy.stats import binomtest

    return float(binomtest(one, one + other, 0.5, alternative="greater").pvalue) if one + other else 1.0
