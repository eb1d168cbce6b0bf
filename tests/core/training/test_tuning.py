"""The search: it goes on where it was, workers share it, kills are survived, only the front keeps its weights."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.attacks.presets import attack_config
from core.datasets import Row
from core.errors import ConfigError, MissingResourceError, UnknownNameError
from core.events import SearchWaiting, TrialFinished, TrialMeasured, TrialPruned, TrialStarted, from_record, to_record
from core.tasks import IMDB, Example
from core.training.config import FinetuneConfig
from core.training.corpus import Corpus
from core.training.search_space import (
    given_settings,
    space_of,
)  # fmt: skip
from core.training.study import find_study, first_heartbeat, study_name, suggest, trials_of
from core.training.trial import Setup
from core.training.tuning import SearchConfig, kept_rows, made_by, search

ROOT = Path(__file__).resolve().parents[3]


def test_an_unknown_sampler() -> None:
    with pytest.raises(ConfigError, match="sampler must be one of tpe, nsga2, random, was given 'grid'"):
        SearchConfig(sampler="grid")


def test_rows_are_those_that_training_keeps() -> None:
    rows = [Row(Example(f"film {i}"), i % 2) for i in range(30)]
    assert kept_rows(rows, 7) == Corpus(FinetuneConfig("imdb", dev_rows=7), rows).dev


@pytest.mark.parametrize("what", ["five", "fuse"])
def test_a_search_goes_on_where_it_was(setup: Setup, tmp_path: Path, what: str) -> None:
    setup = replace(setup, what=what)
    file = tmp_path / "runs" / "s.db"
    events = list(search(setup, SearchConfig(trials=3), file, "toy"))
    started = [e for e in events if isinstance(e, TrialStarted)]
    assert [(e.number, e.known) for e in started] == [(0, "shipped"), (1, "paper"), (2, "")]
    assert events[0].number == -1, "the plain model comes first"
    assert all(from_record(json.loads(json.dumps(to_record(e)))) == e for e in events)
    finished = [e for e in events if isinstance(e, TrialFinished)]
    assert all((e.n, e.attack_n) == (12, 4) and e.clean_low <= e.clean <= e.clean_high for e in finished)
    more = list(search(setup, SearchConfig(trials=5, total=4, sampler="random"), file, "toy"))
    assert [e.number for e in more if isinstance(e, TrialStarted)] == [3], "nothing measured twice, no more than asked"
    found = trials_of(find_study(file, ""))
    assert [t.sampler for t in found] == ["queue", "queue", "tpe", "random"]
    points = [t.point for t in found if t.point]
    assert [t.front for t in found if t.point] == [not any(o.dominates(p) for o in points) for p in points]


def test_settings_of_ones_own_come_first(setup: Setup, tmp_path: Path) -> None:
    """Measured to the end, tried once however often they are given, and read from text by the axis they lie on."""
    first = given_settings("five", IMDB, 0.05, ["samples=3", " rule = majority"])
    assert (first["samples"], first["rule"]) == (3, "majority")
    config = SearchConfig(trials=3, first=(first,))
    file = tmp_path / "s.db"
    started = [e for e in search(setup, config, file, "toy") if isinstance(e, TrialStarted)]
    assert [e.known for e in started] == ["shipped", "paper", "given"]
    assert "samples=3" in started[2].settings
    again = [e for e in search(setup, replace(config, trials=1), file, "toy") if isinstance(e, TrialStarted)]
    assert [e.known for e in again] == [""]


def test_the_same_seed_gives_the_same_trials(setup: Setup, tmp_path: Path) -> None:
    def settings(name: str) -> list[Any]:
        run = search(setup, SearchConfig(trials=4, sampler="random"), tmp_path / name, "toy")
        return [e.settings for e in run if isinstance(e, TrialStarted)]

    first = settings("a.db")
    assert first == settings("b.db")
    assert len(set(first)) == 4


def test_other_settings_do_not_mix(setup: Setup, tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    list(search(setup, SearchConfig(trials=0, study="mine"), file, "toy"))
    other = replace(setup, attack_n=3, rows=setup.rows[:10])
    with pytest.raises(ConfigError, match=r"other settings \(attack_n, n, rows_sha\)"):
        list(search(other, SearchConfig(trials=0, study="mine"), file, "toy"))
    assert study_name(made_by(setup, "toy")) != study_name(made_by(other, "toy"))
    with pytest.raises(UnknownNameError, match=r"Unknown study 'yours'\. Known: mine"):
        find_study(file, "yours")
    with pytest.raises(MissingResourceError, match="No search in"):
        find_study(tmp_path / "none.db", "")


def test_without_optuna(setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingResourceError, match=r"pip install -r requirements-search\.txt"):
        next(search(setup, SearchConfig(), tmp_path / "s.db", "toy"))


WORKER = """
import json, sys, time
from pathlib import Path
from conftest import NEIGHBOURS, STOP_WORDS, ToyEncoder, ToyNeighbors, ToyTagger, make_tiny_classifier
from core.attacks.presets import attack_config
from core.axes import OneOf
from core.datasets import Row
from core.events import to_record
from core.language.lexicon import Lexicon
from core.tasks import IMDB, Example
from core.training.trial import Setup
from core.training.tuning import SearchConfig, search
rows = tuple(Row(Example(f"a good film, number {i}"), i % 2) for i in range(6))
lexicon = Lexicon(ToyNeighbors(NEIGHBOURS), ToyTagger(), ToyEncoder(), STOP_WORDS)
attack = attack_config("ungated", "imdb", max_queries=20, verdict_draws=3)
setup = Setup("five", make_tiny_classifier(IMDB), lexicon, attack, rows, 3, max_drop=1.0)
config = SearchConfig(trials=int(sys.argv[2]), total=int(sys.argv[3]), sampler="random", grace=6)
for event in search(setup, config, Path(sys.argv[1]), "toy"):
    print(json.dumps(to_record(event)), flush=True)
    if len(sys.argv) > 4 and event.number == 2:
        time.sleep(600)
