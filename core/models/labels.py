"""Which of a checkpoint's outputs is which label of a task: by name, never by place."""

import unicodedata
from collections.abc import Mapping

from core.errors import ModelError
from core.tasks import Task


def label_order(id2label: Mapping[int, str], task: Task, names: Mapping[str, str] | None = None) -> list[int]:
    """For each label of the task, its index in the checkpoint.

    Whole names count, whatever their letter case; ``names`` maps a checkpoint's own names onto the task's, as
    LABEL_0 and LABEL_1 need. Raises ModelError when a label is missing, doubled or left over.
    """
    mapped = {_key(theirs): ours for theirs, ours in (names or {}).items()}
    found = {_key(mapped.get(_key(str(name)), str(name))): int(i) for i, name in id2label.items()}
    wanted = [_key(label) for label in task.labels]
    if len(id2label) == len(wanted) and set(found) == set(wanted):
        return [found[label] for label in wanted]
    theirs = [str(name) for name in id2label.values()]
    pairs = ",".join(f"{name}={label}" for name, label in zip(theirs, task.labels, strict=False))
    way = (
        f"Say which is which: --labels {pairs}, each name with the label it stands for."
        if len(theirs) == len(task.labels)
        else "Give a model for this task, or the task of this model."
    )
    raise ModelError(f"The checkpoint's labels are {theirs}, task '{task.name}' has {list(task.labels)}. {way}")


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).casefold()
