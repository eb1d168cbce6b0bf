"""What axe finds on a part of the page that is filled, in both themes, without loading the page again."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

BAD = ("serious", "critical")


def in_both_lights(page: Page) -> Iterator[str]:
    """The theme that is shown, then the other one by the page's own button, and back again."""
    dark = page.locator("body").evaluate("body => body.classList.contains('dark')")
    for theme in ("dark", "light") if dark else ("light", "dark"):
        yield theme
        page.get_by_role("button", name="Switch between light and dark").click()
        page.wait_for_function("document.getAnimations().every((one) => !(one instanceof CSSTransition))")


def bad_in_both_themes(page: Page, part: str) -> list[str]:
    """The serious findings within the selector, as it is shown and after the switch between light and dark."""
    found = []
    for theme in in_both_lights(page):
        violations = Axe().run(page, context=part).response["violations"]
        found += [f"{theme}, {v['id']}: {v['nodes'][0]['html'][:200]}" for v in violations if v["impact"] in BAD]
    return found
