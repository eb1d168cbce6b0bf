"""What every model card says of a task: accuracy, limits, the data's licences. Adapters and saved models share it."""

from collections.abc import Mapping
from string import Template
from typing import Any

from core.tasks import Task

_LICENCES = {
    "imdb": "IMDB reviews: Maas et al. 2011, for research.",
    "mnli": "MultiNLI: Williams et al. 2018, mostly OANC's licence; SNLI: Bowman et al. 2015, CC BY-SA 4.0.",
}
_LIMITS = {
    "imdb": "Film reviews in English; the first $pieces pieces are read. Other texts get an answer that means little.",
    "mnli": "Written English; trained on the part of MultiNLI at hand (29,340 of 392,702 pairs) beside SNLI, so it is "
    "well below published models trained on all of it. At most $pieces pieces are read.",
}


def licences_of(task: Task) -> str:
    """The licences of the data that the task's models are trained on, in one line."""
    return _LICENCES.get(task.name, "Data: see its own licence.")


def limits_of(task: Task) -> str:
    """What the task's models cannot do."""
    return Template(_LIMITS.get(task.name, "At most $pieces pieces are read.")).substitute(pieces=task.max_pieces)


def accuracy_text(found: Mapping[str, Any]) -> str:
    """A card's ``accuracy`` in a sentence, with its sample size and interval."""
    if not found:
        return "Not measured."
    return (
        f"{found['value']:.4f} on {found['data']}, n = {found['n']:,}, "
        f"95 % interval {found['low']:.4f} to {found['high']:.4f} (Wilson)."
    )
