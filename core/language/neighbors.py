"""The nearest neighbours of a word, from a table made once out of word vectors (METHODS, sections 4 and 8).

The table holds, for each word of its vocabulary, up to 100 nearest words with their cosines. It is two files: arrays in
``NAME.npz`` (no pickles) and ``NAME.json``, which says which vectors they came from and what the arrays hash to.
:mod:`core.language.neighbor_building` makes both. Used by SWITCH and by the attacks.

Layout of the arrays, small and loaded in a fraction of a second: near words have near numbers, the neighbours of a word
are stored in the order of their numbers, as gaps, and each with its cosine in thousandths. Bytes of equal weight lie
together, which is what makes them compress. Nearest first is restored when a word is looked up.
"""

import functools
import itertools
import os
import threading
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ConfigError, DamagedResourceError
from core.resources import ASSETS, Resource, sha256_of
from core.strict_json import from_json, to_json

TABLE_VARIABLE = "FIREBERT_NEIGHBORS"
BUILT_IN = ASSETS / "neighbors" / "rebuilt.npz"
PURPOSE = "neighbour table: which words may replace a word"
MEND = "git checkout -- assets/neighbors, or python -m core assets neighbors --vectors FILE"
STORED = 100
_GAP_PLANES, _COSINE_PLANES = 3, 2


@dataclass(frozen=True)
class Neighbor:
    """A word near another one; ``cosine`` of their vectors, rounded to thousandths."""

    word: str
    cosine: float


class NeighborTable:
    """Neighbours by word: looked up without regard to case, nearest first, never the word itself.

    ``name`` says which vectors the table came from and belongs wherever results are shown; ``provenance`` is the
    whole sidecar. Guarantees: same word, same answer; a word outside the vocabulary has no neighbours. Safe to use from
    several threads (it is never changed).
    """

    def __init__(
        self, words: list[str], ids: np.ndarray, thousandths: np.ndarray, provenance: Mapping[str, Any]
    ) -> None:
        """``ids`` and ``thousandths`` (cosines) have a row a word and a column a neighbour, in any order."""
        self._words = words
        self._ids = ids
        self._thousandths = thousandths
        self._row: dict[str, int] = {}
        for row, word in enumerate(words):
            self._row.setdefault(word.lower(), row)
        self.provenance = dict(provenance)
        self.name = str(self.provenance["name"])

    def __contains__(self, word: str) -> bool:
        """True if ``word`` is in the vocabulary, in any casing."""
        return word.lower() in self._row

    def __len__(self) -> int:
        """How many words have neighbours."""
        return len(self._row)

    def words(self) -> Iterator[str]:
        """Every word that has neighbours, in lower case."""
        return iter(self._row)

    def neighbors(self, word: str, limit: int = STORED) -> tuple[Neighbor, ...]:
        """At most ``limit`` neighbours of ``word``, nearest first; none for a word outside the vocabulary.

        Neighbours whose cosines are the same in thousandths come in the table's order, always the same.
        """
        if limit < 0:
            raise ConfigError(f"The number of neighbours must be 0 or more, was given {limit}.")
        own = word.lower()
        row = self._row.get(own)
        if row is None:
            return ()
        thousandths = self._thousandths[row]
        nearest_first = np.argsort(-thousandths, kind="stable")
        pairs = zip(self._ids[row][nearest_first].tolist(), thousandths[nearest_first].tolist(), strict=True)
        found = (Neighbor(self._words[number], value / 1000) for number, value in pairs)
        return tuple(itertools.islice((near for near in found if near.word.lower() != own), limit))


def write_table(
    path: Path, words: list[str], ids: np.ndarray, cosines: np.ndarray, provenance: Mapping[str, Any]
) -> Path:
    """Write ``path`` (npz) and its sidecar; ``ids`` and ``cosines`` have a row a word, a column a neighbour.

    The same input gives the same bytes. Smallest when near words have near numbers.
    """
    by_number = np.argsort(ids, axis=1, kind="stable")
    gaps = np.diff(np.take_along_axis(ids, by_number, axis=1), axis=1, prepend=0)
    below_one = 1000 - np.rint(np.clip(np.take_along_axis(cosines, by_number, axis=1), -1, 1) * 1000)
    arrays: dict[str, Any] = {"words": np.frombuffer("\n".join(words).encode(), dtype=np.uint8)}
    for name, values, planes in (("gap", gaps, _GAP_PLANES), ("below_one", below_one, _COSINE_PLANES)):
        for plane in range(planes):
            arrays[f"{name}{plane}"] = (values.astype(np.uint32) >> (8 * plane) & 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)
    record = {**provenance, "sha256": sha256_of(path, path.stat().st_mtime_ns)}
    path.with_suffix(".json").write_text(to_json(record, indent=2) + "\n", encoding="utf-8")
    return path


def table_path(path: str | Path | None = None) -> Path:
    """``path``, else the environment variable ``FIREBERT_NEIGHBORS``, else the table that ships with the program."""
    return Path(path or os.environ.get(TABLE_VARIABLE) or BUILT_IN)


def load_neighbors(path: str | Path | None = None) -> NeighborTable:
    """The neighbour table at :func:`table_path`, checked by sha256; read once per process.

    Raises MissingResourceError or DamagedResourceError, naming the file and the command that mends it.
    """
    chosen = table_path(path).resolve()
    sidecar = Resource(chosen.with_suffix(".json"), f"{PURPOSE}; this file says what the table holds", MEND).require()
    Resource(chosen, PURPOSE, MEND).require()
    with _LOADING:
        return _load(chosen, sidecar.stat().st_mtime_ns, chosen.stat().st_mtime_ns)


_LOADING = threading.Lock()


@functools.lru_cache(maxsize=2)
def _load(path: Path, _sidecar_changed_ns: int, _changed_ns: int) -> NeighborTable:
    sidecar = path.with_suffix(".json")
    try:
        record = from_json(sidecar.read_text(encoding="utf-8"))
        expected, _ = str(record["sha256"]), str(record["name"])
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedResourceError(
            f"Damaged file {sidecar} ({PURPOSE}): expected JSON with name and sha256. To mend it: {MEND}"
        ) from error
    Resource(path, PURPOSE, MEND, expected).require()
    try:
        with np.load(path, allow_pickle=False) as arrays:
            words = arrays["words"].tobytes().decode().split("\n")
            ids = np.cumsum(_planes(arrays, "gap", _GAP_PLANES), axis=1, dtype=np.int32)
            thousandths = (1000 - _planes(arrays, "below_one", _COSINE_PLANES)).astype(np.int16)
        if ids.shape != thousandths.shape or len(ids) != len(words) or (ids.size and ids.max() >= len(words)):
            raise ValueError("arrays do not fit each other")
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DamagedResourceError(
            f"Damaged file {path} ({PURPOSE}): not a neighbour table ({error}). To mend it: {MEND}"
        ) from error
    return NeighborTable(words, ids, thousandths, record)


def _planes(arrays: Mapping[str, np.ndarray], name: str, count: int) -> np.ndarray:
    values = arrays[f"{name}0"].astype(np.int32)
    for plane in range(1, count):
        values |= arrays[f"{name}{plane}"].astype(np.int32) << (8 * plane)
    return values
