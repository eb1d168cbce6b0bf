"""The way of a run: events in order, the best kept by its mean, losses weighed by hand, stopped between two steps."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from core.datasets import Row
from core.events import Evaluated, TrainingFinished, TrainingStarted, TrainingStep
from core.tasks import IMDB, Example
from core.training.checkpoint import Progress, trainable
from core.training.config import FinetuneConfig
from core.training.corpus import Corpus
from core.training.learner import Learner, Losses
from core.training.loop import Plain, _report, _Run, make_group, train
from core.training.processes import Team
from tests.conftest import tiny_model
from tests.core.training.conftest import same, tensors

CONFIG = FinetuneConfig(
    "imdb", epochs=2, batch_rows=5, learning_rate=2e-3, lora_rank=0, dev_rows=6, evaluations=3, max_pieces=16
)


@pytest.fixture(scope="module")
def corpus(rows: list[Row]) -> Corpus:
    return Corpus(CONFIG, rows)


@pytest.fixture(autouse=True)
def tiny_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.training.learner.start_model", lambda _: tiny_model(IMDB, vocabulary=30522))


def learner(corpus: Corpus) -> Learner:
    return Learner(CONFIG, corpus.steps, corpus.pad_id, torch.device("cpu"), Team())


class Louder:
    """One alternative for each row with an even index: the same text, shouted."""

    asked = 1
    weight = 0.5

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus

    def extend(self, epoch: int, indices: Sequence[int]) -> list[list[Example]]:
        return [[Example(f"{self.corpus.train[i].example.text_a}!")] if i % 2 == 0 else [] for i in indices]

    def dev_alternatives(self) -> list[Row]:
        return [Row(Example(f"{row.example.text_a}!"), row.label) for row in self.corpus.dev[:2]]


def run(corpus: Corpus, folder: Path, **more: Any) -> Iterator[Any]:
    return train(corpus, learner(corpus), Plain(), folder, "mine", **more)


def test_the_events_of_a_run(corpus: Corpus, tmp_path: Path) -> None:
    events = list(run(corpus, tmp_path))
    assert (type(events[0]), type(events[-1])) == (TrainingStarted, TrainingFinished)
    assert corpus.steps == 12
    assert [e.step for e in events if isinstance(e, Evaluated)] == [4, 8, 12], "spread evenly, the last at the end"
    assert [e.step for e in events if isinstance(e, TrainingStep)] == list(range(1, 13))
    assert (events[0].rows, events[0].steps, events[0].start_step) == (30, 12, 0)
    assert not events[-1].stopped
    assert events[-1].best_accuracy == max(e.accuracy for e in events if isinstance(e, Evaluated))
    assert set(tensors(tmp_path / "best.safetensors")) == {n.removeprefix("weight/") for n in tensors(
        tmp_path / "state.safetensors") if n.startswith("weight/")}  # fmt: skip


def test_killed_between_two_checkpoints_it_ends_the_same(corpus: Corpus, tmp_path: Path) -> None:
    list(run(corpus, tmp_path / "whole"))
    events = run(corpus, tmp_path / "killed", save_every=2)
    next(e for e in events if isinstance(e, TrainingStep) and e.step == 7)
    events.close()  # type: ignore[attr-defined]  # events are a generator
    again = list(run(corpus, tmp_path / "killed"))
    assert again[0].start_step == 6
    for name in ("best.safetensors", "state.safetensors"):
        assert same(tmp_path / "whole" / name, tmp_path / "killed" / name)
    done = list(run(corpus, tmp_path / "killed"))
    assert [type(e) for e in done] == [TrainingStarted, TrainingFinished], "a finished run only says so again"


def test_stopped_it_is_looked_at_once_more_and_can_go_on(corpus: Corpus, tmp_path: Path) -> None:
    """It goes on from where it was stopped, and ends with the weights of the run that was never stopped."""
    list(run(corpus, tmp_path / "whole"))
    seen: list[Any] = []
    for event in run(corpus, tmp_path / "cut", stop=lambda: len(seen) >= 6):
        seen.append(event)
    assert seen[-1].stopped
    assert isinstance(seen[-2], Evaluated)
    assert seen[-2].step == max(e.step for e in seen if isinstance(e, TrainingStep))
    assert tensors(tmp_path / "cut" / "best.safetensors")
    end = list(run(corpus, tmp_path / "cut"))
    assert end[0].start_step == seen[-2].step < 12
    assert not end[-1].stopped
    assert same(tmp_path / "whole" / "state.safetensors", tmp_path / "cut" / "state.safetensors")


def test_what_is_kept_is_what_is_said_to_be_the_best(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the best was found when the run was stopped, and the run went on later."""
    accuracies = {4: 0.5, 6: 0.9}
    kept: dict[int, dict[str, torch.Tensor]] = {}

    def scored(self: _Run, step: int, before: Progress, inner: Any = _Run.evaluate) -> Any:
        monkeypatch.setattr(self.learner, "evaluate", lambda *_: (accuracies.get(step, 0.1), 1.0))
        kept[step] = {name: p.detach().clone() for name, p in trainable(self.learner.model).items()}
        return inner(self, step, before)

    monkeypatch.setattr(_Run, "evaluate", scored)
    seen: list[Any] = []
    for event in run(corpus, tmp_path, stop=lambda: any(isinstance(e, TrainingStep) and e.step == 5 for e in seen)):
        seen.append(event)
    assert (seen[-1].stopped, seen[-1].best_step) == (True, 6)
    *_, end = run(corpus, tmp_path)
    assert (end.best_step, end.best_accuracy) == (6, 0.9)
    found = tensors(tmp_path / "best.safetensors")
    assert all(torch.equal(found[name], weights) for name, weights in kept[end.best_step].items())


