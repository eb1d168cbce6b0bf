"""The built-in models, and others like them: low-rank adapters (:mod:`core.models.lora`) on the MiniLM backbone.

An adapter folder holds peft's ``adapter_config.json`` and ``adapter_model.safetensors``, our ``model.json`` (task,
labels, provenance) and a model card. At load the adapter is merged, so a forward pass costs what the backbone costs.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import DamagedResourceError, MissingResourceError, ModelError, UnknownNameError
from core.models.lora import adapted, embedding_name, without_warnings
from core.resources import ASSETS, Resource, backbone_folder
from core.strict_json import from_json
from core.tasks import Task, get_task, register_record

MODELS_FOLDER = ASSETS / "models"
ADAPTER_WEIGHTS, WHOLE_WEIGHTS = "adapter_model.safetensors", "model.safetensors"
"""What a folder beside a ``model.json`` holds: adapters on the backbone, or a whole model."""


@dataclass(frozen=True)
class ModelCard:
    """What ``model.json`` says: which task, and how the weights came to be.

    ``base`` names the backbone of a whole model; None: adapters on the built-in models' own.
    """

    name: str
    task: str
    labels: tuple[str, ...]
    title: str
    training: dict[str, Any]
    accuracy: dict[str, Any]
    sha256: str
    own_task: dict[str, Any] | None = None
    base: dict[str, Any] | None = None

    def resolve_task(self) -> Task:
        """The task, registered first if it is one of the model's own (``own_task`` holds its record)."""
        return register_record(self.own_task) if self.own_task is not None else get_task(self.task)


def adapter_names() -> tuple[str, ...]:
    """Names of the models that ship in ``assets/models``, sorted."""
    return tuple(sorted(folder.parent.name for folder in MODELS_FOLDER.glob("*/model.json")))


def read_card(name: str) -> ModelCard:
    """The card of a shipped model. Raises UnknownNameError."""
    path = MODELS_FOLDER / name / "model.json"
    if not path.is_file():
        raise UnknownNameError("built-in model", name, adapter_names(), "Or give a Hub name or a local folder.")
    return parse_card(path)


def parse_card(path: Path) -> ModelCard:
    """The card in a ``model.json``. Raises DamagedResourceError for what is none."""
    try:
        record = from_json(path.read_text(encoding="utf-8"))
        return ModelCard(**{**record, "labels": tuple(record["labels"])})
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedResourceError(
            f"Damaged file {path} (card of a model): {error}. To mend it: train the model again."
        ) from error


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


def is_shipped(source: str | Path) -> bool:
    """True for the name of a model in ``assets/models``."""
    return "/" not in str(source) and (MODELS_FOLDER / source).is_dir()


def adapter_folder(source: str | Path) -> Path:
    """Where the adapter ``source`` lies: the name of one that ships, or a folder."""
    return MODELS_FOLDER / source if is_shipped(source) else Path(source)


def resume_adapter(source: str | Path, task: Task, rank: int, embeddings: bool = False) -> Any:
    """An adapter (see :func:`adapter_folder`) on the backbone, not merged, to be trained further.

    ``embeddings`` adds an adapter of the word embeddings where the source has none; it starts at no change. Raises
    MissingResourceError, DamagedResourceError, or ModelError for another task or rank.
    """
    from peft import LoraConfig, set_peft_model_state_dict
    from safetensors.torch import load_file

    folder = adapter_folder(source)
    card = checked_card(folder)
    if card.task != task.name or card.labels != task.labels:
        raise ModelError(f"Model '{source}' is for task '{card.task}', so '{task.name}' cannot go on from it.")
    with without_warnings():
        shape = LoraConfig.from_pretrained(str(folder))
    if shape.r != rank:
        raise ModelError(
            f"Model '{source}' has adapters of rank {shape.r}, {rank} was asked for. "
            f"Give --lora-rank {shape.r}, or 0 to train all weights."
        )
    shape.inference_mode = False
    bare = new_backbone(task)
    if embeddings:
        shape.target_modules = {*shape.target_modules, embedding_name(bare)}
    model = adapted(bare, shape)
    weights = {name: value.float() for name, value in load_file(folder / ADAPTER_WEIGHTS).items()}
    with without_warnings():
        set_peft_model_state_dict(model, weights)
    return model


def load_adapter(source: str | Path) -> tuple[Any, ModelCard]:
    """A merged classifier from an adapter (see :func:`adapter_folder`), in eval mode, and its card.

    Raises MissingResourceError or DamagedResourceError for a missing or damaged file.
    """
    from peft import PeftModel

    folder = adapter_folder(source)
    card = checked_card(folder)
    task = card.resolve_task()
    if card.labels != task.labels:
        raise ModelError(f"Model '{card.name}' has labels {card.labels}, task '{task.name}' has {task.labels}.")
    with without_warnings():
        model = PeftModel.from_pretrained(new_backbone(task), str(folder)).merge_and_unload()
    return model.eval(), card


def checked_card(folder: Path) -> ModelCard:
    """The card in a model's folder, once the weights beside it are what it says."""
    card_path = folder / "model.json"
    if not card_path.is_file():
        raise MissingResourceError(
            f"Missing file {card_path} (card of a built-in model). To get it: git checkout {folder}"
        )
    card = parse_card(card_path)
    mend = f"git checkout {folder}, or train it again: {card.training.get('command', 'python -m core finetune --help')}"
    weights, shape = (ADAPTER_WEIGHTS, "adapter_config.json") if card.base is None else (WHOLE_WEIGHTS, "config.json")
    Resource(folder / weights, f"weights of the model '{card.name}'", mend, card.sha256).require()
    Resource(folder / shape, f"shape of the model '{card.name}'", mend).require()
    return card
