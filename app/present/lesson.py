"""A card of the lesson as HTML: where one stands, the deed, the way on; the figure; the list of cards."""

from app.lessons import Card, cards
from app.present.bars import bars
from app.present.html import panel, take_away, text
from core.evaluation.results import read_tables

LEAD = (
    "Each card takes a minute or two. It sets up a part of this page and waits for one deed of yours; the part to use "
    "is outlined. Start anywhere."
)


def link_to(card: Card, formulas: bool = False) -> str:
    """The address of a card, from the page's own."""
    return f"?{card.query}{'&depth=formulas' if formulas else ''}"


def head(card: Card, formulas: bool) -> str:
    """Title, deed and the way on; the script reads the rest from its attributes."""
    every = cards()
    place = every.index(card) + 1
    steps = "".join(_step(other, n, formulas, other is card) for n, other in enumerate(every, 1))
    onward = ("?tab=learn", "The end: back to all cards")
    if place < len(every):
        onward = (link_to(every[place], formulas), f"Next: {every[place].title}")
    reads = f'data-lesson="{card.name}" data-target="{text(card.target)}" data-done="{text(card.done)}"'
    return (
        f'<section class="fl-card" aria-label="Lesson" {reads}>'
        f'<nav aria-label="Cards of the lesson"><ol class="fl-steps">{steps}</ol>'
        f'<a class="fl-leave" href="?tab=learn">All cards</a></nav><h2>{place}. {text(card.title)}</h2>'
        '<p class="fl-deed"><span class="fl-tick" aria-hidden="true">○</span> <strong>To do:</strong> '
        f'{text(card.deed)}<span class="fl-said" role="status"></span></p>'
        f'<p class="fl-on"><a class="fb-ghost fl-next" href="{text(onward[0])}">{text(onward[1])}</a></p></section>'
    )


def _step(card: Card, number: int, formulas: bool, current: bool) -> str:
    mark = ' aria-current="step"' if current else ""
    return (
        f'<li><a href="{text(link_to(card, formulas))}" data-card="{card.name}"{mark} title="{text(card.title)}">'
        f'<span class="fb-hidden">Card </span>{number}</a></li>'
    )


def figure(card: Card) -> str:
    """Bars of a column of stored results, each with its 95 % interval and n; empty for a card without one."""
    name, column = card.figure
    if not name:
        return ""
    found = [result for result in read_tables()[name].results if result.column == column]
    about = f"{found[0].task.upper()}, the models that ship, n = {found[0].n:,}; lines are 95 % intervals"
    title = column.partition(", n = ")[0]
    return (
        f'<figure class="fl-figure" id="lesson-bars"><figcaption><strong>Right answers, {text(title)}</strong> '
        f'<span class="fb-quiet">{text(about)}</span></figcaption>{bars(found)}</figure>'
        f"{take_away('#lesson-bars', 'lesson')}"
    )


def contents() -> str:
    """All cards, with a link and a place for the tick."""
    items = "".join(
        f'<li><a href="{text(link_to(card))}" data-card="{card.name}"><strong>{n}. {text(card.title)}</strong></a>'
        f'<span class="fb-quiet">{text(card.deed)}</span> <a class="fl-deep" href="{text(link_to(card, True))}" '
        f'aria-label="Card {n} with formulas">with formulas</a></li>'
        for n, card in enumerate(cards(), 1)
    )
    start = f'<p><a class="fb-ghost fl-next" href="{text(link_to(cards()[0]))}">Start the lesson</a></p>'
    return panel("How a classifier is fooled, in ten minutes", LEAD, f'{start}<ol class="fl-list">{items}</ol>')
