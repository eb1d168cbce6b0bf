"""The standard streams, made safe for any text: a console that has no letter for it gets a stand-in, never an error.

A console's encoding is the user's to choose (``PYTHONIOENCODING``, a Windows code page) and is left as it is. Bytes
that are no text, from the shell or on stdin, become U+FFFD, the sign for that.
"""

import codecs
import io
import sys

from core import columns

_PLAIN = {"█": "#", "→": "->", "…": "...", "–": "-", "“": '"', "”": '"', "‘": "'", "’": "'"}
_HANDLER = "firebert.plain"


def settle() -> None:
    """Let every stream take and give any text; to be called once, before anything is read or written."""
    codecs.register_error(_HANDLER, _plain)
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, _HANDLER), (sys.stderr, _HANDLER)):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def whole_text(given: str | None) -> str | None:
    """A text from the shell, its undecodable bytes (lone surrogates, as Python hands them over) as U+FFFD."""
    return None if given is None else columns.whole_text(given)


def _plain(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that the stream's encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_PLAIN.get(letter, "?") for letter in lost), error.end
