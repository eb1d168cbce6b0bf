"""Reading a sentencepiece model, by hand; that the pieces of texts are the package's: ``test_sentence_model.py``."""

import struct

from core.language.pieces import read_pieces


def field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2, len(value)]) + value


def test_pieces_by_hand() -> None:
    """Three pieces, one without a score and one with a kind to be passed over, among other fields."""
    score = bytes([2 << 3 | 5]) + struct.pack("<f", -1.5)
    kind = bytes([3 << 3 | 0, 0x80, 0x01])
    pieces = [field(1, b"a") + score, field(1, "é".encode()), field(1, b"bc") + score + kind]
    message = field(2, b"other") + b"".join(field(1, piece) for piece in pieces) + field(3, b"\x08\x01")
    assert list(read_pieces(message)) == [("a", -1.5), ("é", 0.0), ("bc", -1.5)]
