"""How long a swap in the Words tab takes, as a visitor sees it: from the click until Plain has answered, and until all.

``python -m tests.browser.swaps --url http://127.0.0.1:7860`` swaps twenty neighbours of two words of a review of
thirty words in, one after the other, on a page that is served and warm, and prints the medians. Every neighbour was
asked about by Plain and FACT when its word was looked at, as always on the page; the others meet it anew.
"""

import argparse
import os
import shutil
import statistics
import sys
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

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


def swaps(page: Page, url: str) -> list[dict[str, float]]:
    """Milliseconds until Plain had answered, and until everybody had, for every swap."""
    found = []
    for word in WORDS:
        page.goto(f"{url.rstrip('/')}/?{urlencode({'tab': 'words', 'task': 'imdb', 'text': TEXT, 'word': word})}")
        page.locator("#words-around .fw-map").first.wait_for()
        page.locator("#words-board .fw-card", has_text="asking").first.wait_for(state="detached")
        choices = page.locator("#words-around .fw-choose")
        for n in range(SWAPS // len(WORDS)):
            found.append(choices.nth(n).evaluate(WATCH))
    return found


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        found = swaps(browser.new_page(), parser.parse_args().url)
        browser.close()
    for who in ("plain", "all"):
        took = sorted(one[who] for one in found)
        sys.stdout.write(
            f"{who}: median of {len(took)} {statistics.median(took):.0f} ms, {took[0]:.0f} to {took[-1]:.0f}\n"
        )


if __name__ == "__main__":
    main()
