"""A model that a visitor co-tuned, in the menus of the page: for its maker, for nobody else, gone with the visit."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from core.tasks import IMDB
from tests.page import own_model, served_visitors

pytestmark = pytest.mark.browser
TEXT = "A good film about a man who walks to the river and a story that is never boring."
DONE = "#analyse-footer .fb-footer"
Open = Callable[..., Page]


@pytest.fixture
def maker(browser: Browser, page_url: str) -> Iterator[tuple[Page, str]]:
    """A page on its Analyse tab, and the session of its visitor, who has just made a model called Mine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    with page.expect_request(re.compile("/heartbeat/")) as waiting:
        page.goto(f"{page_url}?tab=attack")
    session = waiting.value.url.rpartition("/")[2]
    page.locator("#attack-text").wait_for()
    served_visitors().add(session, "Mine", own_model(IMDB))
    page.get_by_role("tab", name="Analyse").click()
    page.locator("#model").wait_for()
    yield page, session
    context.close()
    served_visitors().forget(session)


def test_an_own_model_answers_in_the_other_tabs(maker: tuple[Page, str], open_page: Open) -> None:
    page, _ = maker
    page.locator("#text textarea").fill(TEXT)
    page.locator("#model").get_by_label("Mine", exact=True).check()
    page.locator("#analyse").click()
    page.locator(DONE).wait_for()
    expect(page.locator("#panel-votes h3")).to_contain_text(["Mine", "FuSE(Mine)", "FIVE(Mine)"])
    expect(page).to_have_url(re.compile("model=own-1"))
    page.locator("#roll").click()
    expect(page.locator("#dice-said")).to_contain_text("FIVE(Mine), n = 100 draws;")
    page.locator("#model").get_by_label("Plain", exact=True).check()
    expect(page.locator("#panel-votes h3")).to_contain_text(["Plain", "FuSE", "FIVE"])
    page.get_by_role("tab", name="Attack").click()
    page.locator("#attack-against").get_by_label("FuSE(Mine)", exact=True).check()
    page.locator("#attack-text textarea").fill("A good film.")
    page.locator("#attack-preset").get_by_role("radio", name="Anything goes").check()
    page.locator("#attack-go").click()
    expect(page.locator("#attack-player .at")).to_contain_text("FuSE(Mine)")

    other = open_page(urlencode({"tab": "analyse", "task": "imdb", "text": TEXT, "model": "own-1"}))
    other.locator(DONE).wait_for()
    expect(other.locator("#example-note")).to_contain_text("a model of somebody's own (own-1)")
    expect(other.locator("#panel-votes h3").first).to_contain_text("Plain")
    expect(other.get_by_label("Mine", exact=True)).to_have_count(0)


def test_a_choice_of_models_fills_a_phone_and_nothing_runs_unasked(maker: tuple[Page, str]) -> None:
    page, _ = maker
    page.set_viewport_size({"width": 390, "height": 900})
    page.locator("#model").get_by_label("Mine", exact=True).check()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("tab", name="Attack").click()
    page.get_by_role("tab", name="Analyse").click()
    expect(page.locator("#model").get_by_label("Mine", exact=True)).to_be_checked()
    expect(page.locator(DONE)).to_have_count(0)
    page.locator("#task").get_by_role("radio", name="A premise and a hypothesis").check()
    page.locator("#hypothesis textarea").wait_for()
    expect(page.locator("#model").get_by_label("Mine", exact=True)).to_have_count(0)


def test_models_go_when_the_page_is_left(maker: tuple[Page, str]) -> None:
    page, session = maker
    assert served_visitors().of(session, "imdb")
    page.goto("about:blank")
    for _ in range(600):
        if not served_visitors().of(session, "imdb"):
            return
        page.wait_for_timeout(100)
    pytest.fail("the visitor has left and the models are still held")
