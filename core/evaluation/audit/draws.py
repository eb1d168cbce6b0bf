"""Draws: how often two agree, whether they are drawn anew, and who answers the clean rows (METHODS, 12.3, 9)."""

import numpy as np

from core.evaluation.audit.bench import Bench, Undeclared, alike, probabilities, sound
from core.evaluation.audit.chance import SURE, odd_one_out
from core.evaluation.audit.finding import Measured, passed
from core.evaluation.statistics import self_agreement
from core.models.classifier import Prediction, draw_each, is_randomised

DICE = 0.8
"""Two draws that agree on fewer texts than this make a number that another draw would not repeat."""


def agreement(bench: Bench) -> Measured:
    """The chance that two fresh draws give a text the same label."""
    n = len(bench.rows)
    if not bench.random:
        return Measured("pass", n, "It does not draw: asked again, it gives the same answers.")
    votes = np.array([[answer.label for answer in answers] for answers in bench.draws])
    found = self_agreement(np.where(votes < 0, bench.classes, votes), bench.classes + 1)
    verdict = "pass" if found.low >= DICE else "fail" if found.high < DICE else "cannot say"
    undeclared = " It draws without a seed and does not say so." if isinstance(bench.deployed, Undeclared) else ""
    said = (
        f"Two draws agree on {found.value:.3f} of the texts (95 % {found.low:.3f} to {found.high:.3f}, "
        f"{len(votes)} draws).{undeclared}"
    )
    return Measured(verdict, n, said, (("agreement", found.value),))  # type: ignore[arg-type]  # one of three


def fresh(bench: Bench) -> Measured:
    """Whether draws that say they are fresh differ at all: a cache hands the first one out again and again."""
    n = len(bench.rows)
    if not bench.random:
        return Measured("pass", n, "It says that it does not draw, and it does not.")
    varied = sum(any(not _equal(own[0], other) for other in own[1:]) for own in zip(*bench.draws, strict=True))
    said = f"{varied} of {n} texts have scores that differ among {len(bench.draws)} draws."
    return Measured(passed(varied > 0), n, said, (("texts with differing draws", float(varied)),))


def one_object(bench: Bench) -> Measured:
    """Whether the clean rows are answered by what is attacked, in the same mode.

    The plain call, the call for several draws and the seeded copy must be one classifier, and so must the one that the
    accuracy without attack comes from; and an attack must begin with as many right answers as that accuracy says.
    """
    n = len(bench.rows)
    clean = (bench.subject.clean or bench.subject.classifier).predict(bench.examples)
    faults = []
    if bench.random:
        p = odd_one_out(probabilities(clean), np.stack([probabilities(one) for one in bench.draws]), bench.config.seed)
        said = f"its clean answers look like one of {len(bench.draws)} draws (p = {p:.2g})"
        if p <= SURE:
            faults.append(f"its clean answers are not of the kind of its draws (p = {p:.2g})")
        elif others := _other_ways(bench):
            faults.append(f"{others} texts get other draws in one call than from a copy with the same seed")
    else:
        moved = sum(not alike(a, b) for a, b in zip(clean, bench.draws[0], strict=True))
        said = f"clean answers and attacked ones differ on {moved} of {n} texts"
        if moved:
            faults.append(said)
    begun, right = _begun(bench)
    if not bench.random and begun != right:
        faults.append(f"of the attacked texts an attack finds {begun} right, without one {right} are")
    return Measured(passed(not faults), n, f"{_sentence('; '.join(faults) or said)}.")


def _other_ways(bench: Bench) -> int:
    """Of a seeded classifier: texts whose draws in one call are not those of copies with these seeds."""
    deployed = bench.deployed
    if not bench.seeded or not is_randomised(deployed):
        return 0
    some, seeds = bench.examples, bench.seeds[:2]
    at_once = draw_each(deployed, some, seeds)
    copies = [deployed.reseeded(seed).predict(some) for seed in seeds]
    moved = [not all(alike(a[i], b[i]) for a, b in zip(at_once, copies, strict=True)) for i in range(len(some))]
    return sum(moved) if sum(moved) > 0.05 * len(some) else 0


def _begun(bench: Bench) -> tuple[int, int]:
    """Of the attacked rows, those whose attack failed left out: right when it begins, and right when asked."""
    (ends,), places = sound(bench.shown())
    answers = (bench.subject.clean or bench.subject.classifier).predict([row.example for row in bench.attacked])
    right = sum(answers[place].label == bench.attacked[place].label for place in places)
    return sum(end.status != "skipped" for end in ends), right


def _equal(a: Prediction, b: Prediction) -> bool:
    return a.label == b.label and np.allclose(a.logits, b.logits, rtol=1e-9, atol=1e-9)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
