"""The lesson as a visitor takes it: a card above its panel, the deed seen and remembered, the way on, the sheet."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.seen import bad_in_both_themes

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
TEXT = "A good film about a small man who walks outside."
WORDS = {"tab": "words", "task": "imdb", "text": TEXT, "word": "1"}
DONE = "#lesson .fl-card[data-over]"


def test_the_lesson_starts_in_its_tab_and_goes_on_from_card_to_card(open_page: Open) -> None:
    page = open_page("tab=learn")
    expect(page.locator("#learn-cards [data-ticked]")).to_have_count(0)
    page.get_by_role("link", name="Start the lesson").click()
    expect(page.locator("#lesson h2")).to_contain_text("1. ")
    expect(page.locator(".at-last.fl-target")).to_be_visible()
    expect(page.locator(DONE)).to_have_count(0)
    page.locator(".at-last").click()
    expect(page.locator(DONE)).to_be_visible()
    expect(page.locator("#lesson [role=status]")).to_have_text("Done.")
    page.locator("#lesson .fl-next").click()
    expect(page.locator("#lesson h2")).to_contain_text("2. ")
    expect(page.locator("#lesson [data-ticked]")).to_have_count(1)
    page.locator("#lesson .fl-leave").click()
    expect(page.locator("#learn-cards [data-ticked]")).to_have_count(1)
    expect(page.locator("#lesson")).to_be_hidden()


def test_a_deed_in_the_words_tab_is_seen(open_page: Open) -> None:
    page = open_page(urlencode(WORDS | {"lesson": "gate", "depth": "formulas"}))
    expect(page.locator("#lesson-formulas .katex").first).to_be_visible()
    row = page.locator("#words-around tr", has_text="bad")
    expect(row).to_contain_text("refused")
    expect(page.locator(DONE)).to_have_count(0)
    row.locator(".fw-choose").click()
    expect(page.locator("#words-board .fw-against")).to_be_visible()
    expect(page.locator(DONE)).to_be_visible()


def test_a_deed_in_the_analyse_tab_is_seen(open_page: Open) -> None:
    page = open_page(urlencode({"tab": "analyse", "task": "imdb", "text": TEXT, "lesson": "five"}))
    dial = page.locator("#dial input[type=range]")
    expect(dial).to_be_visible()
    expect(page.locator(DONE)).to_have_count(0)
    dial.focus()
    dial.press("ArrowRight")
    expect(page.locator(DONE)).to_be_visible()


def test_a_deed_in_the_benchmark_tab_is_seen(open_page: Open) -> None:
    page = open_page("tab=benchmark&lesson=number")
    expect(page.locator("#lesson h2")).to_contain_text("8. ")
    dial = page.locator("#budget-questions.fl-target")
    expect(dial).to_be_visible()
    expect(page.locator(DONE)).to_have_count(0)
    dial.locator("input").click()
    page.get_by_role("option", name="100", exact=True).click()
    expect(page.locator(DONE)).to_be_visible()


def test_an_unknown_card_shows_none(open_page: Open) -> None:
    page = open_page("tab=learn&lesson=<b>nothing</b>")
    expect(page.locator("#learn-cards h2")).to_be_visible()
    expect(page.locator("#lesson")).to_be_hidden()


def test_cards_and_sheet_can_be_read_by_everybody(open_page: Open) -> None:
    page = open_page("tab=learn")
    page.locator("#teacher button").first.click()
    expect(page.locator("#teacher-page")).to_be_visible()
    assert bad_in_both_themes(page, "#tab-learn") == []
    page = open_page("tab=attack&lesson=fooled&depth=formulas", width=390)
    expect(page.locator("#lesson-formulas .katex").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert bad_in_both_themes(page, "#lesson") == []
