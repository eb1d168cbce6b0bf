"""What a run comes to, against numbers counted by hand: shares, budgets of words, what errors are left out of."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.presets import attack_config
from core.datasets import Row
from core.errors import DataFileError
from core.evaluation.attack_run import run_attack
from core.evaluation.attack_summary import AttackSummary, peer_results, summarise
from core.evaluation.statistics import wilson
from tests.core.attacks.conftest import BagOfWords, Noisy


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


def test_peer_schema(attack: Attack, rows: list[Row]) -> None:
    records = [p.record for p in run_attack(attack, BagOfWords(), rows)]
    found = peer_results(records, 2.0, 1.5, {})
    assert {r["status"] for r in found["rows"]} == {"success", "fail", "skip"}
    keys = "i text_sha label orig_pred status queries model_rows seconds perturbed changed_words words"
    assert all(list(r) == keys.split() for r in found["rows"])
    assert found["summary"]["samples"] == len(rows)
    assert sum(r["seconds"] for r in found["rows"]) == pytest.approx(2.0)


def test_what_peers_are_told_by_hand(attack: Attack, rows: list[Row]) -> None:
    """Two broken (1 of 10 and 3 of 10 words), one held, one skipped, one error; ten seconds of them all."""
    first = next(iter(run_attack(attack, BagOfWords(), rows[:1]))).record
    ended = [("success", 1, 6), ("success", 3, 8), ("failed", 2, 10), ("skipped", 0, 0), ("error", 0, 0)]
    same = {**first, "words": 10, "adversarial": "the attacked text"}
    records = [{**same, "status": s, "changed": c, "queries": q} for s, c, q in ended]
    whole = peer_results(records, 10.0, 1.0, {"machine": "x"})
    assert [row["status"] for row in whole["rows"]] == ["success", "success", "fail", "skip", "fail"]
    assert {row["perturbed"] for row in whole["rows"]} == {"the attacked text"}
    found = whole["summary"]
    assert (found["samples"], found["attacked"], found["success"]) == (5, 3, 2)
    assert (found["clean_acc"], found["after_attack_acc"], found["changed_pct"]) == (0.6, 0.2, 20.0)
    assert (found["queries"], found["queries_per_attack"], found["queries_per_s"]) == (24, 8.0, 2.4)
    assert found["s_per_attack_mean"] == pytest.approx(10 / 3, abs=1e-4)


def test_exhausted_rows_are_held_and_counted(attack: Attack, rows: list[Row]) -> None:
    first = next(iter(run_attack(attack, BagOfWords(), rows[:1]))).record
    statuses = ("exhausted", "success", "stopped", "skipped")
    found = summarise({**first, "status": status} for status in statuses)
    assert (found.n, found.errors, found.exhausted) == (3, 1, 1)
    assert found.after_attack_accuracy is not None
    assert found.success_rate is not None
    assert (found.after_attack_accuracy.value, found.success_rate.value) == (pytest.approx(1 / 3), 0.5)
