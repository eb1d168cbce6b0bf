"""The other chair as HTML: how a defence would have fared, against what the visitor expected."""

from app.other_chair import Chair, command, within
from app.present.bars import bars, figure, said
from app.present.html import panel, text
from app.say import plural, say
from core.tasks import about, get_task

LEAD = say(
    "Now you defend. Choose what an answer may cost and whom you send; say how many of 100 texts will still be right "
    "when the attackers have been. Then stored attacks answer."
)


def heading() -> str:
    """Title and lead."""
    return panel(say("The other chair"), LEAD, "")


def cost(rows: int) -> str:
    """What a budget buys, in words."""
    return say("at most {rows} an answer", rows=plural(rows, "row"))


def nothing(task: str) -> str:
    """Nobody has attacked the defences of that task and stored it."""
    many = about(get_task(task)).many
    told = say("No attack ladder is stored for {many} yet, so there is nothing to answer with. This stores one:",
               many=text(many))  # fmt: skip
    return f'<p class="fb-quiet" role="status">{told} <code>{text(command(task))}</code></p>'


def told(task: str, chair: Chair, guess: int, rows: int) -> str:
    """The stored steps, how near the guess was, and who would have held more for the same cost."""
    last = chair.last
    right = 100 * last.value
    near = abs(guess - right)
    low, high = 100 * (last.low or last.value), 100 * (last.high or last.value)
    inside = say("within its interval") if low <= guess <= high else say("{n} off", n=f"{near:.0f}")
    fell = say("It kept half of them.")
    if chair.half:
        fell = say("Half of its right answers were gone after: {attacker}.", attacker=text(chair.half))
    best = max(within(task, rows), key=lambda one: one.last.value)
    better = ""
    if best.title != chair.title and best.last.row == last.row:
        kept = said(best.last)
        better = say(" For the same cost {who} keeps {kept}.", who=text(best.title), kept=text(kept))
    n = chair.steps[0].n
    judged = say("You said {guess} of 100; {right} it is, {inside}.", guess=guess, right=f"{right:.0f}", inside=inside)
    about = say(
        "{who}, {task}, n = {n} texts, {rows} an answer; lines are 95 % intervals. An attacker comes after the one "
        "above; defences with two lines have met TextFooler alone.",
        who=text(chair.title), task=task.upper(), n=n, rows=plural(chair.rows, "row"),
    )  # fmt: skip
    return (
        f'<p role="status"><strong>{judged}</strong> {fell}{better}</p>'
        f'{figure(bars(chair.steps), "other-chair")}<p class="fb-quiet">{about}</p>'
    )


def unaffordable() -> str:
    """No such defence for that cost."""
    return f'<p class="fb-quiet">{say("Choose a defence that the cost allows.")}</p>'
