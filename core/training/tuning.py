"""The search for settings with two objectives, clean and after-attack accuracy (the paper's section 3.4 had one).

Several workers, on one machine, share an SQLite file; each runs ``search`` with the same setup. The shipped and the
paper's settings are the first trials and are measured to the end, so that the front can be read against them; the
plain model is measured before. Used by ``python -m core tune``.
"""

import shutil
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.datasets import Row
from core.evaluation.attack_lines import EDITION, text_sha
from core.evaluation.statistics import Estimate
from core.events import SearchWaiting, TrialFinished, TrialPruned, TrialStarted
from core.models.fingerprint import short_weights_of
from core.ranges import check, setting
from core.training.corpus import split_rows
from core.training.search_space import FACT, Params, described, known_settings, space_of
from core.training.study import (
    GRACE,
    Sampler,
    Trial,
    first_heartbeat,
    free_killed,
    heartbeat,
    locked,
    make_sampler,
    open_study,
    optuna,
    study_name,
    suggest,
    trials_of,
    wall,
)  # fmt: skip
from core.training.trial import Outcome, Point, Pruned, Setup, Steps, candidate, measure

PLAIN = -1
"""The number of the plain model among the trials."""
_LOOK = 1.0
"""Seconds between two looks at the trials of other workers."""
GIVEN = "given"
"""What trials are known as whose settings the caller chose."""


@dataclass(frozen=True)
class SearchConfig:
    """How a worker searches: ``trials`` of its own, fewer once ``total`` of the study are done (0: no limit).

    ``first`` are settings to try before the sampler's; those that the study has already are not tried again.
    """

    trials: int = setting(20, 0, 10**6)
    total: int = setting(0, 0, 10**6)
    sampler: Sampler = "tpe"
    study: str = ""
    grace: int = setting(GRACE, 1, 10**6)
    first: tuple[Params, ...] = ()

    def __post_init__(self) -> None:
        check(self)


def kept_rows(rows: Sequence[Row], dev_rows: int = 1000, split: int = 0) -> list[Row]:
    """The rows that training kept for choosing, as :class:`core.training.corpus.Corpus` keeps them, in its order."""
    return split_rows(rows, dev_rows, split)[0]


def made_by(setup: Setup, data: str) -> dict[str, Any]:
    """What decides the outcome of a trial beside its settings: studies with another one do not mix."""
    texts = "".join(f"{text_sha(setup.task.text(row.example))}{row.label}" for row in setup.rows)
    lexicon = setup.lexicon
    found = {
        "edition": EDITION,
        "task": setup.task.name, "what": setup.what, "data": data, "rows_sha": text_sha(texts), "n": len(setup.rows),
        "attack_n": min(setup.attack_n, len(setup.rows)), "seed": setup.seed, "max_drop": setup.max_drop,
        "attack": {**dict(setup.attack.overrides), "preset": setup.attack.preset, "seed": setup.attack.seed},
        "model": setup.classifier.name, "weights_sha": short_weights_of(setup.classifier),
        "encoder": lexicon.encoder.name, "tagger": lexicon.tagger.name,
        "neighbors": lexicon.neighbors.name, "space": {n: repr(axis) for n, axis in space_of(setup.what).items()},
    }  # fmt: skip
    if setup.what == FACT:
        found |= {"train_rows": setup.train_rows, "dev_rows": setup.dev_rows, "start": setup.start}
    return found


def search(setup: Setup, config: SearchConfig, storage: Path, data: str) -> Iterator[Any]:
    """Yields the events of this worker's trials. Raises ConfigError if the study was made by other settings.

    Killed and started again it goes on with what the storage holds; a killed trial is tried again once its heartbeat
    is ``grace`` seconds old. Cost: see :func:`core.training.trial.measure`, once for each trial and the plain model.
    """
    provenance = made_by(setup, data)
    name = config.study or study_name(provenance)
    with locked(storage):
        study = open_study(storage, name, provenance, config.grace)
        if "plain" not in study.user_attrs:
            found = yield from measure(setup, setup.classifier, PLAIN, None, list)
            study.set_user_attr("plain", {"clean": asdict(found.clean), "under_attack": asdict(found.under_attack)})
        if "queued" not in study.user_attrs:
            known = known_settings(setup.what, setup.task, setup.classifier.embedding_std)
            for label, params in known.items():
                study.enqueue_trial(params, user_attrs={"known": label})
            study.set_user_attr("queued", list(known))
        for params in config.first:
            study.enqueue_trial(params, user_attrs={"known": GIVEN}, skip_if_exists=True)
    plain = plain_of(study)
    for _ in range(config.trials):
        trial = yield from _next(study, config, setup.seed, storage)
        if trial is None:
            return
        yield from _run(setup, config, study, trial, plain, storage.parent / name)


