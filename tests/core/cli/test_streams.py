"""Any console and any bytes: a plain text never ends in a trace because of the letters around it."""

import os
import subprocess
import sys

import pytest

from core.cli.streams import whole_text
from core.resources import ROOT

SHOW = """
from core.cli.streams import settle
settle()
from core.cli.output import emit, note, show, table
show(table("Votes → shares", ["label", "[spam]"], [("[/good]", "█" * 3), ("caf\\u00e9", "[b]x[/b]")]))
emit({"text": "caf\\u00e9 → \\udce9", "share": float("nan")})
note("done → [/all]")
"""


def run(*command: str | bytes, stdin: bytes = b"", **environment: str) -> "subprocess.CompletedProcess[bytes]":
    env = {**os.environ, "COLUMNS": "80", "PYTHONUTF8": "0", **environment}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=env, input=stdin, capture_output=True, check=False)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii", "latin-1"])
def test_every_console_gets_the_table_and_the_line(encoding: str) -> None:
    done = run("-c", SHOW, PYTHONIOENCODING=encoding)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    out = done.stdout.decode(encoding)
    arrow, bar = ("→", "█") if encoding == "utf-8" else ("->", "#")
    for expected in (f"Votes {arrow} shares", "[spam]", "[/good]", bar * 3, "[b]x[/b]", '"share": null'):
        assert expected in out
    assert ("caf\u00e9" in out) == (encoding != "ascii")
    assert (done.stderr.decode(encoding).strip(), "\\udce9" in out) == (f"done {arrow} [/all]", True)


def test_bytes_on_stdin_that_are_no_text() -> None:
    code = "import sys; from core.cli.streams import settle; settle(); print(ascii(sys.stdin.read()))"
    done = run("-c", code, stdin=b"caf\xe9 film, caf\xc3\xa9", PYTHONIOENCODING="utf-8")
    assert done.stdout.decode().strip() == ascii("caf\ufffd film, caf\u00e9")


@pytest.mark.slow
def test_a_text_in_a_windows_console() -> None:
    """The bar is ours; a byte of the text is none of the shell's encoding."""
    command = ("-m", "core", "classify", "--device", "cpu", "--text", b"a good caf\xe9 film")
    done = run(*command, PYTHONIOENCODING="cp1252")
    assert (done.returncode, b"#####" in done.stdout) == (0, True), done.stderr


def test_one_module_knows_how_to_show() -> None:
    """So that there is one place where a text could be taken for markup."""
    modules = (ROOT / "core" / "cli").glob("*.py")
    assert [path.name for path in modules if "rich.console" in path.read_text(encoding="utf-8")] == ["output.py"]


@pytest.mark.parametrize(
    ("given", "whole"), [(None, None), ("café", "café"), ("caf\udce9 x", "caf\ufffd x"), ("\ud83d", "\ufffd")]
)
def test_half_a_character_is_one_sign(given: str | None, whole: str | None) -> None:
    assert whole_text(given) == whole
