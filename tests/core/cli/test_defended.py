"""Commands know a defence by its declaration alone: one that is registered can be chosen, set and asked."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.defenses.registry import DEFENSES
from tests.core.defenses.test_registry import TOY


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DEFENSES, "toy", TOY)


def test_a_new_defence_can_be_chosen(toy: None, cli: Callable[..., Any], tiny_folder: Path, toy_words: Any) -> None:
    shown = cli("defend", "--defense", "toy", "--settings")
    assert "toy.jitter" in shown.out
    assert "seed" not in shown.out, "it has an option of its own"
    ran = cli(
        "defend", "-d", "toy", "-m", tiny_folder, "--set", "jitter=2.5", "--seed", 4, "--text", "A film.", "--json"
    )
    record = json.loads(ran.out)
    assert record["toy"] == {"jitter": 2.5, "seed": 4}
    assert (record["defense"], len(record["members"])) == ("toy", 4)


def test_an_unknown_defence_is_told_of_all_there_are(toy: None, cli: Callable[..., Any]) -> None:
    ran = cli("defend", "--defense", "armour", "--text", "A film.")
    assert (ran.code, ran.out) == (2, "")
    assert "Unknown defence 'armour'. Known: five, fuse, plain, toy." in ran.err


@pytest.mark.parametrize("command", ["evaluate", "attack", "premade", "finetune", "fact"])
def test_where_a_split_is_chosen_the_paper_s_dev_set_is_named(command: str, cli: Callable[..., Any]) -> None:
    help_text = " ".join(cli(command, "--help").out.replace("│", " ").split())
    assert "mnli's test is MultiNLI dev_matched (the paper's dev set)" in help_text
