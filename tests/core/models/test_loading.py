"""What opens as a classifier, by name or folder, its labels by name; and what does not, told in one line."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from core.errors import ModelError
from core.models.loading import load_classifier
from core.tasks import IMDB, MNLI, Example


def logits(classifier: Any, examples: list[Example]) -> np.ndarray:
    return np.array([p.logits for p in classifier.predict(examples)])


def test_a_local_folder(tiny_folder: Path, tiny_classifier: Any, reviews: list[Example]) -> None:
    loaded = load_classifier(str(tiny_folder), IMDB)
    assert loaded.name == str(tiny_folder)
    assert np.allclose(logits(loaded, reviews), logits(tiny_classifier, reviews), atol=1e-6)
    with pytest.raises(ModelError, match="labels are"):
        load_classifier(str(tiny_folder), MNLI)


def test_a_swapped_checkpoint_answers_the_same(tiny_folder: Path, tmp_path: Path, reviews: list[Example]) -> None:

    shutil.copytree(tiny_folder, tmp_path / "swapped")
    config = json.loads((tmp_path / "swapped" / "config.json").read_text())
    config["id2label"], config["label2id"] = {"0": "positive", "1": "negative"}, {"positive": 0, "negative": 1}
    (tmp_path / "swapped" / "config.json").write_text(json.dumps(config))
    weights = load_file(tmp_path / "swapped" / "model.safetensors")
    for name in ("classifier.weight", "classifier.bias"):
        weights[name] = weights[name].flip(0).contiguous()
    save_file(weights, tmp_path / "swapped" / "model.safetensors", {"format": "pt"})
    straight, swapped = (load_classifier(str(f), IMDB) for f in (tiny_folder, tmp_path / "swapped"))
    assert np.allclose(logits(straight, reviews), logits(swapped, reviews), atol=1e-6)


def test_no_such_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"Cannot load model .* Give a built-in model"):
        load_classifier(str(tmp_path / "nowhere"), IMDB)
    with pytest.raises(ModelError, match="it is no folder"):
        load_classifier("runs/my-own/model", IMDB)


def test_a_run_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "state.safetensors").touch()
    with pytest.raises(ModelError, match="Start the run again to end it"):
        load_classifier(str(tmp_path), IMDB)
    (tmp_path / "model").mkdir()
    with pytest.raises(ModelError, match=r"its model is in .*model\. Give that"):
        load_classifier(str(tmp_path), IMDB)
