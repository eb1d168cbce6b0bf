"""Adversarial sets: what flipped and nothing else, beside a sidecar that fits this very file."""

from pathlib import Path
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.presets import attack_config
from core.datasets import Row, read_rows
from core.errors import DamagedResourceError, MissingResourceError
from core.evaluation.attack_run import run_attack
from core.evaluation.premade import flipped, read_provenance, sidecar_path, source_name, write_premade
from core.tasks import IMDB, MNLI, Example
from tests.core.attacks.conftest import BagOfWords

WON = {"status": "success", "adversarial": "A nice film", "text": "A good film", "other_text": "", "label": 1,
       "predicted": 0, "i": 7, "swaps": [[1, "good", "nice"]]}  # fmt: skip


def test_a_premade_set_is_what_flipped(attack: Attack, rows: list[Row], tmp_path: Path) -> None:
    records = [p.record for p in run_attack(attack, BagOfWords(), rows)]
    path = tmp_path / "sets" / "imdb.jsonl"
    said = write_premade(path, records, IMDB, {"split": "imdb/test"})
    won = [r for r in records if r["status"] == "success"]
    back = list(read_rows(path, IMDB))
    assert said["rows"] == len(back) == len(won)
    assert [(b.example.text_a, b.label) for b in back] == [(w["adversarial"], w["label"]) for w in won]
    assert all(BagOfWords().answer(b.example).label != b.label for b in back)
    assert read_provenance(path) == said
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(DamagedResourceError, match="is not the set"):
        read_provenance(path)
    sidecar_path(path).unlink()
    with pytest.raises(MissingResourceError, match="premade"):
        read_provenance(path)


def test_a_premade_set_of_pairs(toy_lexicon: Any, pairs: list[Example], tmp_path: Path) -> None:
    bag = BagOfWords(MNLI)
    run = run_attack(Attack(attack_config("ungated"), toy_lexicon), bag, [Row(e, bag.answer(e).label) for e in pairs])
    records = [p.record for p in run]
    made = list(flipped(records, MNLI))
    assert made
    write_premade(tmp_path / "mnli.jsonl", records, MNLI, {})
    for row, record in zip(read_rows(tmp_path / "mnli.jsonl", MNLI), made, strict=True):
        assert row.example.text_a in {pair.text_a for pair in pairs}
        assert row.example.text_b == record["hypothesis"] != record["original"]


@pytest.mark.parametrize("status", ["failed", "exhausted", "skipped", "stopped", "error"])
def test_only_what_flipped_is_kept(status: str) -> None:
    (kept,) = flipped([{**WON, "status": status}, WON], IMDB)
    assert kept == {
        "text": "A nice film", "label": "positive", "original": "A good film", "i": 7,
        "swaps": [[1, "good", "nice"]], "answered": "negative",
    }  # fmt: skip


def test_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    """What breaks while a set is written leaves the old one with its own sidecar, and no third file."""
    path = tmp_path / "set.jsonl"
    said = write_premade(path, [WON], IMDB, {"split": "imdb/test"})
    before = path.read_bytes()
    with pytest.raises(KeyError):
        write_premade(path, [WON, {"status": "success"}], IMDB, {})
    assert (path.read_bytes(), read_provenance(path)) == (before, said)
    again = write_premade(path, [], IMDB, {"split": "imdb/test"})
    assert (path.read_bytes(), again["rows"], read_provenance(path)) == (b"", 0, again)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["set.jsonl", "set.provenance.json"]


def test_a_sidecar_that_says_nothing_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    write_premade(path, [WON], IMDB, {})
    for content in ("{", "", "[]", "3", '{"sha256": "0"}'):
        sidecar_path(path).write_text(content, encoding="utf-8")
        with pytest.raises(DamagedResourceError, match="make the set again"):
            read_provenance(path)
    path.unlink()
    with pytest.raises(MissingResourceError, match="Missing file"):
        read_provenance(path)


def test_where_rows_came_from_names_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "private" / "rows.jsonl"
    path.parent.mkdir()
    path.write_text("{}\n", encoding="utf-8")
    digest = "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"
    assert source_name(path, "test", IMDB) == {"file": "rows.jsonl", "file_sha256": digest}
    assert source_name(None, "test", IMDB)["split"].startswith("imdb/test: ")
