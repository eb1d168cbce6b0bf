"""The analysis answers what the defences answer, shares work without changing it, and its pictures count right."""

from dataclasses import replace
from typing import Any

import pytest

from core.analysis.cloud import draw_cloud, sigma_curve, voters
from core.analysis.records import to_csv, to_record
from core.analysis.redraws import redraw
from core.analysis.request import AnalysisRequest, changes_from, make_example, setting_specs, to_flat, with_changes
from core.analysis.stages import analyse
from core.defenses.registry import build_defense, preset_settings
from core.errors import ConfigError, FireBertError, InputError, UnknownNameError
from core.tasks import IMDB, MNLI

TEXT = "A good film about a man who walks to the river and a story that is never boring."


@pytest.fixture
def request_for(tiny_classifier: Any) -> AnalysisRequest:
    settings = preset_settings(IMDB, "shipped", tiny_classifier.embedding_std)
    return AnalysisRequest("imdb", make_example("imdb", TEXT), settings, seed=3)


def test_the_stages_are_the_defences_own_answers(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    *_, final = analyse(tiny_classifier, toy_lexicon, request_for)
    for name, found in (("fuse", final.fuse.prediction), ("five", final.five.prediction)):
        defense = build_defense(name, tiny_classifier, toy_lexicon, seed=3, settings=request_for.settings.of(name))
        (expected,) = defense.predict([request_for.example])
        assert found.label == expected.label
        assert found.logits == pytest.approx(expected.logits, abs=1e-5)
    assert final.plain.logits == pytest.approx(tiny_classifier.predict([request_for.example])[0].logits, abs=1e-6)


def test_one_gradient_serves_importance_switch_and_five(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = type(tiny_classifier).gradients
    monkeypatch.setattr(
        type(tiny_classifier),
        "gradients",
        lambda self, rows, scalar: asked.append(len(rows)) or real(self, rows, scalar),
    )
    list(analyse(tiny_classifier, toy_lexicon, request_for))
    assert asked == [1]


def test_the_first_points_of_the_cloud_are_fives_voters(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    five = request_for.settings.five
    cloud = draw_cloud(tiny_classifier, toy_lexicon, request_for, five.sigma_relative, draws=20)
    *_, final = analyse(tiny_classifier, toy_lexicon, request_for)
    drawn = [point.label for point in cloud.points if point.kind == "noised"]
    assert drawn[: five.samples] == [member.label for member in final.five.members[1:]]
    assert cloud.words == final.five.words
    assert sum(cloud.counts) == 20


def test_the_cloud_is_of_noise_also_beside_a_control(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    """The dial moved nothing where FIVE voted with [MASK]."""
    masked = replace(request_for.settings, five=replace(request_for.settings.five, noise="mask"))
    control = replace(request_for, settings=masked)
    for sigma in (0.5, 4.0):
        ours = draw_cloud(tiny_classifier, toy_lexicon, request_for, sigma, draws=4)
        assert draw_cloud(tiny_classifier, toy_lexicon, control, sigma, draws=4) == ours
    assert voters(request_for, request_for.settings.five.sigma_relative, None) == request_for.settings.five.samples
    assert voters(control, request_for.settings.five.sigma_relative, None) == 0


def test_noise_on_one_word_alone(tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest) -> None:
    everything = draw_cloud(tiny_classifier, toy_lexicon, request_for, 1.0, draws=4)
    alone = draw_cloud(tiny_classifier, toy_lexicon, request_for, 1.0, draws=4, only=everything.words[0])
    assert alone.words == everything.words[:1]
    assert {p.word.partition(" ")[0] for p in alone.points if p.kind == "neighbor"} <= {everything.words[0].text}


def test_without_noise_every_copy_answers_as_the_text(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    label = tiny_classifier.predict([request_for.example])[0].label
    (point,) = sigma_curve(tiny_classifier, toy_lexicon, request_for, sigmas=(0.0,), draws=6)
    assert point.counts[label] == point.n == 6


def test_a_text_without_words_has_no_cloud(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    nothing = replace(request_for, example=make_example("imdb", "?!"))
    assert draw_cloud(tiny_classifier, toy_lexicon, nothing, 1.0).points == ()
    assert [p.n for p in sigma_curve(tiny_classifier, toy_lexicon, nothing, draws=3)] == [0] * 10


@pytest.mark.parametrize("defense", ["fuse", "five"])
def test_redraws_are_the_reseeded_defences_answers(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest, defense: str
) -> None:
    steps = list(redraw(tiny_classifier, toy_lexicon, request_for, defense, draws=5, step=2))
    assert [len(step.winners) for step in steps] == [2, 4, 5]
    settings = request_for.settings
    for draw, winner in enumerate(steps[-1].winners, start=1):
        asked = build_defense(defense, tiny_classifier, toy_lexicon, seed=3 + draw, settings=settings.of(defense))
        assert asked.predict([request_for.example])[0].label == winner
    with pytest.raises(UnknownNameError, match="fact"):
        next(redraw(tiny_classifier, toy_lexicon, request_for, "fact"))


def test_records_hold_every_voter_once(tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest) -> None:
    *_, final = analyse(tiny_classifier, toy_lexicon, request_for)
    record, table = to_record(final), to_csv(final).splitlines()
    assert len(table) == 2 + len(final.fuse.members) + len(final.five.members)
    assert record["settings"] == to_flat(request_for.settings)
    assert len(record["fuse"]["members"]) == len(final.fuse.members)


@pytest.mark.parametrize(
    ("task", "text", "hypothesis", "said"),
    [("imdb", " \n", "", "The review is empty"), ("mnli", "A man.", "", "The hypothesis is empty"),
     ("imdb", "x" * 11, "", "has 11 characters; at most 10"), ("imdb", "a\ud800", "", "half a character")],
)  # fmt: skip
def test_texts_that_cannot_be_used(task: str, text: str, hypothesis: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        make_example(task, text, hypothesis, max_characters=10)


def test_a_classifier_of_another_task_is_refused(tiny_pair_classifier: Any, toy_lexicon: Any, request_for: Any) -> None:
    with pytest.raises(ConfigError, match="for task 'mnli'"):
        next(analyse(tiny_pair_classifier, toy_lexicon, request_for))


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
