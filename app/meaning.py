"""Same meaning? The visitor judges two wordings before the sentence encoder is heard. Pure values.

Half of the pairs are what TextFooler made of our examples (the levels' pars); half are twins of ours that were written
to mean the opposite. Judgements stay with the visit, and leave it as a file.
"""

import functools
from dataclasses import dataclass
from typing import Any

from app.levels import levels
from core.analysis.words import swapped
from core.evaluation.obstinacy import load_twins
from core.evaluation.statistics import wilson
from core.tasks import get_task, task_names

EACH = 6
FLOOR = 0.8
"""Cosine from which the encoder is taken to say "the same": a round number. The file has the cosines, for any other."""


@dataclass(frozen=True)
class Pair:
    """Two wordings, and who wrote the second: ``attack`` or ``opposite``, which means the opposite."""

    first: str
    second: str
    made_by: str


@dataclass(frozen=True)
class Judgement:
    """Whether the visitor found the pair to mean the same, and the cosine of its sentence vectors."""

    pair: Pair
    same: bool
    cosine: float

    @property
    def agrees(self) -> bool:
        """Whether the encoder, at FLOOR, says what the visitor says."""
        return self.same == (self.cosine >= FLOOR)


@functools.cache
def pairs() -> tuple[Pair, ...]:
    """The pairs in the order in which they are shown: an attack's, then an opposite, and so on."""
    attacked = []
    for level in levels():
        text = get_task(level.task).text(level.example)
        if level.par.fooled:
            made = swapped(text, tuple((index, new) for index, _, new in level.par.swaps)).text
            attacked.append(Pair(text, made, "attack"))
    mnli = get_task("mnli" if "mnli" in task_names() else task_names()[0])
    twins = load_twins(mnli)
    chosen = twins[:: max(1, len(twins) // EACH)][:EACH]
    opposite = [Pair(mnli.text(t.first.example), mnli.text(t.second.example), "opposite") for t in chosen]
    return tuple(pair for both in zip(attacked, opposite, strict=False) for pair in both)


def record(judged: tuple[Judgement, ...]) -> dict[str, Any]:
    """The judgements as a file: each, and how often the encoder agrees, with its 95 % Wilson interval."""
    agreeing = sum(one.agrees for one in judged)
    return {
        "floor": FLOOR,
        "judgements": [
            {"first": j.pair.first, "second": j.pair.second, "made_by": j.pair.made_by, "judged_same": j.same,
             "cosine": round(j.cosine, 4), "encoder_agrees": j.agrees}
            for j in judged
        ],
        "agreement": {"agreeing": agreeing, "n": len(judged),
                      "interval": list(wilson(agreeing, len(judged))) if judged else None},
    }  # fmt: skip
