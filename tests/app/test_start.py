"""The start of the page where something is in its way."""

from typing import Any

import pytest

from app import main
from app.settings import Settings


def test_a_page_whose_port_is_taken_says_so() -> None:
    class Taken:
        def launch(self, **_: Any) -> None:
            raise OSError("Cannot find empty port in range: 7999-7999.")

    with pytest.raises(SystemExit, match=r"Cannot listen on 127.0.0.1:7999. Set FIREBERT_PORT"):
        main.run(Taken(), Settings(port=7999))
