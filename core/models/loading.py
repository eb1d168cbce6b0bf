"""A classifier opened by name: a built-in model, a local folder, or a Hub name. Safetensors only, no code run."""

from collections.abc import Mapping
from pathlib import Path

from core.errors import ModelError
from core.models.adapters import adapter_folder, adapter_names, checked_card, is_shipped, load_adapter
from core.models.black_box import is_black_box
from core.models.checkpoints import HUB_NAME, Source, check_head, open_config, open_tokenizer, open_weights
from core.models.labels import label_order
from core.models.probe import probe
from core.models.transformer import TransformersClassifier
from core.tasks import Task


def load_classifier(
    source: str,
    task: Task,
    device: str = "cpu",
    revision: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> TransformersClassifier:
    """A classifier from the name of a built-in model, a local folder, or a Hub name (pinned by ``revision``).

    The checkpoint's own label order is mapped, never assumed; ``labels`` maps its names onto the task's. Raises
    ModelError for a checkpoint whose labels are not the task's, that is not whole, or whose answers depend on what else
    is in a batch. Cost beside loading: a pass over the weights, and a forward pass of a few short rows.
    """
    from transformers.utils import logging

    if is_black_box(source):
        raise ModelError(
            f"This needs the model itself, and {source} is a black box that gives answers alone. "
            "Give a built-in model, a folder or a Hub name."
        )
    logging.disable_progress_bar()
    folder = adapter_folder(source)
    if is_shipped(source) or (folder / "model.json").is_file():
        card = checked_card(folder)
        if card.task != task.name:
            raise ModelError(f"Model '{source}' is for task '{card.task}', not '{task.name}'.")
        if card.base is None:
            return _on_backbone(folder, task, source, device)
    _find(source)
    checkpoint = Source(source, revision)
    config = open_config(checkpoint)
    check_head(config, checkpoint)
    order = label_order(config.id2label, task, labels)
    tokenizer = open_tokenizer(checkpoint)
    model = open_weights(checkpoint, config)
    refusal = probe(TransformersClassifier(model, tokenizer, task, source, order))
    return TransformersClassifier(model, tokenizer, task, source, order, device, refusal)


def _on_backbone(folder: Path, task: Task, name: str, device: str) -> TransformersClassifier:
    from transformers import AutoTokenizer

    from core.resources import backbone_folder

    model, _ = load_adapter(folder)
    tokenizer = AutoTokenizer.from_pretrained(backbone_folder())
    return TransformersClassifier(model, tokenizer, task, name, range(len(task.labels)), device)


def _find(source: str) -> None:
    """Refuse what is neither a folder with a model nor a Hub name."""
    folder = Path(source)
    if not folder.is_dir() and not HUB_NAME.fullmatch(source):
        raise ModelError(
            f"Cannot load model '{source}': it is no folder, and no built-in model is called so. Give a built-in model "
            f"({', '.join(adapter_names())}; git checkout -- assets/models brings a missing one back), a local folder, "
            "or a Hub name with its owner, owner/name."
        )
    if (folder / "state.safetensors").is_file():
        kept = folder / "model"
        where = f"its model is in {kept}. Give that" if kept.is_dir() else (
            "it holds no model. Start the run again to end it, or give the folder that its --export named"
        )  # fmt: skip
        raise ModelError(f"'{source}' is the folder of a training run; {where}.")
