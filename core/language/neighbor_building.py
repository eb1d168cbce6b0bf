"""Make a neighbour table out of word vectors: the nearest words of every word by cosine.

Reads the official ``counter-fitted-vectors.txt`` (a word and its numbers on each line) or an ``.npz`` with ``words``
and ``vectors``. All pairs are compared in blocks of rows, so memory stays at one block times the vocabulary. Used by
``python -m core assets neighbors``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import ConfigError, DataFileError
from core.language.neighbors import STORED, write_table
from core.resources import sha256_of

REBUILT = "rebuilt counter-fitted neighbours"
OFFICIAL = "counter-fitted neighbours"
# The vectors that the shipped table came from; only these get its name and its note.
REBUILT_SHA256 = "dff8ac0084409387878caf89c6fa851eb8142db91abf6f194e2debb4b7b4cff7"
REBUILT_NOTE = (
    "A rebuild of the counter-fitted vectors (Mrksic et al. 2016) over the same 65,713 words; the original file "
    "could not be had. Made from spaCy md, GloVe 100d and MiniLM word vectors (PCA to 300) by counter-fitting "
    "with the paper's constraints and two published lists of real counter-fitted neighbours. SimLex-999 0.65 "
    "(original 0.74). Of the real top-8 neighbours, 93 % are in its top 8 and all in its top 50 (a fit, not a "
    "test); of real neighbours it had not seen, 83 % are in its top 10."
)


@dataclass(frozen=True)
class BuildProgress:
    """How many of the words have their neighbours."""

    done: int
    total: int


def build_neighbors(vectors_path: str | Path, out: str | Path, name: str | None = None, stored: int = STORED) -> Path:
    """Write the table of ``vectors_path`` to ``out`` (npz, sidecar beside it) and return its path."""
    for _ in stream_build(vectors_path, out, name, stored):
        pass
    return Path(out)


def stream_build(
    vectors_path: str | Path, out: str | Path, name: str | None = None, stored: int = STORED, block: int = 256
) -> Iterator[BuildProgress]:
    """Build as :func:`build_neighbors` does, saying after each block of rows how far it is.

    Cost: words x words x dimensions multiplications, about two minutes for 65,713 words on one core.
    """
    vectors_path, out = Path(vectors_path), Path(out)
    if out.suffix != ".npz":
        raise ConfigError(f"The table must be a file ending in .npz, was given {out}.")
    if stored < 1 or block < 1:
        raise ConfigError(f"Neighbours per word and rows per block must be 1 or more, were given {stored} and {block}.")
    words, vectors = read_vectors(vectors_path)
    digest = sha256_of(vectors_path, vectors_path.stat().st_mtime_ns)
    ids, cosines = [], []
    for start in range(0, len(words), block):
        near, cosine = nearest(vectors, start, min(start + block, len(words)), stored)
        ids.append(near)
        cosines.append(cosine)
        yield BuildProgress(min(start + block, len(words)), len(words))
    words, all_ids, all_cosines = _renumber(near_first(vectors), words, np.concatenate(ids), np.concatenate(cosines))
    write_table(out, words, all_ids, all_cosines, _provenance(vectors_path, digest, vectors, all_ids, name))


def nearest(vectors: np.ndarray, start: int, stop: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers and cosines of the ``count`` rows nearest to each row ``start`` to ``stop``, nearest first.

    ``vectors`` (words, dimensions) are of unit length; a row is not its own neighbour; equal cosines go by row number.
    """
    count = min(count, len(vectors) - 1)
    rows = np.arange(stop - start)
    cosines = vectors[start:stop] @ vectors.T
    cosines[rows, rows + start] = -np.inf
    found = np.argpartition(cosines, len(vectors) - count, axis=1)[:, len(vectors) - count :]
    last = np.take_along_axis(cosines, found, axis=1).min(axis=1, keepdims=True)
    for row in np.flatnonzero((cosines >= last).sum(axis=1) > count):  # more are equal to the last than have room
        found[row] = np.argsort(-cosines[row], kind="stable")[:count]
    values = np.take_along_axis(cosines, found, axis=1)
    order = np.lexsort((found, -values), axis=1)
    return np.take_along_axis(found, order, axis=1), np.take_along_axis(values, order, axis=1)


