"""SWITCH's settings: the paper's numbers, and every wrong one refused with what was given."""

import math
from dataclasses import fields

import pytest

from core.errors import ConfigError
from core.perturbation.config import PAPER_SIMILARITY, SwitchConfig


def test_the_papers_threshold_is_a_score_of_zero():
    """1 - arccos(cosine) > 0."""
    assert 1 - math.acos(PAPER_SIMILARITY) == pytest.approx(0, abs=1e-5)
    assert SwitchConfig().min_similarity == PAPER_SIMILARITY


def test_draws_allowed_are_a_multiple_of_those_wanted():
    assert SwitchConfig(total_alternatives=7, multiplier=3).max_tries == 21
    assert SwitchConfig(total_alternatives=0, multiplier=100).max_tries == 0


@pytest.mark.parametrize(
    ("words", "out_of", "allowed"), [(5, 0, True), (5, 5, True), (5, 100, True), (5, 4, False), (100, 99, False)]
)
def test_words_are_chosen_out_of_as_many_or_more(words, out_of, allowed):
    if allowed:
        assert SwitchConfig(perturb_words=words, random_out_of=out_of).random_out_of == out_of
        return
    with pytest.raises(
        ConfigError, match=rf"random_out_of \({out_of}\) must be 0 or at least perturb_words \({words}\)"
    ):
        SwitchConfig(perturb_words=words, random_out_of=out_of)


BEYOND = {
    "perturb_words": (0, 101), "candidates_per_word": (0, 101), "total_alternatives": (-1, 201), "multiplier": (0, 101),
    "gate": ("maybe",), "min_similarity": (-1.1, 1.1), "min_word_cosine": (-1.1, 1.1), "pos": ("brown",),
    "leave_alone": (-1, 101), "random_out_of": (-1, 101), "stop_words": ("yes",),
}  # fmt: skip


def test_every_setting_has_a_range():
    assert set(BEYOND) == {field.name for field in fields(SwitchConfig)} - {"importance"}
    for name, values in BEYOND.items():
        for value in values:
            with pytest.raises(ConfigError, match=rf"{name} must be .*was given '?{value}"):
                SwitchConfig(**{name: value})
