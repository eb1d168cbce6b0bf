"""A text that is being changed: its words, which of them were replaced, and cheap copies with one more replaced.

Equal to :func:`core.language.text.replace_words` on the original, without cutting the whole text anew for every
candidate.
"""

import copy
from dataclasses import dataclass

from core.language.text import find_words, match_case


@dataclass
class Draft:
    """``words`` are the current ones, ``starts`` where they begin in ``text``; ``swaps`` the replacements so far."""

    text: str

    def __post_init__(self) -> None:
        self.spans = find_words(self.text)
        self.originals = [word.text for word in self.spans]
        self.words = list(self.originals)
        self.starts = [word.start for word in self.spans]
        self.swaps: list[tuple[int, str, str]] = []

    def fork(self) -> "Draft":
        """A copy to be changed on its own; the words are not looked for again."""
        other = copy.copy(self)
        other.words, other.starts, other.swaps = list(self.words), list(self.starts), list(self.swaps)
        return other

    def cased(self, index: int, replacement: str) -> str:
        """``replacement`` in the casing of the original word at ``index``."""
        return match_case(self.originals[index], replacement)

    def with_word(self, index: int, word: str) -> str:
        """The text with ``word`` in the place of the word at ``index``, nothing else changed."""
        start = self.starts[index]
        return self.text[:start] + word + self.text[start + len(self.words[index]) :]

    def without_word(self, index: int) -> str:
        """The text without the word at ``index`` and the space after it (before it, at the end)."""
        start = self.starts[index]
        head, tail = self.text[:start], self.text[start + len(self.words[index]) :]
        if tail.startswith(" "):
            return head + tail[1:]
        return (head.removesuffix(" ") if not tail[:1].isalnum() else head) + tail

    def around(self, index: int, width: int, word: str | None = None) -> str:
        """The raw text of the ``width`` words around ``index`` (0: all of it), with ``word`` in its place if given."""
        if width == 0 or len(self.words) <= width:
            return self.text if word is None else self.with_word(index, word)
        first, last = window(len(self.words), index, width)
        end = self.starts[last - 1] + len(self.words[last - 1])
        if word is None:
            return self.text[self.starts[first] : end]
        start = self.starts[index]
        return self.text[self.starts[first] : start] + word + self.text[start + len(self.words[index]) : end]

    def swap(self, index: int, word: str) -> None:
        """Put ``word`` in the place of the word at ``index``, for good."""
        self.text = self.with_word(index, word)
        shift = len(word) - len(self.words[index])
        self.swaps.append((index, self.words[index], word))
        self.words[index] = word
        for later in range(index + 1, len(self.starts)):
            self.starts[later] += shift


def window(count: int, position: int, width: int) -> tuple[int, int]:
    """The first and one past the last of the ``width`` words around ``position``, out of ``count``.

    Centred, and shifted at the borders so that it keeps its width; the whole text when it is shorter. It always holds
    ``position``. (The released code sliced from a negative start for texts of 8 to 14 words, and could miss the changed
    word altogether; then any change passed.) ``width`` 0 means the whole text.
    """
    if width == 0 or count <= width:
        return 0, count
    start = min(max(0, position - (width - 1) // 2), count - width)
    return start, start + width
