"""Which column holds what, and what a cell says as a text."""

import pytest

from core.columns import Columns, cell_text, find_columns, whole_text
from core.errors import DataFileError
from core.tables import Record, Table
from core.tasks import IMDB, MNLI, Task


def found(task: Task, *columns: str) -> Columns:
    return find_columns(Table("a.csv", columns, iter(())), task)


@pytest.mark.parametrize(
    ("task", "columns", "wanted"),
    [
        (IMDB, ("label", "text"), Columns("text", None, "label")),
        (IMDB, (" TEXT", "Label "), Columns(" TEXT", None, "Label ")),
        (IMDB, ("id", "Review", "gold_label", "label"), Columns("Review", None, "label")),
        (IMDB, ("sentence", "polarity"), Columns("sentence", None, "polarity")),
        (IMDB, ("text", "stars"), Columns("text", None, None)),
        (MNLI, ("hypothesis", "premise", "label"), Columns("premise", "hypothesis", "label")),
        (MNLI, ("Sentence1", "Sentence2", "gold_label"), Columns("Sentence1", "Sentence2", "gold_label")),
        (MNLI, ("text", "text2"), Columns("text", "text2", None)),
    ],
)
def test_columns_are_found_by_name(task: Task, columns: tuple[str, ...], wanted: Columns) -> None:
    assert found(task, *columns) == wanted
    assert found(task, *columns).is_plain is (wanted.label in (None, "label", "Label "))


@pytest.mark.parametrize(
    ("task", "columns", "said"),
    [
        (IMDB, ("words",), "no column for its texts: looked for review, text, .*; found 'words'"),
        (MNLI, ("premise", "label"), "no column for its second texts: looked for hypothesis, .*; found 'premise'"),
        (IMDB, ("text", "Text"), "two columns 'text'"),
        (IMDB, ("text", "text2"), "a second text in its column 'text2'"),
    ],
)
def test_what_is_missing_or_meant_twice_is_refused(task: Task, columns: tuple[str, ...], said: str) -> None:
    with pytest.raises(DataFileError, match=said):
        found(task, *columns)


def test_a_cell_is_a_text_or_refused() -> None:
    cells = {"text": "a", "none": None, "bytes": "é".encode(), "latin": b"\xe9", "number": 5, "nan": float("nan")}
    record = Record("a.parquet, row 2", cells)
    assert [cell_text(record, name) for name in ("text", "none", "bytes")] == ["a", "", "é"]
    for name in ("latin", "number", "nan", "missing"):
        with pytest.raises(DataFileError, match=r"a\.parquet, row 2"):
            cell_text(record, name)


def test_half_a_surrogate_pair_is_replaced_and_a_whole_one_joined() -> None:
    assert whole_text("a\ud83d!") == "a\ufffd!"
    assert whole_text("\ud83d\ude00 \udce9") == "\U0001f600 \ufffd"
    assert whole_text("plain é 日") == "plain é 日"
