"""A stored table as HTML: a column as bars, all of it with n, who differs from whom, the commands, the files."""

from collections.abc import Mapping, Sequence

from app.present.bars import bars, figure, plainly, said
from app.present.footer import data_uri
from app.present.html import panel, take_away, text
from core.evaluation.flags import FLAGS
from core.evaluation.results import Comparison, Result, ResultTable, rounded
from core.sheets import write_sheet

COLUMNS = ("row", "column", "task", "measure", "value", "low", "high", "n", "model", "defense", "settings", "attack",
           "draws", "seed", "command")  # fmt: skip
LEAD = (
    "Measured before, by the commands below; nothing is computed here. A line on a bar is the 95 % interval: where two "
    "overlap, read the paired comparison, not the bars."
)

BUDGET_LEAD = (
    "The right answers that are left when TextFooler may ask only so many questions of the classifier and change only "
    "so many of a pair's words. Read off one stored run on MNLI; any is as much as that run allowed."
)


def chart(table: ResultTable, column: str, only: str = "", by_value: bool = False) -> str:
    """One column: a bar a row, on a scale from 0; of the rows with ``only`` in their name, highest first if asked."""
    found = [one for one in table.results if one.column == column and only.strip().lower() in plainly(one.row).lower()]
    if by_value:
        found.sort(key=lambda one: -one.value)
    every = [one for one in table.results if one.column == column]
    measured = "; ".join(dict.fromkeys(result.measure for result in every))
    about = f"{plainly(column)}: {plainly(measured)}."
    title = f'<h3 id="benchmark-column">{text(about)}</h3>'
    shown = bars(found, table.digits, True) or f"<p>No row of this column has {text(only)} in its name.</p>"
    return panel(plainly(table.title), LEAD, f"{title}{figure(shown, 'table')}")


def whole(table: ResultTable, file: str) -> str:
    """All figures with interval and n, the paired comparisons, the commands, the files; ``file`` is its JSON."""
    return (
        f'<section class="fb-panel"><h2>All figures of this table</h2>{_figures(table)}{_compared(table)}'
        f"<h3>Measured by</h3>{_commands(table)}{_files(table, file)}</section>"
    )


def _figures(table: ResultTable) -> str:
    rows = dict.fromkeys(result.row for result in table.results)
    columns = dict.fromkeys(result.column for result in table.results)
    cells = {(result.row, result.column): result for result in table.results}
    head = "".join(f'<th scope="col">{text(plainly(name))}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row">{text(plainly(row))}</th>'
        + "".join(_cell(cells.get((row, column)), table.digits) for column in columns)
        + "</tr>"
        for row in rows
    )
    return _scrolled("All figures", f'<thead><tr><th scope="col">row</th>{head}</tr></thead><tbody>{body}</tbody>')


def _cell(found: Result | None, digits: int) -> str:
    if found is None:
        return "<td>not measured</td>"
    value, _, interval = said(found, digits).partition(" ")
    small = f"<small>{interval}</small>" if interval else ""
    return f"<td>{value}{small}<small>n = {found.n:,}</small></td>"


def _compared(table: ResultTable) -> str:
    title = "<h3>Compared on the same rows</h3>"
    if not table.comparisons:
        return f'{title}<p class="fb-quiet">This table holds no paired comparison.</p>'
    names = ("first", "second", "difference", "right only by the first", "only by the second", "n", "p", "measure")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = "".join(_pair(pair, table.digits) for pair in table.comparisons)
    about = '<p class="fb-quiet">McNemar\'s exact test; intervals of 95 %.</p>'
    return title + about + _scrolled("Paired comparisons", f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>")


def _pair(pair: Comparison, digits: int) -> str:
    difference = "" if pair.difference is None else rounded(pair.difference, digits)
    if pair.low is not None and pair.high is not None:
        difference += f" ({rounded(pair.low, digits)} to {rounded(pair.high, digits)})"
    p = f"{pair.p:.2g}" if pair.p >= 0.001 else "< 0.001"
    counts = (f"{pair.only_first:,}", f"{pair.only_second:,}", f"{pair.n:,}")
    cells = (plainly(pair.second), difference, *counts, p, f"{pair.task}, {plainly(pair.measure)}")
    rest = "".join(f"<td>{text(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{text(plainly(pair.first))}</th>{rest}</tr>'


def _scrolled(name: str, table: str) -> str:
    """A table in a box that scrolls by itself, by keys too."""
    return f'<div class="fb-scroll" role="region" aria-label="{name}" tabindex="0"><table>{table}</table></div>'


def _commands(table: ResultTable) -> str:
    listed = [result.command for result in table.results]
    listed += [command for pair in table.comparisons for command in pair.commands]
    lines = [*dict.fromkeys(listed), *(f"{command}  # {name}" for name, command in table.recipes.items())]
    return (
        f'<pre class="fb-commands" role="region" aria-label="Commands" tabindex="0">{text(chr(10).join(lines))}</pre>'
    )


def _files(table: ResultTable, file: str) -> str:
    kinds = (("JSON", "application/json", "json", file), ("CSV", "text/csv", "csv", to_csv(table)))
    links = " ".join(
        f'<a class="fb-ghost" download="firebert-{text(table.name)}.{ending}" '
        f'href="{text(data_uri(kind, content))}">{name}</a>'
        for name, kind, ending, content in kinds
    )
    return f'<div class="fb-actions">{links}</div>'


def to_csv(table: ResultTable) -> str:
    """A line for every figure; an interval that was not measured is empty."""
    return write_sheet(COLUMNS, ([getattr(result, name) for name in COLUMNS] for result in table.results))


def budget_head() -> str:
    """What the two dials ask."""
    return panel("What does an attack need?", BUDGET_LEAD, "")


def budget_said(cells: Mapping[str, Result], questions: str, share: str, digits: int = 3) -> str:
    """What each classifier keeps within a budget, as one sentence; ``any`` is as much as the attack wants."""
    asked = "any number of questions" if questions == "any" else f"at most {text(questions)} questions"
    words = "any share of the words" if share == "any" else f"{text(share)} of the words"
    kept = ", ".join(
        f"{text(name)}{'' if number else ' keeps'} <strong>{text(said(found, digits))}</strong>"
        for number, (name, found) in enumerate(cells.items())
    )
    sizes = dict.fromkeys(f"{found.n:,}" for found in cells.values())
    told = f"With {asked} and {words}: {kept}, n = {' and '.join(sizes)}."
    return f'<p class="fb-reading" role="status">{told} {take_away("#budget-curves", "budget")}</p>'


def flags() -> str:
    """What each flag beside a number means."""
    return f'<dl class="fb-flags">{"".join(map(_flag, FLAGS))}</dl>'


def _flag(key: str) -> str:
    return f"<dt>{text(FLAGS[key].title)}</dt><dd>{text(FLAGS[key].text)}</dd>"


def raised(keys: Sequence[str]) -> str:
    """The flags beside a number, each with what it means one click away; nothing for none."""
    told = "".join(f"<details><summary>{text(FLAGS[key].title)}</summary><p>{text(FLAGS[key].text)}</p></details>"
                   for key in keys)  # fmt: skip
    return f'<div class="fb-raised"><span>Flags:</span>{told}</div>' if told else ""


def choices(tables: Sequence[ResultTable]) -> list[tuple[str, str]]:
    """The menu: title and name."""
    return [(plainly(table.title), table.name) for table in tables]
