"""The start of the page where something is in its way."""

from typing import Any

import pytest

from app import main
from app.settings import Settings
from tests.page import tiny_shelf


def test_a_page_whose_port_is_taken_says_so() -> None:
    class Taken:
        def launch(self, **_: Any) -> None:
            raise OSError("Cannot find empty port in range: 7999-7999.")

    with pytest.raises(SystemExit, match=r"Cannot listen on 127.0.0.1:7999. Set FIREBERT_PORT"):
        main.run(Taken(), Settings(port=7999))


def test_outputs_of_events_without_a_shown_progress_are_not_told_how_far_they_are() -> None:
    # Else the browser tells each output of every event that ever ran, at each step of each event.
    page = main.build_app(Settings(port=0), tiny_shelf())
    told = [event["api_name"] for event in page.config["dependencies"] if event["show_progress"] == "hidden"
            and event["show_progress_on"] != []]  # fmt: skip
    assert told == []
    assert sum(event["show_progress"] == "hidden" for event in page.config["dependencies"]) > 60
