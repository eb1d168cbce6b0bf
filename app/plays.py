"""The play of each visitor as it was shown last.

The page's own state lags behind: an answer that is on its way when a visitor clicks again comes after the click's, and
would take back what the click did.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable

from app.attack_run import MAX_VISITORS, Stops
from app.play import Play


class Plays:
    """Plays by visitor, the latest ``MAX_VISITORS``, and a stop for what is asked about each."""

    def __init__(self) -> None:
        self._stops, self._lock = Stops(), threading.Lock()
        self._plays: OrderedDict[str, Play] = OrderedDict()

    def lay(self, visitor: str, play: Play) -> None:
        """Another play is shown: what is asked about the one before ends."""
        with self._lock:
            self._stops.arm(visitor)
            self._put(visitor, play)

    def clear(self, visitor: str) -> None:
        """No play is shown."""
        with self._lock:
            self._stops.stop(visitor)
            self._plays.pop(visitor, None)

    def of(self, visitor: str, otherwise: Play | None) -> Play | None:
        """The play that was shown last; ``otherwise``, what the page says, of a visitor who was shown none."""
        with self._lock:
            return self._plays.get(visitor, otherwise)

    def take(self, visitor: str, otherwise: Play | None) -> tuple[Play | None, Callable[[], bool]]:
        """The play to ask about, and whether somebody else has taken or laid one since."""
        with self._lock:
            self._stops.arm(visitor)
            return self._plays.get(visitor, otherwise), self._stops.flag(visitor)

    def keep(self, visitor: str, play: Play, stop: Callable[[], bool]) -> bool:
        """What asking made of a play that was taken, unless it was stopped; whether it may be shown."""
        with self._lock:
            if stop():
                return False
            self._put(visitor, play)
            return True

    def _put(self, visitor: str, play: Play) -> None:
        self._plays[visitor] = play
        self._plays.move_to_end(visitor)
        while len(self._plays) > MAX_VISITORS:
            self._plays.popitem(last=False)
