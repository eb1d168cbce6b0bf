"""Whether anybody still waits for what a handler is doing: the one place that looks into Gradio's queue.

Gradio tells a handler nothing when its client leaves or presses Stop: a generator is closed at its next ``yield``, a
function runs to its end for nobody. The queue knows at once, though, for a closed browser tab, for ``job.cancel()`` of
gradio_client and for a curl that ends: the event is dead or no longer among the active ones. A client that asked and
never came back for the answer leaves its messages unread. (An MCP client's leaving is not told: Gradio asks the page
on its behalf and waits. The time that a request may take ends that.)
"""

import time
from collections.abc import Callable
from typing import Any

from gradio.context import LocalContext

UNREAD_SECONDS = 10.0
"""A client reads a message within milliseconds; one that has let some lie for so long has not come for its answer."""


def absence(clock: Callable[[], float] = time.monotonic) -> Callable[[], bool]:
    """A question for the event that this thread handles: has its client gone? Never, outside of an event.

    It may be asked from any thread, and costs microseconds.
    """
    blocks, event_id = LocalContext.blocks.get(None), LocalContext.event_id.get(None)
    if blocks is None or event_id is None:
        return lambda: False
    queue, unread_since = blocks._queue, None

    def gone() -> bool:
        nonlocal unread_since
        event = _active(queue, event_id)
        if event is None or not event.alive:
            return True
        messages = dict.get(queue.pending_messages_per_session, event.session_hash)
        if messages is None or messages.empty():
            unread_since = None
            return False
        unread_since = unread_since or clock()
        return clock() - unread_since > UNREAD_SECONDS

    return gone


def _active(queue: Any, event_id: str) -> Any:
    """The event of that id, if the queue still works on it."""
    return next((event for job in list(queue.active_jobs) if job for event in job if event._id == event_id), None)
