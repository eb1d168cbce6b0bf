"""How long a swap in the Words tab takes, as a visitor sees it: from the click until Plain has answered, and until all.

``python -m tests.browser.swaps --url http://127.0.0.1:7860`` swaps twenty neighbours of two words of a review of
thirty words in, one after the other, on a page that is served and warm, and prints the medians. Every neighbour was
asked about by Plain and FACT when its word was looked at, as always on the page; the others meet it anew. A second
run on the same page is answered from memory.
"""

import argparse
import os
import shutil
import statistics
import sys
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from core.evaluation.load import processor

TEXT = (
    "The story takes a long time to begin, but the actors are wonderful and the last scene at the harbour is so quiet "
    "and so strange that I forgave everything."
)
WORDS, SWAPS = (12, 22), 20
"""The numbers of the words whose neighbours are swapped in, ten each."""
WATCH = """(choice) => new Promise((done) => {
  const begun = performance.now(), cards = "#words-board .fw-card", before = document.querySelector("#words-board ins");
  const was = before ? before.textContent : null, found = { plain: null };
  const look = () => {
    const now = document.querySelector("#words-board ins");
    const listed = [...document.querySelectorAll(cards)];
    const open = listed.filter((card) => /asking/.test(card.textContent));
    if (now && now.textContent !== was && listed.length) {
      if (found.plain === null && !open.includes(listed[0])) found.plain = performance.now() - begun;
      if (!open.length) return done({ ...found, all: performance.now() - begun });
    }
    requestAnimationFrame(look);
  };
  choice.click();
  look();
})"""


def swaps(page: Page, url: str, process: int | None) -> list[dict[str, float]]:
    """Milliseconds until Plain had answered, until everybody had, and of the page's processor time, for every swap."""
    found = []
    for word in WORDS:
        page.goto(f"{url.rstrip('/')}/?{urlencode({'tab': 'words', 'task': 'imdb', 'text': TEXT, 'word': word})}")
        page.locator("#words-around .fw-map").first.wait_for()
        page.locator("#words-board .fw-card", has_text="asking").first.wait_for(state="detached")
        choices = page.locator("#words-around .fw-choose")
        for n in range(SWAPS // len(WORDS)):
            used = processor(process)
            took = choices.nth(n + 1).evaluate(WATCH)  # the first is the word as it was
            spent = 0.0 if used is None else 1000 * ((processor(process) or used) - used)
            found.append({**took, "processor": spent})
    return found


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--process", type=int, help="the page's, for its processor time: other programs lengthen waits")
    asked = parser.parse_args()
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.set_default_timeout(120_000)
        found = swaps(page, asked.url, asked.process)
        browser.close()
    for who in ("plain", "all", *(("processor",) if asked.process else ())):
        took = sorted(one[who] for one in found)
        sys.stdout.write(
            f"{who}: median of {len(took)} {statistics.median(took):.0f} ms, {took[0]:.0f} to {took[-1]:.0f}\n"
        )


if __name__ == "__main__":
    main()
