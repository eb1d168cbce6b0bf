"""A finished run as a model that can be kept: peft's two files in half precision, our ``model.json``, a model card.

:func:`core.models.adapters.load_adapter` reads the folder; nothing in it depends on the machine that made it.
"""

import hashlib
import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from string import Template
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from core.errors import ConfigError
from core.models.adapters import AdapterCard
from core.models.cards import accuracy_text, licences_of, limits_of
from core.ranges import as_text
from core.resources import BACKBONE_HUB_ID, backbone_folder
from core.strict_json import to_json
from core.tasks import BUILT_IN_TASKS, get_task
from core.training.config import FactConfig, FinetuneConfig, fact_config
from core.training.finetune import rebuild_best

WEIGHTS, SHAPE, CARD = "adapter_model.safetensors", "adapter_config.json", "model.json"
MAX_BYTES = 8_000_000

_README = Template("""---
base_model: $base
library_name: peft
pipeline_tag: text-classification
---

# $name: $title

Labels: $labels. Low-rank adapters and a head on $base (6 layers, 22.7 million parameters),
merged when loaded. Made for FireBERT Lab, to be attacked and defended; small on purpose.$co_tuned

## Accuracy

$accuracy

## Training

- command: `$command`
- data: $data
- seed: $seed
- settings: $settings
$facts
The weights are stored in half precision, sha256 of `$weights`: `$sha256`.

## Limits

$limits $fooled

## Licences

Backbone: Apache-2.0. $licences No text of the data is in this folder.
""")


_CO_TUNED = """

Co-tuned (FACT, arXiv 2008.04203): every training batch was extended by texts in which important words had become
near-synonyms, labelled as their sources. It costs nothing when it answers."""
_FOOLED = {
    False: "It is easily fooled by swapped words: that is what it is for.",
    True: "It takes more work to fool by swapped words than the plain model, and most attacks, or all, still succeed.",
}


def export_adapter(
    config: FinetuneConfig,
    run_folder: Path,
    out_folder: Path,
    name: str,
    title: str,
    training: Mapping[str, Any],
    accuracy: Mapping[str, Any],
    blend: float = 1.0,
) -> AdapterCard:
    """Write the best checkpoint of a finished run as an adapter folder, and answer its card.

    ``blend`` mixes in what the run started with (:func:`core.training.finetune.rebuild_best`).

    ``training`` says how it was made (``command``, ``data`` and anything else worth keeping; ``seed`` and ``settings``
    are added). ``accuracy`` holds ``data``, ``n``, ``value``, ``low`` and ``high``. Raises ConfigError for a run
    without adapters, or an adapter of 8 MB or more.
    """
    if config.lora_rank == 0:
        raise ConfigError("A run with lora_rank=0 has no adapter. Export it with export_checkpoint.")
    run_folder, out_folder = Path(run_folder), Path(out_folder)
    out_folder.mkdir(parents=True, exist_ok=True)
    model = rebuild_best(config, run_folder, blend)
    model.save_pretrained(str(out_folder), save_embedding_layers=False)
    sha256 = _shrink(out_folder / WEIGHTS)
    _neutral(out_folder / SHAPE)
    task = get_task(config.task)
    made = {**training, "seed": config.seed, "settings": asdict(config)}
    own = None if task.name in BUILT_IN_TASKS else json.loads(json.dumps(asdict(task)))
    card = AdapterCard(name, task.name, task.labels, title, made, dict(accuracy), sha256, own)
    record = {name: value for name, value in asdict(card).items() if value is not None}
    (out_folder / CARD).write_text(to_json(record, indent=2) + "\n", encoding="utf-8")
    (out_folder / "README.md").write_text(model_card(card), encoding="utf-8")
    return card


def export_checkpoint(config: FinetuneConfig, run_folder: Path, out_folder: Path, blend: float = 1.0) -> None:
    """Write the best checkpoint as an ordinary Hugging Face folder, adapters merged, tokenizer beside it."""
    from transformers import AutoTokenizer

    model = rebuild_best(config, Path(run_folder), blend)
    merged = model.merge_and_unload() if config.lora_rank else model
    merged.save_pretrained(str(out_folder))
    AutoTokenizer.from_pretrained(backbone_folder()).save_pretrained(str(out_folder))


def model_card(card: AdapterCard) -> str:
    """The README of an adapter folder."""
    seen = ("command", "data", "seed", "settings")
    task = card.resolve_task()
    return _README.substitute(
        base=BACKBONE_HUB_ID,
        name=card.name,
        title=card.title,
        labels=", ".join(card.labels),
        accuracy=accuracy_text(card.accuracy),
        command=card.training.get("command", "unknown"),
        data=card.training.get("data", "unknown"),
        seed=card.training.get("seed", "unknown"),
        settings=_listed(card.training.get("settings", {})),
        facts="".join(f"- {k.replace('_', ' ')}: {_listed(v)}\n" for k, v in card.training.items() if k not in seen),
        co_tuned=_CO_TUNED if "switch" in card.training else "",
        fooled=_FOOLED["switch" in card.training],
        weights=WEIGHTS,
        sha256=card.sha256,
        limits=limits_of(task),
        licences=licences_of(task),
    )


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
        for path, value in _flat(asdict(config.switch)).items()
        if value != _flat(asdict(usual.switch))[path]
    ]
    weight = [] if config.synthetic_weight == usual.synthetic_weight else [
        f"--synthetic-weight {config.synthetic_weight:g}"
    ]  # fmt: skip
    return " ".join(["python -m core fact", f"--task {task or config.training.task}", *training, *weight, *changed])


def _given(config: FinetuneConfig, usual: Mapping[str, Any]) -> list[str]:
    found = []
    for field in fields(config):
        name, value = field.name.replace("_", "-"), getattr(config, field.name)
        if field.name != "task" and value != usual.get(field.name, field.default):
            flag = f"--{name}" if value else f"--no-{name}"
            found.append(flag if isinstance(value, bool) else f"--{name} {shlex.quote(str(value))}")
    return found


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in record.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return found


def _listed(value: Any) -> str:
    return ", ".join(f"{k} {v}" for k, v in _flat(value).items()) if isinstance(value, Mapping) else str(value)


def _shrink(path: Path) -> str:
    """The weights in half precision, in place; answers the file's sha256."""
    halved = {name: tensor.to(torch.float16).contiguous() for name, tensor in load_file(path).items()}
    save_file(halved, path, {"format": "pt"})
    content = path.read_bytes()
    if len(content) >= MAX_BYTES:
        raise ConfigError(
            f"The adapter takes {len(content):,} bytes, {MAX_BYTES:,} are allowed. Train with a smaller --lora-rank."
        )
    return hashlib.sha256(content).hexdigest()


def _neutral(path: Path) -> None:
    """Peft's config without the paths of this machine, and in the same order each time."""
    shape = json.loads(path.read_text(encoding="utf-8"))
    shape["base_model_name_or_path"] = BACKBONE_HUB_ID
    shape["target_modules"] = sorted(shape["target_modules"])
    path.write_text(json.dumps(shape, indent=2, sort_keys=True) + "\n", encoding="utf-8")
