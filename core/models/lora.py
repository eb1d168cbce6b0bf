"""Low-rank adapters (LoRA, Hu et al. 2021) on a classifier of any architecture, by peft."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.errors import ConfigError
from core.models.checkpoints import head_modules


def with_adapter(model: Any, rank: int, alpha: float, embeddings: bool = False) -> Any:
    """``model`` with trainable low-rank adapters on every linear layer of its body, its head trained in full.

    With ``embeddings``, on the table of word embeddings as well: words may move towards each other.
    """
    from peft import LoraConfig

    config = LoraConfig(
        r=rank,
        lora_alpha=int(alpha),
        lora_dropout=0.0,
        target_modules=[*linear_layers(model), *([embedding_name(model)] if embeddings else [])],
        modules_to_save=[name.rpartition(".")[2] for name in head_modules(model)],
    )
    return adapted(model, config)


def adapted(model: Any, config: Any) -> Any:
    """``model`` with the adapters that a peft configuration describes, as peft draws them from torch's generator."""
    from peft import get_peft_model

    with without_warnings():
        return get_peft_model(model, config)


def linear_layers(model: Any) -> list[str]:
    """Names of the linear layers of a classifier's body, as they end: the same in each of its numbered blocks."""
    from torch.nn import Linear
    from transformers.pytorch_utils import Conv1D

    heads = head_modules(model)
    names = [name for name, module in model.named_modules() if isinstance(module, (Linear, Conv1D))]
    inside = [name for name in names if not any(f"{name}.".startswith(f"{head}.") for head in heads)]
    return sorted({re.split(r"\.\d+\.", name)[-1] for name in inside})


def embedding_name(model: Any) -> str:
    """The name of the table of word embeddings, as it ends. Raises ConfigError where the model keeps several."""
    table = model.get_input_embeddings()
    name = next(name for name, module in model.named_modules() if module is table)
    if model.config.is_encoder_decoder:
        raise ConfigError(
            f"lora_embeddings cannot be used with {type(model).__name__}: its encoder and its decoder each keep the "
            "table of word embeddings. Leave it out."
        )
    return name.rpartition(".")[2]


@contextmanager
def without_warnings() -> Iterator[None]:
    """Without peft's warnings: it notes the backbone's local path, and asks transformers in an old way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
