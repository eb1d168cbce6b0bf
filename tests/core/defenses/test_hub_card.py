"""The card of a saved model: every setting, YAML that parses, and nothing of the machine that wrote it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.defenses.hub_card import flat_settings, model_card, provenance
from core.defenses.record import FILE, DefenseRecord, record_of
from core.defenses.registry import build_defense, preset_settings
from core.tasks import IMDB, MNLI

BUILT_IN = "sentence-transformers/all-MiniLM-L6-v2"
MEASURED = {"value": 0.875, "low": 0.86, "high": 0.89, "n": 2000, "data": "IMDB test"}


@pytest.fixture
def record(tiny_classifier: Any, toy_lexicon: Any) -> DefenseRecord:
    settings = preset_settings(IMDB, "shipped", tiny_classifier.embedding_std)
    defended = build_defense("five", tiny_classifier, toy_lexicon, seed=9, settings=settings.of("five"))
    model = {"title": "Mine", "base": "owner/base", "accuracy": MEASURED, "training": {"command": "make it", "seed": 4}}
    return record_of(defended, "own", model)


def front(card: str) -> dict[str, Any]:
    return yaml.safe_load(card.split("---\n")[1])


def with_model(record: DefenseRecord, **model: Any) -> DefenseRecord:
    return replace(record, model=model)


def test_where_a_model_came_from(tiny_folder: Path) -> None:
    name, known = provenance("imdb-plain")
    assert (name, known["base"]) == ("imdb-plain", "sentence-transformers/all-MiniLM-L6-v2")
    assert known["accuracy"]["n"] > 1000
    assert provenance("owner/name") == ("owner/name", {"base": "owner/name"})
    assert provenance(str(tiny_folder)) == (tiny_folder.name, {})
    assert provenance("tiny-imdb") == ("tiny-imdb", {})


def test_every_setting_by_its_path(record: DefenseRecord) -> None:
    flat = flat_settings(record)
    assert flat["five.seed"] == 9
    assert flat["five.vote.rule"] == record.settings["five"].vote.rule
    assert flat["five.importance.method"] == record.settings["five"].importance.method
    assert not any(isinstance(value, dict) for value in flat.values())
    card = model_card(record, IMDB)
    assert all(f"- {path}: {value}\n" in card for path, value in flat.items())
    assert all(f"- {what}: {name}\n" in card for what, name in record.sources.items())


def test_the_card_says_what_is_known(record: DefenseRecord) -> None:
    card = model_card(record, IMDB)
    assert "# own: Mine\n" in card
    assert "0.8750 on IMDB test, n = 2,000, 95 % interval 0.8600 to 0.8900" in card
    assert "- command: make it\n- seed: 4\n" in card
    assert "Base model: owner/base; its own licence holds. Data: see its own licence." in card
    assert "$" not in card, "every place of the template is filled"
    said = front(card)
    assert (said["base_model"], said["tags"], said["metrics"]) == ("owner/base", ["firebert", "five"], ["accuracy"])
    assert not {"license", "datasets", "language"} & set(said), "of a stranger's model they are not known"


def test_of_a_built_in_model_base_and_data_are_named(record: DefenseRecord) -> None:
    card = model_card(with_model(record, base=BUILT_IN), IMDB)
    said = front(card)
    assert (said["license"], said["license_link"]) == ("other", "README.md#licences")
    assert said["datasets"]
    assert f"Base model: {BUILT_IN} (Apache-2.0). " in card


def test_what_is_not_known_is_said(record: DefenseRecord) -> None:
    card = model_card(with_model(record), MNLI)
    assert f"# own: {MNLI.title}\n" in card
    for said in ("Not measured.", "Not recorded.", "Base model: not known.", ", ".join(MNLI.labels)):
        assert said in card
    assert not {"base_model", "metrics"} & set(front(card))


def test_provenance_holds_no_path_of_this_machine(tmp_path: Path) -> None:
    """Of every path in an adapter's card its last part is kept, and of an address all of it."""
    command = "finetune --data /srv/texts/mine.csv --out ../runs/own --start ~/models/x/ --from C:\\a\\b.txt"
    card = {
        "name": "own", "task": "imdb", "labels": list(IMDB.labels), "title": "Own", "base": {"name": "owner/base"},
        "training": {"command": command, "data": "https://example.org/a/b.csv and train/x.csv", "seed": 3},
        "accuracy": {"data": "/srv/texts/test.csv"}, "sha256": "0",
    }  # fmt: skip
    (tmp_path / "model.json").write_text(json.dumps(card))
    name, known = provenance(str(tmp_path))
    assert name == "own"
    assert known["training"] == {
        "command": "finetune --data mine.csv --out own --start x --from b.txt",
        "data": "https://example.org/a/b.csv and train/x.csv",
        "seed": 3,
    }
    assert known["accuracy"] == {"data": "test.csv"}
    assert known["base"] == "owner/base"


def test_a_saved_folder_keeps_what_is_known_of_it(record: DefenseRecord, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(record.to_json(), encoding="utf-8")
    assert provenance(str(tmp_path)) == ("own", dict(record.model))
