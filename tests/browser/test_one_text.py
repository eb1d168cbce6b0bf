"""One text for the whole page: what is typed, picked or linked in one tab is there in the others."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

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
