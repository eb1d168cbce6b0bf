"""Labelled files of any kind and size; errors name the row."""

import csv
import io
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.datasets import CORPORA, Row, data_folder, load_split, read_rows, task_of_file
from core.errors import DataFileError, MissingResourceError
from core.tasks import IMDB, MNLI, Example

ROWS = [Row(Example('Good, "very" good\nfilm'), 1), Row(Example("Bad"), 0), Row(Example("<br />né"), None)]


def write(path: Path, rows: list[Row]) -> Path:
    """The same rows as csv, tsv, jsonl or parquet."""
    records = [{"text": row.example.text_a, "label": row.label} for row in rows]
    if path.suffix == ".parquet":
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(record) + "\n" for record in records) + "\n", encoding="utf-8")
    else:
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, ["text", "label"], delimiter="\t" if path.suffix == ".tsv" else ",")
        writer.writeheader()
        writer.writerows(records)
        path.write_text(out.getvalue(), encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_every_format_says_the_same(tmp_path: Path, suffix: str) -> None:
    assert list(read_rows(write(tmp_path / f"rows{suffix}", ROWS), IMDB)) == ROWS


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_any_text_comes_back_whole(tmp_path: Path, suffix: str, text: str) -> None:
    (row,) = read_rows(write(tmp_path / f"any{suffix}", [Row(Example(text), 1)]), IMDB)
    assert row.example.text_a == text


def test_a_spreadsheets_byte_order_mark_is_no_part_of_the_column(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("\ufefftext,label\nfine,positive\n".encode())
    assert list(read_rows(path, IMDB)) == [Row(Example("fine"), 1)]


@pytest.mark.parametrize("columns", [("premise", "hypothesis"), ("text", "text2"), ("sentence1", "sentence2")])
def test_pairs_by_their_usual_names(tmp_path: Path, columns: tuple[str, str]) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(f"{columns[0]},{columns[1]},label\nA,B,Contradiction\nC,D,0\n")
    assert list(read_rows(path, MNLI)) == [Row(Example("A", "B"), 2), Row(Example("C", "D"), 0)]


def test_files_are_read_in_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_text('{"text": "fine", "label": 1}\n' * 1000 + "this line is broken\n")
    assert len(list(itertools.islice(read_rows(path, IMDB), 1000))) == 1000
    with pytest.raises(DataFileError, match=r"long\.jsonl, line 1001 is not JSON"):
        list(read_rows(path, IMDB))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"words,label\nx,1\n", "row 1: no column text or .*; found words, label"),
        ("a.csv", b"text,label\nx,1\ny,2\n", "row 2: unknown label '2'; task 'imdb' knows negative, positive"),
        ("a.csv", b"text,label\n", "holds no rows"),
        ("a.csv", b"text\n" + "\u00e9".encode("latin-1") + b"\n", "not UTF-8 text near row 1"),
        ("a.jsonl", b"[1]\n", "line 1: expected a JSON object"),
        ("a.parquet", b"PAR0", "is not a parquet file"),
        ("a.docx", b"", "Cannot read a.docx: expected one of .csv, .tsv, .jsonl, .parquet"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataFileError, match=message):
        list(read_rows(tmp_path / name, IMDB))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"No file .*nowhere\.csv"):
        list(read_rows(tmp_path / "nowhere.csv", IMDB))


def test_splits_drop_duplicates_and_rows_seen_in_training(tmp_path: Path) -> None:
    (tmp_path / "imdb").mkdir()
    train = [Row(Example("one"), 1), Row(Example("two"), 0), Row(Example("one"), 1)]
    test = [Row(Example("two"), 0), Row(Example("three"), 1), Row(Example("three"), 1), Row(Example("four"), None)]
    write(tmp_path / "imdb" / "train.parquet", train)
    write(tmp_path / "imdb" / "test.parquet", test)
    assert load_split(IMDB, "train", tmp_path) == train[:2]
    assert load_split(IMDB, "test", tmp_path) == [Row(Example("three"), 1)]
    with pytest.raises(DataFileError, match="has no split 'dev'"):
        load_split(IMDB, "dev", tmp_path)


def test_no_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FIREBERT_DATA", raising=False)
    with pytest.raises(MissingResourceError, match="Set FIREBERT_DATA to a folder"):
        data_folder()
    monkeypatch.setenv("FIREBERT_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    with pytest.raises(MissingResourceError, match="nowhere"):
        data_folder(tmp_path / "nowhere")


@pytest.mark.data
@pytest.mark.parametrize("key", sorted(CORPORA))
def test_the_real_files_have_the_columns(data_folder: Path, key: tuple[str, str]) -> None:
    from core.tasks import get_task

    task = get_task(key[0])
    for name in CORPORA[key].files:
        rows = list(itertools.islice(read_rows(data_folder / name, task), 200))
        assert {row.label for row in rows} <= set(range(len(task.labels)))
        assert all((row.example.text_b is not None) == task.is_pair for row in rows)


@pytest.mark.parametrize(
    ("name", "content", "labels", "perturb", "texts"),
    [
        ("Moods.csv", "text,label\na,glad\nb,Calm \nc,glad\n", ("calm", "glad"), "text_a", ("text",)),
        ("stars.csv", "text,label\na,10\nb,2\nc,1\n", ("1", "2", "10"), "text_a", ("text",)),
        ("p.csv", "text,text2,label\na,b,yes\nc,d,no\n", ("no", "yes"), "text_b", ("text", "text2")),
        ("imdb.csv", "text,label\na,up\nb,down\n", ("down", "up"), "text_a", ("text",)),
    ],
)
def test_a_task_is_read_off_a_file(
    tmp_path: Path, name: str, content: str, labels: tuple[str, ...], perturb: str, texts: tuple[str, ...]
) -> None:
    (tmp_path / name).write_text(content)
    task = task_of_file(tmp_path / name)
    assert (task.labels, task.perturb, task.text_names) == (labels, perturb, texts)
    assert task.name not in ("imdb", "mnli")
    rows = list(read_rows(tmp_path / name, task))
    assert {row.label for row in rows} == set(range(len(labels)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label\na,one\n", "1 different labels"),
        ("text,mood\na,one\n", "0 different labels"),
        ("text,label\n" + "".join(f"a,{i}\n" for i in range(200)), "more than 100 labels"),
    ],
)
def test_a_file_that_is_no_task(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "rows.csv").write_text(content)
    with pytest.raises(DataFileError, match=message):
        task_of_file(tmp_path / "rows.csv")
