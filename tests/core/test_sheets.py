"""CSV sheets: what another program wrote is read as it meant it, what we write opens in Excel as it is."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DataFileError
from core.sheets import read_sheet, write_sheet

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


def rows_of(content: str, quoted: bool = True) -> list[tuple[int, list[str]]]:
    return list(read_sheet(io.StringIO(content, newline=""), "a.csv", quoted))


USUAL = [["text", "label"], ["Fine; really", "1"], ["Bad", "0"]]


@pytest.mark.parametrize(
    "content",
    [
        "text,label\nFine; really,1\nBad,0\n",
        'text;label\n"Fine; really";1\nBad;0\n',
        "text\tlabel\nFine; really\t1\nBad\t0",
        'sep=;\r\ntext;label\r\n"Fine; really";1\r\nBad;0\r\n',
        '"sep=,"\ntext,label\nFine; really,1\nBad,0\n',
        "sep=\t\ntext\tlabel\nFine; really\t1\nBad\t0\n",
        "\n \n,,\ntext,label\n\nFine; really,1\n , \nBad,0\n\n",
        "text,label\rFine; really,1\rBad,0",
    ],
    ids=["commas", "semicolons", "tabs", "sep=;", "quoted sep", "sep=tab", "blank lines", "CR"],
)
def test_programs_write_the_same_sheet_in_many_ways(content: str) -> None:
    assert [cells for _, cells in rows_of(content)] == USUAL


def test_a_row_knows_the_line_it_begins_on() -> None:
    content = '\nsep=,\n\ntext,label\n"two\nlines",1\n\nend,0\n'
    assert [line for line, _ in rows_of(content)] == [4, 5, 8]


def test_without_quoting_a_quote_is_a_character() -> None:
    content = 'text\tlabel\n"Quite" a film\t1\n"No end\t0\nIt said "no\t1\n'
    found = [cells[0] for _, cells in rows_of(content, quoted=False)[1:]]
    assert found == ['"Quite" a film', '"No end', 'It said "no']


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('text,label\nfine,1\n"No end,0\nbad,0\nbad,0\n', "line 3 is not CSV"),
        ('text,label\nfine,1\n"A "great" film",0\n', "line 3 is not CSV"),
        ('text,label\n"two\nlines",1\n"No end,0\n', "line 4 is not CSV"),
        ("label,text\n1,Slow, but good\n", "line 2 has 3 cells, the header has 2. .* comma"),
        ("label,text\n1,Fine\n\n0,Slow\n0,Slow,\n", "line 5 has 3 cells, the header has 2"),
    ],
)
def test_what_would_lose_a_cell_is_an_error_that_names_the_line(content: str, said: str) -> None:
    with pytest.raises(DataFileError, match=rf"a\.csv, {said}"):
        rows_of(content)


def test_a_tab_too_many_is_told_apart_from_a_comma() -> None:
    with pytest.raises(DataFileError, match=r"line 2 has 3 cells, the header has 2\. .* tab"):
        rows_of("text\tlabel\na\tb\t1\n", quoted=False)


@given(st.lists(st.tuples(CELL, CELL).filter(lambda row: any(cell.strip() for cell in row)), max_size=5))
def test_any_text_is_written_and_read_back(rows: list[tuple[str, str]]) -> None:
    written = write_sheet(["text", "note"], rows)
    assert written.startswith("\ufeff")
    found = [cells for _, cells in rows_of(written[1:])]
    assert [[cell.removeprefix("'") for cell in cells] for cells in found] == [
        ["text", "note"],
        *([cell.removeprefix("'") for cell in row] for row in rows),
    ]


@pytest.mark.parametrize("cell", ["=1+2", "+1", "-1 good", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    (_, (found, number)) = csv.reader(io.StringIO(write_sheet(["a", "b"], [(cell, -0.5)])[1:], newline=""))
    assert (found, number) == (f"'{cell}", "-0.5")
