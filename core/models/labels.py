"""Which of a checkpoint's outputs is which label of a task: by name, never by place."""

from core.errors import ModelError
from core.tasks import Task


def label_order(id2label: dict[int, str], task: Task) -> list[int]:
    """For each label of the task, its index in the checkpoint. Raises ModelError when names do not match."""
    found = {str(name).strip().lower(): int(i) for i, name in id2label.items()}
    if set(found) == set(task.labels):
        return [found[label] for label in task.labels]
    short = {name[:3]: i for name, i in found.items()}
    if len(short) == len(task.labels) and all(label[:3] in short for label in task.labels):
        return [short[label[:3]] for label in task.labels]
    raise ModelError(
        f"The checkpoint's labels are {list(id2label.values())}, task '{task.name}' has {list(task.labels)}. "
        "Set id2label in the checkpoint's config.json to the task's label names, in the checkpoint's order."
    )
