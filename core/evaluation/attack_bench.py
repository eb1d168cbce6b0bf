"""What the attack costs beside the model: its time against bare passes over the same rows, and its growth.

The attack runs first, and every row it asks is kept; then the same rows go through the model once, in one flat call,
encoded beforehand; where a defence asked for gradients, so do the bare passes. Both on the same machine in one run,
since only their ratio means something. Processor time is hardly disturbed by neighbours; wall time is
what a user waits.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.attacks.attack import Attack
from core.attacks.driver import attack_many
from core.attacks.events import AttackFinished
from core.datasets import Row
from core.models.batching import GPU_PIECES
from core.models.classifier import Classifier
from core.models.gradients import GradientClassifier
from core.models.shapes import ShapeCount, Shapes, count_shapes
from core.models.tape import TapedClassifier
from core.models.transformer import TransformersClassifier

CHUNK = 8192


@dataclass(frozen=True)
class AttackBench:
    """One measurement. ``rows`` and ``pieces`` went through the model in both runs; times are in seconds.

    ``ratio`` is attack over bare passes in wall time, ``cpu_ratio`` in processor time; ``gates`` is the share of the
    attack's processor time spent outside the classifier (tokenising is inside). ``few`` is what these calls meet on a
    GPU, whatever they ran on here.
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
    few: ShapeCount

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


def bench_attack(
    attack: Attack,
    classifier: TransformersClassifier,
    rows: Sequence[Row],
    together: int,
    sizes: Sequence[int],
    defended: Callable[[GradientClassifier], Classifier] = lambda classifier: classifier,
) -> Iterator[AttackBench]:
    """A measurement for each of ``sizes`` (the first so many rows), after everything has been loaded and warmed up.

    ``defended`` puts a defence around the classifier. Group by group of ``together`` rows: the attack, then the bare
    passes, so that both meet the same neighbours.
    """
    attack.lexicon.encoder.encode(["one text", "another text"])
    attack.lexicon.tagger.tag(["one", "text"], "universal")
    for _ in attack_many(attack, classifier, rows[:1], together):
        pass
    for size in sizes:
        yield _measure(attack, classifier, rows[:size], together, defended)


def _measure(
    attack: Attack,
    classifier: TransformersClassifier,
    rows: Sequence[Row],
    together: int,
    defended: Callable[[GradientClassifier], Classifier],
) -> AttackBench:
    attack_s = attack_cpu = forward_s = forward_cpu = inside = 0.0
    success, lengths = 0, []
    for start in range(0, len(rows), together):
        tape = TapedClassifier(classifier)
        wall, cpu = time.perf_counter(), time.process_time()
        for _, event in attack_many(attack, defended(tape), rows[start : start + together], together):
            success += isinstance(event, AttackFinished) and event.status == "success"
        attack_s, attack_cpu = attack_s + time.perf_counter() - wall, attack_cpu + time.process_time() - cpu
        inside += tape.seconds
        lengths += [(np.array([len(row) for row in call.rows]), call.kind) for call in tape.calls]
        for kind, passes in (("logits", classifier.encoded_logits), ("gradients", classifier.gradients)):
            asked = [row for call in tape.calls if call.kind == kind for row in call.rows]
            for chunk in range(0, len(asked), CHUNK):
                wall, cpu = time.perf_counter(), time.process_time()
                passes(asked[chunk : chunk + CHUNK])
                forward_s, forward_cpu = forward_s + time.perf_counter() - wall, forward_cpu + time.process_time() - cpu
    calls = [(found, GPU_PIECES // (1 if kind == "logits" else 2)) for found, kind in lengths if len(found)]
    asked_rows, pieces = sum(len(found) for found, _ in calls), sum(int(found.sum()) for found, _ in calls)
    return AttackBench(
        len(rows), asked_rows, pieces, attack_s, attack_cpu, forward_s, forward_cpu,
        1.0 - inside / max(attack_cpu, 1e-9), success, count_shapes(calls, Shapes(True, classifier.encoder.max_pieces)),
    )  # fmt: skip
