"""What was typed wrong is said before any data is looked for, in every command that reads data.

A person without the data folder hears of the typing error, not of the folder.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli import options
from core.tasks import IMDB

CASES = [
    ("evaluate --defense bert", "Unknown defence 'bert'"),
    ("evaluate --defense five --preset mine", "Unknown defence preset 'mine'"),
    ("evaluate --defense five --set samples=-1", "samples must be"),
    ("evaluate --defense fuse --encoder bert", "Unknown sentence encoder 'bert'"),
    ("evaluate --draws 2", "A majority needs an odd number of draws"),
    ("evaluate --draws 3", "so --draws must be 1"),
    ("attack --n 3 --preset mine", "Unknown attack preset 'mine'"),
    ("attack --n 3 --method guess", "method must be one of"),
    ("attack --n 3 --defense bert", "Unknown defence 'bert'"),
    ("attack --n 3 --defense five --defense-preset mine", "Unknown defence preset 'mine'"),
    ("attack --n 3 --defense five --defense-set samples=-1", "samples must be"),
    ("attack --n 3 --average 2", "--average is for a defence that draws"),
    ("attack --n 3 --encoder bert", "Unknown sentence encoder 'bert'"),
    ("attack --n 3 --label lukewarm", "unknown label 'lukewarm'"),
    ("premade --n 3 --out x.jsonl --preset mine", "Unknown attack preset 'mine'"),
    ("premade --n 3 --out x.jsonl --encoder bert", "Unknown sentence encoder 'bert'"),
    ("bench attack --preset mine", "Unknown attack preset 'mine'"),
    ("bench attack --encoder bert", "Unknown sentence encoder 'bert'"),
    ("bench defenses --encoder bert", "Unknown sentence encoder 'bert'"),
    ("bench fact --task imdb --set perturb_words=-1", "perturb_words"),
    ("bench fact --task imdb --encoder bert", "Unknown sentence encoder 'bert'"),
    ("finetune --task imdb --epochs 0", "epochs"),
    ("finetune --task imdb --log paper", "Unknown tracker 'paper'"),
    ("fact --task imdb --preset mine", "'mine'"),
    ("fact --task imdb --set perturb_words=-1", "perturb_words"),
    ("fact --task imdb --encoder bert", "Unknown sentence encoder 'bert'"),
    ("fact --task imdb --log paper", "Unknown tracker 'paper'"),
    ("tune --task imdb --preset mine", "Unknown attack preset 'mine'"),
    ("tune --task imdb --encoder bert", "Unknown sentence encoder 'bert'"),
    ("tune --task imdb --try samples=0", "samples must be a whole number between 2 and 16"),
]


@pytest.fixture
def no_data(monkeypatch: pytest.MonkeyPatch, tiny_factory: Callable[..., Any], tmp_path: Path) -> None:
    """Any look for data fails the test; the model is a tiny one."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("looked for data before the settings were checked")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("core.datasets.load_split", refuse)
    # Named by hand, and first, so that it is loaded with the real function and holds that again when the test is over.
    monkeypatch.setattr("core.cli.inputs.read_rows", refuse)
    monkeypatch.setattr("core.datasets.read_rows", refuse)
    monkeypatch.setattr(options.Session, "classifier", lambda self: tiny_factory(IMDB))


@pytest.mark.parametrize(("command", "message"), CASES, ids=[command for command, _ in CASES])
def test_settings_are_checked_before_data(cli: Callable[..., Any], no_data: None, command: str, message: str) -> None:
    ran = cli(*command.split())
    assert ran.code == 2, ran.out + ran.err
    assert message in ran.err


def test_the_data_is_looked_for_once_they_are_right(cli: Callable[..., Any], no_data: None) -> None:
    with pytest.raises(pytest.fail.Exception, match="looked for data"):
        cli("tune", "--task", "imdb", "--try", "samples=3")


def test_a_file_that_is_there_is_told_before_the_model_is_loaded(
    cli: Callable[..., Any], no_data: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(options.Session, "classifier", lambda self: pytest.fail("loaded the model first"))
    (tmp_path / "rows.jsonl").write_text("{}\n", encoding="utf-8")
    ran = cli("attack", "--n", "3", "--out", "rows.jsonl")
    assert ran.code == 2, ran.out + ran.err
    assert "rows.jsonl is there already. Give --resume" in ran.err
