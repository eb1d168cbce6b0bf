"""Drawing alternatives ends, in time, with the reason; and a draw is what (seed, text, draw index) make it."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.language.lexicon import Lexicon
from core.language.neighbors import Neighbor
from core.language.text import find_words, replace_words
from core.perturbation.draws import generator
from core.perturbation.plan import ChosenWord, Plan
from core.perturbation.switch import ENDINGS, Switch, SwitchConfig
from core.tasks import Example

TEXT = "one two three four five six seven eight"


class Alike:
    """A sentence encoder that finds all texts alike, so that nothing is refused."""

    name = "alike"

    def encode(self, texts):
        return np.ones((len(texts), 1), dtype=np.float32)


LEXICON = Lexicon(None, None, Alike(), frozenset())


def plan_of(sizes, doubled=()):
    """The first words of TEXT with so many made-up candidates each; those of ``doubled`` come in two casings."""
    chosen = []
    for place, size in enumerate(sizes):
        names = [f"n{i // 2}" if place in doubled else f"n{i}" for i in range(size)]
        if place in doubled:
            names = [name.upper() if i % 2 else name for i, name in enumerate(names)]
        near = tuple(Neighbor(name, 0.9) for name in names)
        chosen.append(ChosenWord(find_words(TEXT)[place], 1.0, near, ()))
    return Plan(TEXT, tuple(chosen), (), 0)


def draw(plan, config, seed=0):
    return Switch(None, LEXICON, config).draw([Example(TEXT)], [plan], seed)[0]


CONFIGS = st.builds(
    SwitchConfig,
    total_alternatives=st.integers(0, 200),
    multiplier=st.integers(1, 100),
    gate=st.sampled_from(["off", "off", "rank"]),
)


@given(st.lists(st.integers(0, 40), max_size=5), CONFIGS, st.integers(0, 3))
def test_drawing_ends_in_time_and_says_why(sizes, config, seed):
    began = time.process_time()
    found = draw(plan_of(sizes), config, seed)
    assert time.process_time() - began < 10
    distinct = 1
    for size in sizes:
        distinct *= max(size, 1)
    kept = len(found.alternatives)
    assert len({a.text for a in (*found.alternatives, *(a for a, _ in found.refused))} | {TEXT}) == (
        kept + len(found.refused) + 1
    ), "distinct, and none is the original"
    assert kept <= config.total_alternatives
    assert kept + len(found.refused) <= min(config.max_tries, distinct)
    assert found.ended in ENDINGS
    assert (found.ended == "no_words") == (not any(sizes))
    if any(sizes):
        assert (found.ended == "none_wanted") == (config.total_alternatives == 0)
        assert (found.ended == "enough") == (0 < kept == config.total_alternatives)
        assert found.ended != "exhausted" or kept == distinct
        assert found.ended != "repeats" or (kept > 0.9 * distinct and distinct > 4096)


def test_more_wanted_than_there_are_above_the_enumerable_limit():
    """The fault: 17 ** 3 = 4,913 combinations and 20,000 wanted draws went on for ever."""
    config = SwitchConfig(gate="rank", total_alternatives=200, multiplier=100)
    found = draw(plan_of([17, 17, 17]), config)
    assert found.ended == "enough", "the best 200 of those there are"
    assert 4500 < 200 + len(found.refused) <= 4913


def test_texts_that_are_fewer_than_combinations_end_the_drawing():
    """Candidates in two casings make 4 ** 7 combinations out of 2 ** 7 texts for words in capitals."""
    shouted = TEXT.upper()
    plan = plan_of([4] * 7, doubled=range(7))
    chosen = tuple(
        ChosenWord(word, 1.0, c.candidates, ()) for word, c in zip(find_words(shouted)[:7], plan.words, strict=True)
    )
    config = SwitchConfig(gate="off", total_alternatives=200, multiplier=100)
    found = Switch(None, LEXICON, config).draw([Example(shouted)], [Plan(shouted, chosen, (), 0)], 0)[0]
    assert found.ended == "repeats"
    assert 120 <= len(found.alternatives) <= 128


@pytest.mark.parametrize("sizes", [[10, 10], [30, 30, 30]])
def test_a_draw_is_what_seed_text_and_index_make_it(sizes):
    config = SwitchConfig(gate="off", total_alternatives=40, multiplier=1)
    plan = plan_of(sizes)
    found = draw(plan, config, seed=7)
    example, expected = Example(TEXT), []
    if len(sizes) == 2:
        codes = generator(7, example, "order").permutation(100)
        picks = [divmod(int(code), 10) for code in codes]
    else:
        picks = [tuple(generator(7, example, i).integers(sizes)) for i in range(60)]
    for chosen in itertools.islice(dict.fromkeys(picks), 40):
        swaps = {w.word: w.candidates[p].word for w, p in zip(plan.words, chosen, strict=True)}
        expected.append(replace_words(TEXT, swaps))
    assert [a.text for a in found.alternatives] == expected


def test_every_ending_has_words_for_a_reader():
    assert all(words.endswith(".") for words in ENDINGS.values())
