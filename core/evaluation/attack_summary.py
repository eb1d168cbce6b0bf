"""What a run of an attack comes to, each number with its n and 95 % interval (METHODS, section 9).

Over the whole set: clean and after-attack accuracy over all samples, success rate over those initially right, words
changed over successes, queries over those attacked. Records that ended in an error are counted apart and left out of
every share. What a randomised classifier answers is counted over the draws of the verdicts alone
(:mod:`core.attacks.verdict`), for clean and attacked rows alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.attacks.events import right_after
from core.attacks.presets import attack_config, changes_allowed
from core.errors import DataFileError
from core.evaluation.statistics import Estimate, bootstrap, share

Record = dict[str, Any]
_NEEDED = (
    "status", "wrong", "draws", "single_draw", "changed", "words", "queries", "paper_queries", "model_rows",
    "sentence_gate", "refused", "made_by",
)  # fmt: skip
_NEWER = {"wrong_before": 0, "draws_before": 0, "fresh_draws": 0, "fresh_rows": 0}
"""Missing in files of earlier versions."""
BUDGETS = (0.05, 0.1, 0.2)
"""Shares of the words after which a reader may stop believing that the text still says the same."""


@dataclass(frozen=True)
class WithinBudget:
    """Accuracy after an attack that may change only ``share`` of the words (``max_changed_share``)."""

    share: float
    accuracy: Estimate


@dataclass(frozen=True)
class AttackSummary:
    """``changed`` is the share of words changed in successes; ``queries`` per attacked sample. None: nothing to count.

    ``budgets``: accuracy had the attack had to stop after a share of the words, read off the same run, for shares under
    the attack's own limit. An attack of a deterministic classifier goes the same way until then, so running it with
    ``max_changed_share`` gives the same.

    ``paper_queries`` is what the eager original would have asked. ``naive_accuracy`` counts any wrong single answer
    during the search as a break; ``expected_clean`` and ``expected_accuracy`` are the mean shares of right draws in the
    verdicts, of ``draws`` each, on the originals and the final texts: what one request finds. For a deterministic
    classifier naive and expected accuracy equal ``after_attack_accuracy`` up to attacks that ran into a budget.
    ``model_rows`` were read for the attacker's queries, ``fresh_rows`` for ``fresh_draws`` answers in confirmations and
    verdicts. ``gate_on`` is the share of attacked samples whose sentence gate was on (neither off nor lowered).
    ``refused``: word, part of speech, sentence.
    """

    n: int
    errors: int
    clean_accuracy: Estimate | None
    after_attack_accuracy: Estimate | None
    budgets: tuple[WithinBudget, ...]
    success_rate: Estimate | None
    naive_accuracy: Estimate | None
    expected_clean: Estimate | None
    expected_accuracy: Estimate | None
    draws: int
    changed: Estimate | None
    queries: Estimate | None
    paper_queries: Estimate | None
    model_rows: int
    fresh_draws: int
    fresh_rows: int
    gate_on: Estimate | None
    refused: tuple[int, int, int]
    exhausted: int
    made_by: dict[str, Any]


def summarise(records: Iterable[Record]) -> AttackSummary:
    """The summary of a run's records. Raises DataFileError if there are none, or if two settings are mixed."""
    every = [{**{name: record[name] for name in _NEEDED}, **_newer(record)} for record in records]
    if not every:
        raise DataFileError("There are no results to sum up.")
    made_by = every[0]["made_by"]
    if any(record["made_by"] != made_by for record in every):
        raise DataFileError("The results were made by different settings; sum them up apart.")
    counted = [r for r in every if right_after(r["status"]) is not None]
    attacked = [r for r in counted if r["status"] != "skipped"]
    held = [r for r in attacked if right_after(r["status"])]
    won = [r for r in attacked if r["status"] == "success"]
    n, limit = len(counted), _limit(made_by)
    return AttackSummary(
        n=n,
        errors=len(every) - n,
        clean_accuracy=_share(len(attacked), n),
        after_attack_accuracy=_share(len(held), n),
        budgets=tuple(WithinBudget(b, share(len(held) + _over(won, b), n)) for b in BUDGETS if n and b < limit),
        success_rate=_share(len(won), len(attacked)),
        naive_accuracy=_share(sum(not r["single_draw"] for r in attacked), n),
        expected_clean=_mean([1 - r["wrong_before"] / r["draws_before"] for r in counted if r["draws_before"]]),
        expected_accuracy=_mean([1 - r["wrong"] / r["draws"] for r in counted if r["draws"]]),
        draws=max((r["draws"] for r in counted), default=0),
        changed=_mean([r["changed"] / max(1, r["words"]) for r in won]),
        queries=_mean([r["queries"] for r in attacked]),
        paper_queries=_mean([r["paper_queries"] for r in attacked]),
        model_rows=sum(r["model_rows"] for r in every),
        fresh_draws=sum(r["fresh_draws"] for r in every),
        fresh_rows=sum(r["fresh_rows"] for r in every),
        gate_on=_share(sum(r["sentence_gate"] == "on" for r in attacked), len(attacked)),
        refused=tuple(np.sum([r["refused"] for r in every], axis=0).tolist()),
        exhausted=sum(r["status"] == "exhausted" for r in counted),
        made_by=made_by,
    )


