"""The same question twice is answered from memory: whole answers, kept for whoever asks next.

An answer is a function of the work, the weights that answer, the settings, the seed and the text, and all of these are
its key; what a visitor's own model says is never kept. What did not come to its end (its client left, its time was up)
is not kept either. Answers lie here as bytes, so whoever is given one has a copy, and all of them together have a
bound; those that nobody asked for longest go first.
"""

import functools
import hashlib
import pickle
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, TypeVar

from app.catalog import Catalog
from app.visitors import OWN
from core.analysis.request import AnalysisRequest
from core.defenses.registry import PLAIN, defense_names
from core.errors import FireBertError

Found = TypeVar("Found")


def key_of(catalog: Catalog, work: str, task: str, models: Sequence[str], *asked: object) -> Hashable | None:
    """The name under which an answer is kept, whatever its length; None where it must not be.

    ``models`` are those that answer, alone (``imdb-fact``) or under a defence (``five:imdb-fact``).
    """
    inner = [PLAIN if name in defense_names() else name.rpartition(":")[2] for name in models]
    if any(name.startswith(OWN) for name in inner):
        return None
    try:
        weights = [catalog.shelf.weights(task, name) for name in inner]
    except FireBertError:  # the work itself says what is wrong with a name
        return None
    question = repr((work, task, list(models), weights, asked)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(question, digest_size=20).digest()


def recalled(catalog: Catalog, key: Hashable | None, work: Callable[[], Found]) -> Found:
    """What ``work`` comes to, or came to before."""
    kept = catalog.shelf.answered.get(key) if key else None
    if kept is not None:
        return pickle.loads(kept)
    found = work()
    keep(catalog, key, found)
    return found


def recalled_stream(catalog: Catalog, key: Hashable | None, work: Callable[[], Iterator[Found]]) -> Iterator[Found]:
    """All that ``work`` yields, or yielded before; kept once it has come to its end."""
    kept = catalog.shelf.answered.get(key) if key else None
    if kept is not None:
        yield from pickle.loads(kept)
        return
    told = []
    for one in work():
        told.append(one)
        yield one
    keep(catalog, key, told)


def keep(catalog: Catalog, key: Hashable | None, found: object) -> None:
    """Keep an answer of our own making, if it may be kept."""
    if key:
        catalog.shelf.answered.put(key, pickle.dumps(found, pickle.HIGHEST_PROTOCOL))


def once(work: Callable[..., Any]) -> Callable[..., Any]:
    """``work(catalog, asked, visitor, ...)`` on a request for an analysis, done once for the same question."""

    @functools.wraps(work)
    def done(catalog: Catalog, asked: AnalysisRequest, visitor: str, *rest: Any, **more: Any) -> Any:
        key = key_of(catalog, work.__name__, asked.task, [asked.model], asked, rest, sorted(more.items()))
        return recalled(catalog, key, lambda: work(catalog, asked, visitor, *rest, **more))

    return done


def once_told(work: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """As :func:`once`, for work that is a stream."""

    @functools.wraps(work)
    def told(catalog: Catalog, asked: AnalysisRequest, visitor: str, *rest: Any) -> Iterator[Any]:
        key = key_of(catalog, work.__name__, asked.task, [asked.model], asked, rest)
        yield from recalled_stream(catalog, key, lambda: work(catalog, asked, visitor, *rest))

    return told
