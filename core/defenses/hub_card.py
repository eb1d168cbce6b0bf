"""The model card of a saved classifier: YAML for the Hub, and what a reader needs to use and to distrust it.

:mod:`core.models.cards` holds what it shares with the cards of adapters. Rendered without a network.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict
from string import Template
from typing import Any

from core.defenses.record import FILE, DefenseRecord, read_record
from core.defenses.registry import summary_of
from core.models.adapters import adapter_folder, parse_card
from core.models.cards import accuracy_text, licences_of, limits_of
from core.resources import BACKBONE_HUB_ID
from core.tasks import Task, about

_PATH = re.compile(r"(?<![\w:/.~-])(?:~?/|\.{1,2}/|[A-Za-z]:\\)[^\s,;'\"()]+")
_README = Template("""---
$front
---

# $title

Labels: $labels. An ordinary transformers checkpoint, with the settings of a defence beside it in `$file`.

## Use

In plain transformers, without the defence:

```python
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

source = "."  # this folder, or its name on the Hub
tokenizer = AutoTokenizer.from_pretrained(source)
model = AutoModelForSequenceClassification.from_pretrained(source, use_safetensors=True).eval()
with torch.no_grad():
    logits = model(**tokenizer($texts, truncation=True, return_tensors="pt")).logits[0]
print({label: round(float(logits.softmax(-1)[i]), 3) for i, label in model.config.id2label.items()})
```

With its defence, in FireBERT Lab:

```python
from core.defenses.hub import from_pretrained
from core.tasks import Example

defended = from_pretrained(".")
print(defended.predict([Example($texts)]))
```

## Defence

$kind

$settings
## Accuracy

Of the plain classifier: $accuracy

## Training

$training
## Limits

$limits It can be fooled by swapped words; a defence makes that harder, not impossible.

## Licences

$licences No text of the data is in this folder.
""")


def provenance(source: str) -> tuple[str, dict[str, Any]]:
    """A short name for the model opened as ``source``, and what is known of its weights, without this machine's paths.

    ``source`` is a built-in model, an adapter's folder, a saved folder, another folder or a Hub name.
    """
    folder = adapter_folder(source)
    if (folder / "model.json").is_file():
        card = parse_card(folder / "model.json")
        training = {key: card.training[key] for key in ("command", "data", "seed") if key in card.training}
        base = BACKBONE_HUB_ID if card.base is None else card.base["name"]
        known = {"title": card.title, "base": base, "accuracy": card.accuracy, "training": training}
        return card.name, _without_paths(known)
    if (folder / FILE).is_file():
        record = read_record(folder)
        return record.name, dict(record.model)
    if folder.is_dir() or folder.is_absolute():
        return folder.resolve().name, {}
    return source, {"base": source} if source.count("/") == 1 else {}


def model_card(record: DefenseRecord, task: Task) -> str:
    """The README of a saved folder."""
    model = record.model
    built_in = model.get("base") == BACKBONE_HUB_ID
    training = "".join(f"- {key}: {value}\n" for key, value in model.get("training", {}).items())
    sources = "".join(f"- {key}: {value}\n" for key, value in record.sources.items())
    base = f"Base model: {model['base']}" + (" (Apache-2.0). " if built_in else "; its own licence holds. ") if (
        model.get("base")
    ) else "Base model: not known. "  # fmt: skip
    return _README.substitute(
        front=_front_matter(record, task, built_in),
        title=f"{record.name}: {model.get('title') or task.title}",
        labels=", ".join(task.labels),
        file=FILE,
        texts=about(task).call,
        kind=f"{summary_of(record.kind)}.",
        settings="".join(f"- {path}: {value}\n" for path, value in flat_settings(record).items()) + sources + "\n",
        accuracy=accuracy_text(model.get("accuracy", {})),
        training=training or "Not recorded.\n",
        limits=limits_of(task),
        licences=base + (licences_of(task) if built_in else "Data: see its own licence."),
    )


def flat_settings(record: DefenseRecord) -> dict[str, Any]:
    """Every setting of the defence by its path (``switch.perturb_words``)."""

    def walk(found: Mapping[str, Any], prefix: str) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, value in found.items():
            out |= walk(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
        return out

    return walk({part: asdict(config) for part, config in record.settings.items()}, "")


def _front_matter(record: DefenseRecord, task: Task, built_in: bool) -> str:
    from huggingface_hub import ModelCardData

    data_sets = list(about(task).hub_data) if built_in else []
    data = ModelCardData(
        base_model=record.model.get("base"),
        library_name="transformers",
        pipeline_tag="text-classification",
        datasets=data_sets or None,
        metrics=["accuracy"] if record.model.get("accuracy") else None,
        language="en" if data_sets else None,
        tags=["firebert", record.kind],
        license="other" if built_in else None,
        license_name="see-below" if built_in else None,
        license_link="README.md#licences" if built_in else None,
    )
    return data.to_yaml()


def _without_paths(value: Any) -> Any:
    """The same record, every path in its texts cut to its last part."""
    if isinstance(value, Mapping):
        return {key: _without_paths(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_paths(one) for one in value]
    if isinstance(value, str):
        return _PATH.sub(lambda found: re.split(r"[/\\]", found[0].rstrip("/\\"))[-1], value)
    return value
