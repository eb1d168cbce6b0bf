"""The other chair as HTML: how a defence would have fared, against what the visitor expected."""

from app.other_chair import Chair, command, within
from app.present.bars import bars, said
from app.present.html import panel, text
from app.present.words_said import plural
from core.tasks import about, get_task

LEAD = (
    "Now you defend. Choose what an answer may cost and whom you send; say how many of 100 texts will still be right "
    "when the attackers have been. Then stored attacks answer."
)


def heading() -> str:
    """Title and lead."""
    return panel("The other chair", LEAD, "")


def cost(rows: int) -> str:
    """What a budget buys, in words."""
    return f"at most {plural(rows, 'row')} an answer"


def nothing(task: str) -> str:
    """Nobody has attacked the defences of that task and stored it."""
    many = about(get_task(task)).many
    return (
        f'<p class="fb-quiet" role="status">No attack ladder is stored for {text(many)} yet, so there is nothing to '
        f"answer with. This stores one: <code>{text(command(task))}</code></p>"
    )


def told(task: str, chair: Chair, guess: int, rows: int) -> str:
    """The stored steps, how near the guess was, and who would have held more for the same cost."""
    last = chair.last
    right = 100 * last.value
    near = abs(guess - right)
    low, high = 100 * (last.low or last.value), 100 * (last.high or last.value)
    inside = "within its interval" if low <= guess <= high else f"{near:.0f} off"
    fell = f"Half of its right answers were gone after: {text(chair.half)}." if chair.half else "It kept half of them."
    best = max(within(task, rows), key=lambda one: one.last.value)
    better = ""
    if best.title != chair.title and best.last.row == last.row:
        better = f" For the same cost {text(best.title)} keeps {text(said(best.last))}."
    n = chair.steps[0].n
    return (
        f'<p role="status"><strong>You said {guess} of 100; {right:.0f} it is, {inside}.</strong> {fell}{better}</p>'
        f'<div class="fb-measures">{bars(chair.steps)}</div><p class="fb-quiet">{text(chair.title)}, {task.upper()}, '
        f"n = {n} texts, {plural(chair.rows, 'row')} an answer; lines are 95 % intervals. An attacker comes after the "
        "one above; defences with two lines have met TextFooler alone.</p>"
    )


def unaffordable() -> str:
    """No such defence for that cost."""
    return '<p class="fb-quiet">Choose a defence that the cost allows.</p>'
