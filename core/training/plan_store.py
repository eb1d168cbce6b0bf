"""SWITCH's plans of a training set, made once in batches and kept on disk: what co-tuning draws from in every epoch.

Ranking costs a gradient pass over every row and finding candidates a tagging of every neighbour, about as much as one
plain epoch; drawing from a plan costs nearly nothing. Plans lie in shards of ``SHARD`` rows in the cache folder, each
written beside and moved into place, so a killed run takes up at the first missing shard and several processes share
the work. The folder's name hashes everything that decides its content. It holds words of the texts: never commit it.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.events import Preparing
from core.language.lexicon import Lexicon
from core.language.neighbors import Neighbor
from core.language.text import Word
from core.models.importance import Importances, word_importance
from core.perturbation.config import SwitchConfig
from core.perturbation.plan import ChosenWord, Plan, plans_of
from core.perturbation.switch import Switch
from core.resources import cache_folder
from core.tasks import Example
from core.training.processes import Team
from core.work.engine import HERE, Engine

SHARD = 512
WORTH_IT = 4
"""Missing shards from which on processes are started to find candidates: each takes a few seconds to begin."""
_DRAWN_LATER = ("total_alternatives", "multiplier", "gate", "min_similarity")
"""Settings that only the drawing reads: plans are the same whatever they are."""


@dataclass(frozen=True)
class _Shard:
    """The plans of up to ``SHARD`` texts as arrays: 12 bytes a candidate beside the words, where a plan takes some 170.

    The words of text i lie from ``words[i]`` to ``words[i + 1]``, the candidates of a word likewise in ``candidates``.
    """

    vocabulary: list[str]
    words: np.ndarray
    unread: np.ndarray
    spans: np.ndarray
    importance: np.ndarray
    candidates: np.ndarray
    numbers: np.ndarray
    cosines: np.ndarray

    def plan(self, place: int, text: str) -> Plan:
        """The plan of the text at ``place``. Cost: one to two and a half microseconds a candidate."""
        first, last = self.words[place], self.words[place + 1]
        chosen = []
        for i in range(first, last):
            start, end = self.spans[i].tolist()
            its = slice(self.candidates[i], self.candidates[i + 1])
            near = zip(self.numbers[its].tolist(), self.cosines[its].tolist(), strict=True)
            found = tuple(Neighbor(self.vocabulary[number], cosine) for number, cosine in near)
            chosen.append(ChosenWord(Word(start, end, text[start:end]), float(self.importance[i]), found, ()))
        return Plan(text, tuple(chosen), (), int(self.unread[place]))


class PlanStore:
    """Plans of ``examples`` by place, read into memory shard by shard as they are asked for."""

    def __init__(self, switch: Switch, examples: Sequence[Example], weights: str, folder: Path | None = None) -> None:
        """``weights`` says which weights rank the words (a hash); ``folder`` defaults to the user's cache."""
        self.switch, self.examples = switch, examples
        self.folder = (folder or cache_folder() / "plans") / _name(switch, examples, weights)
        self._shards: dict[int, _Shard] = {}

    def build(
        self, team: Team, engine: Engine = HERE, words: Callable[[], Lexicon] | None = None
    ) -> Iterator[Preparing]:
        """Make what is missing, every process of the team its part; all of it is there when the last one is through.

        Words are ranked here, where the classifier is. Their candidates are found by ``engine``, meanwhile and on other
        cores where it has them; ``words`` opens the lexicon there (and can be pickled), by default it is SWITCH's own.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        starts = range(0, len(self.examples), SHARD)
        missing = [start for start in starts if not self._path(start).is_file()]
        if missing:
            yield Preparing(len(self.examples) - self._rows(missing), len(self.examples))
        team.wait()
        mine = missing[team.rank :: team.size]
        work = PlanWork(words or (lambda: self.switch.lexicon), self.switch.config)
        done = len(self.examples) - self._rows(missing)
        for place, _ in (engine if words and len(mine) >= WORTH_IT else HERE).run(work, map(self._job, mine)):
            done += self._rows(missing[place * team.size :][: team.size])
            yield Preparing(done, len(self.examples))
        team.wait()

    def _job(self, start: int) -> "PlanJob":
        """A shard's texts with their words ranked. Cost: a gradient pass over each."""
        classifier, examples = self.switch.classifier, self.examples[start : start + SHARD]
        ranked = word_importance(classifier, examples, self.switch.config.importance)
        return PlanJob(self._path(start), tuple(map(classifier.task.text, examples)), tuple(ranked))

    def plans(self, indices: Sequence[int]) -> list[Plan]:
        """The plans of the examples at ``indices``; :meth:`build` has made them."""
        text = self.switch.classifier.task.text
        return [self._shard(i - i % SHARD).plan(i % SHARD, text(self.examples[i])) for i in indices]

    def _shard(self, start: int) -> _Shard:
        if start not in self._shards:
            try:
                self._shards[start] = _read(self._path(start))
            except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error):
                # Cut short by a full disk, or taken away since: a cache can be made again.
                _write(self._path(start), self.switch.plans(self.examples[start : start + SHARD]))
                self._shards[start] = _read(self._path(start))
        return self._shards[start]

    def _path(self, start: int) -> Path:
        return self.folder / f"{start:08d}.npz"

    def _rows(self, starts: Sequence[int]) -> int:
        return sum(min(SHARD, len(self.examples) - start) for start in starts)


