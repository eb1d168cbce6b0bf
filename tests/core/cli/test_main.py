"""The frame: quick help, one place for errors, the environment before torch."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from core import __version__
from core.errors import FireBertError
from core.resources import ROOT

COMMANDS = ("classify", "explain", "switch", "defend", "evaluate", "bench", "finetune", "assets")


def python(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


def test_help_lists_the_commands(cli: Callable[..., Any]) -> None:
    ran = cli("--help")
    assert ran.code == 0
    assert all(command in ran.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(cli: Callable[..., Any], command: str) -> None:
    ran = cli(command, "--help")
    assert ran.code == 0
    assert "Usage: python -m core" in ran.out


@pytest.mark.parametrize("arguments", [["--help"], ["finetune", "--help"], ["switch", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    out = python(
        f"import sys; sys.argv = ['core', *{arguments!r}]\n"
        "from core.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = ('torch', 'transformers', 'scipy', 'sklearn', 'pyarrow', 'peft')\n"
        "print('LOADED', [name for name in heavy if name in sys.modules])"
    )
    assert "LOADED []" in out


def test_idle_threads_sleep_before_torch_is_there() -> None:
    out = python(
        "import os, sys; os.environ.pop('OMP_WAIT_POLICY', None); os.environ.pop('TOKENIZERS_PARALLELISM', None)\n"
        "import core.__main__\n"
        "print(os.environ['OMP_WAIT_POLICY'], os.environ['TOKENIZERS_PARALLELISM'], 'torch' in sys.modules)"
    )
    assert out.split() == ["passive", "false", "False"]


def test_an_error_is_one_line_and_code_2(cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise FireBertError("First line.\n  Second line.")

    monkeypatch.setattr("core.cli.options.session", broken)
    ran = cli("classify", "--text", "good")
    assert (ran.code, ran.out, ran.err) == (2, "", "Error: First line. Second line.\n")


def test_a_programming_error_is_not_hidden(cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("core.cli.options.session", broken)
    with pytest.raises(ZeroDivisionError):
        cli("classify", "--text", "good")


def test_an_unknown_option_is_the_users_mistake(cli: Callable[..., Any]) -> None:
    ran = cli("classify", "--txet", "good")
    assert ran.code == 2
    assert "No such option" in ran.err


def test_the_version_is_told(cli: Callable[..., Any]) -> None:
    ran = cli("--version")
    assert (ran.code, ran.out) == (0, f"FireBERT Lab {__version__}\n")
