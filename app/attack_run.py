"""A visitor's attack while it runs: stopped by a flag, streamed as the growing text of its recording.

The stream is a string that only grows, so the server sends what was added and a lost update loses nothing; it is the
very file that the visitor can save and replay.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

from app import zero_gpu
from app.answered import key_of
from app.attack_request import AttackRequest
from app.boundary import message_for
from app.catalog import Catalog
from app.entrants import line_up
from app.models import Shelf
from app.presence import absence
from app.zero_gpu import LONGEST, START, heavy, seconds_for
from core.tasks import get_task

UPDATE_SECONDS = 0.12
LOOK_SECONDS = 0.1
MAX_VISITORS = 1000
OVER = "The attack is over."
ENDS_OF_THEIR_OWN = {"success", "failed", "skipped"}
"""Outcomes that neither a clock nor a visitor had a part in: such an attack would end so again."""


@dataclass(frozen=True)
class Progress:
    """The recording so far, and in words what is going on; ``over`` when nothing more will come."""

    recording: str
    status: str
    over: bool = False


class Stops:
    """A flag for each visitor's attack, set by Stop and read between slices of an answer."""

    def __init__(self) -> None:
        self._flags: OrderedDict[str, threading.Event] = OrderedDict()
        self._lock = threading.Lock()

    def arm(self, visitor: str) -> None:
        """A new attack is asked for: whatever the visitor had running ends, and the flag is down."""
        with self._lock:
            self._set(visitor)
            self._flags[visitor] = threading.Event()
            self._flags.move_to_end(visitor)
            while len(self._flags) > MAX_VISITORS:
                self._flags.popitem(last=False)

    def flag(self, visitor: str) -> Callable[[], bool]:
        """Whether the attack armed last has been stopped."""
        with self._lock:
            return self._flags.setdefault(visitor, threading.Event()).is_set

    def stop(self, visitor: str) -> None:
        """Stop what runs, or what waits in the queue."""
        with self._lock:
            self._set(visitor)

    def _set(self, visitor: str) -> None:
        if visitor in self._flags:
            self._flags[visitor].set()


def run_attack(
    catalog: Catalog, request: AttackRequest, stop: Callable[[], bool], visitor: str = ""
) -> Iterator[Progress]:
    """The attack from loading the models to its end, at most ten updates a second; ``visitor`` may name own models.

    Ends as well when the client of the event has gone, by whose handler this is to be advanced. An attack that came to
    its end for whomever, and not to that of its time, is told again.
    """
    gone = absence()
    for waiting in _warm(catalog.shelf, request.task, lambda: stop() or gone()):
        yield Progress("", waiting)
    if stop():
        yield Progress("", "Stopped before the attack began.", over=True)
        return
    key = key_of(catalog, "attack", request.task, request.against, request)
    if known := key and catalog.shelf.answered.get(key):
        yield Progress(known.decode(), OVER, over=True)
        return
    from core.attacks.events import AttackFinished
    from core.attacks.race import Asking
    from core.attacks.recording import write_line

    on_card = zero_gpu.is_here()  # in another process, which no flag reaches
    items = fought(catalog, request, visitor, _never if on_card else lambda: stop() or gone())
    lined = next(items)
    text, last, ends = write_line(lined), 0.0, []
    for item in items:
        said = ""
        if isinstance(item, Asking):
            said = f"Asking {lined.classifiers[item.lane]}: {item.done} of {item.total} answers."
        else:
            text += write_line(item)
            ends += [item.event.status] if isinstance(item.event, AttackFinished) else []
        if time.monotonic() - last >= UPDATE_SECONDS:
            last = time.monotonic()
            yield Progress(text, said or f"Attacking {lined.classifiers[item.lane]}.")
        if on_card and (stop() or gone()):
            items.close()
            break
    if key and set(ends) <= ENDS_OF_THEIR_OWN:
        catalog.shelf.answered.put(key, text.encode())
    yield Progress(text, OVER, over=True)


def _seconds(catalog: Catalog, request: AttackRequest, visitor: str, stop: Callable[[], bool]) -> int:
    """A question for every twenty characters, of as many classifiers, and no more than the attack itself may take."""
    text, most = get_task(request.task).text(request.example), request.config.max_seconds or LONGEST
    questions = min(request.config.max_queries or len(text), 20 + len(text)) * len(request.against)
    estimate = seconds_for(questions, min(len(text), 2_000), get_task(request.task).max_pieces)
    return min(estimate, round(START + most * len(request.against)))


def _never() -> bool:
    return False


@heavy(_seconds)
def fought(
    catalog: Catalog, request: AttackRequest, visitor: str, stop: Callable[[], bool]
) -> Generator[Any, None, None]:
    """What the recording begins with, then all that happens."""
    from core.attacks.attack import Attack
    from core.attacks.race import line_up as announce
    from core.attacks.race import race

    lined = line_up(catalog, request.task, request.against, request.config.seed, visitor)
    attack = Attack(request.config, catalog.models(request.task)[1])
    yield announce(attack, lined, request.example, "Your attack")
    yield from race(attack, lined, request.example, stop=stop, explain=message_for)


def _warm(shelf: Shelf, task: str, stop: Callable[[], bool]) -> Iterator[str]:
    """Until the models are there, or cannot be: then asking for them says why."""
    if shelf.is_loaded(task):
        return
    shelf.start_warming()
    while not (shelf.is_loaded(task) or shelf.warmth().done or stop()):
        yield "Loading the models; the first time takes some seconds."
        time.sleep(LOOK_SECONDS)
