"""Thresholds of another sentence encoder that let the same share of changed texts pass (METHODS, section 8).

Published thresholds were set for the Universal Sentence Encoder. For another encoder, both score the same pairs (a
15-word window, and the window with one word replaced by a neighbour); its threshold is the cosine above which it
accepts as many pairs as the Universal Sentence Encoder does above the published one. The table for MiniLM ships with
the program; ``python -m core assets calibrate`` makes it anew.
"""

import functools
import itertools
import random
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ConfigError, DamagedResourceError, UnknownNameError
from core.language.neighbors import NeighborTable
from core.language.similarity import ENCODERS
from core.language.text import Word, find_words, replace_words
from core.resources import ASSETS, Resource
from core.strict_json import from_json, to_json

BUILT_IN = ASSETS / "similarity" / "minilm.json"
PURPOSE = "thresholds of MiniLM that accept what the Universal Sentence Encoder's do"
MEND = "git checkout -- assets/similarity, or python -m core assets calibrate"
WINDOW = 15
NEAREST = 50
GRID = tuple(round(0.30 + 0.01 * i, 2) for i in range(70))


@dataclass(frozen=True)
class Calibrated:
    """A threshold of the reference encoder and the other's that accepts as many pairs; both are cosines."""

    reference: float
    threshold: float
    accepted: int
    pairs: int


def calibrate(reference: np.ndarray, other: np.ndarray, thresholds: Sequence[float] = GRID) -> list[Calibrated]:
    """The other encoder's threshold for each of the reference's, from their cosines of the same pairs.

    Accepting means a cosine at or above the threshold. The other's threshold lies half-way between the last accepted
    and the first refused pair; at the ends it is the lowest cosine (all accepted) or 1 (none). It
    rises with the reference's.
    """
    if len(reference) != len(other) or len(reference) == 0:
        raise ConfigError(f"Expected two equally long lists of cosines, were given {len(reference)} and {len(other)}.")
    falling = np.sort(np.asarray(other, dtype=np.float64))[::-1]
    found = []
    for threshold in sorted(thresholds):
        count = int(np.sum(np.asarray(reference) >= threshold))
        if count == 0:
            value = 1.0
        elif count == len(falling):
            value = falling[-1]
        else:
            value = (falling[count - 1] + falling[count]) / 2
        found.append(Calibrated(threshold, float(value), count, len(falling)))
    return found


def single_swaps(
    texts: Iterable[str], neighbors: NeighborTable, stop_words: frozenset[str], per_text: int = 5, seed: int = 0
) -> Iterator[tuple[str, str]]:
    """Pairs of a 15-word window and the same window with its middle word replaced, ``per_text`` a text at most.

    The word is drawn among those with neighbours that are no stop words, its replacement among its 50 nearest; both are
    functions of (seed, text). A text shorter than a window is taken whole.
    """
    for text in texts:
        words = find_words(text)
        may = [i for i, w in enumerate(words) if w.text.lower() not in stop_words and w.text in neighbors]
        draw = random.Random(f"{seed}:{text}")
        for i in draw.sample(may, min(per_text, len(may))):
            first = max(0, min(i - WINDOW // 2, len(words) - WINDOW))
            start, end = words[first].start, words[min(first + WINDOW, len(words)) - 1].end
            replacement = draw.choice(neighbors.neighbors(words[i].text, NEAREST)).word
            word = Word(words[i].start - start, words[i].end - start, words[i].text)
            yield text[start:end], replace_words(text[start:end], {word: replacement})


def write_calibration(path: Path, found: Sequence[Calibrated], provenance: dict[str, Any]) -> Path:
    """Write the thresholds and how they came to be."""
    rows = [[c.reference, round(c.threshold, 4), c.accepted] for c in found]
    head = to_json({**provenance, "columns": ["reference", "threshold", "accepted"]}, indent=2)
    body = ",\n".join(f"    {to_json(row)}" for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{head[:-2]},\n  "thresholds": [\n{body}\n  ]\n}}\n', encoding="utf-8")
    return path


def calibrated_cosine(cosine: float, encoder: str) -> float:
    """The cosine of ``encoder`` (``use`` or ``minilm``) that stands for ``cosine`` of the Universal Sentence Encoder.

    Between the table's thresholds it is interpolated; 1 stands for 1 and -1 for -1. Rises with ``cosine``.
    """
    if encoder not in ENCODERS:
        raise UnknownNameError("sentence encoder", encoder, ENCODERS)
    if not -1.0 <= cosine <= 1.0:
        raise ConfigError(f"A cosine is between -1 and 1, was given {cosine}.")
    if encoder == "use":
        return cosine
    known = [(-1.0, -1.0), *((float(row[0]), float(row[1])) for row in load_calibration()["thresholds"]), (1.0, 1.0)]
    i = max(1, bisect_left([reference for reference, _ in known], cosine))
    (low, at_low), (high, at_high) = known[i - 1], known[i]
    return at_low + (at_high - at_low) * (cosine - low) / (high - low)


def floor_for(encoder_name: str, cosine: float) -> float:
    """A published cosine floor for the encoder of that name; an encoder that has no table takes it as it stands."""
    kind = next((kind for kind, name in ENCODERS.items() if name == encoder_name), "use")
    return calibrated_cosine(cosine, kind)


def load_calibration(path: Path = BUILT_IN) -> dict[str, Any]:
    """The table with its provenance: encoders, n, seed, command. Read once per process.

    Raises MissingResourceError or DamagedResourceError, naming the file and the command that mends it.
    """
    Resource(path, PURPOSE, MEND).require()
    return _load(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=2)
def _load(path: Path, _changed_ns: int) -> dict[str, Any]:
    try:
        record = from_json(path.read_text(encoding="utf-8"))
        pairs = [(float(row[0]), float(row[1])) for row in record["thresholds"]]
        if not pairs or pairs != sorted(pairs) or any(a > b for (_, a), (_, b) in itertools.pairwise(pairs)):
            raise ValueError("thresholds do not rise")
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise DamagedResourceError(f"Damaged file {path} ({PURPOSE}): {error}. To mend it: {MEND}") from error
    return record
