"""Trials in a file: kept apart by what made them, drawn by (seed, number) alone, queued again when one was killed."""

import datetime
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from core.axes import OneOf
from core.errors import ConfigError, MissingResourceError, UnknownNameError
from core.training.search_space import space_of, tunable
from core.training.study import (
    RETRIES,
    find_study,
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
)
from core.training.trial import Point

MADE = {"task": "imdb", "what": "five", "n": 12, "attack": {"preset": "ungated"}}
pytestmark = pytest.mark.filterwarnings("ignore:Heartbeat of storage")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    pytest.importorskip("optuna")
    return tmp_path / "s.db"


@pytest.fixture
def study(file: Path) -> Any:
    return open_study(file, "mine", MADE, grace=3)


def estimate(value: float) -> dict[str, Any]:
    return {"value": value, "low": value - 0.1, "high": value + 0.1, "n": 20}


def finished(study: Any, clean: float, attacked: float, **told: Any) -> None:
    trial = study.ask()
    suggest(trial, space_of("five"))
    for name, value in {"clean": estimate(clean), "under_attack": estimate(attacked), **told}.items():
        trial.set_user_attr(name, value)
    study.tell(trial, [clean, attacked])


def test_a_name_says_what_and_is_shared_by_equals_only() -> None:
    assert study_name(MADE).startswith("imdb-five-")
    assert study_name(dict(reversed(MADE.items()))) == study_name(MADE), "whatever the order"
    others = [{**MADE, "n": 13}, {**MADE, "attack": {"preset": "paper"}}]
    assert len({study_name(made) for made in (MADE, *others)}) == 3


def test_a_study_is_opened_again_by_what_made_it(file: Path, study: Any) -> None:
    finished(study, 0.9, 0.5)
    again = open_study(file, "mine", {**MADE, "attack": {"preset": "ungated"}}, grace=3)
    assert len(again.get_trials()) == 1
    assert find_study(file, "").study_name == "mine"
    with pytest.raises(ConfigError, match=r"made by other settings \(attack, n\)\. Give another --study"):
        open_study(file, "mine", {**MADE, "n": 13, "attack": {}}, grace=3)
    open_study(file, "yours", MADE, grace=3)
    with pytest.raises(UnknownNameError, match=r"Unknown study ''\. Known: mine, yours"):
        find_study(file, "")


def test_no_file_no_study(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match=r"No search in .*none\.db yet.*without --report"):
        find_study(tmp_path / "none.db", "")


@pytest.mark.parametrize("what", tunable())
def test_a_suggestion_is_a_point_of_the_space(file: Path, what: str) -> None:
    study = open_study(file, what, MADE, grace=3)
    study.sampler = make_sampler("random", 0, 0)
    for _ in range(10):
        found = suggest(study.ask(), space_of(what))
        assert list(found) == list(space_of(what))
        for name, axis in space_of(what).items():
            assert found[name] in axis.values if isinstance(axis, OneOf) else axis.low <= found[name] <= axis.high


def test_a_draw_is_a_function_of_seed_and_number(file: Path) -> None:
    study = open_study(file, "mine", MADE, grace=3)

    def drawn(seed: int, number: int) -> str:
        study.sampler = make_sampler("random", seed, number)
        return str(suggest(study.ask(), space_of("five")))

    assert drawn(1, 2) == drawn(1, 2)
    assert len({drawn(seed, number) for seed in range(3) for number in range(3)}) == 9
    with pytest.raises(UnknownNameError, match="Unknown sampler 'grid'"):
        make_sampler("grid", 0, 0)


def test_trials_as_a_reader_sees_them(study: Any) -> None:
    finished(study, 0.9, 0.5, known="shipped", sampler="queue", seconds=2.5)
    finished(study, 0.8, 0.4)
    finished(study, 0.8, 0.6)
    pruned = study.ask()
    pruned.set_user_attr("reason", "clean accuracy too low")
    pruned.set_user_attr("clean", estimate(0.2))
    study.tell(pruned, state=optuna().trial.TrialState.PRUNED)
    first, second, third, last = trials_of(study)
    assert [t.front for t in (first, second, third, last)] == [True, False, True, False]
    assert (first.point, last.point) == (Point(0.9, 0.5), None)
    assert (first.known, first.sampler, first.seconds, first.state) == ("shipped", "queue", 2.5, "complete")
    assert (last.state, last.reason, last.under_attack) == ("pruned", "clean accuracy too low", None)
    assert set(second.settings) == set(space_of("five"))


def killed(study: Any) -> Any:
    """The next trial, whose worker dies after its first heartbeat, hours ago."""
    from sqlalchemy import update

    trial = study.ask()
    suggest(trial, space_of("five"))
    first_heartbeat(study, trial)
    heartbeats = sys.modules["optuna.storages._rdb.models"].TrialHeartbeatModel
    long_ago = datetime.datetime.now() - datetime.timedelta(hours=30)
    with study._storage._backend.engine.begin() as connection:
        connection.execute(update(heartbeats).values(heartbeat=long_ago))
    return trial


def test_a_killed_trial_is_queued_again_and_not_for_ever(study: Any) -> None:
    first = killed(study)
    first.set_user_attr("known", "shipped")
    free_killed(study)
    for tries in range(1, RETRIES + 1):
        before, waiting = study.get_trials()[-2:]
        assert (before.state.name, waiting.state.name) == ("FAIL", "WAITING")
        assert waiting.user_attrs["tries"] == tries + 1
        assert waiting.user_attrs["known"] == "shipped"
        again = killed(study)
        assert again.params == first.params
        free_killed(study)
    assert [t.state for t in trials_of(study)] == ["fail"] * (RETRIES + 1)


def test_a_trial_that_beats_is_let_be(study: Any) -> None:
    trial = killed(study)
    storage, deadline = study._storage, time.monotonic() + 20
    assert storage._get_stale_trial_ids(study._study_id) == [trial._trial_id]
    with heartbeat(study, trial):
        while storage._get_stale_trial_ids(study._study_id) and time.monotonic() < deadline:
            time.sleep(0.01)
        free_killed(study)
        assert trials_of(study)[0].state == "running"


def test_one_at_a_time(file: Path) -> None:
    from filelock import FileLock, Timeout

    with locked(file.parent / "new" / "s.db"), pytest.raises(Timeout):
        FileLock(f"{file.parent / 'new' / 's.db'}.lock").acquire(timeout=0.05)
    FileLock(f"{file.parent / 'new' / 's.db'}.lock").acquire(timeout=0.05)


def test_without_optuna(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingResourceError, match=r"pip install -r requirements-search\.txt"):
        optuna()
