"""A finished run as a model that can be kept: its weights, our ``model.json``, a model card.

:func:`core.models.loading.load_classifier` reads the folder; nothing in it depends on the machine that made it.
"""

import hashlib
import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from core.errors import ConfigError
from core.models.adapters import ADAPTER_WEIGHTS, WHOLE_WEIGHTS, ModelCard
from core.ranges import as_text
from core.resources import BACKBONE_HUB_ID, sha256_of
from core.strict_json import to_json
from core.tasks import BUILT_IN_TASKS, get_task
from core.training.card import flat, model_card
from core.training.config import FactConfig, FinetuneConfig, fact_config
from core.training.finetune import rebuild_best
from core.training.start import base_record, on_minilm, start_tokenizer

SHAPE, CARD = "adapter_config.json", "model.json"
MAX_BYTES = 8_000_000


def export_model(
    config: FinetuneConfig,
    run_folder: Path,
    out_folder: Path,
    name: str,
    title: str,
    training: Mapping[str, Any],
    accuracy: Mapping[str, Any],
    blend: float = 1.0,
) -> ModelCard:
    """Write the best checkpoint of a finished run as a model's folder, and answer its card.

    Adapters on MiniLM stay adapters, in half precision; any other run becomes a whole checkpoint, adapters merged, with
    its tokenizer, which transformers opens as well. ``blend`` mixes in what the run started with
    (:func:`core.training.finetune.rebuild_best`).

    ``training`` says how it was made (``command``, ``data`` and anything else worth keeping; ``seed`` and ``settings``
    are added). ``accuracy`` holds ``data``, ``n``, ``value``, ``low`` and ``high``. Raises ConfigError for adapters of
    8 MB or more.
    """
    run_folder, out_folder = Path(run_folder), Path(out_folder)
    out_folder.mkdir(parents=True, exist_ok=True)
    model = rebuild_best(config, run_folder, blend)
    adapters = on_minilm(config) and config.lora_rank > 0
    sha256 = _write_adapters(model, out_folder) if adapters else _write_whole(model, config, out_folder)
    task = get_task(config.task)
    made = {**training, "seed": config.seed, "settings": asdict(config)}
    own = None if task.name in BUILT_IN_TASKS else json.loads(json.dumps(asdict(task)))
    base = None if adapters else base_record(config)
    card = ModelCard(name, task.name, task.labels, title, made, dict(accuracy), sha256, own, base)
    write_card(out_folder, card)
    return card


def write_card(folder: Path, card: ModelCard) -> None:
    """``model.json`` and the model card beside a model's weights."""
    record = {name: value for name, value in asdict(card).items() if value is not None}
    (folder / CARD).write_text(to_json(record, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(model_card(card), encoding="utf-8")


def _write_adapters(model: Any, folder: Path) -> str:
    model.save_pretrained(str(folder), save_embedding_layers=False)
    _neutral(folder / SHAPE)
    return _shrink(folder / ADAPTER_WEIGHTS)


def _write_whole(model: Any, config: FinetuneConfig, folder: Path) -> str:
    from transformers.utils import logging

    logging.disable_progress_bar()
    whole = model.merge_and_unload() if config.lora_rank else model
    whole.save_pretrained(str(folder), max_shard_size="1TB")
    start_tokenizer(config).save_pretrained(str(folder))
    return sha256_of(folder / WHOLE_WEIGHTS, (folder / WHOLE_WEIGHTS).stat().st_mtime_ns)


def command_of(config: FinetuneConfig, task: str = "") -> str:
    """The command line that makes a plain run: every setting that is not the default.

    ``task`` is what to write after ``--task`` where its name alone would not do: the file it was read off.
    """
    return " ".join(["python -m core finetune", f"--task {task or config.task}", *_given(config, {})])


def fact_command_of(config: FactConfig, task: str = "") -> str:
    """The command line that makes a co-tuning run: every setting that is not the command's default."""
    usual = fact_config(config.training.task)
    training = _given(config.training, asdict(usual.training))
    changed = [
        f"--set {path}={as_text(value)}"
        for path, value in flat(asdict(config.switch)).items()
        if value != flat(asdict(usual.switch))[path]
    ]
    weight = [] if config.synthetic_weight == usual.synthetic_weight else [
        f"--synthetic-weight {config.synthetic_weight:g}"
    ]  # fmt: skip
    return " ".join(["python -m core fact", f"--task {task or config.training.task}", *training, *weight, *changed])


def _given(config: FinetuneConfig, usual: Mapping[str, Any]) -> list[str]:
    """What differs from ``usual``. A folder stands by its name alone, as files do."""
    found = []
    for field in fields(config):
        name, value = field.name.replace("_", "-"), getattr(config, field.name)
        if field.name != "task" and value != usual.get(field.name, field.default):
            flag = f"--{name}" if value else f"--no-{name}"
            shown = Path(value).name if field.name in ("start", "backbone") and Path(value).is_dir() else value
            found.append(flag if isinstance(value, bool) else f"--{name} {shlex.quote(str(shown))}")
    return found


def _shrink(path: Path) -> str:
    """The weights in half precision, in place; answers the file's sha256."""
    halved = {name: tensor.to(torch.float16).contiguous() for name, tensor in load_file(path).items()}
    save_file(halved, path, {"format": "pt"})
    content = path.read_bytes()
    if len(content) >= MAX_BYTES:
        raise ConfigError(
            f"The adapter takes {len(content):,} bytes, {MAX_BYTES:,} are allowed. Train with a smaller --lora-rank; "
            "or, where a model with adapters was co-tuned further, keep it unblended (--blend 1)."
        )
    return hashlib.sha256(content).hexdigest()


def _neutral(path: Path) -> None:
    """Peft's config without the paths of this machine, and in the same order each time."""
    shape = json.loads(path.read_text(encoding="utf-8"))
    shape["base_model_name_or_path"] = BACKBONE_HUB_ID
    shape["target_modules"] = sorted(shape["target_modules"])
    path.write_text(json.dumps(shape, indent=2, sort_keys=True) + "\n", encoding="utf-8")
