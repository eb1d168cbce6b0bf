"""``bench load`` on a small page: its table, its errors, its JSON."""

import json
import os
from collections.abc import Callable
from typing import Any

from small_page import ASKED, small_page

VISITS = ("bench", "load", "--visitors", 3, "--requests", 2, "--process", os.getpid())


def test_a_page_is_visited_and_what_it_did_is_printed(cli: Callable[..., Any]) -> None:
    with small_page() as url:
        shown = cli(*VISITS, "--url", url)
        assert shown.code == 0
        assert "Memory of the page:" in shown.out
        assert "ms a request" in shown.out
        assert len({tuple(data) for data in ASKED}) == 6, "one question came twice"
        given = json.loads(cli(*VISITS, "--url", url, "--json").out)
    assert len(given["waits"]) == 6
    assert given["errors"] == []
    assert given["p50"] <= given["p95"]
    assert given["processor"] > 0


def test_no_page_is_one_line(cli: Callable[..., Any]) -> None:
    shown = cli("bench", "load", "--url", "http://127.0.0.1:9")
    assert shown.code == 2
    assert "No page answers" in shown.err
    assert "Traceback" not in shown.err


def test_every_request_may_have_arguments_of_its_own(cli: Callable[..., Any]) -> None:
    asked = ("--argument", 'task={"5": "fine"}', "--argument", "text=A calm film.")
    with small_page() as url:
        assert cli(*VISITS, *asked, "--url", url).code == 0
        numbers = sorted(int(data[0].removesuffix(". A calm film.")) for data in ASKED)
        assert numbers == [numbers[0] + n for n in range(6)]
        assert [data[1] for data in ASKED] == [{"5": "fine"}] * 6
        shown = cli(*VISITS, "--argument", "against", "--url", url)
    assert (shown.code, "name=value" in shown.err) == (2, True)
