"""What a defence costs beside bare passes: rounds on texts never seen before, medians of ratios within a round."""

from collections.abc import Sequence
from typing import Any

import pytest

from core.defenses.five import FiveConfig
from core.errors import ConfigError
from core.evaluation.bench import BenchRound, Times, bench_defenses, crossed_examples, summarise
from core.perturbation.config import SwitchConfig
from core.tasks import IMDB, MNLI, Example


def test_medians_of_ratios_within_rounds() -> None:
    """Worked out by hand: ratios 1.1, 2.0 and 1.5, so 1.5, where the quotient of the medians is 12 / 10."""
    times = [(11, 10), (20, 10), (12, 8)]
    rounds = [
        BenchRound("FIVE", number, 4, rows, Times(own, 2 * own), Times(bare, bare))
        for number, ((own, bare), rows) in enumerate(zip(times, (36, 30, 33), strict=True), start=1)
    ]
    other = BenchRound("FuSE", 1, 4, 60, Times(3, 6), Times(2, 3))
    five, fuse = summarise([rounds[0], other, *rounds[1:]])
    assert (five.defense, five.rounds, five.texts, five.rows) == ("FIVE", 3, 4, 33.0)
    assert (five.ratio, five.own, five.bare) == (Times(1.5, 3.0), Times(12, 24), Times(10, 10))
    assert (fuse.defense, fuse.rounds, fuse.ratio) == ("FuSE", 1, Times(1.5, 2.0))


def test_rounds_take_texts_never_seen_before(
    tiny_classifier: Any, toy_lexicon: Any, reviews: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve texts, two rounds and one to warm up: four each; FIVE's three copies and the text are four rows each."""
    from core.defenses.five import Five

    seen: list[Sequence[Example]] = []
    real = Five.ballots
    monkeypatch.setattr(Five, "ballots", lambda self, texts: seen.append(texts) or real(self, texts))
    switch, five = SwitchConfig(total_alternatives=2), FiveConfig(samples=3, stop_words=False)
    rounds = list(bench_defenses(tiny_classifier, toy_lexicon, reviews, 2, switch, five))
    assert [(found.defense, found.round, found.texts) for found in rounds] == [
        ("FuSE", 1, 4), ("FIVE", 1, 4), ("FuSE", 2, 4), ("FIVE", 2, 4)
    ]  # fmt: skip
    assert [example for texts in seen for example in texts] == reviews
    assert all(4 <= found.rows <= 4 * 3 for found in rounds if found.defense == "FuSE")
    assert [found.rows for found in rounds if found.defense == "FIVE"] == [16, 16]
    assert all(found.bare.wall > 0 for found in rounds)


def test_too_few_texts_are_refused(tiny_classifier: Any, toy_lexicon: Any, reviews: list[Example]) -> None:
    with pytest.raises(ConfigError, match="5 rounds and one to warm up need 6 examples, 3 were given"):
        next(bench_defenses(tiny_classifier, toy_lexicon, reviews[:3]))
    with pytest.raises(ConfigError, match="0 rounds"):
        next(bench_defenses(tiny_classifier, toy_lexicon, reviews, rounds=0))


def test_crossed_examples_are_all_different(pairs: list[Example]) -> None:
    every = crossed_examples(MNLI, pairs, 36)
    assert len(set(every)) == 36
    assert every[:6] == pairs, "the first are as they were"
    texts = [Example(f"{name}1 {name}2 {name}3 {name}4") for name in "abc"]
    crossed = crossed_examples(IMDB, texts, 9)
    assert len(set(crossed)) == 9
    assert crossed[:3] == texts
    assert crossed[3].text_a == "a1 a2 b3 b4"
    with pytest.raises(ConfigError, match="3 examples can be crossed into 9 at most, 10 were asked for"):
        crossed_examples(IMDB, texts, 10)
