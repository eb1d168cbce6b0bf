"""Training from any backbone: few steps on tiny ones, kept as a folder that answers as the run's own model does."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.datasets import Row
from core.errors import ConfigError, DamagedResourceError, ModelError
from core.events import Evaluated, TrainingStarted
from core.models.adapters import parse_card
from core.models.loading import load_classifier
from core.tasks import IMDB, MNLI, Example
from core.training.config import BACKBONE, FactConfig, FinetuneConfig
from core.training.export import export_model
from core.training.fact import fact
from core.training.finetune import finetune, rebuild_best
from core.training.start import on_minilm, start_model, start_pieces, start_sha256
from tests.core.training.conftest import same
from tests.zoo import save

CONFIG = FinetuneConfig(
    "imdb", epochs=1, batch_rows=10, learning_rate=5e-3, lora_rank=2, dev_rows=6, evaluations=1, max_pieces=24
)
KINDS = ("BERT", "RoBERTa", "DistilBERT")


def backbone(kind: str, folder: Path) -> Path:
    """A checkpoint of the body alone, as pre-training leaves it: no head, no labels of a task."""
    from transformers import AutoModel, AutoTokenizer

    whole = save(kind, MNLI, folder / "whole")
    AutoModel.from_pretrained(whole).save_pretrained(folder / "body")
    AutoTokenizer.from_pretrained(whole).save_pretrained(folder / "body")
    content = json.loads((folder / "body" / "config.json").read_text())
    del content["id2label"], content["label2id"]
    (folder / "body" / "config.json").write_text(json.dumps(content))
    return folder / "body"


def logits(classifier: Any, examples: list[Example]) -> np.ndarray:
    return np.array([p.logits for p in classifier.predict(examples)])


def answers_of_the_run(config: FinetuneConfig, run: Path, like: Any, examples: list[Example]) -> np.ndarray:
    """What the run's own model, adapters merged, answers."""
    model = rebuild_best(config, run)
    merged = model.merge_and_unload() if config.lora_rank else model
    return logits(type(like)(merged, like.tokenizer, IMDB, "run", range(2)), examples)


@pytest.mark.parametrize(("kind", "rank"), [("BERT", 2), ("BERT", 0), ("RoBERTa", 2), ("DistilBERT", 0), ("GPT-2", 2)])
def test_train_keep_and_open(kind: str, rank: int, tmp_path: Path, rows: list[Row]) -> None:
    config = replace(CONFIG, backbone=str(backbone(kind, tmp_path)), lora_rank=rank)
    events = list(finetune(config, rows, tmp_path / "run"))
    started = next(e for e in events if isinstance(e, TrainingStarted))
    assert 0 < started.trainable_parameters < started.total_parameters
    card = export_model(config, tmp_path / "run", tmp_path / "model", "own", "My own", {"command": "x"}, {})
    assert card.base == {"name": "body"}
    assert parse_card(tmp_path / "model" / "model.json") == card
    opened = load_classifier(str(tmp_path / "model"), IMDB)
    examples = [row.example for row in rows[:8]]
    found = logits(opened, examples)
    assert np.ptp(found, axis=0).max() > 1e-3
    assert np.allclose(found, answers_of_the_run(config, tmp_path / "run", opened, examples), atol=1e-5)
    assert not np.allclose(found, logits_of_start(config, opened, examples), atol=1e-3), "it learned something"
    assert "trained from body" in (tmp_path / "model" / "README.md").read_text()
    assert str(tmp_path) not in (tmp_path / "model" / "config.json").read_text()


def logits_of_start(config: FinetuneConfig, like: Any, examples: list[Example]) -> np.ndarray:
    model = start_model(config)
    bare = model.merge_and_unload() if config.lora_rank else model
    return logits(type(like)(bare, like.tokenizer, IMDB, "start", range(2)), examples)


def test_a_run_goes_on_where_it_was(tmp_path: Path, rows: list[Row]) -> None:
    config = replace(CONFIG, backbone=str(backbone("DistilBERT", tmp_path)), evaluations=3)
    list(finetune(config, rows, tmp_path / "whole", save_every=1))
    for event in finetune(config, rows, tmp_path / "killed", save_every=1):
        if isinstance(event, Evaluated) and event.step == 2:
            break
    resumed = list(finetune(config, rows, tmp_path / "killed", save_every=1))
    assert resumed[0].start_step > 0
    assert same(tmp_path / "whole" / "best.safetensors", tmp_path / "killed" / "best.safetensors")


def test_another_backbone_in_the_same_folder_is_another_run(tmp_path: Path, rows: list[Row]) -> None:
    from safetensors.torch import load_file, save_file

    body = backbone("BERT", tmp_path)
    config = replace(CONFIG, backbone=str(body))
    before = start_sha256(config)
    list(finetune(config, rows, tmp_path / "run"))
    weights = {name: w + 0.01 for name, w in load_file(body / "model.safetensors").items()}
    save_file(weights, body / "model.safetensors", {"format": "pt"})
    assert start_sha256(config) != before
    with pytest.raises(ConfigError, match="other settings or data"):
        list(finetune(config, rows, tmp_path / "run"))


