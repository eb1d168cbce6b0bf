"""The Levels tab as a visitor meets it: choose, swap, predict, be told; the card is a link."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.seen import bad_in_both_themes

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


def test_a_level_is_played_with_predictions_and_scored_in_a_link(open_page: Open) -> None:
    page = open_page("tab=levels&level=1&card=2-1-0-1", width=390)
    expect(page.locator("#levels-board h2")).to_contain_text("Level 1")
    expect(page.locator("#levels-board [data-act=falls]")).to_be_disabled()
    page.locator("#levels-board .fw-word", has_text="man").click()
    for n in range(3):
        page.locator("#levels-board .fv-options .fw-choose").nth(n).click()
        expect(page.locator("#levels-board .fv-options .fw-choose").nth(n)).to_have_attribute("aria-pressed", "true")
        page.locator("#levels-board [data-act=holds]").click()
        expect(page.locator("#levels-board .fv-history li")).to_have_count(n + 1)
        if page.locator("#levels-board .fv-end").count():
            break
    expect(page.locator("#levels-board .fv-end")).to_contain_text("TextFooler needed 1 word")
    expect(page.locator("#levels-ladder .fv-card")).to_contain_text("of 2 played")
    query = page.locator("#levels-ladder [data-fb=copy-link]").get_attribute("data-query") or ""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#same-meaning [data-act=same]").click()
    expect(page.locator("#same-meaning .fv-end")).to_contain_text("You said the same. The encoder: cosine")
    page.locator("#chair-go").click()
    expect(page.locator("#chair-shown")).to_contain_text("You said 50 of 100")
    values = page.locator("#chair-shown .fb-measure > span:last-child").all_inner_texts()
    for kind in ("svg", "csv"):
        with page.expect_download() as taken:
            page.locator(f"#chair-shown [data-take={kind}]").click()
        content = Path(taken.value.path()).read_text(encoding="utf-8")
        assert [value in content for value in values] == [True] * len(values), kind
    assert bad_in_both_themes(page, "#tab-levels") == []
    page.goto(page.url.partition("?")[0] + query)
    expect(page.locator("#levels-ladder .fv-card")).to_contain_text("of 2 played")
