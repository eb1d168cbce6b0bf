"""Which of a checkpoint's outputs is which label of a task: by name, never by place."""

from collections.abc import Mapping

from core.errors import ModelError
from core.labels import match_label
from core.tasks import Task


def label_order(id2label: Mapping[int, str], task: Task, names: Mapping[str, str] | None = None) -> list[int]:
    """For each label of the task, its index in the checkpoint.

    Whole names count, whatever their letter case; ``names`` maps a checkpoint's own names onto the task's, as
    LABEL_0 and LABEL_1 need. Raises ModelError when a label is missing, doubled or left over.
    """
    found = {match_label(str(name), task.labels, names or {}): int(i) for i, name in id2label.items()}
    if len(id2label) == len(task.labels) and set(found) == set(range(len(task.labels))):
        return [found[place] for place in range(len(task.labels))]
    theirs = [str(name) for name in id2label.values()]
    pairs = ",".join(f"{name}={label}" for name, label in zip(theirs, task.labels, strict=False))
    way = (
        f"Say which is which: --labels {pairs}, each name with the label it stands for."
        if len(theirs) == len(task.labels)
        else "Give a model for this task, or the task of this model."
    )
    raise ModelError(f"The checkpoint's labels are {theirs}, task '{task.name}' has {list(task.labels)}. {way}")
