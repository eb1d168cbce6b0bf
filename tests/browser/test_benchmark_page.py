"""The Benchmark tab as a visitor uses it: another table, another column, the dials of the budget, on a phone too."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.benchmark import cards, flags_of, ladders, runs, surface, table_of
from app.present.bars import said
from app.present.dots import own_attacks
from core.evaluation.flags import FLAGS
from tests.browser.seen import bad_in_both_themes

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


def choose(page: Page, menu: str, option: str) -> None:
    page.locator(f"{menu} input").click()
    page.get_by_role("option", name=option, exact=True).click()


def test_another_table_and_another_column_are_shown(used_page: Open) -> None:
    page = used_page("tab=benchmark")
    expect(page.locator("#benchmark-chart h2")).to_contain_text("The defences around either classifier")
    expect(page.locator("#benchmark-chart .fb-measure")).to_have_count(6)
    choose(page, "#benchmark-columns", "after attack")
    expect(page.locator("#benchmark-column")).to_contain_text("after attack:")
    found = [r for r in table_of("defended-mnli").results if r.column == "after attack"]
    expect(page.locator("#benchmark-chart .fb-measure").first).to_contain_text(said(found[0]))
    page.locator("#benchmark-only textarea, #benchmark-only input").fill("fact")
    choose(page, "#benchmark-order", "highest first")
    facts = sorted((r for r in found if "FACT" in r.row), key=lambda r: -r.value)
    expect(page.locator("#benchmark-chart .fb-measure")).to_have_count(len(facts))
    expect(page.locator("#benchmark-chart .fb-measure").first).to_contain_text(said(facts[0]))
    choose(page, "#benchmark-table", table_of("page").title.replace("`", ""))
    expect(page.locator("#benchmark-chart .fb-measure")).to_have_count(2)
    expect(page.locator("#benchmark-whole tbody tr")).to_have_count(2)
    with page.expect_download() as download:
        page.locator("#benchmark-whole a", has_text="CSV").click()
    assert download.value.suggested_filename == "firebert-page.csv"


def test_the_dials_of_the_budget_change_sentence_and_curves(used_page: Open) -> None:
    page = used_page("tab=benchmark")
    expect(page.locator("#budget-curves .js-plotly-plot")).to_be_visible()
    expect(page.locator("#budget-said")).to_contain_text("With at most 50 questions and 20 % of the words")
    choose(page, "#budget-questions", "any")
    choose(page, "#budget-share", "5 %")
    told = page.locator("#budget-said")
    expect(told).to_contain_text("With any number of questions and 5 % of the words")
    for points in surface()["5 %"].values():
        expect(told).to_contain_text(said(points["any"]))


def test_a_ladder_falls_rung_by_rung(used_page: Open) -> None:
    page = used_page("tab=benchmark")
    expect(page.locator("#ladder-stairs .fb-measure")).to_have_count(len(ladders()))
    name, rungs = next(iter(ladders().items()))
    choose(page, "#ladder-of", name)
    expect(page.locator("#ladder-stairs .fb-measure")).to_have_count(len(rungs))
    last = list(rungs.values())[-1]["still right"]
    expect(page.locator("#ladder-stairs .fb-measure").last).to_contain_text(said(last))
    expect(page.locator("#ladder-said")).to_contain_text(said(last))
    name = next(one for one in ladders() if flags_of(one))
    choose(page, "#ladder-of", name)
    meant = page.locator("#ladder-stairs .fb-raised p").first
    expect(meant).to_be_hidden()
    page.locator("#ladder-stairs .fb-raised summary").first.click()
    expect(meant).to_have_text(FLAGS[flags_of(name)[0]].text)


def test_an_audit_card_and_an_attack_on_our_own_example(open_page: Open) -> None:
    page = open_page("tab=benchmark")
    name, card = next(iter(cards().items()))
    choose(page, "#audit-of", name)
    expect(page.locator("#audit-card details")).to_have_count(len(card.findings))
    expect(page.locator("#audit-card")).to_contain_text(card.command)
    last = list(runs().items())[-1]
    choose(page, "#dots-of", last[0])
    expect(page.locator("#dots-field i")).to_have_count(len(last[1].outcomes))
    own = own_attacks()[-1]
    page.locator("#dots-field a").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#attack-replays input:checked")).to_have_value(own.title)
    expect(page.locator("#attack-player")).to_be_visible()


def test_it_can_be_read_by_everybody_and_on_a_phone(open_page: Open) -> None:
    page = open_page("tab=benchmark", width=390)
    expect(page.locator("#budget-curves .js-plotly-plot")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for box in page.locator("#benchmark-whole .fb-scroll").all():
        assert box.evaluate("box => box.scrollWidth > box.clientWidth && box.clientWidth < 390")
    page.get_by_role("button", name=re.compile("What each flag means")).click()
    expect(page.locator("#benchmark-flags dt").first).to_be_visible()
    assert bad_in_both_themes(page, "#tab-benchmark") == []


def test_a_small_ladder_is_climbed_and_stopped(used_page: Open) -> None:
    page = used_page("tab=benchmark")
    page.locator("#small-go").click()
    expect(page.locator("#small-bars .fb-measure").first).to_be_visible(timeout=60_000)
    page.locator("#small-stop").click()
    expect(page.locator("#small-said")).to_contain_text(re.compile("Stopped|Done"), timeout=60_000)
