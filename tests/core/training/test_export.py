"""A finished run exported and loaded again answers as the run's own model does; the card says how it was made."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.datasets import Row
from core.errors import DamagedResourceError
from core.models.adapters import ModelCard, load_adapter
from core.resources import backbone_folder
from core.tasks import MNLI, Example
from core.training.export import MAX_BYTES, command_of, export_model
from core.training.finetune import FinetuneConfig, finetune, rebuild_best

CONFIG = FinetuneConfig(
    "mnli", epochs=1, batch_rows=4, learning_rate=5e-3, lora_rank=4, dev_rows=4, evaluations=1, max_pieces=16, seed=3
)
ROWS = [Row(Example(f"A man walks {i} dogs.", f"There are {i + k} dogs."), k) for i in range(6) for k in range(3)]
ACCURACY = {"data": "made-up pairs", "n": 4, "value": 0.5, "low": 0.15, "high": 0.85}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, ModelCard]:
    """A tiny run, its export, and the card."""
    run, folder = tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("export") / "tiny"
    list(finetune(CONFIG, ROWS, run))
    made = {"command": command_of(CONFIG), "data": "made-up pairs", "rows": 14}
    return run, folder, export_model(CONFIG, run, folder, "tiny", "A tiny model", made, ACCURACY)


def logits(model: Any, examples: list[Example]) -> np.ndarray:
    from transformers import AutoTokenizer

    from core.models.transformer import TransformersClassifier

    tokenizer = AutoTokenizer.from_pretrained(backbone_folder())
    return np.array([p.logits for p in TransformersClassifier(model, tokenizer, MNLI, "x", range(3)).predict(examples)])


def test_the_round_trip_keeps_the_answers(exported: tuple[Path, Path, ModelCard]) -> None:
    run, folder, card = exported
    examples = [row.example for row in ROWS]
    model, read = load_adapter(folder)
    assert read == card
    before = logits(rebuild_best(CONFIG, run).merge_and_unload(), examples)
    after = logits(model, examples)
    assert np.abs(before - after).max() < 5e-3, "half precision, no more"
    assert np.ptp(before, axis=0).max() > 0.05, "the answers differ between examples, so the comparison means something"


def test_the_folder_is_small_and_knows_no_machine(exported: tuple[Path, Path, ModelCard]) -> None:
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


def test_the_card_says_what_it_must(exported: tuple[Path, Path, ModelCard]) -> None:
    _, folder, card = exported
    text = (folder / "README.md").read_text()
    for needed in (
        "python -m core finetune --task mnli --epochs 1 --batch-rows 4", "made-up pairs", "seed: 3", "n = 4",
        "0.5000", "0.1500 to 0.8500", "entailment, neutral, contradiction", card.sha256, "Licences", "rows: 14",
    ):  # fmt: skip
        assert needed in text
    assert "$" not in text, "every blank of the template is filled"


def test_exporting_twice_gives_the_same_bytes(exported: tuple[Path, Path, ModelCard], tmp_path: Path) -> None:
    run, folder, card = exported
    again = export_model(CONFIG, run, tmp_path, "tiny", "A tiny model", card.training, ACCURACY)
    assert again.sha256 == card.sha256
    for name in ("adapter_config.json", "model.json", "README.md"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_a_changed_byte_is_found(exported: tuple[Path, Path, ModelCard], tmp_path: Path) -> None:
    for path in exported[1].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = tmp_path / "adapter_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(DamagedResourceError, match=r"adapter_model\.safetensors .*train it again: python -m core"):
        load_adapter(tmp_path)


def test_the_two_shipped_runs_by_their_commands() -> None:
    assert command_of(FinetuneConfig("mnli", epochs=3)) == "python -m core finetune --task mnli --epochs 3"
    assert command_of(FinetuneConfig("imdb", short_epochs=1)) == "python -m core finetune --task imdb --short-epochs 1"
