"""A transformers checkpoint from a folder or the Hub: configuration, tokenizer and weights, each refused unless whole.

What transformers fills up at random, or from nothing, with a warning, is an error here: a head that is not there, a
vocabulary that is empty, numbers that are no numbers. Safetensors only; no code of the checkpoint is ever run.
"""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.errors import ModelError

HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
"""owner/name."""
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_NO_SINGLE_ANSWER = ("multi_label_classification", "regression")
_PLACED = re.compile(r"\.\d+\.|(^|\.)lora_")
"""In the name of a weight: a numbered layer's, or an adapter's."""
_FEWEST_PIECES = 10
"""Without a vocabulary's file transformers makes one of the special pieces, and of one or two beside them."""


@dataclass(frozen=True)
class Source:
    """Where a checkpoint is: a folder, or a name on the Hub at a ``revision``."""

    name: str
    revision: str | None = None

    @classmethod
    def parse(cls, given: str) -> "Source":
        """A folder, or ``owner/name``, or ``owner/name@revision``. Raises ModelError for anything else."""
        name, at, revision = given.rpartition("@")
        if (given and Path(given).is_dir()) or HUB_NAME.fullmatch(given):
            return cls(given)
        if at and revision and HUB_NAME.fullmatch(name):
            return cls(name, revision)
        raise ModelError(f"'{given}' is neither a folder nor a Hub name, owner/name or owner/name@revision.")

    @property
    def pinned(self) -> dict[str, Any]:
        """What every ``from_pretrained`` is given; where the Hub's name is unknown, only the cache is asked."""
        offline = {} if Path(self.name).is_dir() or hub_is_known() else {"local_files_only": True}
        return {"revision": self.revision, "trust_remote_code": False, **offline}


def hub_is_known() -> bool:
    """Whether the name of the Hub's machine can be looked up; a proxy looks it up itself.

    Asked first, since the Hub's client would try for a minute, and say so in a dozen lines, before it gives up.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE or any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY")):
        return True
    try:
        socket.getaddrinfo(urlsplit(constants.ENDPOINT).hostname, None)
    except OSError:
        return False
    return True


def open_config(source: Source, **changes: Any) -> Any:
    """The configuration of a checkpoint whose weights are safetensors; ``changes`` override its settings."""
    from transformers import AutoConfig

    _no_pickles(source)
    with _teaching(source):
        return AutoConfig.from_pretrained(source.name, **source.pinned, **changes)


def check_head(config: Any, source: Source) -> None:
    """Refuse a head that does not choose one label of several: its outputs are no softmax's."""
    if config.problem_type in _NO_SINGLE_ANSWER or config.num_labels < 2:
        kind = config.problem_type or f"one with {config.num_labels} output"
        raise ModelError(
            f"Cannot use model '{source.name}': its head is {kind.replace('_', ' ')}, and only a classifier that "
            "chooses one of two or more labels can be attacked and defended here. Give one of those."
        )


def open_tokenizer(source: Source) -> Any:
    """The checkpoint's own fast tokenizer. A decoder's without a padding piece pads with its end piece, as is usual."""
    from transformers import AutoTokenizer

    with _teaching(source, "its tokenizer cannot be opened: "):
        tokenizer = AutoTokenizer.from_pretrained(source.name, **source.pinned)
        known = len(tokenizer) - len(tokenizer.get_added_vocab())
    if not tokenizer.is_fast:
        raise ModelError(
            f"Cannot use model '{source.name}': its tokenizer ({type(tokenizer).__name__}) has no fast form "
            "(tokenizer.json), which says where in the text each piece stands. Give a model that has one."
        )
    if known < _FEWEST_PIECES:
        raise ModelError(
            f"Cannot use model '{source.name}': it has no tokenizer (no vocabulary was found). "
            "Put the tokenizer's files beside the weights: tokenizer.save_pretrained(FOLDER)."
        )
    if tokenizer.pad_token_id is None:
        _pad_with_end(tokenizer, source)
    return tokenizer


