"""The word that a visitor looks at: of one text, under two names, there and back; and where the dial stands by it."""

import pytest

from app.looked import EVERY, Looked, choice_of, place_in, place_of
from app.noise_dial import dial_for, moved_to, step_after
from core.analysis.request import AnalysisRequest, with_changes
from core.defenses.registry import preset_settings
from core.tasks import IMDB, Example

SETTINGS = preset_settings(IMDB, "shipped", 1.0)
ASKED = AnalysisRequest("imdb", Example("A good film."), SETTINGS)


def test_a_word_holds_in_its_text_alone() -> None:
    looked = Looked("imdb", "A good film.", 1)
    assert place_in(looked, "imdb", ASKED.text) == 1
    assert place_in(looked, "mnli", ASKED.text) is None
    assert place_in(looked, "imdb", "A good") is None
    assert place_in(None, "imdb", ASKED.text) is None


@pytest.mark.parametrize(("place", "choice"), [(1, "2:6"), (EVERY, EVERY), (3, None), (None, None)])
def test_a_place_is_a_span_of_the_menu_and_back(place: object, choice: str | None) -> None:
    assert choice_of(place, ASKED) == choice  # type: ignore[arg-type]
    if choice is not None:
        assert place_of(choice, ASKED) == place
    assert place_of("0:99", ASKED) is None


def test_a_dial_that_was_moved_stays_until_the_sigma_of_five_changes() -> None:
    louder = AnalysisRequest("imdb", ASKED.example, with_changes(SETTINGS, {"five.sigma_relative": 8.0}))
    rest = dial_for(ASKED)
    assert step_after(None, 2.0, ASKED) == rest  # nothing was drawn yet
    assert step_after(ASKED, rest, louder) == 3.0
    assert step_after(ASKED, rest + 1, ASKED) == rest + 1
    assert step_after(ASKED, rest + 1, louder) == 3.0
    assert moved_to(rest, ASKED) is None
    assert moved_to(2.5, ASKED) == 2.5
