"""Answers that any visitor may be given again, so that a class that plays with one text asks the models once.

Only what is a function of its key is kept: answers of models that ship, with their seed. Thread-safe.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

KEPT = 20_000
"""A look at a word leaves some forty small values."""


class Remembered:
    """The values of at most ``KEPT`` keys; those that nobody asked for longest go first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """The value, or None."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._kept:
                self._values.popitem(last=False)
