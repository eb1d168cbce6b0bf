"""The riddle's experiments: one set of answers, let vote in the ways that the released code did and did not (E1 to E4).

Votes are means of logits, as in the released code. A shuffle pairs each text with the alternatives of another row; one
row's alternatives for all is what happens where each question is numbered from 0, as in the paper's attack.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.evaluation.results import Result, ResultTable, replaced
from core.evaluation.riddle_jobs import paper_switch, words_asked
from core.evaluation.statistics import Estimate, share
from core.tasks import Task
from core.work.job import Line

SIZES = (2, 4, 8)
"""Alternatives that vote, beside as many as in the paper."""
SHUFFLES = 200
ACCURACY, COMMONEST = "accuracy", "commonest answer"


@dataclass(frozen=True)
class Experiment:
    """``accuracy`` and the share of its ``commonest`` answer; over shuffles both are means.

    Then ``low`` and ``high`` are where 95 % of the shuffles lie; else Wilson's interval. ``about`` says what votes.
    """

    key: str
    about: str
    accuracy: Estimate
    commonest: float
    shuffles: int = 0


def experiments(lines: Iterable[Line], task: Task, seed: int = 0) -> list[Experiment]:
    """All of them, from the lines of labelled rows. Asks nobody."""
    rows = list(lines)
    truth = np.array([row["given"] for row in rows])
    own = np.array([row["own"] for row in rows], dtype=np.float64)
    words, most = paper_switch(task).perturb_words, paper_switch(task).total_alternatives
    tidy = [_stack(row["cleaned"], own.shape[1]) for row in rows]
    found = [_one("plain", "the text alone", truth, own)]
    found += list(_mixed(truth, own, tidy, most, seed))
    found.append(_one("E2", "its own alternatives, cleaned as released", truth, _voted(own, tidy, most)))
    for count in words_asked(task):
        members = [_stack(row["members"][str(count)], own.shape[1]) for row in rows]
        for size in (*SIZES, most):
            key = "E3" if (count, size) == (words, most) else "E4"
            said = f"its own alternatives, {count} word{'s' * (count != 1)}, up to {size} of them"
            found.append(_one(key, said, truth, _voted(own, members, size)))
    return found


def _mixed(
    truth: np.ndarray, own: np.ndarray, tidy: Sequence[np.ndarray], most: int, seed: int
) -> Iterable[Experiment]:
    """Votes with alternatives of others: shuffled, and one row's for all."""
    draw = np.random.default_rng(seed)
    n = len(truth)
    shuffled = [_voted(own, [tidy[i] for i in draw.permutation(n)], most).argmax(-1) for _ in range(SHUFFLES)]
    yield _over("E1", "another text's alternatives: two shuffles", truth, shuffled)
    anchors = draw.permutation(n)[:SHUFFLES]
    single = [_voted(own, [tidy[i]] * n, most).argmax(-1) for i in anchors.tolist()]
    yield _over("E1, one row", "the alternatives of one row for every text", truth, single)


def _stack(members: Sequence[Sequence[float]], classes: int) -> np.ndarray:
    return np.array(members, dtype=np.float64).reshape(-1, classes)


def _voted(own: np.ndarray, members: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Mean logits of each text and the first ``size`` of the members it is given, by row."""
    return np.stack([(row + m[:size].sum(0)) / (1 + len(m[:size])) for row, m in zip(own, members, strict=True)])


def _one(key: str, about: str, truth: np.ndarray, logits: np.ndarray) -> Experiment:
    answers = logits.argmax(-1)
    return Experiment(key, about, share(int((answers == truth).sum()), len(truth)), _commonest(answers))


def _over(key: str, about: str, truth: np.ndarray, answers: Sequence[np.ndarray]) -> Experiment:
    shares = [float((one == truth).mean()) for one in answers]
    low, high = np.quantile(shares, (0.025, 0.975))
    mean = float(np.mean(shares))
    told = Estimate(mean, min(mean, float(low)), max(mean, float(high)), len(truth))
    return Experiment(key, about, told, float(np.mean([_commonest(one) for one in answers])), len(answers))


def _commonest(answers: np.ndarray) -> float:
    return float(np.bincount(answers).max() / len(answers))


def add_to(
    table: ResultTable, name: str, found: Sequence[Experiment], command: str, about: dict[str, Any]
) -> ResultTable:
    """The table with these figures in the place of those it had under ``name``."""
    results = []
    for one in found:
        row = f"{name}: {'' if one.key in ('plain', 'E4') else one.key + ', '}{one.about}"
        over = f", mean of {one.shuffles} shuffles and where 95 % of them lie" if one.shuffles else ""
        low, high = round(one.accuracy.low, 6), round(one.accuracy.high, 6)
        value = round(one.accuracy.value, 6)
        results.append(Result(row, ACCURACY, measure=f"accuracy{over}", value=value, command=command,
                              n=one.accuracy.n, low=min(low, value), high=max(high, value), **about))  # fmt: skip
        results.append(Result(row, COMMONEST, measure="share of the commonest answer", value=round(one.commonest, 6),
                              command=command, n=one.accuracy.n, **about))  # fmt: skip
    return replaced(table, name, results)
