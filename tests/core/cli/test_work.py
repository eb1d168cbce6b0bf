"""What commands of long work share: the rows they take, and the command as it is kept beside its figures."""

import json
import sys
from pathlib import Path

import pytest

from core.cli import options as opt
from core.cli.work import TableRows, labelled_rows, typed_command
from core.errors import DataFileError

TEXTS = ("good", "a bad film", "good", "a long and boring film")


def test_rows_are_distinct_short_enough_and_drawn_by_their_seed(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"text": t, "label": 0}) + "\n" for t in TEXTS), encoding="utf-8")
    session = opt.session("imdb", opt.ModelOptions(), opt.MachineOptions())
    rows, source = labelled_rows(session, TableRows(data=file, max_words=3))
    assert [row.example.text_a for row in rows] == ["good", "a bad film"]
    assert (source["file"], source["max_words"]) == ("rows.jsonl", 3)
    (one,), source = labelled_rows(session, TableRows(data=file, n=1, rows_seed=4))
    assert (one in labelled_rows(session, TableRows(data=file))[0], source["rows_seed"]) == (True, 4)
    with pytest.raises(DataFileError, match="at most -1 words"):
        labelled_rows(session, TableRows(data=file, max_words=-1))


def test_the_command_without_what_decides_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    given = ["core", "ladder", "--task", "mnli", "--log", "x", "--workers=2", "--json", "--n", "9", "--results", "a b"]
    monkeypatch.setattr(sys, "argv", given)
    assert typed_command() == "python -m core ladder --task mnli --n 9"
