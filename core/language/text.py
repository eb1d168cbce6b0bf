"""Words as character spans of the raw text, and edits that replace spans in place (METHODS, section 2).

The text is sacred: nothing is ever re-joined from tokens. Replacing nothing returns the same string, bit for bit.
Used by everybody who touches a text.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import regex

from core.errors import InputError

# A tag such as <br /> or <a href="x"> is markup, not words to swap, so it is matched first and skipped; likewise an
# address, whose parts are no words. What only looks like a tag (if x <y and y> z) is text.
_ATTRIBUTE = r"""\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+)"""
_TAG = rf"</?[a-zA-Z][a-zA-Z0-9]*+(?:{_ATTRIBUTE})*+\s*/?>"
_URL = r"""(?<![\p{L}\p{N}])(?i:(?:https?|ftp)://|www\.)[^\s<>"]++"""
_MAIL = r"(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}+@(?:[\p{L}\p{N}-]{1,63}+\.){1,8}[\p{L}]{2,63}"
# Characters that nobody sees (soft hyphen, zero-width space and joiners, byte-order mark) do not end a word.
_UNSEEN = r"[\u00ad\u200b-\u200d\u2060\ufeff]"
_RUN = rf"[\p{{L}}\p{{N}}](?:{_UNSEEN}*+[\p{{L}}\p{{N}}\p{{M}}]++)*+"
_WORD = regex.compile(rf"{_TAG}|{_URL}|{_MAIL}|(?P<word>{_RUN}(?:['’\u2010\u2011-]{_RUN})*)")
_NUMBER = regex.compile(r"\p{N}++(?:['’\u2010\u2011-]\p{N}++)*+")
_LETTER = regex.compile(r"\p{L}")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
UNSPACED = (
    "Words are found by the spaces between them, and most of this text is in a script without spaces: what is said of "
    "its words means little."
)


@dataclass(frozen=True, order=True)
class Word:
    """A word of a raw text: ``text == raw[start:end]``, in code points."""

    start: int
    end: int
    text: str


def find_words(text: str) -> tuple[Word, ...]:
    """The words of ``text`` in order: runs of letters, digits and marks, with inner apostrophes and hyphens.

    Tags, web and mail addresses hold none.
    """
    return tuple(Word(m.start(), m.end(), m.group()) for m in _WORD.finditer(text) if m.group("word") is not None)


def is_number(word: str) -> bool:
    """Whether a word is all digits (``1990``, ``9-11``): it has no synonym, and another number is another fact."""
    return _NUMBER.fullmatch(word) is not None


def is_unspaced(text: str) -> bool:
    """Whether most letters of ``text`` are of a script that sets no spaces between words (:data:`UNSPACED`)."""
    return 2 * len(_UNSPACED.findall(text)) > len(_LETTER.findall(text))


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
