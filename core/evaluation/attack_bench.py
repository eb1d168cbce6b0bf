"""What the attack costs beside the model: its time against a bare forward pass over the same rows, and its growth.

The attack runs first, and every row it asks is kept; then the same rows go through the model once, in one flat call,
encoded beforehand. Both on the same machine in one run, since only their ratio means something. Processor time is
hardly disturbed by neighbours; wall time is what a user waits.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokenizers import Encoding

from core.attacks.attack import Attack
from core.attacks.driver import attack_many
from core.attacks.events import AttackFinished
from core.datasets import Row
from core.models.classifier import Prediction
from core.models.transformer import TransformersClassifier
from core.tasks import Example

CHUNK = 8192


@dataclass(frozen=True)
class AttackBench:
    """One measurement. ``rows`` and ``pieces`` went through the model in both runs; times are in seconds.

    ``ratio`` is attack over bare forward in wall time, ``cpu_ratio`` in processor time; ``gates`` is the share of the
    attack's processor time spent outside the classifier (tokenising is inside).
    """

    samples: int
    rows: int
    pieces: int
    attack_s: float
    attack_cpu_s: float
    forward_s: float
    forward_cpu_s: float
    gates: float
    success: int

    @property
    def ratio(self) -> float:
        """Wall time of the attack over that of the bare forward pass."""
        return self.attack_s / max(self.forward_s, 1e-9)

    @property
    def cpu_ratio(self) -> float:
        """Processor time of the attack over that of the bare forward pass."""
        return self.attack_cpu_s / max(self.forward_cpu_s, 1e-9)

    @property
    def per_sample(self) -> float:
        """Processor seconds of the attack for each sample."""
        return self.attack_cpu_s / max(1, self.samples)


class _Recorder:
    """The classifier, keeping every row asked and the processor time it took."""

    def __init__(self, inner: TransformersClassifier) -> None:
        self.inner, self.name, self.task = inner, inner.name, inner.task
        self.kept: list[list[Example]] = []
        self.cpu = 0.0

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        return self.inner.encode(examples)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        began = time.thread_time()
        found = self.inner.predict(examples)
        self.cpu += time.thread_time() - began
        self.kept.append(list(examples))
        return found


def bench_attack(
    attack: Attack, classifier: TransformersClassifier, rows: Sequence[Row], together: int, sizes: Sequence[int]
) -> Iterator[AttackBench]:
    """A measurement for each of ``sizes`` (the first so many rows), after everything has been loaded and warmed up.

    Group by group of ``together`` rows: the attack, then the bare passes, so that both meet the same neighbours.
    """
    attack.lexicon.encoder.encode(["one text", "another text"])
    attack.lexicon.tagger.tag(["one", "text"], "universal")
    for _ in attack_many(attack, classifier, rows[:1], together):
        pass
    for size in sizes:
        yield _measure(attack, classifier, rows[:size], together)


def _measure(attack: Attack, classifier: TransformersClassifier, rows: Sequence[Row], together: int) -> AttackBench:
    recorder = _Recorder(classifier)
    attack_s = attack_cpu = forward_s = forward_cpu = 0.0
    asked = pieces = success = 0
    for start in range(0, len(rows), together):
        recorder.kept.clear()
        wall, cpu = time.perf_counter(), time.process_time()
        for _, event in attack_many(attack, recorder, rows[start : start + together], together):
            success += isinstance(event, AttackFinished) and event.status == "success"
        attack_s, attack_cpu = attack_s + time.perf_counter() - wall, attack_cpu + time.process_time() - cpu
        examples = [example for call in recorder.kept for example in call]
        asked += len(examples)
        for chunk in range(0, len(examples), CHUNK):
            encodings = classifier.encode(examples[chunk : chunk + CHUNK])
            pieces += sum(len(encoding.ids) for encoding in encodings)
            wall, cpu = time.perf_counter(), time.process_time()
            classifier.encoded_logits(encodings)
            forward_s, forward_cpu = forward_s + time.perf_counter() - wall, forward_cpu + time.process_time() - cpu
    return AttackBench(
        len(rows), asked, pieces, attack_s, attack_cpu, forward_s, forward_cpu,
        1.0 - recorder.cpu / max(attack_cpu, 1e-9), success,
    )  # fmt: skip
