"""``record``: an attack kept event by event, on one classifier or several, of an example or a text of one's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.attacks.recording import read_recording
from core.examples import load_examples

Cli = Callable[..., Any]


@pytest.fixture
def record(cli: Cli, toy_lexicon: Any, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs ``record`` on the tiny model with toy words; returns what was said and the recording's path."""
    monkeypatch.setattr("core.language.lexicon.load_lexicon", lambda encoder: toy_lexicon)
    out = tmp_path / "new" / "attack.jsonl"

    def run(*arguments: object) -> tuple[Any, Path]:
        common = ("--model", tiny_folder, "--device", "cpu", "--preset", "ungated", "--max-queries", 15)
        return cli("record", "--out", out, *common, *arguments), out

    return run


def test_one_text_against_two(record: Cli) -> None:
    ran, out = record(
        "--text", "A good film with a great story.", "--against", "plain, five", "--title", "T", "--seed", 3
    )
    recording = read_recording(out.read_text(encoding="utf-8"))
    lined = recording.lined_up
    assert (lined.title, lined.classifiers, lined.preset, lined.seed) == ("T", ("Plain", "FIVE"), "ungated", 3)
    assert lined.text == "A good film with a great story."
    ends = [recording.outcome(lane) for lane in (0, 1)]
    assert all(end is not None and end.queries <= 15 for end in ends)
    said = ran.out.splitlines()
    assert [line.partition(":")[0] for line in said[:2]] == ["Plain", "FIVE"]
    assert f"{len(recording.steps)} events in " in " ".join(said)


def test_another_model_is_called_by_its_name(record: Cli, tiny_folder: Path) -> None:
    _, out = record("--text", "A film.", "--against", f"plain, {tiny_folder}:five, {tiny_folder}:plain")
    titles = read_recording(out.read_text(encoding="utf-8")).lined_up.classifiers
    assert titles == ("Plain", f"FIVE({tiny_folder.name})", tiny_folder.name)


def test_an_example_by_its_title(record: Cli, tiny_folder: Path) -> None:
    example = load_examples("imdb")[0]
    _, out = record("--example", example.title)
    lined = read_recording(out.read_text(encoding="utf-8")).lined_up
    assert (lined.title, lined.text) == (example.title, example.text_a)
    first = out.read_bytes()
    assert record("--example", example.title)[1].read_bytes() == first, "the same again"


def test_a_title_of_ones_own_for_an_example(record: Cli) -> None:
    _, out = record("--example", load_examples("imdb")[0].title, "--title", "Mine", "--note", "Look here.")
    lined = read_recording(out.read_text(encoding="utf-8")).lined_up
    assert (lined.title, lined.note) == ("Mine", "Look here.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--text", "A film.", "--against", " , "), "Give --against at least one of plain, fuse, five."),
        (("--text", "A film.", "--against", "plain,plain"), "names a classifier twice"),
        (("--text", "A film.", "--against", "armour"), "Unknown defence 'armour'"),
        (("--example", "No such title"), "Unknown example 'No such title'"),
        (("--example", "Three generations", "--text", "A film."), "Give --example or a text of your own, not both."),
    ],
)
def test_what_cannot_be_recorded(record: Cli, arguments: tuple[str, ...], said: str) -> None:
    ran, out = record(*arguments)
    assert ran.code == 2
    assert said in " ".join(ran.err.split())
    assert not out.exists()


def test_the_examples_are_those_of_the_task_that_is_meant(
    record: Cli, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model's folder may stand for its task; examples go by the task's name."""
    from core.cli import options
    from core.tasks import IMDB

    monkeypatch.setattr(options, "find_task", lambda given: IMDB)
    ran, out = record("--task", tiny_folder, "--example", load_examples("imdb")[0].title)
    assert ran.code == 0, ran.err
    assert read_recording(out.read_text(encoding="utf-8")).lined_up.task == "imdb"
