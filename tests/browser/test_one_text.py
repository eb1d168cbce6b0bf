"""One text for the whole page: what is typed, picked or linked in one tab is there in the others."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
TEXT = "A nice film about a small town."


def test_a_text_typed_in_one_tab_is_there_in_the_other(open_page: Open) -> None:
    page = open_page("tab=attack", width=390)
    page.locator("#attack-text textarea").fill(TEXT)
    page.get_by_role("tab", name="Analyse").click()
    expect(page.locator("#text textarea")).to_have_value(TEXT)
    page.locator("#text textarea").fill(TEXT + " Good.")
    page.get_by_role("tab", name="Attack").click()
    expect(page.locator("#attack-text textarea")).to_have_value(TEXT + " Good.")


def test_a_task_chosen_in_one_tab_brings_its_boxes_and_models(open_page: Open) -> None:
    page = open_page("tab=analyse")
    page.locator("#task").get_by_role("radio", name="A premise and a hypothesis").check()
    page.locator("#hypothesis textarea").wait_for()
    text = page.locator("#hypothesis textarea").input_value()
    page.get_by_role("tab", name="Attack").click()
    expect(page.locator("#attack-hypothesis textarea")).to_have_value(text)
    expect(page.locator("#attack-task").get_by_role("radio", name="A premise and a hypothesis")).to_be_checked()
    expect(page.locator("#attack-examples-mnli")).to_be_visible()


def test_the_text_of_a_link_is_there_in_the_other_tab(open_page: Open) -> None:
    page = open_page(f"tab=attack&task=imdb&text={TEXT}")
    expect(page.locator("#attack-text textarea")).to_have_value(TEXT)
    page.get_by_role("tab", name="Analyse").click()
    expect(page.locator("#text textarea")).to_have_value(TEXT)


def test_a_link_keeps_its_text_when_the_first_tab_says_late_that_it_was_opened(browser: Browser, page_url: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    listed = page.request.get(f"{page_url.rstrip('/')}/config").json()["dependencies"]
    names = {event["id"]: event["api_name"] for event in listed}
    worst = ("page_words_restore", "select_tab", "page_attack_opened", "page_words_opened")
    held: dict[str, Route] = {}

    def hold(route: Route) -> None:
        name = names[route.request.post_data_json["fn_index"]]
        if name in worst:
            held[name] = route
        else:
            route.continue_()

    page.route(re.compile("/run/"), hold)
    page.goto(f"{page_url}?tab=words&task=imdb&text={TEXT}")
    for name in worst:
        for _ in range(3000):
            if name in held:
                break
            page.wait_for_timeout(20)
        request = held[name].request
        with page.expect_event("requestfinished", lambda done, sent=request: done == sent):
            held[name].continue_()
    page.locator("#words-board .fw-word", has_text="nice").click()
    expect(page.locator("#words-around h2")).to_contain_text("“nice”")
    expect(page.locator("#words-board .fw-text")).to_have_text(TEXT)
    context.close()


def test_classifiers_chosen_in_one_tab_are_asked_in_the_others(open_page: Open) -> None:
    page = open_page(f"tab=attack&task=imdb&text={TEXT}")
    expect(page.locator("#attack-text textarea")).to_have_value(TEXT)
    page.locator("#attack-against").get_by_label("FIVE", exact=True).check()
    page.get_by_role("tab", name="Words").click()
    expect(page.locator("#words-board .fw-card h3")).to_have_text(["Plain", "FIVE"])
    page.locator("#words-board .fw-word", has_text="nice").click()
    expect(page.locator("#words-board .fw-card", has_text="asking")).to_have_count(0)


def test_a_panel_stands_alone(open_page: Open) -> None:
    page = open_page("tab=words&task=imdb&text=A+good+film.", width=390)
    expect(page.locator("#words-board .fw-word", has_text="good")).to_be_visible()
    copied = page.locator("#words-board [data-fb=copy-frame]").get_attribute("data-query") or ""
    page.goto(page.url.partition("?")[0] + copied)
    page.locator("#words-board .fw-word", has_text="good").click()
    expect(page.locator("#words-around .fw-map").first).to_be_visible()
    for hidden in ("#masthead", "#words-task", "[role=tab]", "footer"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.get_by_role("link", name="Open in FireBERT Lab")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_word_looked_at_and_the_noise_on_it_are_one_for_all_tabs_and_for_a_link(open_page: Open) -> None:
    page = open_page(f"tab=words&task=imdb&text={TEXT}&word=1")
    expect(page.locator("#words-around h2")).to_contain_text("“nice”")
    page.locator("#words-board .fw-word", has_text="film").click()
    expect(page.locator("#words-around h2")).to_contain_text("“film”")
    page.get_by_role("tab", name="Analyse").click()
    expect(page.locator("#text textarea")).to_have_value(TEXT)
    page.locator("#analyse").click()
    expect(page.locator("#focus input")).to_have_value("film")
    expect(page.locator("#noise-said .fb-said").first).to_contain_text("film")
    page.get_by_role("tab", name="Words").click()
    page.locator("#words-board .fw-word", has_text="small").click()
    expect(page.locator("#words-around h2")).to_contain_text("“small”")
    page.get_by_role("tab", name="Analyse").click()
    expect(page.locator("#focus input")).to_have_value("small")
    expect(page.locator("#noise-said .fb-said").first).to_contain_text("small")
    page.locator("#focus input").click()
    page.get_by_role("option", name="nice").click()
    dial = page.locator("#dial input[type=range]")
    dial.focus()
    dial.press("ArrowRight")
    place = dial.input_value()
    expect(page).to_have_url(re.compile(f"word=1&noise={place}"))
    page.get_by_role("tab", name="Words").click()
    expect(page.locator("#words-board .fw-word[aria-pressed=true]")).to_have_text("nice")
    page.goto(page.url)
    expect(page.locator("#noise-said")).to_contain_text("Noise on: nice")
    expect(page.locator("#dial input[type=range]")).to_have_value(place)
