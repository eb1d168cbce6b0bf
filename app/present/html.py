"""Small pieces of HTML that every panel uses. Texts are escaped here, once; nothing else writes a raw string."""

from collections.abc import Iterable, Sequence
from html import escape

from app.panels import embedded
from app.theme import Look

FLAME = (
    '<svg class="fb-flame" viewBox="0 0 32 32" aria-hidden="true"><path d="M16 2c1 5 8 8 8 16a8 8 0 0 1-16 0c0-4 2-6 '
    '4-9 0 3 1 4 2 5 2-3 3-7 2-12z" fill="#d9652b"/><path d="M16 16c1 3 4 4 4 8a4 4 0 0 1-8 0c0-3 3-4 4-8z" '
    'fill="#f6b24a"/></svg>'
)


def text(value: object) -> str:
    """``value`` as text that can stand anywhere in HTML, quoted attributes included."""
    return escape(str(value), quote=True)


def percent(share: float) -> str:
    """A share as a whole percentage; one decimal near the ends, so that 99.7 is not 100."""
    return f"{share:.1%}" if 0 < share < 0.01 or 0.99 < share < 1 else f"{share:.0%}"


def class_name(label: str, look: Look) -> str:
    """A class by symbol, colour and name."""
    return f'<span class="fb-class fb-{look.key}"><span aria-hidden="true">{look.symbol}</span> {text(label)}</span>'


def notice(message: str) -> str:
    """A message a visitor must not miss, read out by screen readers."""
    return f'<div class="fb-notice" role="alert"><strong>Please check.</strong> {text(message)}</div>'


def copy_link(query: str, panel: str) -> str:
    """Buttons that copy a link to what stands on the page, and a frame with ``panel`` alone; nothing without a link."""
    if not query:
        return ""
    frame = (
        f'<button type="button" class="fb-ghost" data-fb="copy-frame" data-query="?{text(embedded(query, panel))}" '
        'title="An iframe that shows this panel alone, for a slide or a course page">Copy frame</button>'
    )
    return (
        f'<button type="button" class="fb-ghost" data-fb="copy-link" data-query="?{text(query)}">Copy link</button> '
        + frame
    )


def take_away(where: str, file: str, kinds: Sequence[str] = ("svg", "png", "csv")) -> str:
    """Buttons that give the figure or the table within ``where``, a selector, as files (``assets/take_away.js``)."""
    buttons = " ".join(
        f'<button type="button" class="fb-ghost" data-take="{kind}" data-from="{text(where)}" '
        f'data-file="firebert-{file}" aria-label="{kind.upper()} of {text(file)}">{kind.upper()}</button>'
        for kind in kinds
    )
    return f'<span class="fb-take">{buttons}</span>'


def copy_code(code: str) -> str:
    """A button that copies a snippet; nothing where there is none."""
    shown = (
        f'<button type="button" class="fb-ghost" data-fb="copy-code" data-code="{text(code)}">Copy as Python</button>'
    )
    return shown if code else ""


def panel(title: str, lead: str, body: str, extra: str = "") -> str:
    """A titled panel: a plain sentence that says what it shows, then the thing itself."""
    head = f"<header><h2>{text(title)}</h2>{extra}</header>"
    return f'<section class="fb-panel">{head}<p class="fb-lead">{text(lead)}</p>{body}</section>'


def chips(flags: Iterable[str]) -> str:
    """Short remarks in a row."""
    items = "".join(f"<li>{text(flag)}</li>" for flag in flags)
    return f'<ul class="fb-chips" aria-label="Remarks">{items}</ul>' if items else ""


def bar(label: str, look: Look, share: float, value: str) -> str:
    """A labelled bar; the number stands beside it."""
    return (
        f'<div class="fb-bar"><span class="fb-bar-name">{class_name(label, look)}</span><span class="fb-track">'
        f'<span class="fb-fill fb-bg-{look.key}" style="width:{100 * share:.2f}%"></span></span>'
        f'<span class="fb-bar-value">{text(value)}</span></div>'
    )
