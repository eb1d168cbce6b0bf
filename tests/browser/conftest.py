"""A real Chromium over the page of tiny models; skipped, with the reason, where there is no Chromium.

``CHROMIUM`` names the program; else it is looked for on the path.
"""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.page import served

Open = Callable[..., Page]

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


class Visits:
    """Pages in windows of their own, as visitors open them; script errors of any of them are kept."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.contexts: list[BrowserContext] = []
        self.errors: list[str] = []

    def open(self, query: str = "tab=analyse", width: int = 1280, dark: bool = False, motion: bool = False) -> Page:
        """A new page, once its head is there. Without ``motion`` nothing moves that was not asked to: frames cost."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="no-preference" if motion else "reduce",
        )
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(f"{self.url}?{query}")
        page.locator("#masthead h1").wait_for()
        return page

    def end(self) -> None:
        """Close them all."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@pytest.fixture
def open_page(browser: Browser, page_url: str) -> Iterator[Open]:
    """``open_page(query="tab=analyse", width=1280, dark=False, motion=False)``; fails a test with a script error."""
    visits = Visits(browser, page_url)
    yield visits.open
    visits.end()
    assert not visits.errors, visits.errors


@pytest.fixture(scope="module")
def _shared_visits(browser: Browser, page_url: str) -> Iterator[tuple[Visits, dict[str, Page]]]:
    visits = Visits(browser, page_url)
    yield visits, {}
    visits.end()


@pytest.fixture
def used_page(_shared_visits: tuple[Visits, dict[str, Page]], request: pytest.FixtureRequest) -> Iterator[Open]:
    """As open_page, but the page that the tests of the file before left behind, as a visitor's second text finds it.

    For a test that fills in what it needs: a page of all tabs costs the browser seconds. After a failure the next test
    gets a new one.
    """
    visits, pages = _shared_visits
    failed = request.session.testsfailed

    def used(query: str = "tab=analyse") -> Page:
        if query not in pages:
            pages[query] = visits.open(query)
        page = pages[query]
        page.evaluate("scrollTo(0, 0)")
        return page

    yield used
    errors = visits.errors.copy()
    if errors or request.session.testsfailed > failed:
        visits.errors.clear()
        visits.end()
        pages.clear()
    assert not errors, errors
