"""Fixtures of the endpoint tests."""

import pytest

from tests.page import served


@pytest.fixture(scope="session")
def page_url() -> str:
    """The address of the page over tiny models."""
    return served()
