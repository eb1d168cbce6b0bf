"""The sums behind NLTK's averaged perceptron, as rows of whole numbers that can be added in any order.

NLTK adds a feature's weights label by label; most of a search for candidates is spent there. Its weights are
thousandths, so whole numbers give the same sums, without rounding: what a replaced word does not change is added once.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nltk.tag.perceptron import PerceptronTagger

_UNIT = 1000  # of a weight
_WORDS_KEPT = 20_000  # 1 kB each
_VARYING = {
    0: ("i suffix", "i pref1", "i word", "i-1 tag+i word"),
    1: ("i+1 word", "i+1 suffix"),
    2: ("i+2 word",),
}
"""Features that read a word at the place itself, one place on and two places on."""


class WholePerceptron:
    """Stands for NLTK's AveragedPerceptron: its weights as rows (labels,) of thousandths, made when first asked for."""

    def __init__(self, weights: dict[str, dict[str, float]], classes: Iterable[str]) -> None:
        self.weights = weights
        self.classes = set(classes)
        self.labels = sorted(self.classes, reverse=True)  # the first of equals is the last by alphabet, as in NLTK
        self._column = {label: i for i, label in enumerate(self.labels)}
        self._nothing = np.zeros(len(self.labels), dtype=np.int64)
        self._rows: dict[str, np.ndarray] = {}
        self._words: dict[tuple[str, str], tuple[np.ndarray, ...]] = {}

    def row(self, feature: str) -> np.ndarray:
        """What a feature adds to each label; not to be written to."""
        found = self._rows.get(feature)
        if found is not None:
            return found
        weights = self.weights.get(feature)
        if weights is None:
            return self._nothing
        found = self._nothing.copy()
        for label, weight in weights.items():
            found[self._column[label]] = round(weight * _UNIT)
        self._rows[feature] = found
        return found

    def of_word(self, word: str, normal: str) -> tuple[np.ndarray, ...]:
        """What a word adds at its own place, but for the tag before it, and to places one and two before it."""
        found = self._words.get((word, normal))
        if found is None:
            if len(self._words) >= _WORDS_KEPT:
                self._words.clear()
            found = self._words[word, normal] = (
                self.total((f"i suffix {word[-3:]}", f"i pref1 {word[:1]}", f"i word {normal}")),
                self.total((f"i+1 word {normal}", f"i+1 suffix {normal[-3:]}")),
                self.row(f"i+2 word {normal}"),
            )
        return found

    def total(self, features: Iterable[str]) -> np.ndarray:
        """The sum of the features' rows."""
        found: np.ndarray = sum(map(self.row, features), self._nothing)
        return found

    def best(self, scores: np.ndarray) -> str:
        """The label with the highest score."""
        return self.labels[int(scores.argmax())]

    def predict(self, features: Iterable[str], return_conf: bool = False) -> tuple[str, None]:
        """What NLTK's tagger asks for: the best label; the confidence is never asked for."""
        return self.best(self.total(features)), None


class Place:
    """A place of a list of words whose tag depends on a word that may be replaced: itself, or one or two further on."""

    def __init__(self, tagger: "PerceptronTagger", context: Sequence[str], place: int, word: str, ahead: int) -> None:
        """``context``: the normalised words, padded; ``ahead``: how many places on the replaced word is."""
        self._tagger = tagger
        self._model: WholePerceptron = tagger.model
        self._context, self._place, self._word, self._ahead = context, place, word, ahead
        self._fixed: dict[tuple[str, str], np.ndarray] = {}

    def tag(self, replacement: str, normal: str, prev: str, prev2: str) -> str:
        """The tag with ``replacement`` in its place; ``normal`` is that word normalised."""
        word = self._word if self._ahead else replacement
        return self._tagger.tagdict.get(word) or self._scored(replacement, normal, prev, prev2)

    def _scored(self, replacement: str, normal: str, prev: str, prev2: str) -> str:
        scores = self._fixed.get((prev, prev2))
        if scores is None:
            # The library has no public way to tag one word of a sentence; a test holds the two equal.
            features = self._tagger._get_features(self._place, self._word, self._context, prev, prev2)
            varying = tuple(f"{name} " for name in _VARYING[self._ahead])
            scores = self._model.total(name for name in features if not name.startswith(varying))
            self._fixed[prev, prev2] = scores
        scores = scores + self._model.of_word(replacement, normal)[self._ahead]
        if not self._ahead:
            scores = scores + self._model.row(f"i-1 tag+i word {prev} {normal}")
        return self._model.best(scores)
