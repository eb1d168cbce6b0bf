"""The stages of an analysis: each adds one answer, which is the defence's own, and work is shared."""

from dataclasses import fields, replace
from typing import Any

import pytest

from core.analysis.request import AnalysisRequest, make_example
from core.analysis.stages import analyse, sources_of
from core.defenses.registry import build_defense
from core.errors import ConfigError
from core.language.text import UNSPACED


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


def test_a_classifier_of_another_task_is_refused(tiny_pair_classifier: Any, toy_lexicon: Any, request_for: Any) -> None:
    with pytest.raises(ConfigError, match="for task 'mnli'"):
        next(analyse(tiny_pair_classifier, toy_lexicon, request_for))


def test_a_stage_adds_and_changes_nothing(tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest) -> None:
    stages = list(analyse(tiny_classifier, toy_lexicon, request_for))
    known = [{field.name for field in fields(stage) if getattr(stage, field.name) is not None} for stage in stages]
    begun = {"request", "sources", "plain"}
    assert known == [
        begun, begun | {"importances"}, begun | {"importances", "switch", "fuse"},
        begun | {"importances", "switch", "fuse", "five"},
    ]  # fmt: skip
    for stage, names in zip(stages, known, strict=True):
        assert all(getattr(stage, name) is getattr(stages[-1], name) for name in names)


def test_the_first_answer_waits_for_nothing_else(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    next(analyse(tiny_classifier, toy_lexicon, request_for))
    assert toy_lexicon.tagger.calls == []
    assert toy_lexicon.encoder.encoded == []


def test_who_answered_is_named(tiny_classifier: Any, toy_lexicon: Any) -> None:
    found = sources_of(tiny_classifier, toy_lexicon)
    assert (found.classifier, found.labels) == ("tiny-imdb", ("negative", "positive"))
    assert (found.neighbors, found.encoder, found.tagger) == ("toy neighbours", "toy encoder", "toy tagger")
    assert found.embedding_std == tiny_classifier.embedding_std


def test_what_a_reader_should_know_is_told_once(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    long = replace(request_for, example=make_example("imdb", "电影很好看" * 120))
    *_, final = analyse(tiny_classifier, toy_lexicon, long)
    assert UNSPACED in final.flags
    assert len(set(final.flags)) == len(final.flags)
    assert sum("cut at" in flag for flag in final.flags) == 1
    assert sum("cut at" in flag for flag in final.five.prediction.flags) == 1, "and FIVE tells it too"
    *_, short = analyse(tiny_classifier, toy_lexicon, request_for)
    assert UNSPACED not in short.flags
