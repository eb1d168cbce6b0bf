"""The command line, called in this process: exit code, stdout and stderr of ``python -m core ...``."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from core.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs a command: ``cli("classify", "--text", "good", stdin=None)``."""

    def run(*arguments: object, stdin: str | None = None) -> Ran:
        monkeypatch.setattr("sys.argv", ["core", *map(str, arguments)])
        source = io.StringIO(stdin or "")
        monkeypatch.setattr(source, "isatty", lambda: stdin is None)
        monkeypatch.setattr("sys.stdin", source)
        monkeypatch.setenv("COLUMNS", "200")
        code: Any = 0
        try:
            main()
        except SystemExit as left:
            code = left.code or 0
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run


@pytest.fixture
def toy_words(monkeypatch: pytest.MonkeyPatch, toy_lexicon: Any) -> Any:
    """The toy lexicon in place of the one that ships."""
    monkeypatch.setattr("core.cli.defended.load_lexicon", lambda _encoder, device="cpu": toy_lexicon)
    return toy_lexicon
