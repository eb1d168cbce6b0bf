"""Who has to wait for the models reads the place in line, until it is their turn."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from app.settings import RequestLimits
from tests.page import LINGER

pytestmark = pytest.mark.browser


def test_who_waits_reads_the_place_in_line(open_page: Callable[..., Page], page_url: str) -> None:
    page = open_page("tab=analyse")
    page.locator("#text textarea").fill("A good film, for somebody who waits.")
    for number in range(RequestLimits().together + 1):  # one more than work at a time
        slow = {"task": "imdb", "text": f"A {LINGER} and good film, number {number}."}
        httpx.post(f"{page_url.rstrip('/')}/gradio_api/call/v2/explain", json=slow, timeout=60).raise_for_status()
    page.locator("#analyse").click()
    expect(page.locator("#fb-line")).to_have_text(re.compile(r"You are (number [2-9] of [2-9]|next) in line\."))
    page.locator("#analyse-footer .fb-footer").wait_for()
    expect(page.locator("#fb-line")).to_have_text("")
