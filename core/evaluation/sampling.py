"""Where a program's processor time goes, without touching the program: its threads are looked at every millisecond.

The processor time that a thread has used since the last look is put down to the part of the program it is in, which is
that of the innermost of its functions that some part claims. Nothing is wrapped, so what is measured runs as it always
does; the looking costs about one percent.
"""

import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from types import FrameType, TracebackType


class Sampler:
    """A context; ``seconds`` of processor time by part, all threads together. Time that no part claims is ``rest``."""

    def __init__(self, parts: Mapping[str, str], rest: str, every: float = 0.001) -> None:
        """``parts``: from ``module`` or ``module:function`` to the part's name; a function goes before its module."""
        self.parts, self.rest, self.every = parts, rest, every
        self.seconds: dict[str, float] = defaultdict(float)
        self._seen: dict[int, float] = {}
        self._end = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="sampler", daemon=True)

    def __enter__(self) -> "Sampler":
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(self.every / 2)  # else a busy thread lets the watcher in every 5 ms only
        self._look(lambda part, used: None)
        self._watcher.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        sys.setswitchinterval(self._interval)
        self._end.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._end.wait(self.every):
            self._look(self._add)

    def _add(self, part: str, used: float) -> None:
        self.seconds[part] += used

    def _look(self, tell: Callable[[str, float], None]) -> None:
        for thread, frame in sys._current_frames().items():
            if thread == self._watcher.ident:
                continue
            try:
                clock = time.clock_gettime(time.pthread_getcpuclockid(thread))
            except OSError:  # it has ended meanwhile
                continue
            used = clock - self._seen.get(thread, 0.0)
            self._seen[thread] = clock
            if used > 0:
                tell(self._part(frame), used)

    def _part(self, frame: FrameType | None) -> str:
        while frame is not None:
            module = frame.f_globals.get("__name__", "")
            part = self.parts.get(f"{module}:{frame.f_code.co_name}") or self.parts.get(module)
            if part:
                return part
            frame = frame.f_back
        return self.rest
