"""The transfer matrix: texts made against one classifier, read by another; the stronger a shade, the more fool."""

from collections.abc import Mapping, Sequence

from app.present.bars import said
from app.present.html import panel, text
from core.evaluation.results import Result

LEAD = (
    "Whoever attacks seldom has the very classifier at hand. A row holds the texts that fooled the one it names, a "
    "column who reads them: of the texts whose originals the reader answers rightly, the share that fools it. A strong "
    "column is a reader who is fooled by what was made for others, a strong row texts that work everywhere."
)
MADE, READ = "made against ", "fool "
ANY = "all"


def head() -> str:
    """What the panel shows."""
    return panel("Do texts that fool one fool another?", LEAD, "")


def named(cells: Sequence[Result]) -> tuple[list[str], list[str]]:
    """Whom texts were made against, and who reads them, in the order stored."""
    rows = dict.fromkeys(cell.row.removeprefix(MADE) for cell in cells)
    return list(rows), list(dict.fromkeys(cell.column.removeprefix(READ) for cell in cells))


def matrix(cells: Sequence[Result], against: str = ANY, by: str = ANY) -> str:
    """The matrix, or the part of it of one row or one column."""
    known = {(cell.row.removeprefix(MADE), cell.column.removeprefix(READ)): cell for cell in cells}
    rows, columns = ([one for one in names if wanted in (ANY, one)] for names, wanted in
                     zip(named(cells), (against, by), strict=True))  # fmt: skip
    heads = "".join(f'<th scope="col">{text(name)}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row">{text(row)}</th>{"".join(_cell(known, row, column) for column in columns)}</tr>'
        for row in rows
    )
    table = f'<thead><tr><th scope="col">made against</th>{heads}</tr></thead><tbody>{body}</tbody>'
    return (
        '<div class="fb-scroll fb-matrix" role="region" aria-label="Transfer matrix" tabindex="0">'
        f"<table>{table}</table></div>"
    )


def sentence(cells: Sequence[Result], against: str = ANY, by: str = ANY) -> str:
    """Which pair of two different classifiers shares most texts, among those shown."""
    shown = [
        cell for cell in cells
        if against in (ANY, cell.row.removeprefix(MADE)) and by in (ANY, cell.column.removeprefix(READ))
    ]  # fmt: skip
    most = max((cell for cell in shown if cell.value < 1.0), key=lambda cell: cell.value, default=None)
    if most is None:
        return '<p class="fb-reading" role="status">Only texts that were made for their reader are shown.</p>'
    return (
        f'<p class="fb-reading" role="status">Most shared: texts made against {text(most.row.removeprefix(MADE))} fool '
        f"{text(most.column.removeprefix(READ))} in <strong>{text(said(most))}</strong>, n = {most.n:,}.</p>"
    )


def _cell(known: Mapping[tuple[str, str], Result], row: str, column: str) -> str:
    found = known.get((row, column))
    if found is None:
        return "<td>not measured</td>"
    value, _, interval = said(found).partition(" ")
    shade = f"--share:{found.value:.3f}"
    return f'<td style="{shade}">{value}<small>{interval}</small><small>n = {found.n:,}</small></td>'
