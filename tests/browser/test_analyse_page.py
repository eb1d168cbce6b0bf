"""The Analyse tab as a visitor meets it: a text, an example, bad input, dark, phone, contrast, keyboard, links."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.seen import bad_in_both_themes, in_both_lights

pytestmark = pytest.mark.browser
TEXT = "A good film about a man who walks to the river and a story that is never boring."
DONE = "#analyse-footer .fb-footer"
NEW = f"{DONE}:not([data-seen])"
Open = Callable[..., Page]


def analyse(page: Page, text: str) -> None:
    """Type a text, press Analyse, wait for the end; the end of an earlier analysis is marked as seen."""
    box = page.locator("#text textarea")
    box.fill(text)
    forget(page)
    page.locator("#analyse").click()
    page.locator(NEW).wait_for()


def forget(page: Page) -> None:
    page.evaluate("(done) => document.querySelector(done)?.setAttribute('data-seen', '')", DONE)


def words_of(page: Page) -> str:
    return page.locator("#panel-importance .fb-text").inner_text()


def test_a_text_is_answered_explained_and_voted_on(open_page: Open) -> None:
    page = open_page()
    analyse(page, TEXT)
    expect(page.locator("#panel-answer .fb-verdict")).to_contain_text(re.compile("positive|negative"))
    assert words_of(page) == TEXT
    expect(page.locator("#panel-votes .fb-column")).to_have_count(3)
    expect(page.locator("#panel-alternatives .fb-table").first).to_be_visible()
    expect(page.locator("#cloud .js-plotly-plot")).to_be_visible()
    expect(page.locator("#noise-reading")).to_contain_text("coordinate std")
    expect(page.locator(DONE)).to_contain_text("toy neighbours")
    expect(page).to_have_url(re.compile("tab=analyse&task=imdb&text=A\\+good"))


def test_an_example_is_one_click_away(used_page: Open) -> None:
    page = used_page()
    forget(page)
    page.locator("#examples-imdb button.gallery-item").nth(1).click()
    page.locator(NEW).wait_for()
    assert words_of(page) == page.locator("#text textarea").input_value()
    expect(page.locator("#example-note")).to_contain_text("meant as")


def test_a_pair_has_two_boxes_and_three_classes(open_page: Open) -> None:
    page = open_page()
    expect(page.locator("#hypothesis")).to_have_count(0)
    page.locator("#task").get_by_role("radio", name="A premise and a hypothesis").check()
    page.locator("#hypothesis textarea").wait_for()
    page.locator("#analyse").click()
    page.locator(DONE).wait_for()
    expect(page.locator("#panel-answer .fb-bar")).to_have_count(3)
    assert words_of(page) == page.locator("#hypothesis textarea").input_value()


def test_a_link_restores_text_seed_and_settings_and_runs(open_page: Open) -> None:
    link = {"tab": "analyse", "task": "imdb", "text": TEXT, "seed": "5", "set": "five.samples:3"}
    page = open_page(urlencode(link))
    page.locator(DONE).wait_for()
    assert page.locator("#text textarea").input_value() == TEXT
    expect(page.locator(DONE)).to_contain_text("ours, 1 changed")
    expect(page.locator("#panel-votes .fb-column").nth(2).locator(".fb-mark")).to_have_count(4)


def test_the_papers_values_are_one_click_away(used_page: Open) -> None:
    page = used_page()
    page.locator("#settings button").first.click()
    page.locator("#paper").click()
    expect(page.locator("#set-five-samples input")).to_have_value("10")
    page.locator("#ours").click()
    expect(page.locator("#set-five-samples input")).to_have_value("8")


def test_the_measure_can_be_changed(used_page: Open) -> None:
    page = used_page()
    analyse(page, TEXT)
    page.locator("#method").get_by_role("radio", name="Gradient × input").check()
    expect(page.locator("#panel-importance .fb-says")).to_contain_text("speaks for the answer")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("   ", "The review is empty"),
        pytest.param("good film " * 25_000, "250,000 characters", marks=pytest.mark.thorough),
    ],
)
def test_a_text_that_cannot_be_used_gets_a_notice(used_page: Open, text: str, said: str) -> None:
    page = used_page()
    page.locator("#text textarea").fill(text)
    page.locator("#analyse").click()
    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.locator(DONE)).to_have_count(0)


@pytest.mark.parametrize(
    "text",
    ["?!... ---", "😀 👍🏽 good", "<script>window.hit = 1</script> <img src=x onerror='window.hit=1'> good film",
     "סרט טוב מאוד על איש", "good [SEP] film",
     pytest.param("good film " * 10_000, marks=pytest.mark.thorough)],
    ids=["punctuation", "emoji", "html", "right-to-left", "separator", "100,000 characters"],
)  # fmt: skip
def test_an_unusual_text_gets_an_answer_and_stays_text(used_page: Open, text: str) -> None:
    page = used_page()
    analyse(page, text)
    expect(page.locator("#panel-answer .fb-verdict")).to_be_visible()
    assert words_of(page).strip().startswith(text[:200].strip()[:40])
    assert page.evaluate("window.hit") is None


def test_the_dice_are_rolled_on_request(used_page: Open) -> None:
    page = used_page()
    analyse(page, TEXT)
    page.locator("#roll").click()
    expect(page.locator("#dice-said")).to_contain_text("n = 100 draws;")
    expect(page.locator("#dice-plot .js-plotly-plot")).to_be_visible()


def test_the_curve_is_measured_on_request(used_page: Open) -> None:
    page = used_page()
    analyse(page, TEXT)
    expect(page.locator("#slice-said h3")).to_contain_text("On the way from")
    expect(page.locator("#slice .js-plotly-plot")).to_be_visible()
    word = page.locator("#noise-said .fb-said bdi").nth(0).inner_text()
    page.locator("#measure").click()
    expect(page.locator("#curve .js-plotly-plot")).to_be_visible()
    expect(page.locator("#curve-said")).to_contain_text("n = 40")
    expect(page.locator("#curve")).to_contain_text(f"with “{word}”")
    assert bad_in_both_themes(page, "#noise") == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_end_of_the_page_stays_where_it_came(open_page: Open, width: int) -> None:
    """The cloud is drawn after the last line came; whoever aims at a link there must not miss it."""
    page = open_page(width=width)
    page.evaluate(
        """() => {
          window.tops = [];
          const look = () => {
            const link = document.querySelector("#analyse-footer .fb-footer a");
            if (link) window.tops.push(link.getBoundingClientRect().top + window.scrollY);
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    analyse(page, TEXT)
    expect(page.locator("#cloud .js-plotly-plot .scatterlayer")).to_be_visible()
    expect(page.locator("#noise-said")).to_contain_text("of 60")
    tops = page.evaluate("window.tops")
    settled = tops[2:]  # the panels above come with the same answer, a frame or two apart
    line = 30  # pixels: a note in the head of the page may go meanwhile
    assert max(settled) - min(settled) < line, sorted(set(tops))


def test_files_can_be_downloaded(used_page: Open) -> None:
    page = used_page()
    analyse(page, TEXT)
    for name, file in (("JSON", "firebert-analysis.json"), ("CSV", "firebert-votes.csv")):
        with page.expect_download() as waiting:
            page.locator(DONE).get_by_role("link", name=name).click()
        assert waiting.value.suggested_filename == file
    expect(page.locator("#cloud .js-plotly-plot .scatterlayer")).to_be_visible()
    for kind, start in (("svg", b"<svg"), ("png", b"\x89PNG"), ("csv", "\ufeffseries,x,y,text".encode())):
        with page.expect_download() as waiting:
            page.locator(f"#noise-said [data-take={kind}]").click()
        assert waiting.value.suggested_filename == f"firebert-cloud.{kind}"
        assert Path(waiting.value.path()).read_bytes().startswith(start)


def test_contrast_and_names_pass_axe_and_a_phone_scrolls_down_only(open_page: Open) -> None:
    page = open_page(width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    analyse(page, TEXT + " Incomprehensibilities notwithstanding, " + "x" * 120)
    expect(page.locator("#cloud .js-plotly-plot")).to_be_visible()
    page.locator("#settings button").first.click()
    page.locator("#set-five-samples").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    rules = ["color-contrast", "button-name", "image-alt", "label", "link-name", "list", "aria-roles"]
    for light in in_both_lights(page):
        found = Axe().run(page, context="#tab-analyse", options={"runOnly": {"type": "rule", "values": rules}})
        ours = [v for v in found.response["violations"] if v["nodes"]]
        told = [(v["id"], n["target"], n.get("failureSummary", "")[:200]) for v in ours for n in v["nodes"]]
        assert not told, (light, told)


def test_the_keyboard_reaches_the_words_and_shows_their_number(used_page: Open) -> None:
    page = used_page()
    analyse(page, TEXT)
    word = page.locator("#panel-importance .fb-text [tabindex='0']").first
    word.focus()
    tip = word.evaluate("e => getComputedStyle(e, '::after').content")
    assert re.search(r"number \d+", tip)


def test_dark_and_light_can_be_switched(used_page: Open) -> None:
    page = used_page()
    switch = page.get_by_role("button", name="Switch between light and dark")
    switch.click()
    assert page.evaluate("document.body.classList.contains('dark')")
    switch.click()
    assert not page.evaluate("document.body.classList.contains('dark')")
