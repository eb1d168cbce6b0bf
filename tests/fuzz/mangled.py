"""Inputs that nobody meant: good ones with a few things wrong, and bytes, texts and JSON out of the blue.

Everything is drawn from the ``random.Random`` that is handed in, so a seed repeats a run. ``FIREBERT_FUZZ`` is how many
inputs there are in all (``make fuzz`` takes 24,000, a usual test run few), ``FIREBERT_FUZZ_SEED`` where they begin.
"""

import json
import os
import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.errors import FireBertError

TOTAL = int(os.environ.get("FIREBERT_FUZZ", "400"))
THOROUGH = TOTAL > 5_000
SEED = int(os.environ.get("FIREBERT_FUZZ_SEED", "0"))
drawn = 0
"""Inputs that were tried in this process."""

DEEP = b"[" * 20_000
NASTY = (
    b"", b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\n\n", b"\t", b'"', b"'", b",", b";", b":", b"{",
    b"}",
    b"[", b"]", b"\\", b"\\ud800", b"NaN", b"-Infinity", b"1e999", b"-1", b"0.5", b"null", b"true", b"[]", b"{}", b'""',
    b"9" * 400, b"9" * 5000, DEEP, b"[" * 450 + b"]" * 450, b'{"a":' * 3000, b"<script>", b"=cmd|' /C calc'!A0",
    b"[[", b"]]", b"[[[[x]]]]: ", b"<SPLIT>",
    "\u2028".encode(), "\U0001f600".encode(), "e\u0301".encode(), b"PAR1", b"PK", b"sep=;\n", b"label", b"text",
    b"../../etc/passwd",
)  # fmt: skip
TEXTS = (
    "", " ", "imdb", "mnli", "plain", "fuse", "five", "own-1", "fuse:own-1", "imdb-fact", "shipped", "paper",
    "ungated", "pca",
    "textfooler", "saliency", "A good film about a bad man.", "good " * 300, "\ud800", "\0", "NaN", "-1", "1", "2.5",
    "1e999", "9" * 400,
    "../../etc/passwd", "http://127.0.0.1:9/x", "owner/name", "<script>alert(1)</script>", "=1+1", "[MASK] [SEP]",
    "\u202e\u0301\u0301",
    "five.samples", "switch.perturb_words", "text,label\na,1\nb,0\n", "undo", "word", "swap", "page", "budget-3",
    ",,,", "%", "a=b&c",
)  # fmt: skip
NUMBERS = (
    0, 1, 2, 3, 7, -1, 100, 1000, 10**6, 2**31 - 1, 2**31, 10**30, 10**400, -(10**400), 0.0, 0.5, -0.5, 2.5, 1e300,
    1e-300,
    float("nan"), float("inf"), True, False, None,
)  # fmt: skip


def share(targets: int) -> int:
    """Inputs for each of so many targets, which together are at least ``TOTAL``."""
    return -(-TOTAL // targets)


def chance_of(name: str) -> random.Random:
    """A source of chance for a target of that name."""
    return random.Random(f"{SEED} {zlib.crc32(name.encode())}")


def mangle(content: bytes, chance: random.Random) -> bytes:
    """``content`` with one to four things wrong."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        content = _one_wrong(content, chance)
    return content


def _one_wrong(content: bytes, chance: random.Random) -> bytes:
    a, b = sorted(chance.randint(0, len(content)) for _ in range(2))
    near = min(b, a + chance.choice((0, 1, 8, 60)))
    return chance.choice((
        content[:a] + chance.choice(NASTY) + content[a:],
        content[:a] + chance.choice(NASTY) + content[near:],
        content[:a] + bytes([chance.randrange(256)]) + content[a + 1 :],
        content[:a] + content[near:],
        content[:b],
        content[:b] + content[a:],
        content[b:] + content[:a],
    ))  # fmt: skip


def junk(chance: random.Random) -> bytes:
    """Bytes out of the blue, or the nasty ones in a row."""
    if chance.random() < 0.5:
        return chance.randbytes(chance.choice((1, 7, 60, 300)))
    return b"".join(chance.choices(NASTY, k=chance.randint(1, 6)))


def value(chance: random.Random, depth: int = 0) -> Any:
    """A value as JSON may hold it, or almost."""
    kind = chance.random()
    if kind < 0.45 or depth > 2:
        return chance.choice(TEXTS)
    if kind < 0.8:
        return chance.choice(NUMBERS)
    if kind < 0.9:
        return [value(chance, depth + 1) for _ in range(chance.randint(0, 3))]
    return {str(chance.choice(TEXTS)): value(chance, depth + 1) for _ in range(chance.randint(0, 3))}


def mangle_json(content: Any, chance: random.Random, depth: int = 0) -> Any:
    """A JSON value with some parts of it exchanged, left out or added; still JSON."""
    if chance.random() < 0.04 + 0.04 * depth:
        return value(chance)
    if isinstance(content, Mapping):
        kept = {key: mangle_json(one, chance, depth + 1) for key, one in content.items() if chance.random() > 0.02}
        return {**kept, chance.choice(TEXTS): value(chance)} if chance.random() < 0.03 else kept
    if isinstance(content, Sequence) and not isinstance(content, str):
        return [mangle_json(one, chance, depth + 1) for one in content if chance.random() > 0.02]
    return content


def spoiled(content: bytes, chance: random.Random) -> bytes:
    """A file made out of a good one: broken as bytes, or as the JSON that its lines may be; seldom something else."""
    kind = chance.random()
    if kind < 0.1:
        return junk(chance)
    if kind < 0.5:
        return mangle(content, chance)
    lines = content.split(b"\n")
    try:
        if kind < 0.6:
            return json.dumps(mangle_json(json.loads(content), chance)).encode()
        place = chance.randrange(len(lines))
        lines[place] = json.dumps(mangle_json(json.loads(lines[place]), chance)).encode()
        return b"\n".join(lines)
    except ValueError:
        return mangle(content, chance)


def tried(target: Callable[[], object], given: object) -> bool:
    """Whether ``target`` answered; a refusal is an error of ours with a sentence. Anything else fails the test."""
    global drawn
    drawn += 1
    try:
        target()
    except FireBertError as error:
        said = str(error)
        assert said.strip(), given
        assert "Traceback" not in said, given
        return False
    except Exception as error:
        raise AssertionError(f"{type(error).__name__}: {error!s:.300} from {given!r:.1500}") from error
    return True