def _limit(made_by: Record) -> float:
    """The share of the words that the attack was allowed to change."""
    limit = attack_config(made_by["preset"], made_by["task"], **made_by["overrides"]).max_changed_share
    return 1.0 if limit is None else limit


def _over(won: list[Record], budget: float) -> int:
    """Successes that changed more words than the budget allows."""
    return sum(r["changed"] > changes_allowed(budget, r["words"]) for r in won)


def _newer(record: Record) -> Record:
    return {name: record.get(name, missing) for name, missing in _NEWER.items()}


def _share(successes: int, n: int) -> Estimate | None:
    return share(successes, n) if n else None


def _mean(values: list[float]) -> Estimate | None:
    return bootstrap(values) if values else None


def peer_results(records: Iterable[Record], seconds: float, cpu_seconds: float, env: dict[str, Any]) -> Record:
    """The records in the result schema of the peer harness, so that its ``compare`` puts them beside TextAttack's.

    Attacks share batches, so a sample's ``seconds`` is the run's mean over attacked samples.
    """
    every = list(records)
    attacked = [r for r in every if r["status"] not in ("skipped", "error")]
    count = max(1, len(attacked))
    names = {"success": "success", "skipped": "skip"}
    rows = [
        {
            "i": r["i"], "text_sha": r["text_sha"], "label": r["label"], "orig_pred": r["predicted_before"],
            "status": names.get(r["status"], "fail"), "queries": r["queries"], "model_rows": r["model_rows"],
            "seconds": 0.0 if r["status"] == "skipped" else seconds / count, "perturbed": r["adversarial"],
            "changed_words": r["changed"], "words": r["words"],
        }
        for r in every
    ]  # fmt: skip
    won = [r for r in attacked if r["status"] == "success"]
    queries = sum(r["queries"] for r in attacked)
    changed = sum(r["changed"] / max(1, r["words"]) for r in won) / max(1, len(won))
    summary = {
        "clock": "wall", "samples": len(rows), "attacked": len(attacked),
        "clean_acc": round(len(attacked) / max(1, len(rows)), 4), "success": len(won),
        "after_attack_acc": round((len(attacked) - len(won)) / max(1, len(rows)), 4), "queries": queries,
        "queries_per_attack": round(queries / count, 1), "model_rows": sum(r["model_rows"] for r in every),
        "s_per_attack_mean": round(seconds / count, 4), "s_per_attack_median": round(seconds / count, 4),
        "queries_per_s": round(queries / max(1e-9, seconds), 1), "wall_s": round(seconds, 2),
        "cpu_s": round(cpu_seconds, 2), "changed_pct": round(100 * changed, 2), "shares": {},
    }  # fmt: skip
    return {"config": {"engine": "firebert-lab", **every[0]["made_by"]}, "env": env, "summary": summary, "rows": rows}
