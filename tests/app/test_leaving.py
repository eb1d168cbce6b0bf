"""Whoever leaves in the middle of a request holds nobody: every endpoint, left as curl and as gradio_client leave.

The model's answer is kept back until the page knows that its client has gone; then not one more question may follow. So
what is counted is work, which a busy machine does not change; only the noticing is timed, by the pace of the hour.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.utils import Status

from app.cotune_request import CotuneRequest
from app.jobs import Job
from app.main import build_app, launch_options
from app.models import Shelf
from app.presence import absence
from app.settings import CotuneLimits, RequestLimits, Settings
from core.events import Preparing
from tests.conftest import make_tiny_classifier
from tests.page import free_port, tiny_shelf

TEXT = "A good film about a man who walks to the river, and a great story that is never boring."
PATIENCE = 60.0
"""Seconds that any wait may take before it counts as broken."""
NOTICED = 3.0
"""Seconds until the page has noticed on a quiet machine; a busy one has ten times more than it needs to classify."""
HELD_AT = 2
"""The question of a request at which the model keeps its answer back: something has been answered before."""
CLASSIFIED = 1
"""Questions of the next client."""

LONG: dict[str, dict[str, Any]] = {
    "analyse": {"task": "imdb", "text": TEXT, "settings": {"five.samples": 9_000}},
    "noise_cloud": {"task": "imdb", "text": TEXT, "draws": 1_000},
    "noise_curve": {"task": "imdb", "text": TEXT, "draws": 1_000},
    "roll_dice": {"task": "imdb", "text": TEXT, "draws": 1_000},
    "attack": {
        "task": "imdb", "text": TEXT * 4, "preset": "ungated", "against": "plain,fuse,five", "max_seconds": 100,
    },
    "audit": {"task": "imdb", "classifier": "fuse", "checks": "batch,scores,temperature", "texts": 40},
    "co_tune": {"task": "imdb"},
    "gate_dial": {"task": "imdb", "text": TEXT},
    "illusion": {"task": "imdb", "text": TEXT},
}  # fmt: skip
SHORT = {
    "before_after", "benchmark", "classify", "defend", "explain", "noise_beside", "swap", "switch", "words",
}  # fmt: skip
"""A stored file, a row or some, or a batch for each classifier: over before anybody could leave."""


class Desk:
    """Where the model's answers pass: counts them, and keeps one back while it is closed."""

    def __init__(self) -> None:
        self.asked = 0
        self.begun, self.open = threading.Event(), threading.Event()
        self.gone: Callable[[], bool] = absence()
        self.open.set()

    def close(self) -> None:
        """Keep back the next request's answer."""
        self.asked = 0
        self.begun.clear()
        self.open.clear()

    def ask(self) -> None:
        """A question is asked, in the thread of its event."""
        self.asked += 1
        if self.asked == HELD_AT and not self.open.is_set():
            self.gone = absence()
            self.begun.set()
            assert self.open.wait(PATIENCE)


desk = Desk()


def watched_shelf() -> Shelf:
    """The tiny shelf, whose classifiers answer over the desk."""
    tiny = tiny_shelf()

    def load(settings: Settings, task: Any) -> Any:
        classifier = make_tiny_classifier(task)
        answer = classifier.encoded_logits

        def over_the_desk(rows: Sequence[Any]) -> Any:
            desk.ask()
            return answer(rows)

        classifier.encoded_logits = over_the_desk
        return classifier

    settings = Settings(port=free_port(), limits=RequestLimits(together=1), cotune=CotuneLimits())
    return Shelf(settings, load, lambda settings: tiny.lexicon())


def endless(shelf: Shelf, request: CotuneRequest, folder: Any, job: Job) -> Iterator[Any]:
    """A co-tuning run that says something once and then works until it is told to end."""
    yield Preparing(0, 10)
    desk.gone = job.stopped
    desk.begun.set()
    while not job.stopped():
        time.sleep(0.05)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    shelf = watched_shelf()
    for name in shelf.task_names():
        shelf.classifier(name)
    shelf.lexicon()
    page = build_app(shelf.settings, shelf, endless)
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_options(shelf.settings))
    yield str(address).rstrip("/")
    page.close()


