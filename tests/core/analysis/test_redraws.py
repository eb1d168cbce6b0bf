"""The dice: each draw is the reseeded defence's own answer, however they are told, and nothing is asked twice."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from core.analysis.redraws import Redraws, redraw
from core.analysis.request import AnalysisRequest
from core.defenses.registry import build_defense
from core.errors import UnknownNameError


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


def test_how_often_it_is_told_changes_no_draw(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    *_, once = redraw(tiny_classifier, toy_lexicon, request_for, "five", draws=6, step=6)
    steps = list(redraw(tiny_classifier, toy_lexicon, request_for, "five", draws=6, step=1))
    assert steps[-1].winners == once.winners
    assert steps[-1].probabilities == pytest.approx(once.probabilities, abs=1e-6)
    assert {step.wanted for step in steps} == {6}
    assert all(before.winners == after.winners[:-1] for before, after in itertools.pairwise(steps))


def test_probabilities_are_of_the_plain_answer(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    strong = replace(request_for.settings, five=replace(request_for.settings.five, sigma_relative=40.0))
    request_for = replace(request_for, settings=strong)
    *_, found = redraw(tiny_classifier, toy_lexicon, request_for, "five", draws=6)
    assert found.reference == tiny_classifier.predict([request_for.example])[0].label
    assert set(found.winners) == {0, 1}, "so much noise leads to either class"
    for draw, probability in enumerate(found.probabilities, start=1):
        settings = request_for.settings.of("five")
        asked = build_defense("five", tiny_classifier, toy_lexicon, seed=request_for.seed + draw, settings=settings)
        (answer,) = asked.predict([request_for.example])
        assert probability == pytest.approx(answer.probabilities[found.reference], abs=1e-5)


@pytest.mark.parametrize("defense", ["fuse", "five"])
def test_it_costs_at_most_the_members_of_every_draw(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest, monkeypatch: pytest.MonkeyPatch, defense: str
) -> None:
    asked: list[int] = []
    real = type(tiny_classifier).encoded_logits
    monkeypatch.setattr(
        type(tiny_classifier), "encoded_logits", lambda self, rows: asked.append(len(rows)) or real(self, rows)
    )
    settings = request_for.settings
    members = 1 + (settings.five.samples if defense == "five" else settings.switch.total_alternatives)
    list(redraw(tiny_classifier, toy_lexicon, request_for, defense, draws=4, step=2))
    assert 1 < sum(asked) <= 1 + 4 * (members - 1), "the text itself is asked once"


def test_wins_by_hand() -> None:
    assert Redraws("five", ("a", "b", "c"), 1, (2, 0, 2, 2), (0.1, 0.2, 0.3, 0.4), 10).counts == (1, 0, 3)
