"""Visits are counted right: waits, errors and pace, on a small page."""

import os
from collections.abc import Iterator

import pytest
from small_page import ASKED, SLOW, small_page

from core.errors import ConfigError
from core.evaluation.load import Visits, measure_load


@pytest.fixture
def address() -> Iterator[str]:
    with small_page() as url:
        yield url


def test_answers_waits_and_errors_are_counted(address: str) -> None:
    questions = ({"text": "good"}, {"text": "no"}, {"text": "bad"})
    found = measure_load(address, Visits(2, 3, questions=questions), process=os.getpid())
    assert len(found.waits) == 2
    assert dict(found.errors) == {"Queue is full!": 2, "It broke.": 2}
    assert min(found.waits) >= SLOW
    assert found.percentile(0.5) == pytest.approx(sum(found.waits) / 2)
    assert (found.memory_peak or 0) >= (found.memory_before or 0) > 10_000_000
    assert len({tuple(data) for data in ASKED}) == 6, "one question came twice"
    assert {data[1] for data in ASKED} == {"task"}, "what is not asked has its usual value"


def test_visitors_come_at_once_and_no_faster_than_their_pace(address: str) -> None:
    at_once = measure_load(address, Visits(20, 1, questions=({"text": "good"},)))
    assert len(at_once.waits) == 20
    assert at_once.seconds < 20 * SLOW / 2
    paced = measure_load(address, Visits(1, 3, pace=0.5, questions=({"text": "good"},)))
    assert paced.seconds >= 1.0 + SLOW


def test_a_page_or_an_endpoint_that_is_not_there_is_said(address: str) -> None:
    with pytest.raises(ConfigError, match="no endpoint 'dance'; it has analyse"):
        measure_load(address, Visits(1, 1, endpoint="dance"))
    with pytest.raises(ConfigError, match="No page answers"):
        measure_load("http://127.0.0.1:9", Visits(1, 1))