@pytest.fixture(scope="module")
def other(url: str) -> Iterator[Client]:
    with_client = Client(url, verbose=False)
    yield with_client
    with_client.close()


def leave_as_curl(url: str, name: str) -> None:
    """Ask, listen until the work has begun, hang up."""
    asked = httpx.post(f"{url}/gradio_api/call/v2/{name}", json=LONG[name], timeout=PATIENCE).json()
    with httpx.stream("GET", f"{url}/gradio_api/call/{name}/{asked['event_id']}", timeout=PATIENCE):
        assert desk.begun.wait(PATIENCE)


def leave_as_client(url: str, name: str) -> None:
    """Ask, and cancel once the work has begun; cancelling returns when the work has ended."""
    client = Client(url, verbose=False, httpx_kwargs={"timeout": PATIENCE})
    job = client.submit(**LONG[name], api_name=f"/{name}")
    assert desk.begun.wait(PATIENCE)
    # Before the client has heard of the beginning, its cancelling names no event and does nothing.
    while job.status().code not in (Status.PROCESSING, Status.ITERATING):
        time.sleep(0.02)
    assert not job.done()
    job.cancel()
    client.close()


def seconds_to_classify(client: Client) -> float:
    """One row, and what the page does around it."""
    began = time.monotonic()
    assert client.predict("imdb", "A good film.", api_name="/classify")["label"]
    return time.monotonic() - began


def test_every_endpoint_is_left_in_the_middle(other: Client) -> None:
    endpoints = other.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert {name.strip("/") for name in endpoints} == LONG.keys() | SHORT


@pytest.mark.parametrize("leave", [leave_as_curl, leave_as_client])
@pytest.mark.parametrize("name", LONG)
def test_the_work_of_one_who_left_ends_at_once(url: str, other: Client, name: str, leave: Any) -> None:
    pace = seconds_to_classify(other)
    desk.close()
    with ThreadPoolExecutor(1) as visitor:
        leaving = visitor.submit(leave, url, name)
        try:
            assert desk.begun.wait(PATIENCE)
            began = time.monotonic()
            while not desk.gone():
                assert time.monotonic() - began < NOTICED + 10 * pace
                time.sleep(0.02)
        finally:
            desk.open.set()
        leaving.result(PATIENCE)
    seconds_to_classify(other)
    assert desk.asked <= HELD_AT + CLASSIFIED


@pytest.mark.parametrize("name", ["noise_cloud", "noise_curve"])
def test_one_who_stays_has_many_more_questions_asked(other: Client, name: str) -> None:
    desk.asked = 0
    other.submit(**LONG[name], api_name=f"/{name}").result()
    assert desk.asked > 2 * (HELD_AT + CLASSIFIED)


def test_one_who_waits_is_told_the_place_and_an_estimate(url: str, other: Client) -> None:
    """As gradio_client sees it; the queue counts from 0, and knows how long earlier requests took."""
    asked = LONG["noise_curve"] | {"draws": 3}
    other.submit(**asked, api_name="/noise_curve").result()
    seconds_to_classify(other)
    desk.close()
    busy = Client(url, verbose=False)
    begun = busy.submit(**asked | {"draws": 4}, api_name="/noise_curve")  # 3 would be answered from memory
    assert desk.begun.wait(PATIENCE)
    waiting = other.submit("imdb", "A good film, and waiting.", api_name="/classify")
    try:
        until = time.monotonic() + PATIENCE
        while waiting.status().eta is None:
            assert time.monotonic() < until, waiting.status()
            time.sleep(0.05)
        told = waiting.status()
        assert (told.code, told.rank, told.queue_size) == (Status.IN_QUEUE, 0, 1)
    finally:
        desk.open.set()
    assert waiting.result()["label"]
    begun.result()
    busy.close()
