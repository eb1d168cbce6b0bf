"""Words that are never changed: lists of them, each a data file with its source beside it.

A file holds one word a line; its sidecar ``NAME.json`` holds the source, the licence, the count and the sha256. Used by
SWITCH, FIVE and the attacks: test ``word.lower() in stop_words``.
"""

import functools
import json

from core.errors import DamagedResourceError, UnknownNameError
from core.resources import ASSETS, Resource

FOLDER = ASSETS / "stopwords"
MEND = "git checkout -- assets/stopwords"
NAMES = ("textfooler",)


def stop_words_resource(name: str) -> Resource:
    """The list as a file to check; its sidecar is required to be there and whole."""
    if name not in NAMES:
        raise UnknownNameError("stop-word list", name, NAMES)
    purpose = f"stop words '{name}': words that are never changed"
    sidecar = Resource(FOLDER / f"{name}.json", f"{purpose}; this file says what the list hashes to", MEND).require()
    try:
        digest = json.loads(sidecar.read_text(encoding="utf-8"))["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedResourceError(
            f"Damaged file {sidecar} ({purpose}): expected JSON with a sha256. To mend it: {MEND}"
        ) from error
    return Resource(FOLDER / f"{name}.txt", purpose, MEND, digest)


@functools.cache
def load_stop_words(name: str = "textfooler") -> frozenset[str]:
    """The list of that name, in lower case.

    A word with an apostrophe is there in both spellings, ' and ’, since texts hold both. Raises MissingResourceError or
    DamagedResourceError, naming the file and the command that mends it.
    """
    words = stop_words_resource(name).require().read_text(encoding="utf-8").split()
    return frozenset(words) | frozenset(word.replace("'", "’") for word in words)
