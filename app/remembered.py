"""Answers that any visitor may be given again, so that a class that plays with one text asks the models once.

Only what is a function of its key is kept: answers of models that ship, with their seed. Thread-safe.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

KEPT = 20_000
"""A look at a word leaves some forty small values."""
SHARE = 8
"""One value may take an eighth of the room at most."""


class Remembered:
    """Values of a weight of ``kept`` in all, each 1 unless ``weigh`` says more; the oldest go first."""

    def __init__(self, kept: int = KEPT, weigh: Callable[[Any], int] = lambda value: 1) -> None:
        self._kept, self._weigh, self._weight = kept, weigh, 0
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def weight(self) -> int:
        """Of all values together."""
        return self._weight

    def get(self, key: Hashable) -> Any:
        """The value, or None."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value, unless it alone would take more than its share."""
        weight = self._weigh(value)
        if weight > max(1, self._kept // SHARE):
            return
        with self._lock:
            self._weight += weight - (self._weigh(self._values[key]) if key in self._values else 0)
            self._values[key] = value
            self._values.move_to_end(key)
            while self._weight > self._kept:
                self._weight -= self._weigh(self._values.popitem(last=False)[1])
