"""A page's endpoints, asked as its own description says; what fails is told in words."""

import pytest

from core.errors import ConfigError
from core.interop.page_check import ask_every_endpoint
from tests.app.test_leaving import LONG, SHORT
from tests.page import served


def test_every_endpoint_of_the_page_answers() -> None:
    found = {one.endpoint: one for one in ask_every_endpoint(served())}
    assert found.keys() == LONG.keys() | SHORT
    assert {name: one.problem for name, one in found.items() if one.problem} == {}
    assert all(one.seconds > 0 for one in found.values())


def test_what_goes_wrong_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.interop.page_check.USUAL", {})
    with pytest.raises(ConfigError, match="is no Gradio page"):
        list(ask_every_endpoint("http://127.0.0.1:9"))
    (bad, *_) = [one for one in ask_every_endpoint(served()) if one.endpoint == "classify"]
    assert "Unknown task ''" in bad.problem
