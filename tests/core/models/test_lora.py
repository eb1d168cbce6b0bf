"""Adapters: on every linear layer of the body and nowhere else, without effect until they have learned."""

import warnings
from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import ConfigError
from core.models.checkpoints import Source, head_modules, open_config, open_weights
from core.models.lora import embedding_name, linear_layers, with_adapter, without_warnings
from core.tasks import IMDB
from tests.conftest import tiny_model
from tests.zoo import save

TEXT = {"input_ids": torch.tensor([[2, 50, 60, 70, 3]])}


def opened(kind: str, folder: Path) -> Any:
    source = Source(str(save(kind, IMDB, folder / "model")))
    return open_weights(source, open_config(source))


def learned(model: Any) -> dict[str, torch.nn.Parameter]:
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


@pytest.mark.parametrize("embeddings", [False, True], ids=["layers", "embeddings too"])
def test_a_new_adapter_changes_nothing_yet(embeddings: bool) -> None:
    model = tiny_model(IMDB)
    with torch.no_grad():
        before = model(**TEXT).logits
        adapted = with_adapter(model, 4, 8, embeddings).eval()
        assert torch.allclose(before, adapted(**TEXT).logits, atol=1e-6), "one factor of an adapter starts at zero"
        for p in learned(adapted).values():
            p.add_(0.1)
        assert not torch.allclose(before, adapted(**TEXT).logits, atol=1e-3)


def test_adapters_and_head_learn_and_nothing_else() -> None:
    names = set(learned(with_adapter(tiny_model(IMDB), 4, 4)))
    assert all("lora_" in name or "pooler" in name or "classifier" in name for name in names)
    assert any("classifier" in name for name in names), "the released code left the head untrained"
    assert not any("embeddings" in name for name in names)
    more = set(learned(with_adapter(tiny_model(IMDB), 4, 4, embeddings=True))) - names
    assert sorted(name.split("word_embeddings.")[1] for name in more) == [
        "lora_embedding_A.default", "lora_embedding_B.default"
    ]  # fmt: skip


@pytest.mark.parametrize("rank", [1, 3])
def test_an_adapter_is_as_thin_as_its_rank(rank: int) -> None:
    shapes = {name: tuple(p.shape) for name, p in learned(with_adapter(tiny_model(IMDB), rank, rank)).items()}
    key = next(name for name in shapes if "layer.0.attention.self.key.lora_A" in name)
    assert shapes[key] == (rank, 32)
    assert shapes[key.replace("lora_A", "lora_B")] == (32, rank)


@pytest.mark.parametrize("kind", ["BERT", "RoBERTa", "DistilBERT", "ELECTRA", "BART", "T5", "GPT-2", "XLNet"])
def test_adapters_go_on_every_linear_layer_of_the_body(kind: str, tmp_path: Path) -> None:
    model = opened(kind, tmp_path)
    heads = head_modules(model)
    body = [
        name for name, module in model.named_modules()
        if type(module).__name__ in ("Linear", "Conv1D") and not any(name.startswith(head) for head in heads)
    ]  # fmt: skip
    names = set(learned(with_adapter(model, 2, 2)))
    found = {name.partition(".lora_A")[0].removeprefix("base_model.model.") for name in names if ".lora_A" in name}
    assert body
    assert found == set(body)
    for head in heads:
        assert any(f".{head}.modules_to_save" in name for name in names)


def test_what_it_is_called_on_the_built_in_backbone() -> None:
    assert linear_layers(tiny_model(IMDB)) == [
        "attention.output.dense", "attention.self.key", "attention.self.query", "attention.self.value",
        "intermediate.dense", "output.dense",
    ]  # fmt: skip


def test_a_table_that_is_kept_twice_takes_no_adapter(tmp_path: Path) -> None:
    assert embedding_name(tiny_model(IMDB)) == "word_embeddings"
    with pytest.raises(ConfigError, match=r"lora_embeddings cannot be used with BartForSequence.*Leave it out"):
        with_adapter(opened("BART", tmp_path), 2, 2, embeddings=True)


def test_warnings_are_held_back_inside_only() -> None:
    with without_warnings():
        warnings.warn("from peft", stacklevel=1)
    with pytest.warns(UserWarning, match="from here"):
        warnings.warn("from here", stacklevel=1)
