"""What an attack on a group of rows comes to, a line a row, and what is said beside it: who attacked whom, and how.

Used by :mod:`core.evaluation.attack_run` (a file, in the order of the rows) and :mod:`core.evaluation.attack_jobs` (the
work log). A line is a function of the group and of what was prepared.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from core.attacks.attack import Attack
from core.attacks.driver import attack_many
from core.attacks.events import AttackFinished, AttackStarted
from core.datasets import Row
from core.defenses.described import described
from core.models.classifier import Classifier, is_randomised
from core.tasks import Task

Record = dict[str, Any]
Prepared = tuple[Attack, Classifier, Classifier | None]
"""An attack, the classifier, and what the attacker looks at instead (None: the classifier)."""
EDITION = 2
"""Raised whenever the same settings and seed come to give other results, so that no run goes on with another's file.

2: FIVE's normals are 16-bit quantiles of one Philox stream, ``bench2021`` compares with the previous text.
"""


def provenance(attack: Attack, searched: Classifier, deployed: Classifier, together: int) -> Record:
    """What every record carries: attack, preset, overrides, word sources, seed, classifier and defence, grouping."""
    config, lexicon = attack.config, attack.lexicon
    made_by: Record = {
        "edition": EDITION,
        "method": config.method,
        "preset": config.preset,
        "overrides": dict(config.overrides),
        "seed": config.seed,
        "encoder": lexicon.encoder.name,
        "tagger": lexicon.tagger.name,
        "neighbors": lexicon.neighbors.name,
        "classifier": deployed.name,
        **described(deployed),
        "task": deployed.task.name,
        "together": together,
    }
    if is_randomised(deployed):
        made_by["verdict_draws"] = config.verdict_draws
    if searched is not deployed:
        made_by["searched"] = searched.name
    return made_by


def attack_lines(prepared: Prepared, rows: Sequence[Row]) -> Iterator[Record]:
    """The lines of rows that are attacked together, in order, each as soon as all before it are there."""
    attack, classifier, searched = prepared
    ready: dict[int, Record] = {}
    started: dict[int, AttackStarted] = {}
    at = 0
    for place, event in attack_many(attack, classifier, rows, len(rows), searched):
        if isinstance(event, AttackStarted):
            started[place] = event
        elif isinstance(event, AttackFinished):
            ready[place] = result_line(rows[place], event, started.get(place), classifier.task)
        while at in ready:
            yield ready.pop(at)
            at += 1


def result_line(row: Row, end: AttackFinished, start: AttackStarted | None, task: Task) -> Record:
    """The line of one row. Probabilities have six digits; ``adversarial`` is the last text, whatever the status."""
    fields = asdict(end)
    adversarial = fields.pop("text")
    for name in ("probability", "probability_before"):
        fields[name] = round(fields[name], 6)
    return {
        **row_of(row, task),
        "adversarial": adversarial,
        **fields,
        "changed": len(end.swaps),
        "calibration": start.calibration if start else "",
        "note": start.note if start else "",
    }


def as_record(index: int, line: Record, made_by: Record) -> Record:
    """A line as it stands in a file of results: with its place in the run, and what made it."""
    return {"i": index, **line, "made_by": made_by}


def row_of(row: Row, task: Task) -> Record:
    """What tells a row from another: both texts of a pair and the label. The hash is for files without the texts."""
    text = getattr(row.example, task.perturb) or ""
    other = row.example.text_b if task.perturb == "text_a" else row.example.text_a
    beside = {} if other is None else {"other_text": other}
    return {"text_sha": text_sha(text), "given": row.label, **beside, "text": text}


def text_sha(text: str) -> str:
    """The first 16 hexadecimal digits of the text's sha256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
