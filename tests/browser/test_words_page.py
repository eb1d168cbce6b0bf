"""The Words tab as a visitor meets it: click a word, swap it, undo; by mouse, by keyboard, on a phone, from a link."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.seen import bad_in_both_themes

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
TEXT = "A good film about a small man who walks outside."
LINK = urlencode({"tab": "words", "task": "imdb", "text": TEXT})


def word(page: Page, shown: str) -> Locator:
    return page.locator("#words-board .fw-word", has_text=shown).first


def look(page: Page, shown: str) -> None:
    """Click a word and wait for its maps."""
    word(page, shown).click()
    expect(page.locator("#words-around h2")).to_contain_text(f"“{shown}”")
    page.locator("#words-around .fw-map").first.wait_for()


def settled(page: Page) -> None:
    """Everybody has answered."""
    expect(page.locator("#words-board .fw-card", has_text="asking")).to_have_count(0)


def test_a_neighbour_takes_the_words_place_and_undo_puts_it_back(open_page: Open) -> None:
    page = open_page(LINK)
    look(page, "good")
    expect(page.locator("#words-around .fw-map")).to_have_count(2)
    page.locator("#words-around .fw-choose", has_text="fine").click()
    expect(page.locator("#words-board ins")).to_have_text("fine")
    settled(page)
    expect(page.locator("#words-board .fw-card")).to_have_count(5)
    expect(page.locator("#words-board .fw-score")).to_contain_text(re.compile("Fooled .* with 1 word|1 word changed"))
    expect(page.locator("#words-board .fw-tools")).to_contain_text("7 questions so far")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#words-board ins")).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_mark_on_the_map_swaps_too_and_what_the_rules_refuse_is_told(used_page: Open) -> None:
    page = used_page(LINK)
    look(page, "good")
    row = page.locator("#words-around tr", has_text="bad")
    expect(row).to_contain_text("refused: the words are too far apart")
    page.locator("#words-around .fw-map").nth(1).locator(".fw-mark", has_text="bad").click()
    expect(page.locator("#words-board .fw-against")).to_contain_text("good → bad: the words are too far apart")
    look(page, "film")
    page.locator("#words-around .fw-choose", has_text="movie").click()
    expect(page.locator("#words-board ins")).to_have_text(["bad", "movie"])
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#words-board ins")).to_have_count(0)


def test_textfooler_plays_beside_the_visitor(used_page: Open) -> None:
    page = used_page(LINK)
    page.get_by_role("button", name="Let TextFooler try").click()
    expect(page.locator("#words-board .fw-par")).to_contain_text(re.compile("TextFooler (fooled|did not fool) Plain"))


def test_the_hypothesis_of_a_pair_is_played_with_and_the_premise_stays(open_page: Open) -> None:
    pair = {
        "tab": "words",
        "task": "mnli",
        "text": "A man walks on the street.",
        "hypothesis": "A good man is outside.",
    }
    page = open_page(urlencode(pair))
    look(page, "good")
    expect(page.locator("#words-board .fw-premise")).to_contain_text("A man walks on the street.")
    page.locator("#words-around .fw-choose", has_text="kind").click()
    expect(page.locator("#words-board ins")).to_have_text("kind")
    settled(page)


def test_a_link_restores_words_rules_and_who_is_asked(open_page: Open) -> None:
    page = open_page(f"{LINK}&rules=ungated&against=plain,five&word=1&swaps=1:bad,2:movie")
    expect(page.locator("#words-board ins")).to_have_text(["bad", "movie"])
    page.locator("#words-around .fw-map").first.wait_for()
    settled(page)
    expect(page.locator("#words-board .fw-card h3")).to_have_text(["Plain", "FIVE"])
    expect(page.locator("#words-board .fw-against")).to_have_count(0)
    query = page.locator("#words-board [data-fb=copy-link]").get_attribute("data-query") or ""
    assert "swaps=1%3Abad%2C2%3Amovie" in query
    assert "word=1" in query


def test_an_example_and_a_text_of_ones_own_begin_a_new_play(open_page: Open) -> None:
    page = open_page(f"{LINK}&swaps=1:fine")
    expect(page.locator("#words-board ins")).to_have_text("fine")
    page.locator("#words-examples-imdb button.gallery-item").nth(1).click()
    expect(page.locator("#words-board ins")).to_have_count(0)
    page.locator("#words-more button").first.click()
    box = page.locator("#words-text textarea")
    expect(box).not_to_have_value(TEXT)  # the example is in the box, as a person would see before writing over it
    box.fill("<b>Good</b> ${film} {{story}}")
    box.blur()
    expect(page.locator("#words-board .fw-text")).to_have_text("<b>Good</b> ${film} {{story}}")
    box.press_sequentially("!")
    expect(page.locator("#words-board .fw-text")).to_have_text("<b>Good</b> ${film} {{story}}!")
    box.fill("")
    box.blur()
    expect(page.locator("#words-board .fw-word")).to_have_count(0)


def test_other_rules_judge_anew(open_page: Open) -> None:
    page = open_page(f"{LINK}&word=1")
    expect(page.locator("#words-around tr", has_text="bad")).to_contain_text("refused")
    page.locator("#words-more button").first.click()
    page.locator("#words-rules").get_by_role("radio", name="Anything goes").check()
    expect(page.locator("#words-around tr", has_text="bad")).to_contain_text("allowed")


def test_the_keyboard_walks_along_the_words_and_swaps(used_page: Open) -> None:
    page = used_page(LINK)
    expect(page.locator("#words-board .fw-card")).to_have_count(5)
    settled(page)  # the keys are heard once the page is laid out
    word(page, "A").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#words-around h2")).to_contain_text("“good”")
    page.locator("#words-around .fw-map").first.wait_for()
    expect(word(page, "good")).to_be_focused()
    choice = page.locator("#words-around .fw-choose", has_text="nice")
    choice.focus()
    page.keyboard.press("Space")
    expect(page.locator("#words-board ins")).to_have_text("nice")
    expect(choice).to_be_focused()


def test_contrast_and_names_pass_axe_and_a_phone_scrolls_down_only(open_page: Open) -> None:
    page = open_page(f"{LINK}&word=1&swaps=1:bad", width=390)
    page.locator("#words-around .fw-map").first.wait_for()
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert bad_in_both_themes(page, "#tab-words, #words-board, #words-around") == []


def test_the_maps_and_the_play_are_taken_away(open_page: Open) -> None:
    page = open_page(f"{LINK}&word=1&swaps=1:bad")
    page.locator("#words-around .fw-map").first.wait_for()
    settled(page)
    with page.expect_download() as drawn:
        page.locator("#words-around [data-take=svg]").click()
    svg = Path(drawn.value.path()).read_text(encoding="utf-8")
    names = page.locator("#words-around .fw-map .fw-name").all_inner_texts()
    assert [f">{name}<" in svg for name in names] == [True] * len(names)
    with page.expect_download() as played:
        page.locator("#words-board").get_by_role("link", name="JSON").click()
    record = json.loads(Path(played.value.path()).read_text(encoding="utf-8"))
    assert (record["text"], record["swaps"][0]["to"]) == (TEXT, "bad")
    assert set(record["now"]) >= {"plain", "fuse", "five"}


def test_before_and_after_names_the_swap_that_decided(open_page: Open) -> None:
    page = open_page(f"{LINK}&swaps=1:bad")
    settled(page)
    page.locator("#compare-go").click()
    expect(page.locator("#compare-shown .fc-pair")).to_have_count(10)
    expect(page.locator("#compare-shown .fc-swap")).to_contain_text("bad")
    expect(page.locator("#deletion .js-plotly-plot")).to_be_visible()
    expect(page.locator("#deletion-said")).to_contain_text("n = 20")
    assert bad_in_both_themes(page, "#compare") == []
