"""What is asked: texts that can be used, and settings by flat names that go there and back."""

from typing import Any

import pytest

from core.analysis.request import (
    GROUPS,
    AnalysisRequest,
    changes_from,
    make_example,
    setting_specs,
    to_flat,
    with_changes,
)
from core.defenses.registry import preset_settings
from core.errors import FireBertError, InputError
from core.tasks import IMDB, MNLI, Example


@pytest.mark.parametrize(
    ("task", "text", "hypothesis", "said"),
    [("imdb", " \n", "", "The review is empty"), ("mnli", "A man.", "", "The hypothesis is empty"),
     ("imdb", "x" * 11, "", "has 11 characters; at most 10"), ("imdb", "a\ud800", "", "half a character")],
)  # fmt: skip
def test_texts_that_cannot_be_used(task: str, text: str, hypothesis: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        make_example(task, text, hypothesis, max_characters=10)


@pytest.mark.parametrize("task", [IMDB, MNLI])
def test_settings_by_name_make_one_preset_out_of_the_other(task: Any) -> None:
    ours, paper = preset_settings(task, "shipped", 0.05), preset_settings(task, "paper", 0.05)
    assert with_changes(ours, changes_from(ours, paper)) == paper
    assert changes_from(ours, ours) == {}
    assert set(to_flat(ours)) == set(setting_specs())


def test_settings_refuse_what_is_no_number_or_out_of_range() -> None:
    ours = preset_settings(IMDB, "shipped", 0.05)
    for changes, said in (
        ({"five.samples": "many"}, "must be a whole number"),
        ({"five.samples": 1.5}, "whole number"),
        ({"five.samples": ""}, "must be a whole number between 0 and 10000, was given ''"),
        ({"switch.gate": "maybe"}, "gate must be one of"),
        ({"switch.nothing": 1}, "Unknown setting"),
        ({"five.sigma_relative": "nan"}, "sigma_relative must be"),
    ):
        with pytest.raises(FireBertError, match=said):
            with_changes(ours, changes)
    assert with_changes(ours, {"switch.min_word_cosine": None}).switch.min_word_cosine is None


def test_a_pair_has_two_texts_and_the_second_is_perturbed() -> None:
    settings = preset_settings(MNLI, "shipped", 0.05)
    pair = make_example("mnli", "A man walks.", "He is outside.")
    assert pair == Example("A man walks.", "He is outside.")
    assert AnalysisRequest("mnli", pair, settings).text == "He is outside."
    single = make_example("imdb", " A film. ", "left over from a pair")
    assert single == Example(" A film. "), "the text as it is, and no second one"
    assert AnalysisRequest("imdb", single, settings).text == " A film. "


def test_as_long_as_is_accepted_is_accepted() -> None:
    assert make_example("imdb", "x" * 10, max_characters=10).text_a == "x" * 10
    with pytest.raises(InputError, match="the model reads about 1,280 of them"):
        make_example("imdb", "x" * 200_001)


def test_one_importance_serves_all_who_rank_words() -> None:
    ours = preset_settings(IMDB, "shipped", 0.05)
    choices = setting_specs()["importance.method"].choices
    other = next(choice for choice in choices if choice != ours.switch.importance.method)
    changed = with_changes(ours, {"importance.method": other})
    assert changed.switch.importance == changed.five.importance
    assert changed.switch.importance.method == other


def test_a_vote_is_changed_for_its_own_defence() -> None:
    ours = preset_settings(IMDB, "shipped", 0.05)
    rule = "majority" if ours.five.vote.rule != "majority" else "mean_logits"
    changed = with_changes(ours, {"five.rule": rule})
    assert (changed.five.vote.rule, changed.fuse.vote) == (rule, ours.fuse.vote)
    assert changes_from(ours, changed) == {"five.rule": rule}


def test_what_a_form_sends_as_text_is_read() -> None:
    ours = preset_settings(IMDB, "shipped", 0.05)
    samples = ours.five.samples + 1
    assert with_changes(ours, {"five.samples": str(samples)}) == with_changes(ours, {"five.samples": samples})
    assert with_changes(ours, {}) == ours
    assert {name.partition(".")[0] for name in setting_specs()} == set(GROUPS)
