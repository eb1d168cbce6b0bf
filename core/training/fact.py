"""FACT: co-tuning (METHODS, section 7; the paper's section 2.1.6).

Every batch is extended by SWITCH's alternatives of its rows, labelled as their sources. SWITCH ranks words with a
frozen classifier; what may be swapped is found once for the training set (:mod:`core.training.plan_store`), and
alternatives are drawn from it anew in each epoch, from (seed, epoch, text) alone. The model that comes out is an
ordinary checkpoint.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from core.datasets import Row
from core.events import Preparing
from core.language.lexicon import Lexicon
from core.models.fingerprint import weights_of
from core.models.gradients import GradientClassifier
from core.perturbation.plan import Plan
from core.perturbation.switch import Switch
from core.tasks import Example
from core.training.config import FactConfig
from core.training.corpus import Corpus
from core.training.learner import Learner
from core.training.loop import SAVE_EVERY, Event, train
from core.training.plan_store import PlanStore
from core.training.processes import join_team
from core.training.start import start_sha256
from core.work.engine import HERE, Engine

DEV = "dev"


class Alternatives:
    """Extends batches with SWITCH's alternatives; see :class:`core.training.loop.Extender`."""

    def __init__(self, config: FactConfig, corpus: Corpus, switch: Switch, weights: str, cache: Path | None) -> None:
        self.asked, self.weight = config.switch.total_alternatives, config.synthetic_weight
        self.seed, self._corpus, self._switch = config.training.seed, corpus, switch
        one = replace(config.switch, total_alternatives=1, multiplier=min(100, config.switch.max_tries))
        self._one = Switch(switch.classifier, switch.lexicon, one)
        self.stores = (
            PlanStore(switch, [row.example for row in corpus.train], weights, cache),
            PlanStore(switch, [row.example for row in corpus.dev], weights, cache),
        )

    def extend(self, epoch: int, indices: Sequence[int]) -> list[list[Example]]:
        """Alternatives of training rows. Cost: the gate's encodings, in one call."""
        examples = [self._corpus.train[i].example for i in indices]
        return self._draw(self._switch, examples, self.stores[0].plans(indices), f"{self.seed}/{epoch}")

    def dev_alternatives(self) -> list[Row]:
        """One alternative of each dev row that has one, the same in every run with the same ``split``."""
        examples = [row.example for row in self._corpus.dev]
        plans = self.stores[1].plans(range(len(examples)))
        drawn = self._draw(self._one, examples, plans, DEV)
        return [Row(e, row.label) for row, found in zip(self._corpus.dev, drawn, strict=True) for e in found]

    @staticmethod
    def _draw(switch: Switch, examples: Sequence[Example], plans: Sequence[Plan], seed: str) -> list[list[Example]]:
        task = switch.classifier.task
        return [
            [task.with_text(example, alternative.text) for alternative in drawn.alternatives]
            for example, drawn in zip(examples, switch.draw(examples, plans, seed), strict=True)
        ]


def fact(
    config: FactConfig,
    rows: Sequence[Row],
    folder: Path,
    classifier: GradientClassifier,
    lexicon: Lexicon,
    extra: Sequence[Row] = (),
    device: str = "cpu",
    save_every: int = SAVE_EVERY,
    stop: Callable[[], bool] = lambda: False,
    cache: Path | None = None,
    engine: Engine = HERE,
    words: Callable[[], Lexicon] | None = None,
) -> Iterator[Event | Preparing]:
    """Co-tune on ``rows`` (less ``dev_rows`` of them) and ``extra``; ``classifier`` is frozen and ranks the words.

    Yields Preparing while plans are made, then the events of :func:`core.training.finetune.finetune`. Killed at any
    step and started again it ends with the same weights. Cost: a gradient pass over the rows once, then
    ``1 + total_alternatives`` rows for each of an epoch. ``engine`` and ``words``: see :meth:`PlanStore.build`.
    """
    team, chosen = join_team(device)
    corpus = Corpus(config.training, rows, extra)
    weights = weights_of(classifier)
    alternatives = Alternatives(config, corpus, Switch(classifier, lexicon, config.switch), weights, cache)
    for store in alternatives.stores:
        for event in store.build(team, engine, words):
            yield event
            if stop():
                return
    made_by = [asdict(config.switch), config.synthetic_weight, weights, lexicon.neighbors.name, lexicon.tagger.name]
    made_by += [lexicon.encoder.name, start_sha256(config.training)]
    learner = Learner(config.training, corpus.steps, corpus.pad_id, chosen, team)
    yield from train(corpus, learner, alternatives, folder, corpus.fingerprint(made_by), save_every, stop)
