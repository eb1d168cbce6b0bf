"""The backbone, its adapters, and the built-in models: every one loads, answers, and says how it was made."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import MissingResourceError, ModelError, UnknownNameError
from core.models.adapters import MODELS_FOLDER, adapter_names, load_adapter, new_backbone, read_card
from core.models.loading import load_classifier
from core.models.lora import with_adapter
from core.tasks import IMDB, MNLI, Example, get_task


def test_a_new_backbone_is_for_its_task_and_takes_adapters_in_every_layer() -> None:
    model = new_backbone(MNLI)
    assert model.config.num_labels == 3
    assert tuple(model.config.id2label.values()) == MNLI.labels
    learning = {name for name, p in with_adapter(model, 4, 4).named_parameters() if p.requires_grad}
    layers = {name.split(".lora_")[0] for name in learning if "lora_" in name}
    assert len(layers) == 6 * 6, "six linear layers in each of six blocks"


def test_an_unknown_built_in_model() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown built-in model 'imdb-plane'.*Or give a Hub name"):
        read_card("imdb-plane")


def test_a_folder_without_a_card(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match=r"model\.json \(card of a built-in model\)"):
        load_adapter(tmp_path)


def test_a_card_without_its_weights(tmp_path: Path) -> None:
    record = {
        "name": "x", "task": "imdb", "labels": ["negative", "positive"], "title": "X",
        "training": {"command": "python -m core finetune --task imdb"}, "accuracy": {}, "sha256": "0",
    }  # fmt: skip
    (tmp_path / "model.json").write_text(json.dumps(record))
    with pytest.raises(MissingResourceError, match=r"adapter_model\.safetensors.*python -m core finetune --task imdb"):
        load_adapter(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({"imdb-plain", "mnli-plain", *adapter_names()}))
def test_a_built_in_model_answers_and_its_card_is_whole(name: str) -> None:
    card = read_card(name)
    task = get_task(card.task)
    assert card.labels == task.labels
    assert {"command", "data", "seed"} <= set(card.training)
    assert card.accuracy["low"] <= card.accuracy["value"] <= card.accuracy["high"]
    assert card.accuracy["n"] >= 1000
    assert sum(p.stat().st_size for p in (MODELS_FOLDER / name).iterdir()) < 8_000_000
    assert f"{card.accuracy['value']:.4f}" in (MODELS_FOLDER / name / "README.md").read_text(encoding="utf-8")
    classifier = load_classifier(name, task)
    example = Example("A man walks a dog.", "No man walks a dog.") if task.is_pair else Example("A terrible film.")
    (found,) = classifier.predict([example])
    assert task.labels[found.label] == ("contradiction" if task.is_pair else "negative")
    assert np.isfinite(found.logits).all()
    with pytest.raises(ModelError, match="is for task"):
        load_classifier(name, IMDB if task.is_pair else MNLI)


def test_a_shipped_model_with_a_file_missing_names_the_file(tmp_path, monkeypatch):
    from core.models import adapters, loading

    (tmp_path / "imdb-plain").mkdir()
    monkeypatch.setattr(adapters, "MODELS_FOLDER", tmp_path)
    with pytest.raises(MissingResourceError, match=r"Missing file .*imdb-plain.model\.json .*git checkout"):
        loading.load_classifier("imdb-plain", IMDB)
    with pytest.raises(ModelError, match="it is no folder, and no built-in model is called so"):
        loading.load_classifier("imdb-plane", IMDB)


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"name": "x"}', '{"labels": 3}', "\x00"])
def test_a_damaged_card_is_named(content, tmp_path):
    from core.errors import DamagedResourceError
    from core.models.adapters import parse_card

    path = tmp_path / "model.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DamagedResourceError, match=r"Damaged file .*model\.json \(card of a model\)"):
        parse_card(path)
