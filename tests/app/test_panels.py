"""One panel alone: its link, what it opens, and that its parts are on the page."""

from types import SimpleNamespace
from urllib.parse import parse_qsl

import pytest

from app import play
from app.main import TABS, build_app
from app.panels import PANELS, asked_of, embedded, head
from app.play import new_play
from app.tabs.against import inner_of
from app.tabs.texts import Visit, carried
from core.errors import UnknownNameError
from tests.page import tiny_shelf


def request(**params: str) -> SimpleNamespace:
    return SimpleNamespace(query_params=params)


def test_a_panels_link_opens_its_tab_with_all_that_the_tabs_own_link_holds() -> None:
    made = new_play("imdb", "A good film.", "", "paper", ["plain"], 3)
    linked = dict(parse_qsl(embedded(play.to_query(made), "words")))
    assert "tab" not in linked
    assert (linked["panel"], linked["embed"]) == ("words", "1")
    assert play.from_query(asked_of(request(**linked))) == made


def test_what_is_no_panel_is_answered_with_all_there_are() -> None:
    assert asked_of(None) == {}
    with pytest.raises(UnknownNameError, match=r"'worlds'.*words"):
        asked_of(request(panel="worlds"))


def test_every_panel_is_on_the_page_and_the_rest_is_hidden() -> None:
    shelf = tiny_shelf()
    page = build_app(shelf.settings, shelf)
    there = {getattr(block, "elem_id", None) for block in page.blocks.values()}
    for name, panel in PANELS.items():
        assert panel.tab in {tab.name for tab in TABS}
        assert {part.removeprefix("#") for part in panel.parts} <= there, name
        assert (f'[data-embed="{name}"]' in head()) == bool(panel.parts)


@pytest.mark.parametrize(
    ("chosen", "current", "brought"),
    [
        (["plain"], ["fuse"], ()),  # as it stood
        (["five", "plain"], ["plain"], ("five", "plain")),
        ("imdb-fact", ["plain", "imdb-fact"], ()),  # one model, there already
        ("imdb-fact", ["plain"], ("imdb-fact",)),
        ([], ["plain"], ()),
    ],
)
def test_what_was_chosen_in_one_tab_is_brought_along(chosen: object, current: list[str], brought: object) -> None:
    visit = Visit("attack", None, None, None, lambda task: ["plain"], [], [], lambda *given: [])  # type: ignore[arg-type]
    assert carried(visit, "imdb", chosen, current) == brought


def test_the_model_within_a_classifier() -> None:
    assert [inner_of(name) for name in ("plain", "five", "imdb-fact", "fuse:own-1")] == [
        "plain", "plain", "imdb-fact", "own-1",
    ]  # fmt: skip
