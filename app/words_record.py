"""What a play shows, as records for a program or a file. Pure."""

from typing import Any

from app.words_seen import Seen
from core.analysis.words import Judged, swapped
from core.models.classifier import Prediction
from core.perturbation.constraints import Refusal
from core.tasks import get_task


def play_record(found: Seen) -> dict[str, Any]:
    """The text as it was and is, the swaps with what the rules say, everybody's answers, who was fooled."""
    play = found.play
    labels, judged = get_task(play.task).labels, found.judged or ()
    return {
        "task": play.task, "text": play.example.text_a, "hypothesis": play.example.text_b, "rules": play.rules,
        "seed": play.seed, "now_reads": swapped(play.text, play.swaps).text,
        "swaps": [judged_record(one, index) for one, (index, _) in zip(judged, play.swaps, strict=False)],
        "before": {name: answer_record(labels, answer) for name, answer in found.before.items()},
        "now": {name: answer_record(labels, answer) for name, answer in found.now.items()},
        "fooled": list(found.fooled), "questions": len(play.tried),
        "textfooler": None if found.par is None else {
            "status": found.par.status, "questions": found.par.queries,
            "swaps": [{"number": index, "from": old, "to": new} for index, old, new in found.par.swaps],
        },
    }  # fmt: skip


def judged_record(one: Judged, index: int) -> dict[str, Any]:
    """A swap and what the rules say of it."""
    return {"number": index, "from": one.word.text, "to": one.replacement, "cosine": one.cosine,
            "refused": why(one.refusal)}  # fmt: skip


def why(refusal: Refusal | None) -> str | None:
    """The reason of a refusal, if it is one."""
    return refusal.reason if refusal else None


def answer_record(labels: tuple[str, ...], answer: Prediction) -> dict[str, Any]:
    """A label and a probability for each class."""
    return {"label": labels[answer.label], "probabilities": dict(zip(labels, answer.probabilities, strict=True))}
