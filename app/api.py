"""The endpoints: what the page can do, as plain JSON for programs (gradio_client, curl, MCP).

Each has a name and a docstring; ``Use via API`` at the foot of the page lists them. Settings are given as a mapping
from dotted names to values, on top of a preset: ``{"switch.perturb_words": 5, "five.samples": 16}``.
"""

from typing import Any

import gradio as gr

from app.boundary import guarded
from app.models import Shelf
from core.tasks import Example, get_task


def register(shelf: Shelf) -> None:
    """Declare the endpoints inside the page's context."""

    def classify(task: str, text: str, hypothesis: str = "") -> dict[str, Any]:
        """Classify one text, or a premise (text) and a hypothesis, with the task's plain classifier."""
        classifier = shelf.classifier(task)
        example = Example(text, hypothesis if get_task(task).is_pair else None)
        prediction = classifier.predict([example])[0]
        labels = classifier.task.labels
        return {
            "label": labels[prediction.label],
            "probabilities": dict(zip(labels, prediction.probabilities, strict=True)),
        }

    gr.api(guarded(classify), api_name="classify", concurrency_id="model", concurrency_limit=1)
