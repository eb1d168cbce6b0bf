"""What the page says, gathered so that it can be translated.

A sentence stands where it is used, in English, within ``say("...")``; what is between braces is filled in, markup stays
as it is. ``assets/strings/page.json`` lists them all by module (``python -m app.say`` writes it). A translation is a
file beside it, such as ``de.json``, from English sentences to its own; ``FIREBERT_LANGUAGE=de`` chooses it, and what it
lacks stays English. Texts of the lesson are files already (:mod:`app.lessons`); what ``core`` says comes from there.
"""

import ast
import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from core.resources import ASSETS
from core.strict_json import object_of, to_json

FOLDER = ASSETS / "strings"
PAGE = FOLDER / "page.json"
ENGLISH = "en"


def say(english: str, /, **values: Any) -> str:
    """The sentence in the page's language, with the values in their places."""
    return catalogue().get(english, english).format(**values) if values else catalogue().get(english, english)


def plural(count: int, noun: str) -> str:
    """``1 word``, ``2 words``, ``1,000 questions``."""
    return f"{count:,} {say(noun if count == 1 else f'{noun}s')}"


@functools.cache
def catalogue() -> Mapping[str, str]:
    """From English to the language that the environment names; empty for English. Raises ConfigError without a file."""
    language = os.environ.get("FIREBERT_LANGUAGE") or ENGLISH
    if language == ENGLISH:
        return {}
    path = FOLDER / f"{Path(language).name}.json"
    if not path.is_file() or path == PAGE:
        raise ConfigError(f"FIREBERT_LANGUAGE={language}: there is no {path.name} in {FOLDER.name}; page.json has the "
                          "sentences to translate.")  # fmt: skip
    return {str(english): str(own) for english, own in object_of(path.read_text(encoding="utf-8")).items()}


def gathered() -> dict[str, list[str]]:
    """The sentences of every module of ``app`` that has some, in order."""
    root = Path(__file__).parent
    found = {path.relative_to(root.parent).as_posix(): list(dict.fromkeys(said(path.read_text(encoding="utf-8"))))
             for path in sorted(root.rglob("*.py"))}  # fmt: skip
    return {name: sentences for name, sentences in found.items() if sentences}


def said(code: str) -> Iterator[str]:
    """The literal first argument of each ``say``, and both forms of each ``plural``'s noun."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and node.args]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        given = call.args[0] if name == "say" else call.args[-1] if name == "plural" else None
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            yield from (given.value,) if name == "say" else (given.value, f"{given.value}s")


if __name__ == "__main__":
    PAGE.write_text(to_json(gathered(), indent=1) + "\n", encoding="utf-8")
