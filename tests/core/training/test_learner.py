"""One step: the same however its rows are grouped or shared out, worth what the rows weigh, and all of it learns."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from core.tasks import IMDB
from core.training.checkpoint import trainable
from core.training.config import FinetuneConfig
from core.training.corpus import Corpus
from core.training.learner import Group, Learner
from core.training.loop import Plain, make_group
from core.training.processes import Team
from tests.conftest import tiny_model

CONFIG = FinetuneConfig("imdb", epochs=2, batch_rows=6, learning_rate=1e-3, lora_rank=2, dev_rows=6, max_pieces=24)


@pytest.fixture(scope="module")
def corpus(rows: Any) -> Corpus:
    return Corpus(CONFIG, rows)


def learner(corpus: Corpus, team: Team = Team(), dropout: bool = False, device: str = "cpu", **changes: Any) -> Learner:
    made = Learner(replace(CONFIG, **changes), corpus.steps, corpus.pad_id, torch.device(device), team)
    if not dropout:
        for module in made.model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
    return made


def stepped(made: Learner, groups: list[Group], weight: float = 1.0) -> dict[str, torch.Tensor]:
    """Weights after one step down the gradient itself: Adam's first step would blow up rounding."""
    made.optimiser = torch.optim.SGD(trainable(made.model).values(), lr=1.0)
    made.step(0, groups, weight)
    return {name: p.detach().clone() for name, p in trainable(made.model).items()}


def close(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> bool:
    return all(torch.allclose(one[name], two[name], atol=2e-5) for name in one)


def test_grouping_changes_nothing_but_rounding(corpus: Corpus) -> None:
    together = [make_group(corpus, Plain(), 0, 0, range(6))]
    apart = [make_group(corpus, Plain(), 0, n, [n]) for n in range(6)]
    assert close(stepped(learner(corpus), together), stepped(learner(corpus), apart))


def test_two_processes_add_up_to_one(corpus: Corpus) -> None:
    """Each half's gradient sums, added up, are the whole's: the other process is played by a second learner."""
    groups = [make_group(corpus, Plain(), 0, n, [2 * n, 2 * n + 1]) for n in range(3)]
    whole, parts = learner(corpus), [learner(corpus) for _ in range(2)]
    sent: list[list[torch.Tensor]] = []

    class Meeting(Team):
        """Adds what the first process sent to what the second one sends."""

        def add_up(self, tensors: Any) -> None:
            sent.append([t.clone() for t in tensors])
            if len(sent) == 2:
                for tensor, other in zip(tensors, sent[0], strict=True):
                    tensor += other

    for made, share in zip(parts, (groups[:1], groups[1:]), strict=True):
        made.team = Meeting()
        second = stepped(made, share)
    assert close(stepped(whole, groups), second)


def test_an_alternative_counts_as_much_as_it_weighs(corpus: Corpus) -> None:
    """Two rows and an alternative: the loss is (a + b + w c) / (2 + w), as worked out from the logits."""
    made = learner(corpus)
    chosen = [corpus.encoding(0, i) for i in range(3)]
    labels = [0, 1, 1]
    accuracy, loss = zip(*(made.evaluate([e], [n]) for e, n in zip(chosen, labels, strict=True)), strict=True)
    found = made.step(0, [Group(0, chosen, labels, 2)], 0.25)
    assert (found.clean_rows, found.synthetic_rows) == (2, 1)
    assert found.clean == pytest.approx(loss[0] + loss[1], rel=1e-4)
    assert found.synthetic == pytest.approx(loss[2], rel=1e-4)
    assert set(accuracy) <= {0.0, 1.0}


def test_weight_zero_is_plain_fine_tuning(corpus: Corpus) -> None:
    chosen = [corpus.encoding(0, i) for i in range(3)]
    with_alternative = stepped(learner(corpus), [Group(0, chosen, [0, 1, 1], 2)], 0.0)
    without = stepped(learner(corpus), [Group(0, chosen[:2], [0, 1], 2)])
    assert close(with_alternative, without)


def test_dropout_is_drawn_by_seed_step_and_group(corpus: Corpus) -> None:
    group = make_group(corpus, Plain(), 0, 0, range(4))
    losses = [learner(corpus, dropout=True).step(step, [replace(group, number=n)], 1.0).clean
              for step, n in ((0, 0), (0, 0), (1, 0), (0, 1))]  # fmt: skip
    assert losses[0] == losses[1]
    assert len(set(losses)) == 3


@pytest.mark.parametrize("rank", [0, 2])
def test_the_head_learns_as_well(corpus: Corpus, rank: int) -> None:
    made = learner(corpus, lora_rank=rank)
    before = {name: p.detach().clone() for name, p in trainable(made.model).items()}
    after = stepped(made, [make_group(corpus, Plain(), 0, 0, range(6))])
    heads = [name for name in before if "classifier" in name and name.endswith("weight")]
    assert heads
    assert all(not torch.equal(before[name], after[name]) for name in heads)
    assert not any("word_embeddings" in name for name in before)


def test_word_embeddings_learn_on_request(corpus: Corpus) -> None:
    made = learner(corpus, lora_embeddings=True)
    after = stepped(made, [make_group(corpus, Plain(), 0, 0, range(6))])
    table = next(value for name, value in after.items() if "lora_embedding_A" in name)
    touched = {i for n in range(6) for i in corpus.encoding(0, n).ids}
    moved = set(torch.nonzero(table.abs().sum(0)).flatten().tolist())
    assert moved <= touched, "only words that were read move"


def test_the_rate_warms_up_and_decays(corpus: Corpus) -> None:
    made = learner(corpus, warmup=0.3)
    rates = [made.rate(step) for step in range(corpus.steps)]
    top = int(np.argmax(rates))
    assert 0 < top < corpus.steps // 2
    assert rates[:top] == sorted(rates[:top])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] < 0.2 * max(rates)


