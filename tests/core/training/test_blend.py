"""A blend lies between two models' weights, exactly, whether adapters or all weights were trained."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import ConfigError
from core.models.lora import adapted, with_adapter
from core.tasks import IMDB
from core.training.blend import blended
from core.training.checkpoint import trainable
from tests.conftest import tiny_model


def model(adapters: bool = True, embeddings: bool = False, start: bool = True, seed: int = 0) -> Any:
    """A tiny classifier with adapters that change its weights by much, or, without ``start``, not yet at all."""
    torch.manual_seed(seed)
    made = tiny_model(IMDB)
    if adapters:
        made = with_adapter(made, 3, 6, embeddings)
    if start:
        moved(made, seed)
    return made


def moved(made: Any, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in trainable(made).values():
            p.add_(0.2 * torch.randn(p.shape, generator=generator))


def copies(made: Any) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in trainable(made).items()}


def merged(made: Any, weights: dict[str, torch.Tensor] | None = None) -> dict[str, torch.Tensor]:
    """The weights that a model answers with."""
    if weights is not None:
        with torch.no_grad():
            for name, p in trainable(made).items():
                p.copy_(weights[name])
    plain = made.merge_and_unload() if "lora_A" in str(made) or "lora_embedding_A" in str(made) else made
    return {name: p.detach().clone() for name, p in plain.named_parameters()}


@pytest.mark.parametrize("start", [True, False], ids=["adapters before", "none before"])
@pytest.mark.parametrize("embeddings", [False, True], ids=["layers", "embeddings too"])
@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_weights_are_between(share: float, embeddings: bool, start: bool) -> None:
    made = model(embeddings=embeddings, start=start)
    before = copies(made)
    moved(made, 1)
    after = copies(made)
    low, high = (merged(model(embeddings=embeddings), weights) for weights in (before, after))
    found = merged(blended(made, before, share))
    assert found.keys() == low.keys()
    apart = max((high[name] - low[name]).abs().max().item() for name in low)
    assert apart > 0.5, "there is something to blend"
    for name in low:
        assert torch.allclose(found[name], torch.lerp(low[name], high[name], share), atol=1e-6), name


def test_factors_averaged_would_be_another_model() -> None:
    """What was done before: it is not halfway between the weights."""
    made = model()
    before = copies(made)
    moved(made, 1)
    after = copies(made)
    halves = merged(model(), {name: (before[name] + after[name]) / 2 for name in before})
    low, high = merged(model(), before), merged(model(), after)
    assert max((halves[name] - (low[name] + high[name]) / 2).abs().max().item() for name in low) > 0.01


def test_an_adapter_of_words_stays_small_where_there_was_none() -> None:
    """Twice the rank only where there were two adapters: the table of words is the largest of them."""
    made = model(embeddings=True)
    before = copies(made)
    for name in before:
        if "lora_embedding_A" in name:
            before[name].zero_()
    moved(made, 1)
    found = copies(blended(made, before, 0.5))
    ranks = {name: len(p) for name, p in found.items() if "lora_A" in name or "lora_embedding_A" in name}
    assert {rank for name, rank in ranks.items() if "embedding" in name} == {3}
    assert {rank for name, rank in ranks.items() if "embedding" not in name} == {6}


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing:FutureWarning")
def test_a_blend_is_kept_by_peft(tmp_path: Path) -> None:
    from peft import PeftModel

    made = model(embeddings=True)
    before = copies(made)
    moved(made, 1)
    found = blended(made, before, 0.3)
    found.save_pretrained(tmp_path, save_embedding_layers=False)
    expected = merged(found)
    read = PeftModel.from_pretrained(tiny_model(IMDB), tmp_path).merge_and_unload()
    for name, p in read.named_parameters():
        assert torch.allclose(p, expected[name], atol=1e-6)


def test_a_blend_of_a_blend() -> None:
    """A model of mixed ranks is gone on from, and blended again."""
    first = model(embeddings=True)
    before = copies(first)
    for name in before:
        if "lora_embedding_A" in name:
            before[name].zero_()
    moved(first, 1)
    second = blended(first, before, 0.5)
    config = replace(second.peft_config["default"])
    begun = copies(second)
    moved(second, 2)
    low, high = (merged(adapted(tiny_model(IMDB), config), weights) for weights in (begun, copies(second)))
    found = merged(blended(second, begun, 0.5))
    for name in low:
        assert torch.allclose(found[name], (low[name] + high[name]) / 2, atol=2e-6)


def test_all_weights() -> None:
    made = model(adapters=False)
    before = copies(made)
    moved(made, 1)
    after = copies(made)
    found = copies(blended(made, before, 0.25))
    for name in before:
        assert torch.allclose(found[name], 0.75 * before[name] + 0.25 * after[name], atol=1e-6)


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_share_is_a_share(share: float) -> None:
    made = model()
    with pytest.raises(ConfigError, match=rf"blend must be between 0 and 1, was given {share}"):
        blended(made, copies(made), share)
