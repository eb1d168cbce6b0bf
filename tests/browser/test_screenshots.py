"""The pictures to look at: a view of every tab, as wide as the window and no wider."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from app.main import TABS
from tests.browser.screenshots import LOOKS, take, views

pytestmark = pytest.mark.browser


def test_a_picture_is_taken_of_every_tab(browser: Browser, page_url: str, tmp_path: Path) -> None:
    listed = {view.name: view for view in views()}
    assert {tab.name for tab in TABS} <= set(listed)
    with Image.open(take(browser, page_url, listed["learn"], "phone", tmp_path)) as picture:
        assert picture.width == LOOKS["phone"][0]
