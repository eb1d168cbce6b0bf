"""What the person who wrote an example says about it."""

from app.present.html import class_name, text
from app.theme import looks_of
from core.examples import ExampleText
from core.tasks import get_task


def example_note(example: ExampleText, task: str) -> str:
    """Title, the author's label, and what makes the text worth trying."""
    labels = get_task(task).labels
    look = looks_of(labels)[labels.index(example.label)]
    return (
        f'<div class="fb-example"><p><strong>{text(example.title)}</strong> <span class="fb-quiet">meant as</span> '
        f'{class_name(example.label, look)}</p><p class="fb-quiet">{text(example.note)}</p></div>'
    )