def test_every_epoch_shuffles_all_rows(corpus: Corpus) -> None:
    epochs = [[i for batch in batches for i in batch] for batches in corpus.epochs]
    assert all(sorted(epoch) == list(range(len(corpus.train))) for epoch in epochs)
    assert epochs[0] != epochs[1]
    assert epochs[0] != sorted(epochs[0])


def test_groups_share_a_step_out_whatever_the_number_of_processes(corpus: Corpus) -> None:
    small = Corpus(replace(CONFIG, group_pieces=64), [*corpus.train, *corpus.dev])
    epoch, indices = small.place(0)
    groups = small.groups(epoch, indices, 3)
    assert sorted(i for group in groups for i in group) == sorted(indices)
    assert len(groups) > 1
    for group in groups:
        widest = max(len(small.encoding(epoch, i)) for i in group)
        assert len(group) == 1 or widest * len(group) * 3 <= 64


def test_a_step_keeps_to_its_device(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """No GPU here: torch's lazy backend plays one, a device that refuses whatever was left behind on the CPU."""
    backend = pytest.importorskip("torch._lazy.ts_backend", reason="this torch has no lazy backend")
    backend.init()
    with pytest.raises(RuntimeError, match="not a lazy tensor"):
        torch.ones(2, device="lazy") + torch.ones(2)
    monkeypatch.setattr("core.training.learner.start_model", lambda _: tiny_model(IMDB, vocabulary=30522))
    groups = [make_group(corpus, Plain(), 0, n, [2 * n, 2 * n + 1]) for n in range(2)]
    here, there = (stepped(learner(corpus, device=name, lora_rank=0), groups, 0.5) for name in ("cpu", "lazy"))
    assert {p.device.type for p in there.values()} == {"lazy"}
    assert close(here, {name: p.cpu() for name, p in there.items()})


@pytest.mark.gpu
def test_a_step_on_a_gpu_is_the_cpu_s(corpus: Corpus) -> None:
    """In bf16 there: the weights move the same way, and as far within a few percent."""
    groups = [make_group(corpus, Plain(), 0, n, [2 * n, 2 * n + 1]) for n in range(2)]
    before = {name: p.detach().clone() for name, p in trainable(learner(corpus).model).items()}
    here, there = (stepped(learner(corpus, device=name), groups) for name in ("cpu", "cuda"))
    moved = [torch.cat([(w[n].cpu() - before[n]).flatten() for n in before]) for w in (here, there)]
    assert torch.nn.functional.cosine_similarity(*moved, dim=0) > 0.98
    assert moved[1].norm() == pytest.approx(float(moved[0].norm()), rel=0.05)
