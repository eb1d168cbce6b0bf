"""The lesson: cards, each a text in two reading depths, a link that sets the live panel up, and one deed. Pure values.

A card is a file ``assets/lessons/<number>-<name>.md``: lines ``name: value``, an empty line, the plain text, and under
``## In formulas`` the same for who has met vectors and derivatives.

``?lesson=neighbours`` beside a tab's own link shows the card above the tab; ``depth=formulas`` opens its second text.
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from core.errors import DataFileError
from core.examples import load_examples
from core.resources import ASSETS

FOLDER = ASSETS / "lessons"
FORMULAS = "## In formulas"
DEEDS = ("appears", "used", "played")
"""What ends a card: something appears, a part of the page was used, the recording stands at its end."""
_NAMES = frozenset(("title", "tab", "task", "example", "params", "deed", "target", "done", "figure"))


@dataclass(frozen=True)
class Card:
    """``query`` opens its panel. ``target`` is what the page marks, ``done`` how it sees the deed (:data:`DEEDS`).

    ``figure`` names a table of results and one of its columns; both empty for a card without one.
    """

    name: str
    title: str
    query: str
    deed: str
    target: str
    done: str
    plain: str
    formulas: str
    figure: tuple[str, str] = ("", "")


@functools.cache
def cards() -> tuple[Card, ...]:
    """The lesson's cards in their order. Raises DataFileError for a file that is no card."""
    return tuple(read_card(path) for path in sorted(FOLDER.glob("[0-9]*.md")))


def teachers_page() -> str:
    """Lesson plan, questions with answers, what cannot be shown; Markdown."""
    return (FOLDER / "teacher.md").read_text(encoding="utf-8")


def read_card(path: Path) -> Card:
    """A card from its file. Raises DataFileError with what is wrong."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    given = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in head.splitlines())}
    plain, _, formulas = (part.strip() for part in body.partition(FORMULAS))
    missing = {"title", "tab", "deed", "target", "done"} - set(given)
    if missing or not (plain and formulas) or set(given) - _NAMES:
        raise DataFileError(
            f"{path.name} is no card: missing {sorted(missing)}, unknown {sorted(set(given) - _NAMES)}."
        )
    if given["done"].split(" ")[0] not in DEEDS:
        raise DataFileError(f"{path.name}: a deed is one of {', '.join(DEEDS)}, was given {given['done']!r}.")
    name = path.stem.partition("-")[2]
    table, _, column = given.get("figure", "").partition("|")
    return Card(name, given["title"], urlencode({**_panel(given, path.name), "lesson": name}), given["deed"],
                given["target"], given["done"], plain, formulas, (table.strip(), column.strip()))  # fmt: skip


def _panel(given: dict[str, str], where: str) -> dict[str, str]:
    """The parameters of the tab's own link."""
    shown = {"tab": given["tab"]}
    if title := given.get("example"):
        task = given.get("task", "imdb")
        found = next((example for example in load_examples(task) if example.title == title), None)
        if found is None:
            raise DataFileError(f"{where}: there is no example called {title!r} for {task}.")
        shown |= {"task": task, "text": found.text_a}
        if found.text_b:
            shown["hypothesis"] = found.text_b
    return shown | dict(parse_qsl(given.get("params", "")))


def card_of(name: str) -> Card | None:
    """The card that a link names, if there is one."""
    return next((card for card in cards() if card.name == name), None)