"""


def worker(file: Path, trials: int, total: int, *more: str) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", WORKER, str(file), str(trials), str(total), *more]
    return subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.thorough
def test_two_workers_share_one_storage(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    workers = [worker(file, 8, 8), worker(file, 8, 8)]
    said = [process.communicate(timeout=240)[0] for process in workers]
    assert [process.returncode for process in workers] == [0, 0]
    events = [json.loads(line) for text in said for line in text.splitlines()]
    started = [e for e in events if e["event"] == "TrialStarted"]
    assert sorted(e["number"] for e in started) == list(range(8)), "no trial twice, none left out"
    assert len({tuple(e["settings"]) for e in started}) == 8, "two workers do not draw alike"
    assert sum(e["event"] == "TrialMeasured" and e["number"] == -1 and e["what"] == "clean" for e in events) == 1
    assert {t.state for t in trials_of(find_study(file, ""))} <= {"complete", "pruned"}


@pytest.mark.filterwarnings("ignore:Heartbeat of storage")
def test_the_total_counts_what_is_done(setup: Setup, tmp_path: Path) -> None:
    """A trial whose worker was killed a moment ago looks as if it ran: it is waited for, and put back in the queue."""
    file, config = tmp_path / "s.db", SearchConfig(trials=3, total=1, grace=2)
    list(search(setup, replace(config, trials=0), file, "toy"))
    study = find_study(file, "")
    killed = study.ask()
    suggest(killed, space_of("five"))
    first_heartbeat(study, killed)
    events = [e for e in search(setup, config, file, "toy") if not isinstance(e, TrialMeasured)]
    assert [type(e) for e in events] == [SearchWaiting, TrialStarted, TrialFinished]
    assert events[0].running == 1
    assert [(t.state, t.known) for t in trials_of(study)] == [
        ("fail", "shipped"), ("complete", "paper"), ("waiting", "shipped")
    ]  # fmt: skip
    assert not list(search(setup, config, file, "toy")), "one is done, and no more were asked for"


@pytest.mark.thorough
def test_a_killed_workers_trial_is_done_again(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    first = worker(file, 3, 3, "hang")
    assert first.stdout is not None
    for line in first.stdout:
        event = json.loads(line)
        if event["event"] == "TrialStarted" and event["number"] == 2:
            lost = event["settings"]
            break
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    first.stdout.close()
    second = worker(file, 3, 3)
    said, _ = second.communicate(timeout=240)
    events = [json.loads(line) for line in said.splitlines()]
    assert next(e["settings"] for e in events if e["event"] == "TrialStarted") == lost
    states = [t.state for t in trials_of(find_study(file, ""))]
    assert states[2] == "fail"
    assert sum(state in ("complete", "pruned") for state in states) == 3
    assert len(states) == 4, "the failed one and three that count"


@pytest.mark.slow
def test_co_tuning_keeps_the_weights_of_the_front_only(
    tmp_path: Path, toy_lexicon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.models.loading import load_classifier

    monkeypatch.setenv("FIREBERT_CACHE", str(tmp_path / "cache"))
    texts = ("a bad film", "a good film", "awful dull story", "great story", "terrible plot", "wonderful actors")
    rows = [Row(Example(f"{text}, part {i}"), k % 2) for i in range(4) for k, text in enumerate(texts)]
    plain = load_classifier("imdb-plain", IMDB, "cpu")
    attack = attack_config("ungated", "imdb", max_queries=10, verdict_draws=3)
    dev = tuple(kept_rows(rows, 6))
    setup = Setup("fact", plain, toy_lexicon, attack, dev, 2, train=rows, dev_rows=6, max_drop=1.0)
    file = tmp_path / "s.db"
    events = list(search(setup, SearchConfig(trials=2, sampler="random"), file, "toy"))
    assert sum(isinstance(e, TrialFinished | TrialPruned) for e in events) == 2
    study = find_study(file, "")
    kept = {path.parent.parent.name for path in (tmp_path / study.study_name).glob("*/model/model.json")}
    assert kept == {f"trial-{t.number}" for t in trials_of(study) if t.front}
    assert {t.known for t in trials_of(study)} == {"shipped", "paper"}