@dataclass(frozen=True)
class PlanJob:
    """A shard to be written: its file, its texts, and how their words rank."""

    path: Path
    texts: tuple[str, ...]
    ranked: tuple[Importances, ...]


@dataclass(frozen=True)
class PlanWork:
    """Finding the candidates of shards, in a process that opens its own ``words``, and writing them."""

    words: Callable[[], Lexicon]
    config: SwitchConfig

    def __call__(self) -> Callable[[PlanJob], list[None]]:
        """Opened: does a job, which has nothing to say but that it is done."""
        lexicon = self.words()

        def do(job: PlanJob) -> list[None]:
            _write(job.path, plans_of(job.texts, job.ranked, lexicon, self.config))
            return []

        return do


def _name(switch: Switch, examples: Sequence[Example], weights: str) -> str:
    decides = {name: value for name, value in asdict(switch.config).items() if name not in _DRAWN_LATER}
    words = [switch.lexicon.neighbors.provenance, switch.lexicon.tagger.name, sorted(switch.lexicon.stop_words)]
    pieces = getattr(getattr(switch.classifier, "encoder", None), "max_pieces", 0)
    digest = hashlib.sha256(json.dumps([decides, words, weights, pieces, SHARD], sort_keys=True).encode())
    for example in examples:
        digest.update(repr(example).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:24]


def _write(path: Path, plans: Sequence[Plan]) -> None:
    """Plans without what was passed over: counts, spans, candidates as words of one list with their cosines."""
    words = [word for plan in plans for word in plan.words]
    candidates = [near for word in words for near in word.candidates]
    vocabulary = sorted({near.word for near in candidates})
    number = {word: i for i, word in enumerate(vocabulary)}
    arrays: dict[str, Any] = {
        "words": np.array([len(plan.words) for plan in plans], dtype=np.int32),
        "unread": np.array([plan.unread for plan in plans], dtype=np.int32),
        "spans": np.array([(w.word.start, w.word.end) for w in words], dtype=np.int32).reshape(-1, 2),
        "importance": np.array([w.importance for w in words], dtype=np.float64),
        "candidates": np.array([len(w.candidates) for w in words], dtype=np.int32),
        "numbers": np.array([number[near.word] for near in candidates], dtype=np.int32),
        "cosines": np.array([near.cosine for near in candidates], dtype=np.float64),
        "vocabulary": np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8),
    }
    beside = path.with_suffix(f".{os.getpid()}.writing")
    with beside.open("wb") as file:
        np.savez(file, **arrays)
    os.replace(beside, path)


def _read(path: Path) -> _Shard:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        vocabulary = arrays["vocabulary"].tobytes().decode().split("\n")
        words, candidates = _bounds(arrays["words"]), _bounds(arrays["candidates"])
        return _Shard(
            vocabulary, words, arrays["unread"], arrays["spans"], arrays["importance"], candidates,
            arrays["numbers"], arrays["cosines"],
        )  # fmt: skip


def _bounds(counts: np.ndarray) -> np.ndarray:
    """Where each of several runs of these lengths begins, and the last one ends."""
    return np.concatenate([[0], np.cumsum(counts)])


def sources_of(lexicon: Lexicon) -> dict[str, str]:
    """Where the words come from, for a model card."""
    return {"neighbors": lexicon.neighbors.name, "tagger": lexicon.tagger.name, "encoder": lexicon.encoder.name}
