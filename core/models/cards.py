"""What every model card says of a task: accuracy, limits, the data's licences. Adapters and saved models share it."""

from collections.abc import Mapping
from string import Template
from typing import Any

from core.tasks import Task, about


def licences_of(task: Task) -> str:
    """The licences of the data that the task's models are trained on, in one line."""
    return about(task).licences


def limits_of(task: Task) -> str:
    """What the task's models cannot do."""
    return Template(about(task).limits).substitute(pieces=task.max_pieces)


def accuracy_text(found: Mapping[str, Any]) -> str:
    """A card's ``accuracy`` in a sentence, with its sample size and interval."""
    if not found:
        return "Not measured."
    return (
        f"{found['value']:.4f} on {found['data']}, n = {found['n']:,}, "
        f"95 % interval {found['low']:.4f} to {found['high']:.4f} (Wilson)."
    )
