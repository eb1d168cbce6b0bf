"""Memory that was freed goes back to the system, not only to the program.

The C library keeps what a request has freed, for the next one; after some attacks that was a fifth of the process (400
of 1,789 MB), scattered so that it never goes back on its own. glibc's ``malloc_trim`` gives it back; other C libraries
have no such function, and nothing is done there.
"""

import ctypes
import threading
from collections.abc import Callable

EVERY_SECONDS = 15.0


def giver() -> Callable[[], None]:
    """A function that gives freed memory back."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda: None

    def give_back() -> None:
        trim(0)

    return give_back


def keep_giving_back(seconds: float = EVERY_SECONDS) -> None:
    """Give freed memory back from now on, every so many seconds, in a thread that ends with the program."""
    give_back, ended = giver(), threading.Event()

    def work() -> None:
        while not ended.wait(seconds):
            give_back()

    threading.Thread(target=work, name="memory", daemon=True).start()
