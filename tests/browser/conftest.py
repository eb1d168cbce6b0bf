"""A real Chromium over the page of tiny models; skipped, with the reason, where there is no Chromium.

``CHROMIUM`` names the program; else it is looked for on the path.
"""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.page import served

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 60_000
"""Milliseconds: a busy machine is no reason to fail. Every wait is for a condition, so a quiet one loses nothing."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def page_url() -> str:
    """The address of the page over tiny models."""
    return served()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        pytest.skip("no Chromium on the path; set CHROMIUM to its program")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, headless=True, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser, page_url: str) -> Iterator[Callable[..., Page]]:
    """``open_page(query="tab=analyse", width=1280, dark=False)``; fails a test whose page logs a script error."""
    contexts, errors = [], []

    def opened(query: str = "tab=analyse", width: int = 1280, dark: bool = False) -> Page:
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{page_url}?{query}")
        page.locator("#masthead h1").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not errors, errors