def read_vectors(path: Path) -> tuple[list[str], np.ndarray]:
    """The distinct words of a vector file and their vectors, float32, of unit length.

    Raises DataFileError, naming the line, for anything that is not a word and its numbers.
    """
    if not path.is_file():
        raise DataFileError(f"No file {path}. Give counter-fitted-vectors.txt or an .npz with words and vectors.")
    words, vectors = _read_npz(path) if path.suffix == ".npz" else _read_text(path)
    if len(words) < 2:
        raise DataFileError(f"{path.name} holds {len(words)} words; neighbours need at least two.")
    lengths = np.linalg.norm(vectors, axis=1)
    wrong = np.flatnonzero(~np.isfinite(lengths) | (lengths == 0))
    if wrong.size:
        raise DataFileError(f"{path.name}: the vector of '{words[wrong[0]]}' is zero or not a number.")
    return words, vectors / lengths[:, None]


def _read_npz(path: Path) -> tuple[list[str], np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            words, vectors = [str(word) for word in arrays["words"]], arrays["vectors"].astype(np.float32)
    except (ValueError, KeyError, OSError) as error:
        raise DataFileError(f"{path.name} is not an .npz with words and vectors: {error}.") from error
    if vectors.ndim != 2 or len(words) != len(vectors) or len(set(words)) != len(words):
        raise DataFileError(f"{path.name}: expected one vector for each of {len(words)} distinct words.")
    return words, vectors


def _read_text(path: Path) -> tuple[list[str], np.ndarray]:
    rows: dict[str, np.ndarray] = {}
    width = None
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                word, *numbers = line.decode("utf-8").split()
                if number == 1 and len(numbers) == 1:
                    continue  # the "words dimensions" line that some tools write first
                values = np.array(numbers, dtype=np.float32)
            except ValueError as error:
                raise DataFileError(f"{path.name}, line {number}: expected a word and its numbers.") from error
            if width is None:
                width = len(values)
            if len(values) != width or width == 0:
                raise DataFileError(f"{path.name}, line {number}: expected {width} numbers, found {len(values)}.")
            rows.setdefault(word, values)
    return list(rows), np.stack(list(rows.values())) if rows else np.zeros((0, 0), np.float32)


def near_first(vectors: np.ndarray, smallest: int = 16) -> np.ndarray:
    """The row numbers of ``vectors`` in an order that puts near vectors near each other; always the same one.

    Halves the rows at the median along their widest direction, then each half, down to ``smallest`` rows.
    """
    waiting, done = [np.arange(len(vectors))], []
    while waiting:
        rows = waiting.pop()
        if len(rows) <= smallest:
            done.append(rows)
            continue
        centred = vectors[rows] - vectors[rows].mean(axis=0)
        direction = centred[np.argmax(np.sum(centred**2, axis=1))]
        for _ in range(8):  # power iteration towards the first principal component
            direction = centred.T @ (centred @ (direction / (np.linalg.norm(direction) + 1e-12)))
        rows = rows[np.argsort(centred @ direction, kind="stable")]
        waiting += [rows[len(rows) // 2 :], rows[: len(rows) // 2]]
    return np.concatenate(done)


def _renumber(
    order: np.ndarray, words: list[str], ids: np.ndarray, cosines: np.ndarray
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The same table with word ``order[i]`` as number ``i``."""
    number = np.empty(len(words), dtype=np.int64)
    number[order] = np.arange(len(words))
    return [words[i] for i in order], number[ids[order]], cosines[order]


def _provenance(path: Path, digest: str, vectors: np.ndarray, ids: np.ndarray, name: str | None) -> dict[str, object]:
    rebuilt = digest == REBUILT_SHA256
    known = REBUILT if rebuilt else OFFICIAL if path.name == "counter-fitted-vectors.txt" else None
    return {
        "name": name or known or f"neighbours from {path.name}",
        "words": len(vectors),
        "neighbors_per_word": ids.shape[1],
        "cosines": "rounded to thousandths",
        "vectors": path.name,
        "vectors_sha256": digest,
        "dimensions": vectors.shape[1],
        "command": f"python -m core assets neighbors --vectors {path.name}",
        "note": REBUILT_NOTE if rebuilt else "",
    }
