"""Between two models: a share of the weights a run ended with, the rest of those it started with.

Between the two lies a model that keeps most of the one's robustness and of the other's accuracy (Wortsman et al. 2022,
arXiv 2109.01903). What is averaged is weights. An adapter's weight is a product, B A, and the average of two products
is no product of averages: it is written out as one of twice the rank, [(1-b) B0, b B1] [A0; A1], and where the run
started without any (B0 A0 = 0) as b B1 A1.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from core.errors import ConfigError
from core.models.lora import adapted
from core.training.checkpoint import trainable

_FACTOR = re.compile(r".+\.lora_(embedding_)?[AB]\.default(\.weight)?")


def blended(model: Any, before: Mapping[str, Tensor], share: float) -> Any:
    """``model`` as ``share`` of its trainable weights and the rest of ``before``, which has the same names.

    The weights that adapters make are exactly between; ``model`` itself is used up. Raises ConfigError for a share
    outside 0 to 1.
    """
    if not 0.0 <= share <= 1.0:
        raise ConfigError(f"blend must be between 0 and 1, was given {share}.")
    after = {name: p.detach().clone() for name, p in trainable(model).items()}
    if share in (0.0, 1.0):
        return _filled(model, before if share == 0.0 else after)
    mixed = {name: torch.lerp(before[name], after[name], share) for name in after if not _FACTOR.fullmatch(name)}
    factors = sorted(name for name in after if _FACTOR.fullmatch(name))
    ranks: dict[str, int] = {}
    for a, b in zip(factors[::2], factors[1::2], strict=True):
        if before[a].any() and before[b].any():
            mixed[a] = torch.cat([before[a], after[a]], dim=0)
            mixed[b] = torch.cat([(1 - share) * before[b], share * after[b]], dim=1)
        else:
            mixed[a], mixed[b] = after[a], share * after[b]
        ranks[a.partition(".lora_")[0].removeprefix("base_model.model.")] = len(mixed[a])
    wider = any(len(mixed[a]) != len(after[a]) for a in factors[::2])
    return _filled(_widened(model, ranks) if wider else model, mixed)


def _filled(model: Any, weights: Mapping[str, Tensor]) -> Any:
    parameters = trainable(model)
    with torch.no_grad():
        for name, weight in weights.items():
            parameters[name].copy_(weight)
    return model


def _widened(model: Any, ranks: Mapping[str, int]) -> Any:
    """The model anew, with adapters of the given rank at each module, scaled as they were."""
    config = model.peft_config["default"]
    scale, most = config.lora_alpha / config.r, max(ranks.values())
    others = {module: rank for module, rank in ranks.items() if rank != most}
    shape = replace(
        config,
        r=most,
        lora_alpha=round(scale * most),
        rank_pattern=others,
        alpha_pattern={module: round(scale * rank) for module, rank in others.items()},
    )
    with torch.random.fork_rng(devices=[]):
        return adapted(model.unload(), shape)
