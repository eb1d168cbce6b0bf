"""Recorded events folded into what a reader sees."""

from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.events import AttackFinished, CandidateTried, SwapAccepted, WordsRanked, read_events, write_events
from core.attacks.presets import attack_config
from core.attacks.view import AttackView, reduce, view_at
from core.tasks import IMDB, Example
from tests.core.attacks.conftest import BY_ANSWERS, LONG, SHORT, BagOfWords, Noisy


@pytest.fixture
def events(toy_lexicon: Any, bag: BagOfWords) -> list[Any]:
    return list(step_attack(Attack(attack_config("paper"), toy_lexicon), bag, Example(SHORT), None))


@pytest.mark.parametrize("method", BY_ANSWERS)
@pytest.mark.parametrize("text", [LONG, SHORT, "…!"])
def test_every_moment_is_consistent(toy_lexicon: Any, method: str, text: str) -> None:
    events = list(
        step_attack(Attack(attack_config("textattack", method=method), toy_lexicon), BagOfWords(), Example(text), None)
    )
    view = AttackView()
    for step, event in enumerate(events, start=1):
        view = reduce(view, event)
        assert view == view_at(events, step)
        assert view.step == step
        assert all(view.text[word.start : word.end] == word.text for word in view.words)
        assert view.original == text
        assert sum(word.state == "under attack" for word in view.words) <= 1
        if isinstance(event, CandidateTried):
            assert view.candidates[-1].replacement == event.replacement
            assert view.words[view.word or 0].state in ("under attack", "swapped")
    end = events[-1]
    assert (view.status, view.text, view.queries) == (end.status, end.text, end.queries)
    assert len(view.swaps) == len(end.swaps)
    assert view.line[0][1] == pytest.approx(end.probability_before)
    assert view.line[-1][1] == pytest.approx(end.probability)
    assert not any(word.state == "under attack" for word in view.words)


def test_a_recording_replays(events: list[Any]) -> None:
    again = read_events(write_events(events))
    assert [view_at(again, k) for k in range(len(again) + 1)] == [view_at(events, k) for k in range(len(events) + 1)]
    assert view_at(events, 0) == AttackView()


def test_what_the_page_needs(events: list[Any]) -> None:
    ranked = next(k for k, e in enumerate(events) if isinstance(e, WordsRanked)) + 1
    view = view_at(events, ranked)
    assert [word.original for word in sorted((w for w in view.words if w.rank is not None), key=lambda w: w.rank or 0)]
    assert {word.state for word in view.words} == {"waiting", "left out"}
    assert next(word for word in view.words if word.original == "The").reason == "stop word"
    accepted = next(k for k, e in enumerate(events) if isinstance(e, SwapAccepted)) + 1
    before, after = view_at(events, accepted - 1), view_at(events, accepted)
    assert {candidate.verdict for candidate in before.candidates} <= {"refused", "tried", "flips"}
    assert [c.verdict for c in after.candidates].count("accepted") == 1
    assert all(candidate.reason for candidate in before.candidates if candidate.verdict == "refused")
    assert after.text != before.text
    assert after.swaps


def test_a_stream_that_could_not_begin(toy_lexicon: Any, scripted_classifier: Any) -> None:
    (end,) = step_attack(Attack(attack_config("paper"), toy_lexicon), scripted_classifier(IMDB, 0), Example(SHORT), 1)
    view = view_at([end])
    assert isinstance(end, AttackFinished)
    assert (view.status, view.original, view.words) == ("skipped", SHORT, ())


def test_checks_of_flips_are_seen(toy_lexicon: Any) -> None:
    reasons = set()
    for seed in range(12):
        attack = Attack(attack_config("ungated", seed=seed), toy_lexicon)
        for event_view in [view_at(ev, k) for ev in [list(step_attack(attack, Noisy(noise=3.0), Example(LONG), None))]
                           for k in range(1, len(ev) + 1)]:  # fmt: skip
            reasons |= {(c.verdict, "fresh draws wrong" in c.reason) for c in event_view.candidates}
    assert ("not confirmed", True) in reasons


def test_other_events_are_refused() -> None:
    with pytest.raises(TypeError, match="str is not an event"):
        reduce(AttackView(), "nothing")  # type: ignore[arg-type]  # wrong on purpose
