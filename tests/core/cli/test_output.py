"""How results reach the reader: nothing is read as markup, numbers line up, and every line is JSON."""

import json
import math

import pytest
from rich.progress import Progress

from core.cli.output import Bar, emit, note, progress, settings_table, show, table
from core.defenses.five import FiveConfig
from core.settings import list_settings


def shown(capsys: pytest.CaptureFixture[str], *renderables: object) -> str:
    show(*renderables)
    out, err = capsys.readouterr()
    assert err == ""
    return str(out)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def test_a_text_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "[bold]x[/bold] [/none] :smile: [link=file:///x]y[/link]"
    out = shown(capsys, hostile, table(hostile, [hostile], [(hostile,)]))
    assert out.count(hostile) == 4


def test_numbers_are_right_and_with_four_places(capsys: pytest.CaptureFixture[str]) -> None:
    made = table("Title", ["word", "score", "mixed"], [("good", 0.5, 1), ("a", 12.25, "none")])
    assert [column.justify for column in made.columns] == ["left", "right", "left"]
    lines = shown(capsys, made).splitlines()
    assert lines[2].split() == ["good", "0.5000", "1"]
    assert lines[3].split() == ["a", "12.2500", "none"]
    assert lines[2].index("0.5000") + 6 == lines[3].index("12.2500") + 7


def test_a_line_of_json_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    emit({"text": "a\nb", "share": math.nan, "words": ("x", "é")})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"text": "a\nb", "share": None, "words": ["x", "é"]}


def test_settings_are_shown_as_they_may_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, settings_table("Five", list_settings(FiveConfig(sigma_relative=0.123456789))))
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in out.splitlines()[2:]}
    assert rows["sigma_relative"] == "0.123457 number"
    assert rows["noise"].startswith("gaussian gaussian | mask")
    assert rows["stop_words"] == f"{str(FiveConfig().stop_words).lower()} true | false"


def test_notes_and_bars_stay_off_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("attacking [x]", 3) as bar:
        bar.at(1, "one")
        note("a [note] " + "x" * 200, bar)
    note("another")
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "a [note] " + "x" * 200 + "\nanother\n", "no bar where stderr is no terminal, and no line is folded"


def test_a_bar_learns_its_total() -> None:
    bars = Progress(disable=True)
    task = bars.add_task("x", total=None, note="")
    bar = Bar(bars, task)
    bar.at(2, "two")
    assert (bars.tasks[0].completed, bars.tasks[0].total, bars.tasks[0].fields["note"]) == (2, None, "two")
    bar.at(3, total=4)
    assert (bars.tasks[0].completed, bars.tasks[0].total, bars.tasks[0].fields["note"]) == (3, 4, "")
