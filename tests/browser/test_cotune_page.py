"""The Co-tune tab as a visitor meets it: sample, start, curves, stop, table, download; bad files, a second visitor."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.seen import in_both_lights

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
CSV = "text,label\n" + "".join(f"Text <b>{i}</b> is short.,{('negative', 'positive')[i % 2]}\n" for i in range(24))


def opened(open_page: Open, **looks: object) -> Page:
    page = open_page("tab=cotune", **looks)
    page.locator("#cotune-cost .fb-cost").wait_for()
    return page


def start(page: Page, epochs: int = 5) -> None:
    """Ask for so many epochs and start."""
    page.locator("#cotune-epochs input[type=number]").fill(str(epochs))
    page.locator("#cotune-epochs input[type=number]").press("Tab")
    expect(page.locator("#cotune-cost")).to_contain_text(f"× {epochs} epoch")
    page.locator("#cotune-start").click()


def upload(page: Page, content: bytes, name: str = "mine.csv") -> None:
    page.locator("#cotune-upload").locator("xpath=..").locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def test_a_sample_is_learned_stopped_compared_and_taken_along(open_page: Open, tmp_path: Path) -> None:
    page = opened(open_page)
    expect(page.locator("#cotune-data")).to_contain_text("Our own sample: 120 rows")
    expect(page.locator("#cotune-cost")).to_contain_text(
        re.compile("84 rows × \\(1 \\+ 4 alternatives\\) × 3 epochs = 1,260")
    )
    expect(page.locator("#cotune-cost")).to_contain_text("of training on this machine")
    start(page)
    expect(page.locator("#cotune-numbers")).to_contain_text("of 5000")
    expect(page.locator("#cotune-loss .js-plotly-plot")).to_be_visible()
    expect(page.locator("#cotune-accuracy .js-plotly-plot")).to_be_visible()
    expect(page.locator("#cotune-start")).to_be_disabled()
    page.locator("#cotune-stop").click()
    expect(page.locator("#cotune-status")).to_contain_text("You stopped it")
    expect(page.locator("#cotune-result tbody tr")).to_have_count(3)
    expect(page.locator("#cotune-result")).to_contain_text("n = 12")
    expect(page.locator("#cotune-result")).to_contain_text("can be chosen in Attack and Analyse")
    expect(page.locator("#cotune-start")).to_be_enabled()
    with page.expect_download() as waiting:
        page.locator("#cotune-download").click()
    assert waiting.value.suggested_filename == "imdb-cotuned.zip"


def test_a_file_of_ones_own_is_read_or_refused_with_the_reason(used_page: Open) -> None:
    page = opened(used_page)
    upload(page, CSV.replace("text,label", "text,stars").encode())
    expect(page.locator("#cotune-warning")).to_contain_text("no column for its labels")
    upload(page, CSV.encode(), "<img src=x onerror=alert(1)>.csv")
    expect(page.locator("#cotune-data")).to_contain_text("Your file: 24 rows")
    expect(page.locator("#cotune-warning")).to_have_text("")
    expect(page.locator("#cotune-cost")).to_contain_text("17 rows ×")
    page.locator("#cotune-task").get_by_role("radio", name="Premise and hypothesis").check()
    expect(page.locator("#cotune-data")).to_contain_text("Our own sample: 120 rows")
    page.locator("#cotune-source").get_by_role("radio", name="A CSV of your own").check()
    page.locator("#cotune-start").click()
    expect(page.locator("#cotune-warning")).to_contain_text("Upload a CSV first")
    expect(page.locator("#cotune-start")).to_be_enabled()


def test_a_refused_file_lets_the_earlier_one_go(open_page: Open) -> None:
    page = opened(open_page)
    upload(page, CSV.encode())
    expect(page.locator("#cotune-data")).to_contain_text("Your file: 24 rows")
    upload(page, CSV.replace("text,label", "text,stars").encode(), "other.csv")
    expect(page.locator("#cotune-warning")).to_contain_text("no column for its labels")
    expect(page.locator("#cotune-data")).to_have_text("")
    expect(page.locator("#cotune-cost")).to_contain_text("Upload a CSV first")
    page.locator("#cotune-start").click()
    expect(page.locator("#cotune-warning")).to_contain_text("Upload a CSV first")


def test_a_second_visitor_waits_and_a_reload_ends_the_run(open_page: Open) -> None:
    first, second = opened(open_page), opened(open_page)
    start(first)
    expect(first.locator("#cotune-numbers")).to_contain_text("of 5000")
    start(second, 1)
    expect(second.locator("#cotune-status")).to_contain_text("In the line, place 1")
    first.reload()
    expect(second.locator("#cotune-status")).to_contain_text("Done.")
    first.locator("#cotune-cost .fb-cost").wait_for()
    expect(first.locator("#cotune-numbers")).to_have_text("")


def test_it_fits_a_phone_and_can_be_read(open_page: Open) -> None:
    page = opened(open_page, width=390)
    start(page, 1)
    expect(page.locator("#cotune-status")).to_contain_text("Done.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for _ in in_both_lights(page):
        found = Axe().run(page, context="#tab-cotune, #cotune-result", options={"runOnly": ["color-contrast"]})
        assert found.violations_count == 0, found.generate_report()
