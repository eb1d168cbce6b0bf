"""What axe finds on a part of the page that is filled, in both themes, without loading the page again."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

BAD = ("serious", "critical")


def bad_in_both_themes(page: Page, part: str) -> list[str]:
    """The serious findings within the selector, as it is shown and after the switch between light and dark."""
    found = []
    for theme in ("first", "other"):
        if theme == "other":
            was = page.locator("body").evaluate("body => body.classList.contains('dark')")
            page.get_by_role("button", name="Switch between light and dark").click()
            expect(page.locator("body.dark")).to_have_count(int(not was))
        violations = Axe().run(page, context=part).response["violations"]
        found += [f"{theme} theme, {v['id']}: {v['nodes'][0]['html'][:200]}" for v in violations if v["impact"] in BAD]
    return found
