"""An analysis as records: one JSON-ready mapping, or a table with a row for every voter."""

from typing import Any

import numpy as np

from core.analysis.request import to_flat
from core.analysis.stages import Analysis
from core.defenses.ballot import Ballot, Member
from core.defenses.registry import composed_name
from core.models.classifier import softmax
from core.perturbation.switch import ENDINGS
from core.sheets import write_sheet

COLUMNS = ("classifier", "voter", "text", "swaps", "similarity", "label", "weight")


def to_record(analysis: Analysis) -> dict[str, Any]:
    """Everything an analysis holds, with the settings, the model and the sources that made it.

    ``plain`` is the model's own answer, ``fuse`` and ``five`` those of the defences around it.
    """
    labels, request = analysis.sources.labels, analysis.request
    return {
        "task": request.task,
        "model": request.model,
        "text": request.example.text_a,
        "hypothesis": request.example.text_b,
        "seed": request.seed,
        "settings": to_flat(request.settings),
        "sources": {
            "classifier": analysis.sources.classifier,
            "neighbors": analysis.sources.neighbors,
            "encoder": analysis.sources.encoder,
            "tagger": analysis.sources.tagger,
        },
        "flags": list(analysis.flags),
        "plain": _answer(labels, analysis.plain.logits, analysis.plain.label),
        "importance": _importance(analysis),
        "switch": _drawing(analysis),
        "fuse": _ballot(labels, analysis.fuse),
        "five": _ballot(labels, analysis.five),
    }


def to_csv(analysis: Analysis) -> str:
    """A row for every voter of every classifier: its text, swaps, similarity, label and a probability a class.

    Classifiers are named by composition: ``plain``, ``fuse``, or ``imdb-fact``, ``fuse:imdb-fact``.
    """
    labels = analysis.sources.labels
    plain, text, model = analysis.plain, analysis.request.text, analysis.request.model
    members = [("plain", Member("original", text, (), None, plain.logits, plain.label, 1.0))]
    for name, ballot in (("fuse", analysis.fuse), ("five", analysis.five)):
        members += [(name, member) for member in (ballot.members if ballot else ())]
    rows = []
    for defense, member in members:
        swaps = "; ".join(f"{swap.word.text} -> {swap.replacement}" for swap in member.swaps)
        similarity = None if member.similarity is None else round(member.similarity, 4)
        probabilities = [f"{p:.6f}" for p in _probabilities(member.logits)]
        name, label = composed_name(defense, model), labels[member.label]
        rows.append([name, member.kind, member.text, swaps, similarity, label, member.weight, *probabilities])
    return write_sheet([*COLUMNS, *(f"p_{label}" for label in labels)], rows)


def _importance(analysis: Analysis) -> list[dict[str, Any]]:
    found = analysis.importances
    if found is None:
        return []
    return [
        {
            "word": found.words[i].text,
            "start": found.words[i].start,
            "end": found.words[i].end,
            "score": found.scores[i],
        }
        for i in found.order
    ]


def _drawing(analysis: Analysis) -> dict[str, Any] | None:
    """How the drawing of alternatives went; the alternatives themselves are FuSE's members."""
    found = analysis.switch
    if found is None:
        return None
    kept = len(found.alternatives)
    return {"alternatives": kept, "refused": len(found.refused), "ended": found.ended, "why": ENDINGS[found.ended]}


def _answer(labels: tuple[str, ...], logits: tuple[float, ...], label: int) -> dict[str, Any]:
    return {"label": labels[label], "probabilities": dict(zip(labels, _probabilities(logits), strict=True))}


def _ballot(labels: tuple[str, ...], ballot: Ballot | None) -> dict[str, Any] | None:
    if ballot is None:
        return None
    return {
        **_answer(labels, ballot.prediction.logits, ballot.prediction.label),
        "words": [word.text for word in ballot.words],
        "rule": ballot.rule,
        "votes": dict(zip(labels, ballot.votes(len(labels)), strict=True)),
        "counted": labels[ballot.counted],
        "alone": ballot.alone,
        "members": [
            {
                "kind": member.kind,
                **({"text": member.text} if member.kind == "alternative" else {}),
                "swaps": [
                    {"start": s.word.start, "from": s.word.text, "to": s.replacement, "cosine": s.cosine}
                    for s in member.swaps
                ],
                "similarity": member.similarity,
                "weight": member.weight,
                **_answer(labels, member.logits, member.label),
            }
            for member in ballot.members
        ],
    }


def _probabilities(logits: tuple[float, ...]) -> list[float]:
    return softmax(np.asarray(logits)).tolist()
