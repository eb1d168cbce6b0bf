"""What comes in over the network, looked at before Gradio works on it and before any handler sees it.

A file in a request is a mapping with the ``path`` of an upload. Gradio would also take an address there and fetch it
for the visitor; here it is refused. What Gradio itself says about input of the wrong shape is meant for whoever writes
a page (names of objects, of functions); a visitor reads a sentence, the log has the rest.
"""

import logging
from typing import Any

import gradio as gr

log = logging.getLogger("firebert.page")
NO_ADDRESS = "An address is not opened here. Upload the file itself."
MISFIT = "The input does not fit this part of the page. Reload the page, or see Use via API for what it takes."
_ADDRESSES = ("http:", "https:", "//")


def check_addresses(given: Any) -> None:
    """Raise gr.Error for a file, however deep inside, that is an address in place of an upload."""
    waiting = [given]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            path = one.get("path")
            if isinstance(path, str) and path.strip().lower().startswith(_ADDRESSES):
                raise gr.Error(NO_ADDRESS, print_exception=False)
            waiting += one.values()
        elif isinstance(one, (list, tuple)):
            waiting += one


class GuardedBlocks(gr.Blocks):
    """Blocks that look at what comes in first."""

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> list[Any]:
        """As Gradio does it, for input that may be looked at; anything else is a gr.Error with a sentence."""
        check_addresses(inputs)
        try:
            return await super().preprocess_data(block_fn, inputs, state, explicit_call)
        except gr.Error as error:
            raise gr.Error(error.message, print_exception=False) from None
        except Exception as error:
            log.info("input that does not fit %s: %s", block_fn.api_name, type(error).__name__)
            raise gr.Error(MISFIT, print_exception=False) from None
