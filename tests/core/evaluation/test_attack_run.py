"""Runs kept in a file: resumed after a kill anywhere they end the same; summaries against numbers counted by hand."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.presets import attack_config
from core.datasets import Row, read_rows
from core.defenses.fuse import Fuse, FuseConfig
from core.defenses.voting import VoteConfig
from core.errors import ConfigError, DamagedResourceError, DataFileError, MissingResourceError
from core.evaluation.attack_run import EDITION, read_records, run_attack
from core.evaluation.attack_summary import AttackSummary, peer_results, summarise
from core.evaluation.premade import flipped, read_provenance, sidecar_path, write_premade
from core.evaluation.statistics import wilson
from core.models.classifier import Prediction
from core.perturbation.switch import Switch, SwitchConfig
from core.tasks import IMDB, MNLI, Example
from tests.core.attacks.conftest import LONG, SHORT, BagOfWords, Noisy


@pytest.fixture
def attack(toy_lexicon: Any) -> Attack:
    return Attack(attack_config("textattack"), toy_lexicon)


@pytest.fixture
def rows(reviews: list[Example]) -> list[Row]:
    bag = BagOfWords()
    return [
        Row(e, bag.answer(e).label if i % 4 else i % 2) for i, e in enumerate([Example(LONG), *reviews, Example(SHORT)])
    ]


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


def test_the_summary_against_counting(attack: Attack, rows: list[Row]) -> None:
    records = [p.record for p in run_attack(attack, BagOfWords(), rows)]
    summary = summarise(records)
    status = [r["status"] for r in records]
    n, skipped, won = len(rows), status.count("skipped"), status.count("success")
    assert min(skipped, won, status.count("failed")) > 0
    assert summary.n == n
    assert summary.clean_accuracy.value == (n - skipped) / n
    assert summary.after_attack_accuracy.value == (n - skipped - won) / n
    assert summary.success_rate.value == won / (n - skipped)
    assert (summary.success_rate.low, summary.success_rate.high) == wilson(won, n - skipped)
    assert summary.naive_accuracy.value == summary.after_attack_accuracy.value == summary.expected_accuracy.value
    changed = [r["changed"] / r["words"] for r in records if r["status"] == "success"]
    assert summary.changed is not None
    assert summary.changed.value == pytest.approx(sum(changed) / won)
    attacked = [r for r in records if r["status"] != "skipped"]
    assert summary.queries is not None
    assert summary.queries.value == pytest.approx(sum(r["queries"] for r in attacked) / len(attacked))
    assert summary.model_rows == sum(r["model_rows"] for r in records)
    assert summary.gate_on.value == sum(r["sentence_gate"] == "on" for r in attacked) / len(attacked)
    assert summary.refused[0] > 0


def test_a_budget_of_words_by_hand(attack: Attack, rows: list[Row]) -> None:
    first = next(iter(run_attack(attack, BagOfWords(), rows[:1]))).record
    ended = [("success", 1, 20), ("success", 2, 20), ("success", 5, 20), ("success", 1, 3), ("failed", 4, 20),
             ("skipped", 0, 20), ("error", 0, 20)]  # fmt: skip
    records = [{**first, "status": status, "changed": changed, "words": words} for status, changed, words in ended]
    found = {b.share: (b.accuracy.value * b.accuracy.n, b.accuracy.n) for b in summarise(records).budgets}
    # one word of three is always allowed; 1 of 20 is 5 %, 2 are 10 %, 5 are more than 20 %
    assert found == {0.05: (3, 6), 0.1: (2, 6), 0.2: (2, 6)}


def test_a_budget_read_off_is_what_an_attack_within_it_leaves(toy_lexicon: Any, rows: list[Row]) -> None:
    def summary(**changes: Any) -> AttackSummary:
        attack = Attack(attack_config("ungated", **changes), toy_lexicon)
        return summarise(p.record for p in run_attack(attack, BagOfWords(), rows))

    free = summary()
    assert len({b.accuracy.value for b in free.budgets} | {free.after_attack_accuracy.value}) > 1
    for budget in free.budgets:
        limited = summary(max_changed_share=budget.share)
        assert limited.after_attack_accuracy == budget.accuracy
        assert limited.budgets == tuple(b for b in free.budgets if b.share < budget.share)


def test_no_budget_beyond_a_preset_s_own_limit(toy_lexicon: Any, rows: list[Row]) -> None:
    """The preset's limit is no override: 30 % of the words, and a tenth for IMDB's own task."""
    attack = Attack(attack_config("bench2021", "imdb"), toy_lexicon)
    found = summarise(p.record for p in run_attack(attack, BagOfWords(), rows))
    assert [b.share for b in found.budgets] == [0.05]


def test_errors_are_counted_apart(attack: Attack, rows: list[Row]) -> None:
    records = [p.record for p in run_attack(attack, BagOfWords(), rows)]
    broken = {**records[0], "status": "error"}
    assert summarise([broken, *records[1:]]).errors == 1
    assert summarise([broken, *records[1:]]).n == len(rows) - 1
    with pytest.raises(DataFileError, match="different settings"):
        summarise([records[0], {**records[1], "made_by": {}}])
    with pytest.raises(DataFileError, match="no results"):
        summarise([])


def test_randomised_runs_say_how_lucky_they_were(toy_lexicon: Any, rows: list[Row]) -> None:
    attack = Attack(attack_config("ungated", confirm_draws=5, verdict_draws=21), toy_lexicon)
    records = [p.record for p in run_attack(attack, Noisy(noise=4.0), rows)]
    summary = summarise(records)
    assert summary.naive_accuracy.value < summary.after_attack_accuracy.value
    assert summary.expected_accuracy.value == pytest.approx(sum(1 - r["wrong"] / 21 for r in records) / len(rows))
    assert summary.expected_clean.value == pytest.approx(sum(1 - r["wrong_before"] / 21 for r in records) / len(rows))
    assert summary.draws == records[0]["made_by"]["verdict_draws"] == 21
    assert summary.clean_accuracy.value == sum(r["wrong_before"] <= 10 for r in records) / len(rows)
    assert summary.after_attack_accuracy.value == sum(r["wrong"] <= 10 for r in records) / len(rows)
    assert summary.fresh_draws == sum(r["fresh_draws"] for r in records) >= 21 * len(rows)


def test_where_nothing_was_attacked_there_is_no_rate(attack: Attack, rows: list[Row]) -> None:
    from core.cli.attack_views import summary_view

    wrong = [Row(row.example, 1 - BagOfWords().answer(row.example).label) for row in rows]
    summary = summarise(p.record for p in run_attack(attack, BagOfWords(), wrong))
    assert summary.success_rate is None
    assert summary.clean_accuracy is not None
    assert summary.clean_accuracy.value == 0.0
    table, *_ = summary_view(summary)
    assert "none attacked" in [str(cell) for column in table.columns for cell in column.cells]
    assert "NaN" not in json.dumps(asdict(summary))
    broken = [{**p.record, "status": "error"} for p in run_attack(attack, BagOfWords(), rows[:2])]
    assert summarise(broken).after_attack_accuracy is None
    assert "NaN" not in json.dumps(asdict(summarise(broken)))


def test_files_of_earlier_versions_are_summed_up(attack: Attack, rows: list[Row]) -> None:
    newer = ("wrong_before", "draws_before", "fresh_draws", "fresh_rows")
    records = [p.record for p in run_attack(attack, BagOfWords(), rows)]
    older = [{k: v for k, v in record.items() if k not in newer} for record in records]
    assert summarise(older).after_attack_accuracy == summarise(records).after_attack_accuracy
    assert summarise(older).expected_clean is None


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


def test_peer_schema(attack: Attack, rows: list[Row]) -> None:
    records = [p.record for p in run_attack(attack, BagOfWords(), rows)]
    found = peer_results(records, 2.0, 1.5, {})
    assert {r["status"] for r in found["rows"]} == {"success", "fail", "skip"}
    keys = "i text_sha label orig_pred status queries model_rows seconds perturbed changed_words words"
    assert all(list(r) == keys.split() for r in found["rows"])
    assert found["summary"]["samples"] == len(rows)
    assert sum(r["seconds"] for r in found["rows"]) == pytest.approx(2.0)


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


def test_the_bench_counts_rows_of_both_runs(tiny_classifier: Any, attack: Attack, rows: list[Row]) -> None:
    from core.evaluation.attack_bench import bench_attack

    small, large = bench_attack(attack, tiny_classifier, rows, 4, [2, 6])
    assert (small.samples, large.samples) == (2, 6)
    assert 0 < small.rows < large.rows
    assert large.pieces > large.rows
    assert 0 < large.gates < 1
    assert large.ratio > 0
    assert large.cpu_ratio > 0
