"""``space``: the tree by one command, and the trial that starts it; here with this Python and a small page."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli import space
from core.interop.space import Tree

PAGE = """
import os
import gradio as gr

def double(text: str) -> dict:
    "Twice the text."
    return {"text": 2 * text}

def fail(text: str) -> dict:
    "Never answers."
    raise gr.Error("No.")

with gr.Blocks() as demo:
    gr.api(double, api_name="double")
    if os.path.exists("fails"):
        gr.api(fail, api_name="fail")
assert os.environ["SPACE_ID"] and "FIREBERT_DATA" not in os.environ
demo.launch(quiet=True)
"""


def test_the_tree_is_written(cli: Callable[..., Any], tmp_path: Path) -> None:
    ran = cli("space", "build", "--out", str(tmp_path / "space"))
    assert ran.code == 0
    assert "Python 3.12" in ran.out
    assert (tmp_path / "space" / "app" / "main.py").is_file()
    again = cli("space", "build", "--out", str(tmp_path / "space"))
    assert again.code == 2
    assert "not empty" in again.err


@pytest.mark.parametrize("fails", [False, True])
def test_a_trial_starts_the_tree_and_asks(
    cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    made = {"app.py": PAGE, **({"fails": ""} if fails else {})}
    monkeypatch.setattr("core.interop.space.space_tree", lambda root: Tree(made, {}, {"python_version": "3.12"}))
    ran = cli("space", "try", "--use", sys.executable, "--json")
    assert '"endpoint": "double", "problem": ""' in ran.out
    assert ran.code == (2 if fails else 0), ran.err
    assert ("1 of 2 endpoints failed: fail." in ran.err) is fails


def test_a_python_that_is_not_there_is_told(cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space.shutil, "which", lambda name: None)
    ran = cli("space", "try")
    assert ran.code == 2
    assert "There is no python3.12" in ran.err
