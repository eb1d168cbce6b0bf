"""What the answers look like: abstentions, one label for all, scores at their limits, votes (METHODS, 12.2, 4, 5)."""

from collections import Counter

import numpy as np

from core.defenses.voting import vote
from core.evaluation.audit.bench import Bench
from core.evaluation.audit.finding import ENOUGH, Measured, passed
from core.evaluation.audit.views import shows_votes

SATURATED = 1 - 1e-6
"""A probability above which the next candidate's cannot be told from it in single precision."""


NEARLY_ALL, ONE_SIDED = 0.95, 0.8
"""The share of texts with one answer that makes a constant; and the share of one true label that would explain it."""


def abstentions(bench: Bench) -> Measured:
    """Answers that are no label of the task, on clean rows and after the attack: counted apart, never right."""
    clean = bench.draws[0]
    ends = bench.shown()
    task = bench.deployed.task
    finals = [task.with_text(row.example, end.text) for row, end in zip(bench.attacked, ends, strict=True)]
    after = bench.fixed.predict(finals)
    labels = range(bench.classes)
    without, attacked = (sum(answer.label not in labels for answer in answers) for answers in (clean, after))
    figures = (("abstained, clean", float(without)), ("abstained, attacked", float(attacked)))
    n = len(clean) + len(after)
    if without + attacked == 0:
        return Measured("pass", n, f"It never abstained: {len(clean)} clean texts, {len(after)} attacked.", figures)
    pairs = [(a, row.label) for a, row in zip(after, bench.attacked, strict=True) if row.label is not None]
    right = sum(a.label == label for a, label in pairs)
    said = (
        f"It abstained on {without} of {len(clean)} clean texts and on {attacked} of {len(after)} attacked ones; "
        f"after the attack {right} answers are right, and {right + attacked} would be if abstaining counted as right"
    )
    if bench.subject.right is None:
        return Measured("cannot say", n, f"{said}. How its own evaluation counts them was not given.", figures)
    every = [*zip(clean, bench.labels, strict=True), *pairs]
    counted = sum(a.label not in labels and bench.subject.right(a, label) for a, label in every)
    return Measured(
        passed(counted == 0), n, f"{said}. Its own evaluation counts {counted} abstentions as right.", figures
    )


def constant(bench: Bench) -> Measured:
    """Whether nearly every text gets one label, although the rows have several in earnest.

    Of rows that nearly all have that label it cannot be told from a good classifier.
    """
    n, labels = len(bench.rows), bench.deployed.task.labels
    answers, truth = Counter(a.label for a in bench.draws[0]), Counter(bench.labels)
    label, count = answers.most_common(1)[0]
    name = labels[label] if 0 <= label < len(labels) else "no label"
    said = f"It answers '{name}' to {count} of {n} texts; {truth[label]} have that label."
    figures = (("share of its commonest answer", count / n),)
    alike = count >= NEARLY_ALL * n
    if n < ENOUGH or (alike and truth[label] > ONE_SIDED * n):
        return Measured("cannot say", n, f"{said} That takes {ENOUGH} texts of several labels.", figures)
    return Measured(passed(not alike), n, said, figures)


def saturation(bench: Bench) -> Measured:
    """Whether the winner's probability is 1 as far as numbers can tell: a search that follows it sees nothing move."""
    tops = np.array([max(answer.probabilities) for answer in bench.draws[0]])
    n, full = len(tops), int((tops >= SATURATED).sum())
    said = f"{full} of {n} answers have a probability of 1, the median is {np.median(tops):.4f}."
    figures = (("saturated", full / n), ("median", float(np.median(tops))))
    return Measured("cannot say" if n < ENOUGH else passed(full < n / 2), n, said, figures)


def one_decision(bench: Bench) -> Measured:
    """Whether label, probabilities and, where they can be seen, votes are one and the same decision.

    An abstention decides nothing and is left out. Votes are counted again only where a second call makes the same draw.
    """
    n, classes = len(bench.rows), range(bench.classes)
    answers = bench.fixed.predict(bench.examples)
    by_score = sum(
        a.label in classes and a.logits[a.label] < max(a.logits) - 1e-6 * max(1.0, abs(max(a.logits))) for a in answers
    )
    said = f"The label is not the most probable one on {by_score} of {n} texts"
    figures = [("label against probability", float(by_score))]
    by_vote = 0
    if shows_votes(bench.fixed):
        ballots = bench.fixed.ballots(bench.examples)
        for answer, ballot in zip(answers, ballots, strict=True):
            given = answer if bench.seeded else ballot.prediction
            own = ballot.prediction.label
            if len(ballot.members) > 1:
                logits = np.array([m.logits for m in ballot.members])
                own = vote(logits, np.array([float(m.weight) for m in ballot.members]), ballot.rule)[1]
            by_vote += given.label in classes and not given.label == own == ballot.prediction.label
        counted = sum(b.counted != b.prediction.label for b in ballots if b.prediction.label in classes)
        said += f", and not what the votes come to on {by_vote}; a count of heads would differ on {counted}"
        figures += [("label against votes", float(by_vote)), ("label against a count of heads", float(counted))]
    else:
        said += "; it shows no votes"
    return Measured(passed(by_score + by_vote == 0), n, f"{said}.", tuple(figures))
