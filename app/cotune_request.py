"""What a visitor asks of a co-tuning run: the rows and the settings, checked; and what it will cost."""

import functools
import json
import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.cotune_rows import read_sheet
from app.models import Shelf
from app.settings import CotuneLimits
from core.datasets import Row
from core.errors import MissingResourceError
from core.models.adapters import adapter_folder
from core.models.classifier import Classifier
from core.ranges import number
from core.resources import ASSETS
from core.tasks import Task, get_task
from core.training.config import FactConfig, fact_config

SAMPLES = ASSETS / "samples"
BATCH_ROWS = 8
ATTACKED_ROWS = 24
MAX_QUERIES = 150
"""The short attack after a run: so many held-out rows, so many questions each."""

RANGES: dict[str, tuple[float, float, float]] = {
    "epochs": (1, 5, 1), "alternatives": (1, 8, 1), "words": (1, 30, 1), "weight": (0.0, 3.0, 0.25),
    "rate": (1e-5, 1e-3, 1e-5), "held_out": (10, 50, 5), "seed": (0, 2**31 - 1, 1),
}  # fmt: skip
"""Lowest, highest and step of each dial. ``rate`` is the learning rate, ``held_out`` per cent of the rows."""


@dataclass(frozen=True)
class CotuneRequest:
    """``source`` says in words whose rows they are; no name of a visitor's file is in it."""

    config: FactConfig
    rows: tuple[Row, ...]
    source: str

    @property
    def task(self) -> Task:
        """The task that the rows are labelled for."""
        return get_task(self.config.training.task)


@dataclass(frozen=True)
class Cost:
    """``learned`` rows with ``alternatives`` each, ``epochs`` times, are ``model_rows`` rows for the model.

    ``seconds`` for training and for the comparison, about; None until this machine's pace is known.
    """

    learned: int
    held_out: int
    alternatives: int
    epochs: int
    model_rows: int
    seconds: float | None
    comparing: float | None


def dials(task: str) -> dict[str, float]:
    """Where the dials stand at first: co-tuning for a few steps on a few short texts.

    Tried on the built-in samples: with these, seeds 0 to 2 lose nothing on held-out rows. Reviews bear a high rate and
    many words; pairs lost on their alternatives and under attack at 5e-4.
    """
    base = fact_config(task)
    pair = get_task(task).is_pair
    return {
        "epochs": 3, "alternatives": base.switch.total_alternatives if pair else 4,
        "words": base.switch.perturb_words if pair else 20, "weight": base.synthetic_weight,
        "rate": 1e-4 if pair else 1e-3, "held_out": 30, "seed": 0,
    }  # fmt: skip


@functools.lru_cache(maxsize=4)
def sample_rows(task: str) -> tuple[Row, ...]:
    """Our own rows for a task. Raises MissingResourceError."""
    path = SAMPLES / f"{task}.csv"
    if not path.is_file():
        raise MissingResourceError(f"There is no built-in sample for task '{task}'. Upload a CSV instead.")
    return read_sheet(path.read_bytes(), get_task(task), CotuneLimits()).rows


def make_request(task: str, rows: Sequence[Row], source: str, given: Sequence[Any]) -> CotuneRequest:
    """The request; ``given`` are the dials in the order of ``RANGES``. Raises ConfigError that names the dial."""
    value = {
        name: number(name.replace("_", " "), dial, low, high, whole=step == 1)
        for (name, (low, high, step)), dial in zip(RANGES.items(), given, strict=True)
    }
    held_out = max(4, round(len(rows) * value["held_out"] / 100))
    epochs, learned = value["epochs"], len(rows) - held_out
    steps = epochs * math.ceil(learned / BATCH_ROWS)
    base = fact_config(
        task, epochs=epochs, batch_rows=BATCH_ROWS, learning_rate=value["rate"], dev_rows=held_out,
        evaluations=min(steps, 2 * epochs), seed=value["seed"], split=value["seed"], lora_rank=rank_of(task),
    )  # fmt: skip
    switch = replace(base.switch, perturb_words=value["words"], total_alternatives=value["alternatives"])
    return CotuneRequest(FactConfig(base.training, switch, value["weight"]), tuple(rows), source)


def rank_of(task: str) -> int:
    """The rank of the adapters that the task's plain model has; a run that goes on from it must keep it."""
    model = get_task(task).plain_model
    path = adapter_folder(model) / "adapter_config.json"
    if not path.is_file():
        raise MissingResourceError(f"The built-in model '{model}' is missing. git checkout assets/models")
    return int(json.loads(path.read_text(encoding="utf-8"))["r"])


def estimate(request: CotuneRequest, second_a_character: float | None) -> Cost:
    """What a run costs, before it starts. A row that learns counts three times a row that is only read."""
    training, alternatives = request.config.training, request.config.switch.total_alternatives
    learned = len(request.rows) - training.dev_rows
    model_rows = learned * (1 + alternatives) * training.epochs
    seconds = comparing = None
    if second_a_character is not None:
        row = _mean_length(request.rows, request.task) * second_a_character
        evaluating = 2 * training.dev_rows * training.evaluations
        seconds = row * (3 * len(request.rows) + 3 * model_rows + evaluating)
        asked = min(ATTACKED_ROWS, training.dev_rows) * MAX_QUERIES / 2
        comparing = 2 * row * (2 * training.dev_rows + asked)
    return Cost(learned, training.dev_rows, alternatives, training.epochs, model_rows, seconds, comparing)


class Paces:
    """How fast this machine reads, measured once a task as soon as its classifier is there."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf, self._known, self._lock = shelf, dict[str, float](), threading.Lock()

    def of(self, task: str) -> float | None:
        """Seconds a character; None while the models are not loaded, or another request is measuring."""
        if task not in self._known and self._shelf.is_loaded(task) and self._lock.acquire(blocking=False):
            try:
                self._known[task] = measure_pace(self._shelf.classifier(task))
            finally:
                self._lock.release()
        return self._known.get(task)


def measure_pace(classifier: Classifier) -> float:
    """Seconds that the classifier takes to read a character of the sample's texts: a forward pass, timed warm."""
    rows = sample_rows(classifier.task.name)[:16]
    examples = [row.example for row in rows]
    classifier.predict(examples[:4])
    started = time.perf_counter()
    classifier.predict(examples)
    return (time.perf_counter() - started) / (len(rows) * _mean_length(rows, classifier.task))


def _mean_length(rows: Sequence[Row], task: Task) -> float:
    """Mean characters that the model reads of a row; about four and a half make a word-piece."""
    most = 4.5 * task.max_pieces
    return sum(min(most, len(r.example.text_a) + len(r.example.text_b or "")) for r in rows) / max(1, len(rows))
