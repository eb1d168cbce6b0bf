"""The model card of a trained model: README.md beside its weights, made of what its ``model.json`` says."""

from collections.abc import Mapping
from string import Template
from typing import Any

from core.models.adapters import ADAPTER_WEIGHTS, WHOLE_WEIGHTS, ModelCard
from core.models.cards import accuracy_text, licences_of, limits_of
from core.resources import BACKBONE_HUB_ID

_README = Template("""---
$front
pipeline_tag: text-classification
---

# $name: $title

Labels: $labels. $made_of$co_tuned

## Accuracy

$accuracy

## Training

- command: `$command`
- data: $data
- seed: $seed
- settings: $settings
$facts
The weights are stored in $precision precision, sha256 of `$weights`: `$sha256`.

## Limits

$limits $fooled

## Licences

Backbone: $licence $licences No text of the data is in this folder.
""")
_ADAPTERS = Template("""Low-rank adapters and a head on $base (6 layers, 22.7 million parameters),
merged when loaded. Made for FireBERT Lab, to be attacked and defended; small on purpose.""")
_WHOLE = Template("""A whole checkpoint that transformers opens, trained from $base.
Made by FireBERT Lab, to be attacked and defended.""")
_CO_TUNED = """

Co-tuned (FACT, arXiv 2008.04203): every training batch was extended by texts in which important words had become
near-synonyms, labelled as their sources. It costs nothing when it answers."""
_FOOLED = {
    False: "It is easily fooled by swapped words: that is what it is for.",
    True: "It takes more work to fool by swapped words than the plain model, and most attacks, or all, still succeed.",
}
_SHOWN_APART = ("command", "data", "seed", "settings")


def model_card(card: ModelCard) -> str:
    """The README of a trained model's folder."""
    adapters, training = card.base is None, card.training
    base = BACKBONE_HUB_ID if card.base is None else card.base["name"]
    revision = (card.base or {}).get("revision")
    front = [f"base_model: {base}"] if "/" in base else []
    front.append(f"library_name: {'peft' if adapters else 'transformers'}")
    return _README.substitute(
        front="\n".join(front),
        name=card.name,
        title=card.title,
        labels=", ".join(card.labels),
        made_of=(_ADAPTERS if adapters else _WHOLE).substitute(base=f"{base} at {revision}" if revision else base),
        co_tuned=_CO_TUNED if "switch" in training else "",
        accuracy=accuracy_text(card.accuracy),
        command=training.get("command", "unknown"),
        data=training.get("data", "unknown"),
        seed=training.get("seed", "unknown"),
        settings=_listed(training.get("settings", {})),
        facts="".join(f"- {k.replace('_', ' ')}: {_listed(v)}\n" for k, v in training.items() if k not in _SHOWN_APART),
        precision="half" if adapters else "single",
        weights=ADAPTER_WEIGHTS if adapters else WHOLE_WEIGHTS,
        sha256=card.sha256,
        limits=limits_of(card.resolve_task()),
        fooled=_FOOLED["switch" in training],
        licence="Apache-2.0." if base == BACKBONE_HUB_ID else "see its own licence.",
        licences=licences_of(card.resolve_task()),
    )


def flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A nested record by the paths of its values (``importance.method``)."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return found


def _listed(value: Any) -> str:
    return ", ".join(f"{k} {v}" for k, v in flat(value).items()) if isinstance(value, Mapping) else str(value)
