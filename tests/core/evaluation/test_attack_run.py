"""Runs kept in a file: resumed after a kill anywhere they end the same; summaries against numbers counted by hand."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.presets import attack_config
from core.datasets import Row
from core.defenses.fuse import Fuse, FuseConfig
from core.defenses.voting import VoteConfig
from core.errors import ConfigError, DataFileError
from core.evaluation.attack_lines import EDITION
from core.evaluation.attack_run import read_records, run_attack
from core.models.classifier import Prediction
from core.perturbation.switch import Switch, SwitchConfig
from core.tasks import IMDB, MNLI, Example
from tests.core.attacks.conftest import BagOfWords


def whole(attack: Attack, rows: list[Row], path: Path, together: int = 4) -> bytes:
    list(run_attack(attack, BagOfWords(), rows, together, path))
    return path.read_bytes()


def test_one_line_a_row_in_order(attack: Attack, rows: list[Row], tmp_path: Path) -> None:
    progress = list(run_attack(attack, BagOfWords(), rows, 4, tmp_path / "a.jsonl"))
    assert [p.done for p in progress] == list(range(1, len(rows) + 1))
    records = list(read_records(tmp_path / "a.jsonl"))
    assert records == [json.loads(json.dumps(p.record)) for p in progress]
    assert [r["text"] for r in records] == [row.example.text_a for row in rows]
    assert {"preset", "overrides", "seed", "encoder", "tagger", "neighbors", "classifier"} <= set(records[0]["made_by"])
    assert not any("second" in key for key in records[0])


def test_each_line_is_on_disk_before_it_is_seen(attack: Attack, rows: list[Row], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    for progress in run_attack(attack, BagOfWords(), rows, 4, path):
        assert len(path.read_bytes().splitlines()) == progress.done


@pytest.mark.parametrize("together", [1, 4, 64])
def test_resumed_after_a_kill_anywhere_it_is_the_same_file(
    attack: Attack, rows: list[Row], tmp_path: Path, together: int
) -> None:
    expected = whole(attack, rows, tmp_path / "whole.jsonl", together)
    path = tmp_path / "cut.jsonl"
    line_ends = [i + 1 for i, byte in enumerate(expected) if byte == 10]
    for cut in sorted({0, 1, 100, len(expected) - 1, len(expected), *line_ends, *(end - 1 for end in line_ends)}):
        path.write_bytes(expected[:cut])
        bag = BagOfWords()
        again = list(run_attack(attack, bag, rows, together, path, resume=True))
        assert path.read_bytes() == expected
        done = sum(end <= cut for end in line_ends)
        assert len(again) == len(rows) - done
        if done % together == 0:
            texts = {row.example.text_a for row in rows[:done]} - {row.example.text_a for row in rows[done:]}
            assert not texts & {example.text_a for example in bag.examples}


def test_a_file_is_not_overwritten(attack: Attack, rows: list[Row], tmp_path: Path) -> None:
    whole(attack, rows, tmp_path / "a.jsonl")
    with pytest.raises(ConfigError, match="--resume"):
        list(run_attack(attack, BagOfWords(), rows, 4, tmp_path / "a.jsonl"))


def test_other_settings_or_rows_are_refused(attack: Attack, rows: list[Row], toy_lexicon: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    before = whole(attack, rows, path)
    other = Attack(attack_config("paper", seed=3), toy_lexicon)
    with pytest.raises(ConfigError, match=r"other settings \(preset, seed\)"):
        list(run_attack(other, BagOfWords(), rows, 4, path, resume=True))
    with pytest.raises(ConfigError, match="together"):
        list(run_attack(attack, BagOfWords(), rows, 5, path, resume=True))
    with pytest.raises(DataFileError, match="another text"):
        list(run_attack(attack, BagOfWords(), rows[1:], 4, path, resume=True))
    with pytest.raises(DataFileError, match=rf"holds row {len(rows) - 1}, the rows given end before it"):
        list(run_attack(attack, BagOfWords(), rows[:-1], 4, path, resume=True))
    turned = [replace(row, label=1 - (row.label or 0)) for row in rows]
    with pytest.raises(DataFileError, match=r"row 0 had the label '?(none|negative|positive)'?, now it is '"):
        list(run_attack(attack, BagOfWords(), turned, 4, path, resume=True))
    assert path.read_bytes() == before


def test_a_file_of_another_edition_is_refused_and_told_why(attack: Attack, rows: list[Row], tmp_path: Path) -> None:
    """The same settings drew other noise then; files without a number are of the first edition."""
    path = tmp_path / "a.jsonl"
    records = [json.loads(line) for line in whole(attack, rows, path).splitlines()]
    assert {record["made_by"].pop("edition") for record in records} == {EDITION}
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=rf"a.jsonl was made by edition 1 of the attacks, this is edition {EDITION}:"):
        list(run_attack(attack, BagOfWords(), rows, 4, path, resume=True))
    assert path.read_bytes() == before


@pytest.mark.parametrize(("other", "differs"), [("weights", "weights"), ("settings", "fuse"), ("defence", "switch")])
def test_another_model_or_defence_of_the_same_name_is_refused(
    attack: Attack, rows: list[Row], toy_lexicon: Any, tiny_factory: Any, tmp_path: Path, other: str, differs: str
) -> None:
    """A model trained again under its old name, or FuSE with other settings: results of the two must not mix."""

    def fuse(classifier: Any, original_weight: float = 1.0) -> Fuse:
        switch = Switch(classifier, toy_lexicon, SwitchConfig(total_alternatives=2, gate="off"))
        return Fuse(classifier, switch, FuseConfig(VoteConfig(original_weight=original_weight)))

    plain = tiny_factory(IMDB)
    was, now = {
        "weights": (plain, tiny_factory(IMDB, seed=1)),
        "settings": (fuse(plain), fuse(plain, original_weight=2.0)),
        "defence": (plain, fuse(plain)),
    }[other]
    now.name = was.name
    path = tmp_path / "a.jsonl"
    list(run_attack(attack, was, rows[:2], 4, path))
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=rf"other settings \(.*{differs}.*\)"):
        list(run_attack(attack, now, rows[:2], 4, path, resume=True))
    assert path.read_bytes() == before
    list(run_attack(attack, was, rows[:2], 4, path, resume=True))
    assert path.read_bytes() == before


def test_damage_in_the_middle_is_named(attack: Attack, rows: list[Row], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = whole(attack, rows, path).splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"{broken\n", *lines[2:]]))
    with pytest.raises(DataFileError, match="line 2 is damaged"):
        list(run_attack(attack, BagOfWords(), rows, 4, path, resume=True))
    path.write_bytes(b"".join([lines[0], *lines[2:]]))
    with pytest.raises(DataFileError, match="line 2 is not the result of row 1"):
        list(read_records(path))


def test_another_premise_is_another_row(toy_lexicon: Any, pairs: list[Example], tmp_path: Path) -> None:
    attack, path = Attack(attack_config("ungated"), toy_lexicon), tmp_path / "a.jsonl"
    list(run_attack(attack, BagOfWords(MNLI), [Row(pairs[0], None)], 4, path))
    other = Row(Example("Another premise.", pairs[0].text_b), None)
    with pytest.raises(DataFileError, match="row 0 is of another text"):
        list(run_attack(attack, BagOfWords(MNLI), [other], 4, path, resume=True))


def test_an_odd_row_costs_no_other(attack: Attack, rows: list[Row], tmp_path: Path) -> None:
    """Half a surrogate pair cannot be encoded, by a tokenizer nor in a file."""

    class Encoding(BagOfWords):
        def predict(self, examples: Sequence[Example]) -> list[Prediction]:
            for example in examples:
                example.text_a.encode()
            return super().predict(examples)

    given = [rows[0], Row(Example("A good film \ud83d with a great story."), None), *rows[1:3]]
    path = tmp_path / "a.jsonl"
    list(run_attack(attack, Encoding(), given, 4, path))
    records = list(read_records(path))
    assert [r["status"] == "error" for r in records] == [False, True, False, False]
    assert records[1]["text"] == given[1].example.text_a
    assert list(run_attack(attack, Encoding(), given, 4, path, resume=True)) == []
