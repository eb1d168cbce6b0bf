"""What the page says is gathered: the list is the code's, what is done says nothing of its own, a translation."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import say as saying
from app.say import PAGE, catalogue, gathered, plural, said, say
from core.errors import ConfigError

ROOT = Path(__file__).parents[2]
DONE = (
    "app/levels.py", "app/present/chair.py", "app/present/compare.py", "app/present/dials.py", "app/present/level.py",
    "app/present/meaning.py", "app/present/words_around.py", "app/present/words_board.py", "app/present/words_said.py",
    "app/tabs/chair.py", "app/tabs/compare.py", "app/tabs/dials.py", "app/tabs/levels.py", "app/tabs/meaning.py",
    "app/tabs/words.py", "app/tabs/words_form.py",
)  # fmt: skip
"""Words, Levels and the dials of an attack. The other tabs are to follow; a module that is done stays so."""
UNSEEN = {"elem_id", "elem_classes", "api_name", "show_progress", "api_visibility", "trigger_mode", "size", "by", "key"}
"""Arguments that nobody reads on the page."""
_TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>?""")
_ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')
_SHOWN = re.compile(r'(?:title|aria-label|alt|placeholder|data-label)="([^"]*)"')


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A translation of two sentences."""
    own = {"Levels": "Stufen", "{n} off": "um {n} daneben", "words": "Wörter"}
    (tmp_path / "de.json").write_text(json.dumps(own), encoding="utf-8")
    monkeypatch.setattr(saying, "FOLDER", tmp_path)
    monkeypatch.setenv("FIREBERT_LANGUAGE", "de")
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


def test_the_list_is_what_the_code_says() -> None:
    assert json.loads(PAGE.read_text(encoding="utf-8")) == gathered(), "run: python -m app.say"


def test_a_sentence_is_said_in_the_language_that_is_chosen(german: None) -> None:
    assert say("Levels") == "Stufen"
    assert say("{n} off", n=3) == "um 3 daneben"
    assert say("Not translated, {n}", n=1) == "Not translated, 1"
    assert (plural(1, "word"), plural(1200, "word")) == ("1 word", "1,200 Wörter")


def test_a_language_without_a_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.cache_clear()
    for language in ("xx", "page", "../levels/levels"):
        monkeypatch.setenv("FIREBERT_LANGUAGE", language)
        with pytest.raises(ConfigError, match="sentences to translate"):
            say("Levels")
    monkeypatch.delenv("FIREBERT_LANGUAGE")
    catalogue.cache_clear()
    assert say("Levels {n}") == "Levels {n}", "without values nothing is filled in"


def test_gathering_finds_first_arguments_and_both_forms_of_a_noun() -> None:
    assert list(said('x = say("A {b}", b=say("C"))\nplural(n, "word")\nsay(name)')) == ["A {b}", "C", "word", "words"]


@pytest.mark.parametrize("name", DONE)
def test_a_part_that_is_done_says_nothing_of_its_own(name: str) -> None:
    found = list(loose(ast.parse((ROOT / name).read_text(encoding="utf-8"))))
    assert not found, found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('x = "Two words"', ["Two words"]),
        ('x = f"<p class=\\"Fine name\\">{n} left</p>"', ["left"]),
        ("x = f'<i title=\"Seen {n}\">{n}</i>'", ["Seen"]),
        ('gr.Button("Go")', ["Go"]),
        ('gr.Button(say("Go"), elem_id="Not Seen")', []),
        ('"""A docstring."""\nx = "#a-b .selector"\ny: "Some Type" = z["key"]', []),
    ],
)
def test_what_is_loose_is_found(code: str, found: list[str]) -> None:
    assert list(loose(ast.parse(code))) == found


def loose(tree: ast.AST) -> Iterator[str]:
    """Literals with words that a visitor would read, outside ``say`` and ``plural``."""
    for node, literal in literals(tree):
        shown = [*_SHOWN.findall(literal), _ATTRIBUTE.sub(" ", _TAG.sub(" ", literal))]
        for piece in shown:
            words = re.sub(r"&\w+;|\0", " ", piece).strip(" ,.:;()%·+=÷*/\n")
            reads = re.search(r"[A-Za-z]{2,}", words)
            plain = re.fullmatch(r"[#.]?[a-z0-9_\-#.:/*\[\]=,>@]*", words)
            plain = plain and (isinstance(node, ast.Constant) or "-" in words)
            named = words in ("JSON", "CSV") or words.startswith(("python -m core", "mountWords("))
            if reads and not named and not plain and not words.startswith(("#", ".")):
                yield words


def literals(node: ast.AST, parent: ast.AST | None = None) -> Iterator[tuple[ast.AST, str]]:
    """Every literal below, an f-string as one with holes; docstrings, annotations and what is unseen are left out."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "plural"):
        for value in (*node.args[1:], *(one.value for one in node.keywords)) if node.func.id == "say" else ():
            yield from literals(value, node)
        return
    if isinstance(node, ast.keyword) and node.arg in UNSEEN:
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.JoinedStr):
        yield node, "".join(str(one.value) if isinstance(one, ast.Constant) else "\0" for one in node.values)
        for one in node.values:
            if isinstance(one, ast.FormattedValue):
                yield from literals(one.value, node)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node, node.value
        return
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns"):
            children: list[Any] = value if isinstance(value, list) else [value]
            for child in children:
                if isinstance(child, ast.AST):
                    yield from literals(child, node)
