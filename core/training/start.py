"""What a run begins with: a backbone with a fresh head, or a model to go on from; its tokenizer and its fingerprint.

Built-in models and what was trained from them are adapters on MiniLM, and their adapters go on learning. Anything else
is a whole checkpoint, which gets adapters of its own, merged when it is kept.
"""

from pathlib import Path
from typing import Any

import torch

from core.labels import parse_label_names
from core.models.adapters import ADAPTER_WEIGHTS, adapter_folder, load_adapter, new_backbone, resume_adapter
from core.models.architecture import positions_of
from core.models.checkpoints import HUB_NAME, Source, check_head, open_config, open_tokenizer, open_weights
from core.models.labels import label_order
from core.models.lora import with_adapter
from core.resources import BACKBONE_HUB_ID, backbone_folder, sha256_of
from core.tasks import get_task
from core.training.config import BACKBONE, MINILM, FinetuneConfig


def on_minilm(config: FinetuneConfig) -> bool:
    """True where the run begins with MiniLM, or with adapters on it."""
    if config.start == BACKBONE:
        return config.backbone == MINILM
    folder = adapter_folder(config.start)
    on_hub = not folder.is_dir() and HUB_NAME.fullmatch(config.start.partition("@")[0])
    return not on_hub and not (folder / "config.json").is_file()


def start_model(config: FinetuneConfig) -> Any:
    """The model a run begins with, drawn from ``config.seed`` where it is drawn.

    Raises ConfigError or ModelError when ``start`` does not fit the other settings.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        model = _minilm(config) if on_minilm(config) else _whole(config)
        if config.lora_rank:
            return model
    model.requires_grad_(True)
    model.get_input_embeddings().weight.requires_grad_(False)
    return model


def start_tokenizer(config: FinetuneConfig) -> Any:
    """The tokenizer of the model a run begins with."""
    if not on_minilm(config):
        return open_tokenizer(whole_source(config))
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(backbone_folder())


def start_pieces(config: FinetuneConfig) -> int:
    """How many pieces a run reads of a text: the task's or the settings', as far as the model has room for them."""
    wanted = config.max_pieces or get_task(config.task).max_pieces
    if on_minilm(config):
        return wanted
    from transformers import AutoModelForSequenceClassification

    shape = open_config(whole_source(config))
    with torch.device("meta"):
        room = positions_of(AutoModelForSequenceClassification.from_config(shape))
    return min(wanted, room or wanted)


def start_sha256(config: FinetuneConfig) -> str:
    """What the weights of the start hash to: a run that goes on from other weights is another run."""
    if on_minilm(config):
        if config.start == BACKBONE:
            return BACKBONE
        path = adapter_folder(config.start) / ADAPTER_WEIGHTS
        return sha256_of(path, path.stat().st_mtime_ns) if path.is_file() else config.start
    source = whole_source(config)
    files = sorted(Path(source.name).glob("*.safetensors"))
    if files:
        return "/".join(sha256_of(path, path.stat().st_mtime_ns) for path in files)
    return f"{source.name}@{base_record(config)['revision']}"


def base_record(config: FinetuneConfig) -> dict[str, Any]:
    """What a card says of the checkpoint a run began with: its name, and on the Hub its revision."""
    if on_minilm(config):
        return {"name": BACKBONE_HUB_ID}
    source = whole_source(config)
    if Path(source.name).is_dir():
        return {"name": Path(source.name).resolve().name}
    return {"name": source.name, "revision": source.revision or open_config(source)._commit_hash}


def whole_source(config: FinetuneConfig) -> Source:
    """The checkpoint that a run begins with, where that is not MiniLM."""
    return Source.parse(config.backbone if config.start == BACKBONE else config.start)


def _minilm(config: FinetuneConfig) -> Any:
    task, rank = get_task(config.task), config.lora_rank
    if config.start == BACKBONE:
        model = new_backbone(task)
        return with_adapter(model, rank, rank, config.lora_embeddings) if rank else model
    if rank:
        return resume_adapter(config.start, task, rank, config.lora_embeddings)
    model, card = load_adapter(config.start)
    label_order(dict(enumerate(card.labels)), task)
    return model


def _whole(config: FinetuneConfig) -> Any:
    task, rank, source = get_task(config.task), config.lora_rank, whole_source(config)
    if config.start == BACKBONE:
        numbers = dict(enumerate(task.labels))
        shape = open_config(
            source, num_labels=len(numbers), id2label=numbers, label2id={v: k for k, v in numbers.items()}
        )
        model = open_weights(source, shape, fresh_head=True)
    else:
        shape = open_config(source)
        check_head(shape, source)
        order = label_order(shape.id2label, task, parse_label_names(config.labels, task.labels))
        shape.id2label = {index: label for index, label in sorted(zip(order, task.labels, strict=True))}
        shape.label2id = {label: index for index, label in shape.id2label.items()}
        model = open_weights(source, shape)
    return with_adapter(model, rank, rank, config.lora_embeddings) if rank else model
