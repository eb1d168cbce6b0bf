"""Two classifiers on the same rows: right answers on the rows, on their alternatives, and under a short attack.

What a co-tuning run comes to, before against after; every number with its n and Wilson's 95 % interval.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from core.attacks.attack import Attack
from core.attacks.driver import attack_many
from core.attacks.events import AttackFinished, right_after
from core.datasets import Row
from core.evaluation.statistics import Estimate, share
from core.models.classifier import Classifier

SLICE = 16
ROWS, ALTERNATIVES, ATTACKED = "rows", "alternatives", "attacked"


@dataclass(frozen=True)
class Comparing:
    """``done`` of ``total`` pieces of work: answers to be had and attacks to be run, of both classifiers."""

    what: str
    done: int
    total: int


@dataclass(frozen=True)
class Measure:
    """One line of the comparison: what was measured (ROWS, ALTERNATIVES, ATTACKED), before and after."""

    what: str
    before: Estimate
    after: Estimate


def compare(
    before: Classifier,
    after: Classifier,
    rows: Sequence[Row],
    alternatives: Sequence[Row],
    attack: Attack,
    attacked: int,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Comparing | Measure]:
    """Yields progress, and a Measure as soon as both classifiers have been asked; stopped, what is measured so far.

    The attack goes against the first ``attacked`` rows. A row that a budget ended counts as held, one that ended in an
    error or was stopped as nothing. Cost: twice the rows and alternatives, and the attack's queries.
    """
    total = 2 * (len(rows) + len(alternatives) + min(attacked, len(rows)))
    done = 0
    for what, given in ((ROWS, rows), (ALTERNATIVES, alternatives)):
        right = []
        for classifier in (before, after):
            hits = 0
            for start in range(0, len(given), SLICE):
                if stop():
                    return
                hits += _hits(classifier, given[start : start + SLICE])
                done += len(given[start : start + SLICE])
                yield Comparing(what, done, total)
            right.append(hits)
        if given:
            yield Measure(what, *(share(hits, len(given)) for hits in right))
    held = []
    for classifier in (before, after):
        count = n = 0
        for _, event in attack_many(attack, classifier, rows[:attacked], stop=stop):
            if isinstance(event, AttackFinished):
                done += 1
                after_attack = right_after(event.status)
                n, count = n + (after_attack is not None), count + (after_attack is True)
                yield Comparing(ATTACKED, done, total)
        if stop():
            return
        held.append(share(count, n))
    yield Measure(ATTACKED, *held)


def _hits(classifier: Classifier, rows: Sequence[Row]) -> int:
    answers = classifier.predict([row.example for row in rows])
    return sum(answer.label == row.label for answer, row in zip(answers, rows, strict=True))