def _next(study: Any, config: SearchConfig, seed: int, storage: Path) -> Steps:
    """The trial to run next; None once the study holds ``total`` that are done.

    While others are at the last ones this worker waits, since a worker that was killed is not known to be at once.
    """
    told = -1
    while True:
        with locked(storage):
            free_killed(study)
            done, running = _counted(study, "complete", "pruned"), _counted(study, "running")
            if config.total and done >= config.total:
                return None
            if not config.total or done + running < config.total:
                trial = _ask(study, config, seed)
                first_heartbeat(study, trial)
                return trial
        if running != told:
            told = running
            yield SearchWaiting(running)
        time.sleep(_LOOK)


def _counted(study: Any, *states: str) -> int:
    return sum(trial.state in states for trial in trials_of(study))


def plain_of(study: Any) -> Outcome:
    """What the plain model was measured at."""
    told = study.user_attrs["plain"]
    return Outcome(Estimate(**told["clean"]), Estimate(**told["under_attack"]))


def _ask(study: Any, config: SearchConfig, seed: int) -> Any:
    """The next trial, a queued one if there is one. Its draws are a function of (seed, number, trials before it)."""
    study.sampler = make_sampler(config.sampler, seed, len(study.get_trials(deepcopy=False)))
    with warnings.catch_warnings():
        # Optuna wants heartbeats sent by its own loop, which yields nothing; ours come from `heartbeat`.
        warnings.filterwarnings("ignore", "Heartbeat of storage", UserWarning)
        trial = study.ask()
    study.sampler = make_sampler(config.sampler, seed, trial.number)
    return trial


def _run(setup: Setup, config: SearchConfig, study: Any, trial: Any, plain: Outcome, runs: Path) -> Steps:
    states, lost = optuna().trial.TrialState, optuna().exceptions.UpdateFinishedTrialError
    began, number = wall(), trial.number
    with heartbeat(study, trial):
        params = suggest(trial, space_of(setup.what))
        known = trial.user_attrs.get("known", "")
        folder = runs / trial.user_attrs.get("folder", f"trial-{number}")
        for key, value in (("sampler", "queue" if known else config.sampler), ("folder", folder.name)):
            trial.set_user_attr(key, value)
        yield TrialStarted(number, tuple(f"{k}={v}" for k, v in described(params).items()), known)
        floor = None if known else plain.clean.value - setup.max_drop
        try:
            classifier = yield from candidate(setup, params, folder, floor)
            outcome: Outcome = yield from measure(
                setup, classifier, number, floor, lambda: [plain.point, *_points(trials_of(study))]
            )
            trial.set_user_attr("clean", asdict(outcome.clean))
            trial.set_user_attr("under_attack", asdict(outcome.under_attack))
            trial.set_user_attr("seconds", round(wall() - began, 1))
            study.tell(trial, [outcome.clean.value, outcome.under_attack.value])
        except Pruned as pruned:
            trial.set_user_attr("reason", str(pruned))
            trial.set_user_attr("seconds", round(wall() - began, 1))
            study.tell(trial, state=states.PRUNED)
            shutil.rmtree(folder, ignore_errors=True)
            yield TrialPruned(number, str(pruned))
            return
        except lost:
            yield TrialPruned(number, "taken for killed after too long without a heartbeat; it is queued again")
            return
        except Exception as error:
            trial.set_user_attr("reason", f"{type(error).__name__}: {error}")
            study.tell(trial, state=states.FAIL)
            raise
    yield _finished(trials_of(study)[number], outcome)
    _forget(study, runs)


def _points(trials: Sequence[Trial]) -> list[Point]:
    return [trial.point for trial in trials if trial.point is not None]


def _finished(trial: Trial, found: Outcome) -> TrialFinished:
    clean, attacked = found.clean, found.under_attack
    return TrialFinished(
        trial.number, clean.value, clean.low, clean.high, clean.n, attacked.value, attacked.low, attacked.high,
        attacked.n, trial.front, trial.seconds,
    )  # fmt: skip


def _forget(study: Any, runs: Path) -> None:
    """Delete the weights of co-tuned models that another one dominates; the adapters of the front stay."""
    trials = trials_of(study)  # read first: another worker may add a trial in between, and then its folder is known too
    folders: Mapping[int, str] = {t.number: t.user_attrs.get("folder", "") for t in study.get_trials(deepcopy=False)}
    for trial in trials:
        folder = folders[trial.number]
        if folder and trial.state == "complete" and not trial.front:
            shutil.rmtree(runs / folder, ignore_errors=True)
