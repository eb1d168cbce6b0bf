"""A finished run exported and loaded again answers as the run's own model does; the card says how it was made."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.datasets import Row
from core.errors import ConfigError, DamagedResourceError
from core.models.adapters import AdapterCard, load_adapter
from core.resources import backbone_folder
from core.tasks import MNLI, Example
from core.training.export import MAX_BYTES, command_of, export_adapter, export_checkpoint
from core.training.finetune import FinetuneConfig, finetune, rebuild_best
from core.training.learner import start_model

CONFIG = FinetuneConfig(
    "mnli", epochs=1, batch_rows=4, learning_rate=5e-3, lora_rank=4, dev_rows=4, evaluations=1, max_pieces=16, seed=3
)
ROWS = [Row(Example(f"A man walks {i} dogs.", f"There are {i + k} dogs."), k) for i in range(6) for k in range(3)]
ACCURACY = {"data": "made-up pairs", "n": 4, "value": 0.5, "low": 0.15, "high": 0.85}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, AdapterCard]:
    """A tiny run, its export, and the card."""
    run, folder = tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("export") / "tiny"
    list(finetune(CONFIG, ROWS, run))
    made = {"command": command_of(CONFIG), "data": "made-up pairs", "rows": 14}
    return run, folder, export_adapter(CONFIG, run, folder, "tiny", "A tiny model", made, ACCURACY)


def logits(model: Any, examples: list[Example]) -> np.ndarray:
    from transformers import AutoTokenizer

    from core.models.transformer import TransformersClassifier

    tokenizer = AutoTokenizer.from_pretrained(backbone_folder())
    return np.array([p.logits for p in TransformersClassifier(model, tokenizer, MNLI, "x", range(3)).predict(examples)])


def test_the_round_trip_keeps_the_answers(exported: tuple[Path, Path, AdapterCard]) -> None:
    run, folder, card = exported
    examples = [row.example for row in ROWS]
    model, read = load_adapter(folder)
    assert read == card
    before = logits(rebuild_best(CONFIG, run).merge_and_unload(), examples)
    after = logits(model, examples)
    assert np.abs(before - after).max() < 5e-3, "half precision, no more"
    assert np.ptp(before, axis=0).max() > 0.05, "the answers differ between examples, so the comparison means something"


def test_the_folder_is_small_and_knows_no_machine(exported: tuple[Path, Path, AdapterCard]) -> None:
    _, folder, card = exported
    assert {p.name for p in folder.iterdir()} == {
        "adapter_config.json", "adapter_model.safetensors", "model.json", "README.md"
    }  # fmt: skip
    assert sum(p.stat().st_size for p in folder.iterdir()) < MAX_BYTES
    for name in ("adapter_config.json", "model.json", "README.md"):
        assert str(Path.home()) not in (folder / name).read_text()
        assert "site-packages" not in (folder / name).read_text()
    shape = json.loads((folder / "adapter_config.json").read_text())
    assert shape["base_model_name_or_path"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert card.labels == MNLI.labels
    assert card.training["settings"]["lora_rank"] == 4


def test_the_card_says_what_it_must(exported: tuple[Path, Path, AdapterCard]) -> None:
    _, folder, card = exported
    text = (folder / "README.md").read_text()
    for needed in (
        "python -m core finetune --task mnli --epochs 1 --batch-rows 4", "made-up pairs", "seed: 3", "n = 4",
        "0.5000", "0.1500 to 0.8500", "entailment, neutral, contradiction", card.sha256, "Licences", "rows: 14",
    ):  # fmt: skip
        assert needed in text
    assert "$" not in text, "every blank of the template is filled"


def test_exporting_twice_gives_the_same_bytes(exported: tuple[Path, Path, AdapterCard], tmp_path: Path) -> None:
    run, folder, card = exported
    again = export_adapter(CONFIG, run, tmp_path, "tiny", "A tiny model", card.training, ACCURACY)
    assert again.sha256 == card.sha256
    for name in ("adapter_config.json", "model.json", "README.md"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_a_changed_byte_is_found(exported: tuple[Path, Path, AdapterCard], tmp_path: Path) -> None:
    for path in exported[1].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = tmp_path / "adapter_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(DamagedResourceError, match=r"adapter_model\.safetensors .*train it again: python -m core"):
        load_adapter(tmp_path)


def test_a_whole_model_is_no_adapter(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="lora_rank=0 has no adapter"):
        export_adapter(replace(CONFIG, lora_rank=0), tmp_path, tmp_path, "x", "x", {}, {})


@pytest.mark.slow
def test_a_checkpoint_folder_loads_by_path(
    exported: tuple[Path, Path, AdapterCard], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from core.models.loading import load_classifier

    run, _, _ = exported
    export_checkpoint(CONFIG, run, tmp_path)
    examples = [row.example for row in ROWS[:4]]
    loaded = load_classifier(str(tmp_path), MNLI)
    expected = logits(rebuild_best(CONFIG, run).merge_and_unload(), examples)
    assert np.allclose([p.logits for p in loaded.predict(examples)], expected, atol=1e-4)


def test_the_two_shipped_runs_by_their_commands() -> None:
    assert command_of(FinetuneConfig("mnli", epochs=3)) == "python -m core finetune --task mnli --epochs 3"
    assert command_of(FinetuneConfig("imdb", short_epochs=1)) == "python -m core finetune --task imdb --short-epochs 1"


def test_a_blend_lies_between_start_and_best(exported: tuple[Path, Path, AdapterCard]) -> None:
    run, _, _ = exported
    config = replace(CONFIG)
    start, half, best = (dict(rebuild_best(config, run, share).named_parameters()) for share in (0.0, 0.5, 1.0))
    begun = dict(start_model(config).named_parameters())
    moved = [name for name, p in best.items() if p.requires_grad and not torch.equal(p, begun[name])]
    assert moved
    for name in moved:
        assert torch.equal(start[name], begun[name])
        assert torch.allclose(half[name], (start[name] + best[name]) / 2, atol=1e-6)
    with pytest.raises(ConfigError, match="blend must be between 0 and 1, was given 2"):
        rebuild_best(config, run, 2)
