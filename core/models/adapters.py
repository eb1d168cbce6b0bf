"""The built-in models: low-rank adapters (LoRA, Hu et al. 2021) and a head on the MiniLM backbone.

An adapter folder holds peft's ``adapter_config.json`` and ``adapter_model.safetensors``, our ``model.json`` (task,
labels, provenance) and a model card. At load the adapter is merged, so a forward pass costs what the backbone costs.
"""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import MissingResourceError, ModelError, UnknownNameError
from core.resources import ASSETS, BACKBONE_HUB_ID, Resource, backbone_folder
from core.tasks import Task, get_task, register_record

MODELS_FOLDER = ASSETS / "models"
_LINEAR_LAYERS = ["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"]


@dataclass(frozen=True)
class AdapterCard:
    """What ``model.json`` says: which task, and how the weights came to be."""

    name: str
    task: str
    labels: tuple[str, ...]
    title: str
    training: dict[str, Any]
    accuracy: dict[str, Any]
    sha256: str
    own_task: dict[str, Any] | None = None

    def resolve_task(self) -> Task:
        """The task, registered first if it is one of the model's own (``own_task`` holds its record)."""
        return register_record(self.own_task) if self.own_task is not None else get_task(self.task)


def adapter_names() -> tuple[str, ...]:
    """Names of the models that ship in ``assets/models``, sorted."""
    return tuple(sorted(folder.parent.name for folder in MODELS_FOLDER.glob("*/model.json")))


def read_card(name: str) -> AdapterCard:
    """The card of a shipped model. Raises UnknownNameError."""
    path = MODELS_FOLDER / name / "model.json"
    if not path.is_file():
        raise UnknownNameError("built-in model", name, adapter_names(), "Or give a Hub name or a local folder.")
    return parse_card(path)


def parse_card(path: Path) -> AdapterCard:
    """The card in a ``model.json``."""
    record = json.loads(path.read_text(encoding="utf-8"))
    return AdapterCard(**{**record, "labels": tuple(record["labels"])})


def new_backbone(task: Task, attention_dropout: float = 0.0, hidden_dropout: float = 0.1) -> Any:
    """The backbone with a fresh head for ``task``. Attention dropout of 0 keeps torch on its fast attention path."""
    from transformers import BertForSequenceClassification
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    return BertForSequenceClassification.from_pretrained(
        backbone_folder(),
        num_labels=len(task.labels),
        id2label=dict(enumerate(task.labels)),
        label2id={label: i for i, label in enumerate(task.labels)},
        attention_probs_dropout_prob=attention_dropout,
        hidden_dropout_prob=hidden_dropout,
        attn_implementation="sdpa",
        local_files_only=True,
    )


def with_adapter(model: Any, rank: int, alpha: float, embeddings: bool = False) -> Any:
    """``model`` with trainable low-rank adapters on every linear layer, pooler and head trained in full.

    With ``embeddings``, on the table of word embeddings as well: words may move towards each other.
    """
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=rank,
        lora_alpha=int(alpha),
        lora_dropout=0.0,
        target_modules=[*_LINEAR_LAYERS, *(["word_embeddings"] if embeddings else [])],
        modules_to_save=["pooler", "classifier"],
        base_model_name_or_path=BACKBONE_HUB_ID,
    )
    with _calm():
        return get_peft_model(model, config)


@contextmanager
def _calm() -> Iterator[None]:
    """Without peft's warnings: it notes the backbone's local path, and asks transformers in an old way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def adapter_folder(source: str | Path) -> Path:
    """Where the adapter ``source`` lies: the name of one that ships, or a folder."""
    shipped = MODELS_FOLDER / source
    return shipped if "/" not in str(source) and shipped.is_dir() else Path(source)


def resume_adapter(source: str | Path, task: Task, rank: int, embeddings: bool = False) -> Any:
    """An adapter (see :func:`adapter_folder`) on the backbone, not merged, to be trained further.

    ``embeddings`` adds an adapter of the word embeddings where the source has none; it starts at no change. Raises
    MissingResourceError, DamagedResourceError, or ModelError for another task or rank.
    """
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file

    folder = adapter_folder(source)
    card = _checked(folder)
    shape = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    if card.task != task.name or card.labels != task.labels:
        raise ModelError(f"Model '{source}' is for task '{card.task}', so '{task.name}' cannot go on from it.")
    if shape["r"] != rank:
        raise ModelError(
            f"Model '{source}' has adapters of rank {shape['r']}, {rank} was asked for. "
            f"Give --lora-rank {shape['r']}, or 0 to train all weights."
        )
    with _calm():
        both = embeddings or "word_embeddings" in shape["target_modules"]
        model = with_adapter(new_backbone(task), rank, shape["lora_alpha"], both)
        weights = {name: value.float() for name, value in load_file(folder / "adapter_model.safetensors").items()}
        set_peft_model_state_dict(model, weights)
    return model


def load_adapter(source: str | Path) -> tuple[Any, AdapterCard]:
    """A merged classifier from an adapter (see :func:`adapter_folder`), in eval mode, and its card.

    Raises MissingResourceError or DamagedResourceError for a missing or damaged file.
    """
    from peft import PeftModel

    folder = adapter_folder(source)
    card = _checked(folder)
    task = card.resolve_task()
    if card.labels != task.labels:
        raise ModelError(f"Model '{card.name}' has labels {card.labels}, task '{task.name}' has {task.labels}.")
    with _calm():
        model = PeftModel.from_pretrained(new_backbone(task), str(folder)).merge_and_unload()
    return model.eval(), card


def _checked(folder: Path) -> AdapterCard:
    card_path = folder / "model.json"
    if not card_path.is_file():
        raise MissingResourceError(
            f"Missing file {card_path} (card of a built-in model). To get it: git checkout {folder}"
        )
    card = parse_card(card_path)
    mend = f"git checkout {folder}, or train it again: {card.training.get('command', 'python -m core finetune --help')}"
    Resource(
        folder / "adapter_model.safetensors", f"weights of the built-in model '{card.name}'", mend, card.sha256
    ).require()
    Resource(folder / "adapter_config.json", f"shape of the built-in model '{card.name}'", mend).require()
    return card
