"""Words as character spans of the raw text, and edits that replace spans in place (METHODS, section 2).

The text is sacred: nothing is ever re-joined from tokens. Replacing nothing returns the same string, bit for bit.
Used by everybody who touches a text.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import regex

from core.errors import InputError

# A tag such as <br /> or <a href="x"> is markup, not words to swap, so it is matched first and skipped. What only looks
# like one (if x <y and y> z) is text.
_ATTRIBUTE = r"""\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+)"""
_TAG = rf"</?[a-zA-Z][a-zA-Z0-9]*+(?:{_ATTRIBUTE})*+\s*/?>"
_RUN = r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*"
_WORD = regex.compile(rf"{_TAG}|(?P<word>{_RUN}(?:['’\u2010\u2011-]{_RUN})*)")


@dataclass(frozen=True, order=True)
class Word:
    """A word of a raw text: ``text == raw[start:end]``, in code points."""

    start: int
    end: int
    text: str


def find_words(text: str) -> tuple[Word, ...]:
    """The words of ``text`` in order: runs of letters, digits and marks, with inner apostrophes and hyphens."""
    return tuple(Word(m.start(), m.end(), m.group()) for m in _WORD.finditer(text) if m.group("word") is not None)


def match_case(source: str, replacement: str) -> str:
    """``replacement`` in the casing of ``source``: lower, Capitalised or UPPER; anything else is left as given."""
    if source.casefold() == replacement.casefold():
        return source
    if len(source) > 1 and source.isupper():
        return replacement.upper()
    if source[:1].isupper():
        return replacement[:1].upper() + replacement[1:]
    return replacement


def replace_words(text: str, swaps: Mapping[Word, str]) -> str:
    """``text`` with each word span replaced, in the source word's casing; every other character is left alone.

    Raises InputError if a span does not belong to ``text`` or two spans overlap.
    """
    parts, done = [], 0
    for word in sorted(swaps):
        if text[word.start : word.end] != word.text:
            raise InputError(f"The text has no word {word.text!r} at characters {word.start} to {word.end}.")
        if word.start < done:
            raise InputError(f"Two swaps overlap at character {word.start}.")
        parts += [text[done : word.start], match_case(word.text, swaps[word])]
        done = word.end
    return "".join([*parts, text[done:]])
