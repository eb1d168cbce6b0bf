"""Whoever leaves in the middle of a request holds nobody: every endpoint, left as curl and as gradio_client leave."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.utils import Status

from app.cotune_request import CotuneRequest
from app.jobs import Job
from app.main import build_app, launch_options
from app.models import Shelf
from app.settings import CotuneLimits, RequestLimits, Settings
from core.events import Preparing
from tests.conftest import make_tiny_classifier
from tests.page import free_port, tiny_shelf

TEXT = "A good film about a man who walks to the river, and a great story that is never boring."
ROW_SECONDS = 0.004
"""A question about a row; every request below asks about thousands."""
PATIENCE = 3.0
"""Within so many seconds the next client must have its answer, on a machine that does other things as well."""

LONG: dict[str, dict[str, Any]] = {
    "analyse": {"task": "imdb", "text": TEXT, "settings": {"five.samples": 9_000}},
    "noise_cloud": {"task": "imdb", "text": TEXT, "draws": 1_000},
    "noise_curve": {"task": "imdb", "text": TEXT, "draws": 1_000},
    "roll_dice": {"task": "imdb", "text": TEXT, "draws": 1_000},
    "attack": {
        "task": "imdb", "text": TEXT * 4, "preset": "ungated", "against": "plain,fuse,five", "max_seconds": 100,
    },
    "co_tune": {"task": "imdb"},
}  # fmt: skip
SHORT = {"classify"}
"""One row: over before anybody could leave."""
jobs: list[Job] = []


def slow_shelf() -> Shelf:
    """The tiny shelf, whose classifiers take their time for every row."""
    tiny = tiny_shelf()

    def load(settings: Settings, task: Any) -> Any:
        classifier = make_tiny_classifier(task)
        answer = classifier.encoded_logits

        def unhurried(rows: Sequence[Any]) -> Any:
            time.sleep(ROW_SECONDS * len(rows))
            return answer(rows)

        classifier.encoded_logits = unhurried
        return classifier

    settings = Settings(port=free_port(), limits=RequestLimits(together=1), cotune=CotuneLimits())
    return Shelf(settings, load, lambda settings: tiny.lexicon())


def endless(shelf: Shelf, request: CotuneRequest, folder: Any, job: Job) -> Iterator[Any]:
    """A co-tuning run that says something once and then works until it is told to end."""
    jobs.append(job)
    yield Preparing(0, 10)
    while not job.stopped():
        time.sleep(0.05)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    shelf = slow_shelf()
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
    asked = httpx.post(f"{url}/gradio_api/call/v2/{name}", json=LONG[name], timeout=10).json()
    until = time.monotonic() + 1.5
    try:
        with httpx.stream("GET", f"{url}/gradio_api/call/{name}/{asked['event_id']}", timeout=1.0) as answer:
            for line in answer.iter_lines():
                assert line not in ("event: complete", "event: error")
                if time.monotonic() > until:
                    break
    except httpx.ReadTimeout:
        pass


def leave_as_client(url: str, name: str) -> None:
    """Ask, and cancel once the work has begun."""
    client = Client(url, verbose=False)
    job = client.submit(**LONG[name], api_name=f"/{name}")
    while job.status().code not in (Status.PROCESSING, Status.ITERATING):
        time.sleep(0.05)
    time.sleep(0.5)
    assert not job.done()
    job.cancel()
    client.close()


def test_every_endpoint_is_left_in_the_middle(other: Client) -> None:
    endpoints = other.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert {name.strip("/") for name in endpoints} == LONG.keys() | SHORT


@pytest.mark.parametrize("leave", [leave_as_curl, leave_as_client])
@pytest.mark.parametrize("name", LONG)
def test_the_next_client_is_answered_at_once(url: str, other: Client, name: str, leave: Any) -> None:
    leave(url, name)
    began = time.monotonic()
    assert other.predict("imdb", "A good film.", api_name="/classify")["label"]
    assert time.monotonic() - began < PATIENCE
    if name == "co_tune":
        while not jobs[-1].stopped():
            assert time.monotonic() - began < PATIENCE
            time.sleep(0.05)
