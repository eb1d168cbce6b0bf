"""Configurations: the table of METHODS 8, overrides, and what is refused."""

import math
from dataclasses import fields, replace
from typing import Any

import pytest

from core.attacks.attack import METHODS, Attack
from core.attacks.driver import step_attack
from core.attacks.events import CandidateTried
from core.attacks.presets import MENU, PRESETS, AttackConfig, attack_config
from core.errors import ConfigError, UnknownNameError
from core.language.similarity import cosine_of
from core.ranges import specs_of
from core.tasks import IMDB, Example
from tests.conftest import ScriptedClassifier, ToyNeighbors

RANGES = {n: (spec.range.low, spec.range.high) for n, spec in specs_of(AttackConfig).items() if spec.range is not None}


def test_types_are_held() -> None:
    for name, value in (("sentence_gate", "no"), ("flip_bonus", 1), ("max_queries", 2.5), ("min_similarity", None)):
        with pytest.raises(ConfigError, match=f"{name} must be "):
            attack_config(**{name: value})


def test_the_table_of_methods() -> None:
    paper, textattack, bench, adjusted = map(attack_config, ("paper", "textattack", "bench2021", "adjusted"))
    assert [c.min_word_cosine for c in (paper, textattack, bench, adjusted)] == [0.5, 0.5, None, 0.9]
    cosines = [cosine_of(c.min_similarity, c.scale) for c in (paper, textattack, bench, adjusted)]
    assert cosines == pytest.approx([math.cos(0.3), 0.878, 0.878, 0.98], abs=5e-4)
    assert [c.window for c in (paper, textattack, bench, adjusted)] == [15] * 4
    assert [c.short_text for c in (paper, textattack, bench)] == ["lower", "skip", "skip"]
    assert (paper.short_similarity, paper.short_words) == (0.1, 15)
    assert [c.compare_with for c in (paper, textattack, bench, adjusted)] == ["previous"] * 3 + ["original"]
    assert (bench.max_changed_share, bench.max_queries_per_word) == (0.3, 50)
    assert attack_config("bench2021", "imdb").max_changed_share == 0.1
    assert [c.accept_below for c in (paper, textattack)] == ["original", "current"]
    assert [c.blank for c in (paper, textattack)] == ["oov", "delete"]


def test_jia2019_is_a_small_set_of_synonyms_for_every_word(toy_lexicon: Any) -> None:
    """Of twelve neighbours of "the" and "film" the eight nearest, and of those the ones at 0.755 or more."""
    near = [(f"near{place}", 0.99 - 0.03 * place) for place in range(12)]
    table = ToyNeighbors({"the": near, "film": [*near[:2], ("far", 0.75)], "ran": [("far", 0.754)]})
    attack = Attack(attack_config("jia2019"), replace(toy_lexicon, neighbors=table))
    stubborn = ScriptedClassifier(IMDB, lambda example: 1)
    events = list(step_attack(attack, stubborn, Example("The film ran."), 1))
    tried = [(e.word, e.replacement) for e in events if isinstance(e, CandidateTried)]
    assert sorted(tried) == sorted([(0, f"Near{place}") for place in range(8)] + [(1, "near0"), (1, "near1")])
    end = events[-1]
    assert (end.status, end.sentence_gate) == ("failed", "off")
    assert attack.config.max_changed_share is None


def test_overrides_are_what_differs_from_the_preset() -> None:
    assert attack_config("textattack").overrides == ()
    assert attack_config("textattack", seed=7).overrides == ()
    changed = attack_config("textattack", min_similarity=0.5, window=0)
    assert dict(changed.overrides) == {"min_similarity": 0.5, "window": 0}
    assert attack_config("paper", min_similarity=0.7).overrides == ()


def test_bench2021_says_that_imdb_has_another_cap() -> None:
    assert dict(attack_config("bench2021", "imdb").overrides) == {"max_changed_share": 0.1}


def test_typing_errors_have_no_gates_unless_asked() -> None:
    free = attack_config("paper", method="characters")
    assert (free.min_word_cosine, free.pos, free.sentence_gate) == (None, "none", False)
    assert attack_config("paper", method="characters", sentence_gate=True).sentence_gate


@pytest.mark.parametrize("name", RANGES)
def test_ranges_are_held(name: str) -> None:
    low, high = RANGES[name]
    for value in (low - 1, high + 1, "many", True, float("nan"), float("inf")):
        with pytest.raises(ConfigError, match=name):
            attack_config(**{name: value})


@pytest.mark.parametrize("name", ["method", "pos", "pos_context", "blank", "scale", "short_text", "compare_with"])
def test_choices_are_held(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        attack_config(**{name: "something"})


def test_unknown_names_say_what_is_known() -> None:
    with pytest.raises(UnknownNameError, match="textattack"):
        attack_config("textfooler2020")
    with pytest.raises(ConfigError, match="no setting windoww"):
        attack_config("paper", windoww=3)


def test_every_preset_and_method_is_described_and_runs() -> None:
    assert {entry.method for entry in MENU} == set(METHODS)
    for name, preset in PRESETS.items():
        assert preset.words.endswith(".")
        assert attack_config(name).preset == name
        assert set(preset.settings) <= {field.name for field in fields(AttackConfig)}
