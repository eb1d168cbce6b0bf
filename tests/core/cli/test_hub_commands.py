"""``python -m core hub``: save a defended model, look at it, use it through every ``--model``, push it."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from core.defenses.hub import from_pretrained
from core.defenses.record import read_record
from core.tasks import Example

TEXT = "A good film, but the story is boring and the actors are bad."
GATE = ("--set", "gate=off", "--set", "total_alternatives=5", "--set", "stop_words=false")


@pytest.fixture
def saved(cli: Any, toy_words: Any, tiny_folder: Path, tmp_path: Path) -> Path:
    done = cli("hub", "save", "--model", tiny_folder, "--seed", 5, *GATE, "--out", tmp_path / "saved")
    assert done.code == 0, done.err
    assert f"python -m core hub show {tmp_path / 'saved'}" in done.out
    return tmp_path / "saved"


def test_show_gives_the_command_that_uses_the_defence(cli: Any, saved: Path, toy_words: Any) -> None:
    done = cli("hub", "show", saved)
    assert done.code == 0
    shown = dict(line.split(": ", 1) for line in done.out.splitlines())
    assert shown["defence"] == "fuse"
    assert shown["switch.gate"] == "off"
    assert shown["fuse.seed"] == "5"
    assert shown["encoder"] == "toy encoder"
    command = shlex.split(shown["use the defence"])
    assert command[:4] == ["python", "-m", "core", "defend"]
    said = json.loads(cli(*command[3:], "--text", TEXT, "--json").out)
    (expected,) = from_pretrained(saved, lexicon=toy_words).predict([Example(TEXT)])
    assert list(said["logits"].values()) == pytest.approx(list(expected.logits))
    assert (said["seed"], said["switch"]["total_alternatives"]) == (5, 5)
    plain = json.loads(cli(*shlex.split(shown["use the plain core"])[3:], "--text", TEXT, "--json").out)
    assert plain["logits"] != said["logits"]


def test_classify_says_that_the_folder_holds_more(cli: Any, saved: Path, tiny_folder: Path) -> None:
    done = cli("classify", "--model", saved, "--text", TEXT, "--json")
    before = cli("classify", "--model", tiny_folder, "--text", TEXT, "--json")
    assert json.loads(done.out)["logits"] == json.loads(before.out)["logits"]
    assert f"This is the plain core; {saved} also holds fuse" in " ".join(done.err.split())
    assert "plain core" not in before.err


def test_a_plain_model_and_the_settings_of_a_defence(cli: Any, tiny_folder: Path, tmp_path: Path) -> None:
    assert cli("hub", "save", "--model", tiny_folder, "--defense", "plain", "--out", tmp_path / "p").code == 0
    assert read_record(tmp_path / "p").kind == "plain"
    assert "use the defence" not in cli("hub", "show", tmp_path / "p").out
    shown = cli("hub", "save", "--defense", "five", "--settings", "--out", tmp_path / "none").out
    assert "five.samples" in shown
    assert not (tmp_path / "none").exists()


def test_a_folder_that_holds_something_else(cli: Any, saved: Path, tiny_folder: Path, toy_words: Any) -> None:
    (saved / "notes.txt").write_text("mine")
    again = ("hub", "save", "--model", tiny_folder, "--defense", "five", "--out", saved)
    done = cli(*again)
    assert done.code == 2
    assert "holds notes.txt" in done.err
    assert "--overwrite" in done.err
    assert cli(*again, "--overwrite").code == 0
    assert read_record(saved).kind == "five"


def test_push_says_what_to_do(cli: Any, saved: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    done = cli("hub", "push", saved, "--repo", "me/it", "--private")
    assert (done.code, "HF_HUB_OFFLINE is set" in done.err) == (2, True)
    sent = []
    monkeypatch.setattr("core.defenses.hub.push_to_hub", lambda *given: sent.append(given) or "https://hub/me/it")
    assert cli("hub", "push", saved, "--repo", "me/it", "--private").out == "https://hub/me/it\n"
    assert sent == [(saved, "me/it", True)]
    assert "has no defense.json" in cli("hub", "show", tmp_path).err
