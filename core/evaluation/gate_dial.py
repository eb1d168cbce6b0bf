"""The gate dial over many texts: the looser the rules of the attack, the more texts fall, the less meaning is left.

:func:`core.evaluation.dials.at_each_gate` for each of our own examples, folded into a row for every set of rules. The
label under attack is the classifier's own first answer, so it counts who changes their mind, not who is wrong. Used by
``python -m core gates``; the page draws what it has stored.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.attacks.presets import PRESETS
from core.errors import InputError
from core.evaluation.dials import Fall, at_each_gate
from core.evaluation.results import Result, ResultTable, replaced
from core.evaluation.statistics import Estimate, bootstrap, share
from core.language.lexicon import Lexicon
from core.models.classifier import Classifier
from core.tasks import Example

FOOLED, SIMILARITY, WORDS, QUESTIONS = "fooled", "similarity where fooled", "words changed where fooled", "questions"
MEASURES: Mapping[str, str] = {
    FOOLED: "share of texts whose answer the attack turned",
    SIMILARITY: "cosine of sentence vectors before and after, texts that fell; bootstrap",
    WORDS: "share of the words, texts that fell; bootstrap",
    QUESTIONS: "rows asked a text; bootstrap",
}


@dataclass(frozen=True)
class DialStep:
    """One set of rules: who fell, and what that took of the text; None where nobody fell."""

    rules: str
    fooled: Estimate
    similarity: Estimate | None
    words: Estimate | None
    questions: Estimate

    @property
    def cells(self) -> Mapping[str, Estimate | None]:
        """By the columns of the table."""
        return {FOOLED: self.fooled, SIMILARITY: self.similarity, WORDS: self.words, QUESTIONS: self.questions}


def falls_of(
    classifier: Classifier, lexicon: Lexicon, examples: Sequence[Example], questions: int, seed: int = 0,
    told: Callable[[int], None] = lambda done: None,
) -> Iterator[Fall]:  # fmt: skip
    """Each text by every set of rules; at most ``questions`` rows for each of the six. ``told`` hears of every text."""
    for done, example in enumerate(examples, start=1):
        yield from at_each_gate(classifier, lexicon, example, questions, seed)
        told(done)


def fold(falls: Sequence[Fall], seed: int = 0) -> tuple[DialStep, ...]:
    """A step for every set of rules, strictest first. Raises InputError where there is nothing to count."""
    if not falls:
        raise InputError("The gate dial needs one text or more.")
    return tuple(_step(rules, [one for one in falls if one.rules == rules], seed) for rules in PRESETS)


def add_to(table: ResultTable, name: str, steps: Sequence[DialStep], command: str, about: Mapping[str, Any]
) -> ResultTable:  # fmt: skip
    """The table with these steps in the place of those it had under ``name``; ``about`` are further fields of each."""
    found = []
    for step in steps:
        for column, value in step.cells.items():
            if value is not None:
                numbers = (round(x, 6) for x in (value.value, value.low, value.high))
                value_, low, high = numbers
                found.append(Result(f"{name}: {PRESETS[step.rules].title}", column, measure=MEASURES[column],
                                    value=value_, command=command, n=value.n, low=low, high=high, attack=step.rules,
                                    **about))  # fmt: skip
    return replaced(table, name, found)


def _step(rules: str, falls: Sequence[Fall], seed: int) -> DialStep:
    fell = [one for one in falls if one.fooled]
    means = [[one.similarity for one in fell], [len(one.end.swaps) / max(1, one.end.words) for one in fell]]
    similarity, words = (bootstrap(values, seed=seed) if values else None for values in means)
    asked = bootstrap([float(one.end.queries) for one in falls], seed=seed)
    return DialStep(rules, share(len(fell), len(falls)), similarity, words, asked)
