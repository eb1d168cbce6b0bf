"""The library's four verbs agree with the parts they are made of, and its public names cost nothing until used."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import core
from core import Example, FireBertError, attack, defend, explain
from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.presets import attack_config
from core.models.importance import ImportanceConfig, word_importance
from core.tasks import IMDB

GOOD = Example("The actors are good but the story is boring.")


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch, toy_lexicon: Any) -> Any:
    """The toy lexicon in place of the one that ships."""
    monkeypatch.setattr("core.library.load_lexicon", lambda: toy_lexicon)
    return toy_lexicon


def test_public_names_are_there_and_others_are_told() -> None:
    for name in core.__all__:
        assert getattr(core, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'fuse'; its public names: Example, FireBertError, attack"):
        _ = core.fuse


def test_naming_the_public_names_loads_no_model_library() -> None:
    code = "import sys, core; from core import Example, FireBertError; print('torch' in sys.modules, *core.__all__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", *core.__all__]


def test_explain_ranks_words_as_importance_does(tiny_classifier: Any) -> None:
    said = explain(tiny_classifier, GOOD)
    found = word_importance(tiny_classifier, [GOOD], ImportanceConfig())[0]
    assert [word for word, _ in said] == [found.words[i].text for i in found.order]
    assert [score for _, score in said] == sorted((score for _, score in said), reverse=True)


@pytest.mark.parametrize("defense", ["plain", "fuse", "five"])
def test_a_defended_classifier_answers_by_its_seed(defense: str, tiny_classifier: Any) -> None:
    one, other = (defend(tiny_classifier, defense, seed=3) for _ in range(2))
    assert one.predict([GOOD]) == other.predict([GOOD])
    assert (one is tiny_classifier) == (defense == "plain")


def test_an_attack_is_the_driver_s(tiny_classifier: Any, words: Any) -> None:
    config = attack_config("ungated", "imdb", seed=2)
    *_, due = step_attack(Attack(config, words), tiny_classifier, GOOD, 1)
    assert attack(tiny_classifier, GOOD, "positive", "ungated", seed=2) == due


def test_without_a_label_the_classifier_s_own_answer_is_attacked(
    scripted_classifier: Callable[..., Any],
) -> None:
    classifier = scripted_classifier(IMDB, 1)
    end = attack(classifier, GOOD)
    assert (end.status, end.label) == ("failed", 1)
    assert {attack(classifier, GOOD, name).status for name in ("negative", " Negative")} == {"skipped"}
    with pytest.raises(FireBertError, match="label 'fine'"):
        attack(classifier, GOOD, "fine")


def test_load_takes_the_built_in_plain_model_or_the_one_named(
    tiny_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert core.load("imdb", str(tiny_folder)).predict([GOOD])[0].label in (0, 1)
    asked = []
    monkeypatch.setattr("core.library.open_classifier", lambda *given: asked.append(given))
    core.load("imdb")
    assert asked == [("imdb-plain", IMDB, "cpu")]
