"""The nearest neighbours of a word, from a table made once out of word vectors (METHODS, sections 4 and 8).

The table holds, for each word of its vocabulary, up to 100 nearest words with their cosines. It is two files: arrays in
``NAME.npz`` (no pickles) and ``NAME.json``, which says which vectors they came from and what the arrays hash to.
:mod:`core.language.neighbor_building` makes both. Used by SWITCH and by the attacks.

Layout of the arrays, chosen because it is small and loads in a fraction of a second: words are numbered by how often
they are neighbours, so the high byte of a number compresses well; cosines are kept in thousandths, as the step down
from the neighbour before.
"""

import functools
import json
import os
import threading
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import ConfigError, DamagedResourceError
from core.resources import ASSETS, Resource, sha256_of

TABLE_VARIABLE = "FIREBERT_NEIGHBORS"
BUILT_IN = ASSETS / "neighbors" / "rebuilt.npz"
PURPOSE = "neighbour table: which words may replace a word"
MEND = "git checkout -- assets/neighbors, or python -m core assets neighbors --vectors FILE"
STORED = 100


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

    def __init__(self, words: list[str], ids: np.ndarray, thousandths: np.ndarray, provenance: Mapping) -> None:
        """``ids`` and ``thousandths`` have a row a word and a column a neighbour, nearest first."""
        self._words = words
        self._ids = ids
        self._thousandths = thousandths
        self._row = {}
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
        """At most ``limit`` neighbours of ``word``, nearest first; none for a word outside the vocabulary."""
        if limit < 0:
            raise ConfigError(f"The number of neighbours must be 0 or more, was given {limit}.")
        row = self._row.get(word.lower())
        if row is None:
            return ()
        found = []
        own = word.lower()
        for number, thousandths in zip(self._ids[row].tolist(), self._thousandths[row].tolist(), strict=True):
            if len(found) == limit:
                break
            if self._words[number].lower() != own:
                found.append(Neighbor(self._words[number], thousandths / 1000))
        return tuple(found)


def write_table(path: Path, words: list[str], ids: np.ndarray, cosines: np.ndarray, provenance: Mapping) -> Path:
    """Write ``path`` (npz) and its sidecar; ``ids`` and ``cosines`` have a row a word, nearest first.

    The same input gives the same bytes.
    """
    thousandths = np.rint(np.clip(cosines, -1, 1) * 1000).astype(np.int32)
    first = np.full((len(words), 1), 1000, dtype=np.int32)
    steps = -np.diff(thousandths, axis=1, prepend=first).astype(np.int64)
    arrays = {"words": np.frombuffer("\n".join(words).encode(), dtype=np.uint8)}
    for name, values in (("id", ids.astype(np.uint32)), ("step", steps.astype(np.uint32))):
        for plane in range(3 if name == "id" else 2):
            arrays[f"{name}{plane}"] = (values >> (8 * plane) & 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)
    record = {**provenance, "sha256": sha256_of(path, path.stat().st_mtime_ns)}
    path.with_suffix(".json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
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
        record = json.loads(sidecar.read_text(encoding="utf-8"))
        expected, _ = str(record["sha256"]), str(record["name"])
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedResourceError(
            f"Damaged file {sidecar} ({PURPOSE}): expected JSON with name and sha256. To mend it: {MEND}"
        ) from error
    Resource(path, PURPOSE, MEND, expected).require()
    try:
        with np.load(path, allow_pickle=False) as arrays:
            words = arrays["words"].tobytes().decode().split("\n")
            ids = _planes(arrays, "id", 3, np.uint32)
            steps = _planes(arrays, "step", 2, np.int32)
        if ids.shape != steps.shape or len(ids) != len(words) or (ids.size and ids.max() >= len(words)):
            raise ValueError("arrays do not fit each other")
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DamagedResourceError(
            f"Damaged file {path} ({PURPOSE}): not a neighbour table ({error}). To mend it: {MEND}"
        ) from error
    thousandths = (1000 - np.cumsum(steps, axis=1)).astype(np.int16)
    return NeighborTable(words, ids, thousandths, record)


def _planes(arrays: Mapping[str, np.ndarray], name: str, count: int, kind: type) -> np.ndarray:
    values = arrays[f"{name}0"].astype(kind)
    for plane in range(1, count):
        values |= arrays[f"{name}{plane}"].astype(kind) << (8 * plane)
    return values
