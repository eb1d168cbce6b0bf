"""Plans on disk: what comes back is what was made, it is made once, and a damaged or missing shard is made again."""

import shutil
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.language.lexicon import Lexicon
from core.language.neighbors import Neighbor
from core.language.text import Word
from core.models.fingerprint import weights_of
from core.perturbation.plan import ChosenWord, Plan
from core.perturbation.switch import Switch, SwitchConfig
from core.tasks import Example
from core.training import plan_store
from core.training.plan_store import PlanStore
from core.training.processes import Team
from core.work.engine import Processes
from tests.conftest import NEIGHBOURS, STOP_WORDS, ToyEncoder, ToyNeighbors, ToyTagger

CONFIG = SwitchConfig(perturb_words=3, gate="off", pos="none", stop_words=False)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_store, "SHARD", 5)


def store(classifier: Any, lexicon: Any, reviews: Any, folder: Path, config: SwitchConfig = CONFIG) -> PlanStore:
    return PlanStore(Switch(classifier, lexicon, config), reviews, weights_of(classifier), folder)


def test_plans_come_back_as_they_were_made(
    tiny_classifier: Any, toy_lexicon: Any, reviews: list[Example], tmp_path: Path
) -> None:
    kept = store(tiny_classifier, toy_lexicon, reviews, tmp_path)
    events = list(kept.build(Team()))
    assert [(e.done, e.total) for e in events] == [(0, 12), (5, 12), (10, 12), (12, 12)]
    direct = Switch(tiny_classifier, toy_lexicon, CONFIG).plans(reviews)
    for found, plan in zip(kept.plans(range(12)), direct, strict=True):
        assert (found.text, found.unread) == (plan.text, plan.unread)
        assert [replace(word, refused=()) for word in plan.words] == [
            replace(word, importance=pytest.approx(word.importance, rel=1e-4)) for word in found.words
        ]
    assert kept.plans([7, 0]) == [kept.plans([7])[0], kept.plans([0])[0]]


def toy_words() -> Lexicon:
    """Opened in a process of its own."""
    return Lexicon(ToyNeighbors(NEIGHBOURS), ToyTagger(), ToyEncoder(), STOP_WORDS)


def test_other_processes_find_the_same_candidates(
    tiny_classifier: Any, reviews: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shard by shard as they are done; too few shards are not worth a process."""
    here, beside = (store(tiny_classifier, toy_words(), reviews, tmp_path / name) for name in ("here", "beside"))
    list(here.build(Team()))
    monkeypatch.setattr(plan_store, "WORTH_IT", 2)
    beside.folder.mkdir(parents=True)
    shutil.copy(here.folder / "00000000.npz", beside.folder)
    events = list(beside.build(Team(), Processes(1), toy_words))
    assert [e.done for e in events] == [5, 10, 12]
    assert beside.plans(range(12)) == here.plans(range(12))
    few = store(tiny_classifier, toy_words(), reviews[:5], tmp_path / "few")
    list(few.build(Team(), Unasked(), toy_words))
    assert len(few.plans(range(5))) == 5


class Unasked:
    """An engine that must not be asked."""

    def run(self, work: Any, jobs: Any) -> Any:
        raise AssertionError("one shard is not worth a process")


def test_a_training_set_is_held_in_few_bytes_a_candidate(
    tiny_classifier: Any, toy_lexicon: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, words, each = 500, 10, 40
    monkeypatch.setattr(plan_store, "SHARD", many)
    text = " ".join(["good"] * words)
    near = tuple(Neighbor(f"word{i}", i / 1000) for i in range(each))
    chosen = tuple(ChosenWord(Word(5 * i, 5 * i + 4, "good"), float(i), near, ()) for i in range(words))
    plan = Plan(text, chosen, (), 0)
    kept = store(tiny_classifier, toy_lexicon, [Example(text)] * many, tmp_path)
    kept.folder.mkdir(parents=True)
    plan_store._write(kept.folder / "00000000.npz", [plan] * many)
    tracemalloc.start()
    try:
        assert all(kept.plans([i]) == [plan] for i in range(many))
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < 20 * many * words * each, "numbers and cosines take 12; plans kept as objects took 170"


def test_what_is_there_is_not_made_again(
    tiny_factory: Any, toy_lexicon: Any, reviews: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.tasks import IMDB

    classifier = tiny_factory(IMDB)
    first = store(classifier, toy_lexicon, reviews, tmp_path)
    list(first.build(Team()))
    drawn_only = replace(CONFIG, total_alternatives=3, multiplier=5, gate="filter", min_similarity=0.9)
    asked: list[int] = []
    real = classifier.gradients
    monkeypatch.setattr(classifier, "gradients", lambda e, s: asked.append(len(e)) or real(e, s))
    again = store(classifier, toy_lexicon, reviews, tmp_path, drawn_only)
    assert again.folder == first.folder, "settings of the drawing decide no plan"
    assert list(again.build(Team())) == []
    (first.folder / "00000005.npz").unlink()
    list(again.build(Team()))
    assert asked == [5], "one missing shard"


@pytest.mark.parametrize("damage", ["cut", "other bytes", "gone"])
def test_a_damaged_shard_is_made_again(
    tiny_classifier: Any, toy_lexicon: Any, reviews: list[Example], tmp_path: Path, damage: str
) -> None:
    list(store(tiny_classifier, toy_lexicon, reviews, tmp_path).build(Team()))
    kept = store(tiny_classifier, toy_lexicon, reviews, tmp_path)
    expected = kept.plans(range(12))
    shard = sorted(kept.folder.glob("*.npz"))[1]
    content = shard.read_bytes()
    shard.unlink()
    if damage != "gone":
        shard.write_bytes(content[: len(content) // 2] if damage == "cut" else b"x" * len(content))
    again = store(tiny_classifier, toy_lexicon, reviews, tmp_path)
    assert again.plans(range(12)) == expected
    assert shard.read_bytes() == content


@pytest.mark.parametrize("change", ["settings", "texts", "weights", "stop words"])
def test_other_plans_lie_elsewhere(
    tiny_factory: Any, toy_lexicon: Any, reviews: list[Example], tmp_path: Path, change: str
) -> None:
    from core.tasks import IMDB

    usual = store(tiny_factory(IMDB), toy_lexicon, reviews, tmp_path).folder
    config = replace(CONFIG, perturb_words=2) if change == "settings" else CONFIG
    texts = reviews[:-1] if change == "texts" else reviews
    classifier = tiny_factory(IMDB, seed=1 if change == "weights" else 0)
    words = replace(toy_lexicon, stop_words=frozenset({"film"})) if change == "stop words" else toy_lexicon
    assert store(classifier, words, texts, tmp_path, config).folder != usual


def test_two_processes_share_the_work(
    tiny_classifier: Any, toy_lexicon: Any, reviews: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Team, "wait", lambda self: None)
    kept = store(tiny_classifier, toy_lexicon, reviews, tmp_path)
    missing = kept.build(Team(0, 2))
    next(missing)
    list(store(tiny_classifier, toy_lexicon, reviews, tmp_path).build(Team(1, 2)))
    assert {path.name for path in kept.folder.iterdir()} <= {"00000000.npz", "00000005.npz", "00000010.npz"}
    list(missing)
    assert len(list(kept.folder.iterdir())) == 3
    assert len(kept.plans(range(12))) == 12
