"""A classifier opened by name: a built-in model, a local folder, or a Hub name. Safetensors only, no code run."""

import re
from pathlib import Path

from core.errors import ModelError
from core.models.adapters import MODELS_FOLDER, adapter_names, load_adapter
from core.models.labels import label_order
from core.models.transformer import TransformersClassifier
from core.tasks import Task

HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
"""owner/name."""


def load_classifier(
    source: str, task: Task, device: str = "cpu", revision: str | None = None
) -> TransformersClassifier:
    """A classifier from the name of a built-in model, a local folder, or a Hub name (pinned by ``revision``).

    Raises ModelError when the checkpoint's labels are not the task's; its own order is mapped, never assumed.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging

    from core.resources import backbone_folder

    logging.disable_progress_bar()
    shipped = "/" not in source and (MODELS_FOLDER / source).is_dir()
    adapter = MODELS_FOLDER / source if shipped else Path(source)
    if shipped or (adapter / "model.json").is_file():
        model, card = load_adapter(adapter)
        if card.task != task.name:
            raise ModelError(f"Model '{source}' is for task '{card.task}', not '{task.name}'.")
        return TransformersClassifier(
            model, AutoTokenizer.from_pretrained(backbone_folder()), task, source, range(len(task.labels)), device
        )
    if not adapter.is_dir() and not HUB_NAME.fullmatch(source):
        raise ModelError(
            f"Cannot load model '{source}': it is no folder, and no built-in model is called so. Give a built-in model "
            f"({', '.join(adapter_names())}; git checkout -- assets/models brings a missing one back), a local folder, "
            "or a Hub name with its owner, owner/name."
        )
    if (adapter / "state.safetensors").is_file():
        kept = adapter / "model"
        where = f"its model is in {kept}. Give that" if kept.is_dir() else (
            "it holds no model. Start the run again to end it, or give the folder that its --export named"
        )  # fmt: skip
        raise ModelError(f"'{source}' is the folder of a training run; {where}.")
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, revision=revision, trust_remote_code=False)
        model = AutoModelForSequenceClassification.from_pretrained(
            source, revision=revision, use_safetensors=True, trust_remote_code=False
        )
    except (OSError, ValueError) as error:
        first = str(error).strip().splitlines()[0]
        raise ModelError(
            f"Cannot load model '{source}': {first} Give a built-in model ({', '.join(adapter_names())}), a local "
            "folder with an adapter or a safetensors checkpoint, or a Hub name that is cached or reachable."
        ) from error
    return TransformersClassifier(model, tokenizer, task, source, label_order(model.config.id2label, task), device)
