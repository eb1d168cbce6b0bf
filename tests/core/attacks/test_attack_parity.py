"""Gates before queries give the outcome of gates after queries: real texts against the eager reference."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from core.attacks.attack import Attack
from core.attacks.driver import attack_many
from core.attacks.events import AttackFinished, AttackStarted
from core.attacks.presets import attack_config
from core.datasets import Row, read_rows
from core.language.lexicon import Lexicon, load_lexicon
from core.language.tagging import Tagger, Tagset
from core.language.text import find_words
from core.models.classifier import Prediction, softmax
from core.tasks import IMDB, Example, Task
from tests.core.attacks.reference import PAPER, TEXTATTACK, Rules, eager_textfooler

SAMPLES = 240


@dataclass
class NaiveBayes:
    """Words vote by their log odds in the first rows; exact whatever shares a batch."""

    odds: dict[str, float]
    task: Task = IMDB
    name: str = "naive Bayes"
    asked: list[int] = field(default_factory=list)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        self.asked.append(len(examples))
        scores = [math.fsum(self.odds.get(w.text.lower(), 0.0) for w in find_words(e.text_a)) for e in examples]
        return [Prediction((-score, score), int(score > 0)) for score in scores]


@pytest.fixture(scope="module")
def real_lexicon() -> Lexicon:
    words = load_lexicon()
    return replace(words, tagger=RememberedTags(words.tagger))


@dataclass
class RememberedTags:
    """Both sides ask for the same windows; tagging them once halves the time."""

    tagger: Tagger
    known: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    name: str = "remembered"

    def tag(self, words: Sequence[str], tagset: Tagset = "universal") -> list[str]:
        key = tuple(words)
        if key not in self.known:
            self.known[key] = self.tagger.tag(words, tagset)
        return self.known[key]


@pytest.fixture(scope="module")
def split(data_folder: Path) -> tuple[NaiveBayes, list[Row]]:
    rows = list(read_rows(data_folder / "sentiment" / "mr.parquet", IMDB))
    counts = [Counter[str](), Counter[str]()]
    for row in rows[::2]:
        counts[row.label or 0].update({w.text.lower() for w in find_words(row.example.text_a)})
    words = {word for word in counts[0] | counts[1] if counts[0][word] + counts[1][word] >= 12}
    odds = {word: 0.5 * math.log((counts[1][word] + 1) / (counts[0][word] + 1)) for word in words}
    short = [row for row in rows[1::2] if 8 <= len(find_words(row.example.text_a)) <= 17]
    return NaiveBayes(odds), short[:: len(short) // SAMPLES][:SAMPLES]


class Trigrams:
    """A stand-in for the sentence encoder a hundred times as fast: hashed counts of three letters in a row."""

    name = "letter trigrams"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 1024), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            padded = f"  {text.lower()} ".encode()
            for a, b, c in zip(padded, padded[1:], padded[2:], strict=False):
                row[(a * 961 + b * 31 + c) % 1024] += 1.0
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "rules", "encoder", "samples"),
    [("paper", PAPER, "trigrams", 240), ("textattack", TEXTATTACK, "trigrams", 240), ("paper", PAPER, "use", 24)],
)
def test_same_outcome_as_the_eager_reference(
    preset: str, rules: Rules, encoder: str, samples: int, split: tuple[NaiveBayes, list[Row]], real_lexicon: Lexicon
) -> None:
    classifier, rows = split
    rows = rows[:: len(rows) // samples][:samples]
    assert len(rows) == samples
    lexicon = replace(real_lexicon, encoder=Trigrams()) if encoder == "trigrams" else real_lexicon

    def ask(texts: Sequence[str]) -> list[tuple[float, ...]]:
        answers = classifier.predict([Example(text) for text in texts])
        return [tuple(softmax_of(answer)) for answer in answers]

    attack = Attack(attack_config(preset), lexicon)
    events = list(attack_many(attack, classifier, rows))
    ends = {index: e for index, e in events if isinstance(e, AttackFinished)}
    starts = {index: e for index, e in events if isinstance(e, AttackStarted)}
    differ, outcomes, gates = [], Counter[str](), Counter[str]()
    for index, row in enumerate(rows):
        assert row.label is not None
        expected = eager_textfooler(row.example.text_a, row.label, ask, lexicon, rules)
        end = ends[index]
        outcomes[end.status] += 1
        gates[end.sentence_gate] += 1
        found = (end.status, end.text, end.queries if end.status == "skipped" else end.paper_queries)
        if found != expected:
            differ.append((index, expected, found))
        if index in starts:
            assert end.queries <= end.paper_queries
    assert not differ, differ[:3]
    assert len(gates) == 2, gates
    if samples >= 200:
        assert min(outcomes["success"], outcomes["failed"], outcomes["skipped"]) >= 10, outcomes
        assert sum(end.refused[2] for end in ends.values()) >= 20


def softmax_of(answer: Prediction) -> list[float]:
    return softmax(np.asarray(answer.logits)).tolist()
