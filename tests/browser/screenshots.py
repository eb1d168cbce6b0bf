"""Pictures of every tab in light, dark and at a phone's width, with the built-in models: to look at, not to compare.

``python -m tests.browser.screenshots FOLDER`` serves the page and takes them all; ``--only words`` those of one view,
``--url http://127.0.0.1:7860`` those of a page that is served already.
"""

import argparse
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, sync_playwright

from app.main import TABS
from core.examples import load_examples

LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (390, "light"), "phone-dark": (390, "dark")}
"""Width of the window in pixels, and which of the two themes the browser asks for."""
PATIENCE = 120_000


@dataclass(frozen=True)
class View:
    """A link to open, and what must be there before the picture is taken."""

    name: str
    query: str
    ready: str


def views() -> list[View]:
    """A view of every tab, with something in it, and of a panel that stands alone."""
    text, pair = load_examples("imdb")[0], load_examples("mnli")[0]
    review = {"task": "imdb", "text": text.text_a}
    entailment = {"task": "mnli", "text": pair.text_a, "hypothesis": pair.text_b or ""}
    ready = {
        "attack": (review, "#attack-player .at[data-ready='true']"),
        "analyse": (review, "#cloud .js-plotly-plot .scatterlayer"),
        "words": ({**entailment, "word": "1"}, "#words-around .fw-map"),
        "cotune": ({}, "#tab-cotune"),
        "benchmark": ({}, "#budget-curves .js-plotly-plot .scatterlayer"),
        "levels": ({}, "#levels-ladder .fv-level"),
        "learn": ({}, "#learn-cards .fl-list"),
    }
    tabs = [View(tab.name, urlencode({"tab": tab.name, **ready[tab.name][0]}), ready[tab.name][1]) for tab in TABS]
    alone = {**review, "panel": "words", "embed": "1", "word": "15"}
    return [*tabs, View("panel-words", urlencode(alone), "#words-around .fw-map")]


def take(browser: Browser, url: str, view: View, look: str, folder: Path) -> Path:
    """The whole page of a view, as it is read from top to bottom."""
    width, scheme = LOOKS[look]
    size = {"width": width, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{url.rstrip('/')}/?{view.query}")
    page.locator(view.ready).first.wait_for()
    page.wait_for_timeout(600)  # figures fade in
    path = folder / f"{view.name}-{look}.png"
    page.screenshot(path=path, full_page=True)
    context.close()
    return path


def serve() -> str:
    """The address of the page over the built-in models."""
    from app.main import build_app, launch_options
    from app.settings import Settings
    from tests.page import free_port

    settings = Settings(port=free_port())
    page = build_app(settings)
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_options(settings))
    page.shelf.start_warming()
    return str(url)


def main() -> None:
    """Take the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--only", default="", help="the beginning of a view's name")
    parser.add_argument("--look", choices=LOOKS, action="append")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    url = asked.url or serve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for view in views():
            for look in asked.look or LOOKS if view.name.startswith(asked.only) else ():
                sys.stdout.write(f"{take(browser, url, view, look, asked.folder)}\n")
        browser.close()


if __name__ == "__main__":
    main()