def test_the_seed_draws_the_head(tmp_path: Path) -> None:
    config = replace(CONFIG, backbone=str(backbone("BERT", tmp_path)), lora_rank=0)
    one, two, other = (start_model(c) for c in (config, config, replace(config, seed=1)))
    assert torch.equal(one.classifier.weight, two.classifier.weight)
    assert not torch.equal(one.classifier.weight, other.classifier.weight)
    assert torch.equal(one.bert.encoder.layer[0].output.dense.weight, other.bert.encoder.layer[0].output.dense.weight)
    assert one.config.id2label == {0: "negative", 1: "positive"}


def test_co_tuning_goes_on_from_a_whole_model(
    tmp_path: Path, rows: list[Row], fact_settings: FactConfig, toy_lexicon: Any
) -> None:
    """A checkpoint whose labels stand in another order than the task's: learned, kept and read by name."""
    folder = save("RoBERTa", replace(IMDB, name="other", labels=("positive", "negative")), tmp_path / "start")
    training = replace(fact_settings.training, start=str(folder), epochs=1, evaluations=1)
    config = FactConfig(training, fact_settings.switch)
    ranker = load_classifier(str(folder), IMDB)
    assert ranker.order == (1, 0)
    list(fact(config, rows, tmp_path / "run", ranker, toy_lexicon, cache=tmp_path / "cache"))
    examples = [row.example for row in rows]
    export_model(training, tmp_path / "run", tmp_path / "same", "x", "x", {}, {}, blend=0.0)
    unchanged = load_classifier(str(tmp_path / "same"), IMDB)
    assert np.allclose(logits(unchanged, examples), logits(ranker, examples), atol=1e-5)
    card = export_model(training, tmp_path / "run", tmp_path / "model", "x", "x", {}, {})
    assert card.base == {"name": "start"}
    after = load_classifier(str(tmp_path / "model"), IMDB)
    right = np.array([1 if row.label else -1 for row in rows])
    leads = [right * (found[:, 1] - found[:, 0]) for found in (logits(ranker, examples), logits(after, examples))]
    assert leads[1].mean() > leads[0].mean(), "it learned towards the right labels"


def test_no_more_pieces_than_there_are_positions(tmp_path: Path) -> None:
    body = str(backbone("RoBERTa", tmp_path))
    assert start_pieces(FinetuneConfig("imdb", backbone=body)) == 128
    assert start_pieces(FinetuneConfig("imdb", backbone=body, max_pieces=64)) == 64
    assert start_pieces(FinetuneConfig("imdb")) == 256


def test_where_a_run_begins(tmp_path: Path) -> None:
    whole = str(save("BERT", IMDB, tmp_path / "whole"))
    assert on_minilm(FinetuneConfig("imdb"))
    assert on_minilm(FinetuneConfig("imdb", start="imdb-plain"))
    assert not on_minilm(FinetuneConfig("imdb", start=whole))
    assert not on_minilm(FinetuneConfig("imdb", backbone=whole))
    assert not on_minilm(FinetuneConfig("imdb", start="owner/name@abc123"))
    with pytest.raises(ConfigError, match=r"with the model 'imdb-plain' or with the backbone .* --start backbone"):
        FinetuneConfig("imdb", start="imdb-plain", backbone=whole)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"backbone": "nowhere/at/all"}, "neither a folder nor a Hub name, owner/name or owner/name@revision"),
        ({"start": "owner/name", "task": "imdb"}, "Cannot load model 'owner/name'"),
    ],
)
def test_what_cannot_be_begun_with(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        start_model(FinetuneConfig(**{"task": "imdb", "start": BACKBONE, **settings}))


def test_a_start_whose_labels_are_numbered(tmp_path: Path, rows: list[Row]) -> None:
    """The kind published for the paper's tasks; what is kept has the task's own names."""
    folder = save("BERT", replace(IMDB, name="numbered", labels=("LABEL_0", "LABEL_1")), tmp_path / "start")
    config = replace(CONFIG, start=str(folder), labels="LABEL_0=positive,LABEL_1=negative")
    with pytest.raises(ModelError, match="--labels LABEL_0=negative,LABEL_1=positive"):
        start_model(replace(config, labels=""))
    list(finetune(config, rows, tmp_path / "run"))
    export_model(config, tmp_path / "run", tmp_path / "model", "x", "x", {}, {}, blend=0.0)
    before = load_classifier(str(folder), IMDB, labels={"LABEL_0": "positive", "LABEL_1": "negative"})
    examples = [row.example for row in rows[:6]]
    kept = load_classifier(str(tmp_path / "model"), IMDB)
    assert kept.order == (1, 0)
    assert np.allclose(logits(kept, examples), logits(before, examples), atol=1e-5)


def test_a_model_without_a_head_is_no_start(tmp_path: Path) -> None:
    body = backbone("BERT", tmp_path)
    config = json.loads((body / "config.json").read_text())
    config["id2label"] = {"0": "negative", "1": "positive"}
    (body / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="has no classification head"):
        start_model(FinetuneConfig("imdb", start=str(body)))


def test_a_kept_model_with_a_changed_byte_is_found(tmp_path: Path, rows: list[Row]) -> None:
    config = replace(CONFIG, backbone=str(backbone("BERT", tmp_path)), lora_rank=0)
    list(finetune(config, rows, tmp_path / "run"))
    export_model(config, tmp_path / "run", tmp_path / "model", "own", "My own", {"command": "make it"}, {})
    path = tmp_path / "model" / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedResourceError, match=r"weights of the model 'own'.*train it again: make it"):
        load_classifier(str(tmp_path / "model"), IMDB)
