"""Words that are never changed: lists of them, each a data file with its source beside it.

A file holds one word a line; its sidecar ``NAME.json`` holds the source, the licence, the count and the sha256. Used by
SWITCH, FIVE and the attacks: test ``word.lower() in stop_words``.
"""

import functools

from core.errors import UnknownNameError
from core.resources import ASSETS, Resource, described

FOLDER = ASSETS / "stopwords"
MEND = "git checkout -- assets/stopwords"
NAMES = ("textfooler",)


def stop_words_resource(name: str) -> Resource:
    """The list as a file to check; its sidecar is required to be there and whole."""
    if name not in NAMES:
        raise UnknownNameError("stop-word list", name, NAMES)
    return described(FOLDER / f"{name}.txt", f"stop words '{name}': words that are never changed", MEND)


@functools.cache
def load_stop_words(name: str = "textfooler") -> frozenset[str]:
    """The list of that name, in lower case.

    A word with an apostrophe is there in both spellings, ' and ’, since texts hold both. Raises MissingResourceError or
    DamagedResourceError, naming the file and the command that mends it.
    """
    words = stop_words_resource(name).require().read_text(encoding="utf-8").split()
    return frozenset(words) | frozenset(word.replace("'", "’") for word in words)
