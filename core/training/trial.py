"""One trial of a search: clean accuracy first, which is cheap, then an attack that ends when it can no longer matter.

Optuna's pruners know one objective only, so pruning is by hand, and by two rules that never drop a trial of the front:
a clean accuracy more than ``max_drop`` below the plain model's on the same rows (the search's stated limit), and an
exact bound: if a finished trial would dominate this one even were all remaining rows to withstand the attack, the rest
is not attacked. Both are functions of the answers and of the trials that had finished by then.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.attacks.attack import Attack
from core.attacks.events import right_after
from core.attacks.presets import AttackConfig
from core.attacks.verdict import ORIGINAL, verdict_seeds
from core.datasets import Row
from core.defenses.registry import build_defense
from core.evaluation.attack_run import run_attack
from core.evaluation.evaluate import EvaluationFinished, evaluate
from core.evaluation.statistics import Estimate, share
from core.events import Evaluated, TrialMeasured
from core.language.lexicon import Lexicon
from core.models.classifier import Classifier, is_randomised
from core.models.loading import load_classifier
from core.models.transformer import TransformersClassifier
from core.tasks import Task
from core.training.search_space import FACT, Params, defense_of, fact_of

CHUNK = 20
"""Rows attacked together, and between two looks at the bound."""
DRAWS = 9
"""In each verdict on a randomised classifier, clean or attacked: a search compares many settings, so it looks less hard
than a measurement, which takes 101."""
FIRST_SHARE = 3
"""A co-tuned model is looked at so often in its epoch; after the first look it may be given up."""


class Pruned(Exception):  # noqa: N818 (not an error)
    """The trial was given up; the message says why."""


@dataclass(frozen=True)
class Setup:
    """What all trials of a study share. ``rows`` are for clean accuracy, the first ``attack_n`` of them are attacked.

    ``train`` are the rows that co-tuning may learn from, of which ``train_rows`` are used (0: all); ``classifier`` is
    the plain model, which is wrapped, or ranks the words and is trained on.
    """

    what: str
    classifier: TransformersClassifier
    lexicon: Lexicon
    attack: AttackConfig
    rows: tuple[Row, ...]
    attack_n: int
    seed: int = 0
    max_drop: float = 0.05
    train: Sequence[Row] = ()
    train_rows: int = 0
    dev_rows: int = 1000
    start: str = ""
    device: str = "cpu"

    @property
    def task(self) -> Task:
        """The plain model's."""
        return self.classifier.task


@dataclass(frozen=True, order=True)
class Point:
    """The two objectives, both to be as high as possible."""

    clean: float
    under_attack: float

    def dominates(self, other: "Point") -> bool:
        """At least as good in both and better in one."""
        no_worse = self.clean >= other.clean and self.under_attack >= other.under_attack
        return no_worse and (self.clean, self.under_attack) != (other.clean, other.under_attack)


@dataclass(frozen=True)
class Outcome:
    """What a trial found, with Wilson's intervals."""

    clean: Estimate
    under_attack: Estimate

    @property
    def point(self) -> Point:
        """The two values alone."""
        return Point(self.clean.value, self.under_attack.value)


Steps = Generator[Any, None, Any]


def candidate(setup: Setup, params: Params, folder: Path, floor: float | None) -> Steps:
    """Returns the classifier that ``params`` stand for; co-tuning yields its training's events and raises Pruned.

    ``floor`` is the clean accuracy under which a trial is given up, None for never. A co-tuned model is looked at
    after a third of its epoch, and given up if its dev accuracy is further below the floor than the floor below plain.
    """
    if setup.what != FACT:
        settings = defense_of(setup.what, setup.task, params)
        return build_defense(setup.what, setup.classifier, setup.lexicon, seed=setup.seed, settings=settings)
    from core.training.config import blend_of
    from core.training.export import export_model
    from core.training.fact import fact

    training = {"start": setup.start} if setup.start else {}
    shares = {"max_rows": setup.train_rows, "dev_rows": setup.dev_rows, "seed": setup.seed, **training}
    config = fact_of(setup.task, params, evaluations=FIRST_SHARE, **shares)
    model = folder / "model"
    if not (model / "model.json").is_file():
        looked = False
        for event in fact(config, setup.train, folder, setup.classifier, setup.lexicon, device=setup.device):
            yield event
            if isinstance(event, Evaluated) and not looked:
                looked = True
                if floor is not None and event.accuracy < floor - setup.max_drop:
                    raise Pruned(f"dev accuracy {event.accuracy:.3f} at step {event.step}, far below the plain model's")
        export_model(config.training, folder, model, folder.name, folder.name, {"command": "tune"}, {},
                       blend_of(config))  # fmt: skip
    return load_classifier(str(model), setup.task, setup.device)


def measure(
    setup: Setup, classifier: Classifier, number: int, floor: float | None, rivals: Callable[[], list[Point]]
) -> Steps:
    """Yields TrialMeasured, returns the Outcome. Raises Pruned by the two rules; ``floor`` None measures to the end.

    Both accuracies are of verdicts (:mod:`core.attacks.verdict`) of ``attack.verdict_draws``; a deterministic
    classifier has one answer. Cost: so many draws for each of ``rows``, then the attack of ``attack_n`` of them.
    """
    clean = share(0, 0)
    drawn = is_randomised(classifier)
    seeds = verdict_seeds(setup.attack.seed, ORIGINAL, setup.attack.verdict_draws) if drawn else ()
    for event in evaluate(setup.rows, classifier, seeds):
        if isinstance(event, EvaluationFinished):
            clean = event.accuracy
        else:
            yield TrialMeasured(number, "clean", event.done, len(setup.rows), event.accuracy)
    if floor is not None and clean.value < floor:
        raise Pruned(f"clean accuracy {clean.value:.3f} (n = {clean.n}) is below {floor:.3f}")
    attack = Attack(setup.attack, setup.lexicon)
    attacked = setup.rows[: setup.attack_n]
    held = counted = done = 0
    for progress in run_attack(attack, classifier, attacked, CHUNK):
        done = progress.done
        right = right_after(progress.record["status"])
        counted, held = counted + (right is not None), held + (right is True)
        left = len(attacked) - done
        if done % CHUNK and left:
            continue
        yield TrialMeasured(number, "under attack", done, len(attacked), held / max(1, counted))
        best = Point(clean.value, (held + left) / max(1, counted + left))
        if floor is not None and left and any(rival.dominates(best) for rival in rivals()):
            raise Pruned(f"dominated after {done} attacks, whatever the other {left} bring: {held} of {counted} held")
    return Outcome(clean, share(held, counted))
