"""What a family of models needs so that a row's answer is its own, whatever stands beside it in the batch.

Encoders take rows padded on the right. Models that read their answer off the last piece (GPT-2, Qwen2, XLNet) get
them padded on the left, and positions that count from the row's own first piece. BART and T5 feed the text to their
decoder as well, one place later, so embeddings go there too.
"""

import inspect
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from core.errors import ModelError
from core.models.first_token import first_token_logits, supports_first_token


@dataclass(frozen=True)
class Architecture:
    """How a model is asked. ``most_pieces``: the positions it has, special pieces included; None: no limit.

    ``refusal`` says why word embeddings cannot be given, which importance by gradients and FIVE need; empty where they
    can.
    """

    first_token: bool
    pads_left: bool
    decodes: bool
    segments: bool
    positions: bool
    global_attention: bool
    most_pieces: int | None
    refusal: str = ""

    def logits(self, model: Any, inputs: dict[str, Shaped[Tensor, "rows pieces ..."]]) -> Float[Tensor, "rows classes"]:
        """Logits in the checkpoint's label order.

        ``inputs``: ``input_ids`` or ``inputs_embeds`` (rows, pieces, hidden); ``attention_mask`` and
        ``token_type_ids``; all padded on the right, as every caller pads. Raises ModelError for embeddings where
        ``refusal`` says why.
        """
        given = dict(inputs)
        if "inputs_embeds" in given and self.refusal:
            raise ModelError(self.refusal)
        if not self.segments:
            given.pop("token_type_ids", None)
        if self.first_token:
            return first_token_logits(model, **given)
        if self.decodes and "inputs_embeds" in given:
            return _decoded_logits(model, **given)
        if self.pads_left:
            given = {name: to_left(value, inputs["attention_mask"]) for name, value in given.items()}
        mask = given["attention_mask"]
        if self.positions:
            given["position_ids"] = (mask.cumsum(-1) - 1).clamp(min=0)
        if self.global_attention:
            given["global_attention_mask"] = torch.zeros_like(mask)
            given["global_attention_mask"][:, 0] = 1
        return model(**given).logits


def architecture_of(model: Any, refusal: str = "") -> Architecture:
    """The architecture of a transformers sequence classifier, read off its parts and what its forward pass takes."""
    taken = inspect.signature(model.forward).parameters
    children = dict(model.named_children())
    # Every decoder of transformers calls its head "score"; XLNet's summary is its last piece too.
    xlnet = model.config.model_type == "xlnet"
    pads_left = xlnet or "score" in children
    segments = xlnet or getattr(model.config, "type_vocab_size", 0) > 1
    decodes = bool(model.config.is_encoder_decoder) and "classification_head" in children
    return Architecture(
        first_token=supports_first_token(model) and segments,
        pads_left=pads_left,
        decodes=decodes,
        segments=segments and "token_type_ids" in taken,
        positions=pads_left and "position_ids" in taken,
        global_attention="global_attention_mask" in taken,
        most_pieces=positions_of(model),
        refusal=refusal,
    )


def positions_of(model: Any) -> int | None:
    """How many pieces a row may have; None without a limit.

    RoBERTa's kind count positions from behind the padding's, so a table of 130 with the padding at 1 holds 128.
    """
    limit = getattr(model.config, "max_position_embeddings", None)
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding):
            behind = 0 if module.padding_idx is None else module.padding_idx + 1
            limit = module.num_embeddings - behind
    return limit if limit is not None and limit > 0 else None


def to_left(
    values: Shaped[Tensor, "rows pieces *each"], mask: Int[Tensor, "rows pieces"]
) -> Shaped[Tensor, "rows pieces *each"]:
    """``values`` with each row's padding moved from its right end to its left; differentiable.

    ``mask`` is 1 on pieces and 0 on the padding behind them.
    """
    width = mask.shape[1]
    empty = width - mask.sum(1, keepdim=True)
    source = (torch.arange(width, device=mask.device) - empty) % width
    rows = torch.arange(len(mask), device=mask.device)[:, None]
    return values[rows, source]


def _decoded_logits(
    model: Any, inputs_embeds: Float[Tensor, "rows pieces hidden"], attention_mask: Int[Tensor, "rows pieces"]
) -> Float[Tensor, "rows classes"]:
    """Logits of a BART- or T5-like classifier from word embeddings, as it makes them from ids.

    The decoder reads the same text behind its start piece; the head reads the end piece, the last one of each row.
    """
    start = torch.tensor([[model.config.decoder_start_token_id]], device=inputs_embeds.device)
    first = model.get_input_embeddings()(start).expand(len(inputs_embeds), -1, -1)
    hidden = model.base_model(
        inputs_embeds=inputs_embeds,
        attention_mask=attention_mask,
        decoder_inputs_embeds=torch.cat([first, inputs_embeds[:, :-1]], dim=1),
    ).last_hidden_state
    ends = attention_mask.sum(1) - 1
    return model.classification_head(hidden[torch.arange(len(hidden), device=hidden.device), ends])