def open_weights(source: Source, config: Any, fresh_head: bool = False) -> Any:
    """A sequence classifier in single precision, every weight from the checkpoint and finite.

    With ``fresh_head`` the head is drawn anew from torch's generator, and only the body has to be there. Raises
    ModelError otherwise, for weights without a place, and for sizes that differ.
    """
    import torch
    from transformers import AutoModelForSequenceClassification

    if config.pad_token_id is None:
        config.pad_token_id = open_tokenizer(source).pad_token_id
    with _teaching(source):
        model, found = AutoModelForSequenceClassification.from_pretrained(
            source.name, config=config, use_safetensors=True, dtype=torch.float32, output_loading_info=True,
            ignore_mismatched_sizes=True, **source.pinned,
        )  # fmt: skip
    heads = head_modules(model) if fresh_head else ()
    strange = sorted(found["unexpected_keys"])
    different = sorted(key for key, *_ in found["mismatched_keys"] if not _within(key, heads))
    missing = sorted(key for key in found["missing_keys"] if not _within(key, heads))
    if missing:
        raise ModelError(f"Cannot use model '{source.name}': {_why_missing(missing, strange, model)}")
    if different:
        raise ModelError(
            f"Cannot use model '{source.name}': {_some(different)} in its file has another size than config.json says. "
            "Give the config.json that the weights were saved with."
        )
    if placeless := [key for key in strange if _PLACED.search(key)]:
        raise ModelError(
            f"Cannot use model '{source.name}': its file holds {_some(placeless)}, for which config.json has no place, "
            "so it would answer without. Give the config.json they were saved with; merge adapters first."
        )
    broken = [name for name, weight in model.named_parameters() if not torch.isfinite(weight).all()]
    if broken:
        raise ModelError(
            f"Cannot use model '{source.name}': {_some(broken)} holds numbers that are not finite, so its answers "
            "would mean nothing. Its training went wrong; give an earlier checkpoint."
        )
    return model.eval()


def head_modules(model: Any) -> tuple[str, ...]:
    """Names of the parts between the body and the logits: what is drawn anew for another task, and learned in full."""
    body = model.base_model
    heads = [name for name, child in model.named_children() if child is not body and [*child.parameters()]]
    poolers = [f"{model.base_model_prefix}.{name}" for name, _ in body.named_children() if name == "pooler"]
    return (*poolers, *heads)


def _within(key: str, modules: tuple[str, ...]) -> bool:
    return any(key.startswith(f"{module}.") for module in modules)


def _why_missing(missing: list[str], strange: list[str], model: Any) -> str:
    if strange and all(key.startswith("module.") for key in strange):
        return (
            "the names of its weights begin with 'module.', as torch's DataParallel saves them. "
            "Save the model inside: model.module.save_pretrained(FOLDER)."
        )
    if all(_within(key, head_modules(model)) for key in missing):
        return (
            f"it has no classification head ({_some(missing)} missing), so its answers would be drawn at random. "
            "Give a model trained for classification, or train one: python -m core finetune."
        )
    return f"{_some(missing)} missing from its file. Give the weights and the config.json of one and the same model."


def _some(names: list[str]) -> str:
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def _pad_with_end(tokenizer: Any, source: Source) -> None:
    """Padding is masked, so any piece will do that no row ends with: the head looks for the last piece that is none."""
    end = tokenizer.eos_token_id
    if end is None or tokenizer("a")["input_ids"][-1] == end:
        raise ModelError(
            f"Cannot use model '{source.name}': its tokenizer has no padding piece, and no other one can stand in. "
            "Set pad_token in its tokenizer_config.json and pad_token_id in its config.json."
        )
    tokenizer.pad_token = tokenizer.eos_token


def _no_pickles(source: Source) -> None:
    folder = Path(source.name)
    pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern)) if folder.is_dir() else []
    if pickles and not any(folder.glob("*.safetensors")):
        raise ModelError(
            f"Cannot use model '{source.name}': it has only {pickles[0]}, a pickle, which can run any code when it is "
            "opened. Where you trust it, save it again with transformers: model.save_pretrained(FOLDER) writes "
            "safetensors."
        )


@contextmanager
def _teaching(source: Source, what: str = "") -> Iterator[None]:
    """Whatever transformers raises at a checkpoint, and it can be anything, as a ModelError of one line."""
    try:
        yield
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"Cannot load model '{source.name}': {what}{first.rstrip('.:')}. Give a built-in model, a local folder "
            "with a safetensors checkpoint, or a Hub name that is cached or reachable."
        ) from error
