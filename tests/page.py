"""The page over tiny models, served once per test session: for the endpoint tests and the browser tests."""

import functools
import socket
import time
from collections.abc import Sequence
from typing import Any

from app.main import Page, build_app, launch_options
from app.models import Shelf
from app.settings import Settings
from app.visitors import VisitorModels
from core.language.lexicon import Lexicon
from core.tasks import Example, Task
from tests.app.cotuning import quick_cotune
from tests.conftest import NEIGHBOURS, STOP_WORDS, ToyEncoder, ToyNeighbors, ToyTagger, make_tiny_classifier

LINGER = "lingering"
"""A review with this word takes a second a question, so that a test can stop an attack before its end."""


def tiny_shelf() -> Shelf:
    """A shelf whose classifiers are tiny random BERTs and whose lexicon is made by hand."""
    return Shelf(
        Settings(port=0),
        lambda settings, task: _tiny(task.name),
        lambda settings: Lexicon(ToyNeighbors(NEIGHBOURS), ToyTagger(), ToyEncoder(), STOP_WORDS),
    )


@functools.lru_cache(maxsize=4)
def _tiny(name: str) -> object:
    from core.tasks import get_task

    task: Task = get_task(name)
    classifier = make_tiny_classifier(task)
    encode = classifier.encode

    def unhurried(examples: Sequence[Example]) -> list[object]:
        if any(LINGER in example.text_a for example in examples):
            time.sleep(1.0)
        return encode(examples)

    classifier.encode = unhurried
    return classifier


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def served() -> str:
    """The address of the page; it is served until the tests end."""
    return _serve()[0]


def served_visitors() -> VisitorModels:
    """The models of the visitors of that page, for a test to add some as co-tuning does."""
    return _serve()[1].visitors


def served_page() -> Page:
    """That page itself."""
    return _serve()[1]


def own_model(task: Task, seed: int = 7) -> Any:
    """A tiny classifier that answers differently from the shelf's, as if a visitor had co-tuned it."""
    return make_tiny_classifier(task, seed)


@functools.lru_cache(maxsize=1)
def _serve() -> tuple[str, Page]:
    settings = Settings(port=free_port())
    shelf = tiny_shelf()
    for name in shelf.task_names():
        shelf.classifier(name)
    shelf.lexicon()
    page = build_app(settings, shelf, quick_cotune)
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_options(settings))
    return str(url), page
