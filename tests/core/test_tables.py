"""Files of every kind as records: columns, places, and an error that says where for what is damaged."""

import io
from pathlib import Path

import pytest

from core.errors import DataFileError
from core.tables import Record, is_readable, open_table

CELLS = [{"text": "Fine", "label": "1"}, {"text": "Bad", "label": "0"}]


def parquet() -> bytes:
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(CELLS), out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "places"),
    [
        ("a.csv", b"text, label\nFine,1\nBad,0\n", ("line 2", "line 3")),
        ("a.CSV", b"\xef\xbb\xbf\n\ntext;label\nFine;1\nBad;0\n", ("line 4", "line 5")),
        ("a.tsv", b"text\tlabel\r\nFine\t1\r\nBad\t0\r\n", ("line 2", "line 3")),
        ("a.jsonl", b'\n{"text":"Fine","label":"1"}\n\n{"text":"Bad","label":"0"}', ("line 2", "line 4")),
        ("a.json", b'{"text":"Fine","label":"1"}\n{"text":"Bad","label":"0"}', ("line 1", "line 2")),
        ("a.json", b'\n [{"text":"Fine",\n"label":"1"},{"text":"Bad","label":"0"}]', ("row 1", "row 2")),
        ("a.parquet", parquet(), ("row 1", "row 2")),
    ],
)
def test_every_kind_gives_the_same_records(tmp_path: Path, name: str, content: bytes, places: tuple[str, str]) -> None:
    wanted = [Record(f"{name}, {place}", cells) for place, cells in zip(places, CELLS, strict=True)]
    table = open_table(content, name)
    assert (table.name, table.columns, list(table.records)) == (name, ("text", "label"), wanted)
    (tmp_path / name).write_bytes(content)
    assert list(open_table(tmp_path / name).records) == wanted
    assert is_readable(tmp_path / name)


def test_only_a_parquet_says_how_many_rows_it_has() -> None:
    assert (open_table(parquet(), "a.parquet").total, open_table(b"text\na\n", "a.csv").total) == (2, None)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b'[{"text": "a"},\n\n{"text": }]', r"a\.json, line 3 is not JSON"),
        ("a.jsonl", b'{"text": ' + b"[" * 100_000, "line 1 cannot be read as JSON"),
        ("a.jsonl", b'{"text": "a"}\n{"text": ' + b"9" * 5000 + b"}", "line 2 cannot be read as JSON"),
        ("a.json", b"[]", "holds no rows"),
        ("a.jsonl", b"\n\n", "holds no rows"),
        ("a.jsonl", b'{"text": "a"}\n{"text": "caf\xe9"}\n', "line 2 is not text in UTF-8"),
        ("a.csv", b"%PDF-1.7", "looks like a PDF"),
        ("a.csv", b"\x1f\x8b\x08", "looks like a compressed file"),
        ("a.parquet", b"", "is not a parquet file"),
        ("a.txt", b"text\na\n", r"Cannot read a\.txt: expected one of"),
        ("a", b"text\na\n", "Cannot read a: expected one of"),
    ],
)
def test_what_is_damaged_is_named(name: str, content: bytes, said: str) -> None:
    with pytest.raises(DataFileError, match=said):
        list(open_table(content, name).records)


def test_a_record_says_which_cell_it_lacks() -> None:
    record = Record("a.csv, line 3", {"text": "a"})
    assert record.cell("text") == "a"
    with pytest.raises(DataFileError, match=r"a\.csv, line 3 has no cell for the column 'label'; found 'text'"):
        record.cell("label")
