"""The trials of a search in an SQLite file, shared by all its workers and by later runs: Optuna's storage.

A worker sends a heartbeat; a trial whose worker was killed is found by the others, or at the next start, is marked
failed and put in the queue again. Loaded by the command ``tune`` alone, with optuna inside the functions.
"""

import hashlib
import json
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.axes import Axis, OneOf, Real, Whole
from core.errors import ConfigError, MissingResourceError, UnknownNameError
from core.evaluation.statistics import Estimate
from core.training.search_space import Params, described
from core.training.trial import Point

Sampler = Literal["tpe", "nsga2", "random"]
"""Random is the paper's. TPE is ours: it learns after 10 trials, where NSGA-II draws its first 50 at random."""
HEARTBEAT, GRACE = 10, 60
"""Seconds between heartbeats, and without one before a trial counts as killed."""
RETRIES = 3
_BUSY = 60


@dataclass(frozen=True)
class Trial:
    """A trial as a reader sees it. ``state``: complete, pruned, running, waiting, fail. ``front``: not dominated."""

    number: int
    state: str
    known: str
    settings: Params
    clean: Estimate | None
    under_attack: Estimate | None
    reason: str
    sampler: str
    seconds: float
    front: bool = False

    @property
    def point(self) -> Point | None:
        """Both values, of a complete trial."""
        if self.state != "complete" or self.clean is None or self.under_attack is None:
            return None
        return Point(self.clean.value, self.under_attack.value)


def optuna() -> Any:
    """The package, or a MissingResourceError that says how to get it."""
    try:
        import optuna as found
    except ImportError as error:
        raise MissingResourceError(
            "Missing package optuna. To get it: pip install -r requirements-search.txt"
        ) from error
    found.logging.set_verbosity(found.logging.WARNING)
    return found


def study_name(made_by: Mapping[str, Any]) -> str:
    """A name that other data, budgets or settings do not share."""
    digest = hashlib.sha256(json.dumps(made_by, sort_keys=True).encode()).hexdigest()[:8]
    return f"{made_by['task']}-{made_by['what']}-{digest}"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One worker at a time; a killed one lets go."""
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        yield


def open_study(path: Path, name: str, made_by: Mapping[str, Any], grace: int = GRACE) -> Any:
    """The study called so, made if it is not there yet; call it :func:`locked`.

    Raises ConfigError if it was made by other settings.
    """
    library = optuna()
    storage = _storage(path, grace)
    names = library.get_all_study_names(storage)
    if name in names:
        study = library.load_study(study_name=name, storage=storage)
        found, expected = study.user_attrs.get("made_by", {}), json.loads(json.dumps(made_by))
        if found != expected:
            differ = ", ".join(sorted(k for k in {*found, *expected} if found.get(k) != expected.get(k)))
            raise ConfigError(
                f"Study '{name}' in {path.name} was made by other settings ({differ}). Give another --study."
            )
        return study
    study = library.create_study(study_name=name, storage=storage, directions=["maximize", "maximize"])
    study.set_user_attr("made_by", dict(made_by))
    return study


def find_study(path: Path, name: str) -> Any:
    """The study called so, to report on; without a name the only one there is. Raises UnknownNameError."""
    library = optuna()
    if not path.is_file():
        raise MissingResourceError(f"No search in {path} yet. To begin one: the same command without --report.")
    storage = _storage(path, GRACE)
    names = library.get_all_study_names(storage)
    if not name and len(names) == 1:
        name = names[0]
    if name not in names:
        raise UnknownNameError("study", name, names, "Give one of these as --study.")
    return library.load_study(study_name=name, storage=storage)


def _storage(path: Path, grace: int) -> Any:
    library = optuna()
    beat = min(HEARTBEAT, max(1, grace // 3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", library.exceptions.ExperimentalWarning)
        return library.storages.RDBStorage(
            f"sqlite:///{path.resolve()}",
            engine_kwargs={"connect_args": {"timeout": _BUSY}},
            heartbeat_interval=beat,
            grace_period=grace,
            heartbeat_stale_trial_callback=_again,
        )


def _again(study: Any, trial: Any) -> None:
    """Queue a killed trial again with the settings it had; one that keeps killing its worker is let go."""
    tries = trial.user_attrs.get("tries", 1)
    if trial.params and tries <= RETRIES:
        kept = {name: trial.user_attrs[name] for name in ("known", "folder") if name in trial.user_attrs}
        study.enqueue_trial(trial.params, user_attrs={**kept, "tries": tries + 1, "retry_of": trial.number})


def free_killed(study: Any) -> None:
    """Mark trials without a heartbeat as failed and queue them again."""
    library = optuna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", library.exceptions.ExperimentalWarning)
        library.storages.fail_stale_trials(study)


def first_heartbeat(study: Any, trial: Any) -> None:
    """To be sent before the trial is let out of the lock: Optuna never misses a trial that had no heartbeat at all."""
    study._storage.record_heartbeat(trial._trial_id)


@contextmanager
def heartbeat(study: Any, trial: Any) -> Iterator[None]:
    """Heartbeats from a thread while a trial runs. Optuna sends them inside ``optimize`` only, which yields nothing."""
    storage, over = study._storage, threading.Event()

    def beat() -> None:
        while True:
            storage.record_heartbeat(trial._trial_id)
            if over.wait(storage.get_heartbeat_interval()):
                return

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def make_sampler(name: str, seed: int, number: int) -> Any:
    """The sampler of trial ``number``: a function of (seed, number), so that workers do not draw alike."""
    samplers = optuna().samplers
    makers: dict[str, Callable[..., Any]] = {
        "tpe": samplers.TPESampler, "nsga2": samplers.NSGAIISampler, "random": samplers.RandomSampler
    }  # fmt: skip
    if name not in makers:
        raise UnknownNameError("sampler", name, makers)
    digest = hashlib.sha256(f"{seed}/{number}".encode()).digest()
    return makers[name](seed=int.from_bytes(digest[:4], "big"))


def suggest(trial: Any, space: Mapping[str, Axis]) -> Params:
    """The settings of a trial."""
    found: Params = {}
    for name, axis in space.items():
        if isinstance(axis, Whole):
            found[name] = trial.suggest_int(name, axis.low, axis.high)
        elif isinstance(axis, Real):
            found[name] = trial.suggest_float(name, axis.low, axis.high, log=axis.log)
        elif isinstance(axis, OneOf):
            found[name] = trial.suggest_categorical(name, axis.values)
    return found


def trials_of(study: Any) -> list[Trial]:
    """All trials by number, those of the front marked."""
    front = {trial.number for trial in study.best_trials}
    return [_trial(trial, trial.number in front) for trial in study.get_trials(deepcopy=False)]


def _trial(trial: Any, front: bool) -> Trial:
    told = trial.user_attrs
    estimates = {name: Estimate(**told[name]) if name in told else None for name in ("clean", "under_attack")}
    return Trial(
        trial.number, trial.state.name.lower(), told.get("known", ""), described(trial.params), estimates["clean"],
        estimates["under_attack"], told.get("reason", ""), told.get("sampler", ""), told.get("seconds", 0.0), front,
    )  # fmt: skip


def wall() -> float:
    """Seconds on a clock that only goes forward."""
    return time.monotonic()
