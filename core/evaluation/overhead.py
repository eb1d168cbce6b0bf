"""What the program costs beside the models: an attack run twice, the second time with the classifier's answers on tape.

The second run searches, gates, tags, draws and votes as the first did, and no forward pass is made; its processor time
is sampled (:mod:`core.evaluation.sampling`) and split by part of the program. Sentence encoder passes are made in both.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from core.attacks.attack import Attack
from core.attacks.driver import attack_many
from core.attacks.events import AttackFinished
from core.attacks.presets import AttackConfig
from core.datasets import Row
from core.defenses.registry import build_defense
from core.evaluation.sampling import Sampler
from core.language.lexicon import Lexicon
from core.models.tape import TapedClassifier
from core.models.transformer import TransformersClassifier
from core.perturbation.candidates import in_window

PASSES, SEARCH = "sentence encoder", "search and the rest"
PARTS = {
    "core.language.sentence_model": PASSES,
    "core.language.pieces": "its tokenizer",
    "core.models.encoding": "classifier's tokenizer",
    "core.language.tagging": "tags and candidates",
    "core.language.perceptron": "tags and candidates",
    "core.language.neighbors": "tags and candidates",
    "core.perturbation.candidates": "tags and candidates",
    "core.perturbation.draws": "noise",
    "core.defenses.controls": "noise",
    "core.perturbation.switch": "alternatives",
    "core.perturbation.plan": "alternatives",
    "core.models.importance": "importance and votes",
    "core.defenses.five": "importance and votes",
    "core.defenses.fuse": "importance and votes",
    "core.defenses.ballot": "importance and votes",
    "core.defenses.voting": "importance and votes",
}
"""Parts of the program by module: the innermost one that is running is charged."""


@dataclass(frozen=True)
class Overhead:
    """Of one defence: attacked ``rows``, the ``answers`` that took, and processor ``seconds`` by part and in all."""

    defense: str
    rows: int
    answers: int
    model_rows: int
    seconds: float
    parts: tuple[tuple[str, float], ...]

    @property
    def own_ms(self) -> float:
        """Milliseconds beside both models: all but the classifier's, which was on tape, and the sentence encoder's."""
        return 1000.0 * (self.seconds - dict(self.parts).get(PASSES, 0.0))

    @property
    def ms_per_row(self) -> float:
        """Own milliseconds for each attacked row."""
        return self.own_ms / max(1, self.rows)

    @property
    def ms_per_answer(self) -> float:
        """Own milliseconds for each answer."""
        return self.own_ms / max(1, self.answers)


def bench_overhead(
    config: AttackConfig,
    classifier: TransformersClassifier,
    lexicon: Callable[[], Lexicon],
    rows: Sequence[Row],
    together: int,
    defenses: Sequence[str],
) -> Iterator[Overhead]:
    """A measurement for each of ``defenses``; ``lexicon`` gives one that remembers nothing of an earlier run."""
    for defense in defenses:
        tape = TapedClassifier(classifier)
        _run(config, tape, defense, lexicon(), rows, together)
        tape.rewind()
        fresh = lexicon()
        in_window.cache_clear()
        with Sampler(PARTS, SEARCH) as sampler:
            answers = _run(config, tape, defense, fresh, rows, together)
        seconds = sum(sampler.seconds.values())
        parts = tuple(sorted(sampler.seconds.items(), key=lambda part: -part[1]))
        model_rows = sum(len(call.rows) for call in tape.calls if call.kind == "logits")
        yield Overhead(defense, len(rows), answers, model_rows, seconds, parts)


def _run(
    config: AttackConfig, tape: TapedClassifier, defense: str, lexicon: Lexicon, rows: Sequence[Row], together: int
) -> int:
    """Attack the rows; how many answers that took."""
    defended = build_defense(defense, tape, lexicon)
    ends = (event for _, event in attack_many(Attack(config, lexicon), defended, rows, together))
    return sum(end.queries + end.fresh_draws for end in ends if isinstance(end, AttackFinished))