def test_stopped_at_the_last_step_it_is_finished(corpus: Corpus, tmp_path: Path) -> None:
    seen: list[Any] = []
    at_last = lambda: any(isinstance(e, TrainingStep) and e.step == 11 for e in seen)  # noqa: E731 (a flag)
    for event in run(corpus, tmp_path, stop=at_last):
        seen.append(event)
    assert not seen[-1].stopped


def test_the_best_has_the_highest_mean_of_both_and_of_equals_is_the_first(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _Run(corpus, learner(corpus), Louder(corpus))
    assert (len(made.dev), len(made.dev_synthetic)) == (6, 2)
    answers = iter([(0.6, 1.0), (0.4, 1.0), (0.9, 1.0), (0.2, 1.0), (0.5, 1.0), (0.6, 1.0)])
    monkeypatch.setattr(made.learner, "evaluate", lambda *_: next(answers))
    first, progress = made.evaluate(4, Progress(seconds=3.0))
    assert (first.best, progress) == (True, Progress(0, 4, 0.6, 0.4, 3.0))
    worse, after = made.evaluate(8, progress)
    assert (worse.best, after) == (True, Progress(0, 8, 0.9, 0.2, 3.0)), "0.55 is more than 0.5"
    equal, end = made.evaluate(12, after)
    assert (equal.best, end) == (False, after), "0.55 is not more than 0.55"


def test_a_group_is_rows_and_after_them_their_alternatives(corpus: Corpus) -> None:
    group = make_group(corpus, Louder(corpus), 0, 3, [4, 1, 2])
    own = [corpus.train[i] for i in (4, 1, 2)]
    texts = [*(row.example for row in own), *(Example(f"{own[i].example.text_a}!") for i in (0, 2))]
    assert (group.number, group.clean) == (3, 3)
    assert [e.ids for e in group.encodings] == [e.ids for e in corpus.encode(texts, 0)]
    assert list(group.labels) == [own[i].label for i in (0, 1, 2, 0, 2)]
    plain = make_group(corpus, Plain(), 0, 0, [4, 1])
    assert (len(plain.encodings), plain.clean) == (2, 2)
    assert Plain().dev_alternatives() == []


def test_the_loss_of_a_window_by_hand() -> None:
    """(3 + 1 + 0.5 (2 + 0)) / (4 + 2 + 0.5 (3 + 0)) = 5 / 7.5."""
    found = _report([Losses(3.0, 4, 2.0, 3), Losses(1.0, 2, 0.0, 0)], 9, 1e-3, 0.5, 10.0, 20.0, 3.0)
    assert found.loss == pytest.approx(5 / 7.5)
    assert found == TrainingStep(9, found.loss, 1e-3, 4 / 6, 2 / 3, 10.0, 20.0, 3.0)
    plain = _report([Losses(3.0, 4, 0.0, 0)], 1, 1e-3, 0.5, 10.0, 10.0, 3.0)
    assert plain == TrainingStep(1, 0.75, 1e-3, 0.75, None, 10.0, 10.0, 3.0)
