"""Labelled files of any kind and size; errors name the row."""

import csv
import io
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.datasets import Row, RowFile, data_folder, distinct, load_split, named_split, read_rows, task_of_file
from core.errors import DataFileError, MissingResourceError
from core.tasks import IMDB, MNLI, Example, Task, about

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
    elif path.suffix == ".json":
        path.write_text(json.dumps(records, indent=1), encoding="utf-8")
    else:
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, ["text", "label"])
        writer.writeheader()
        writer.writerows(records)
        path.write_text(out.getvalue(), encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("suffix", [".csv", ".CSV", ".json", ".jsonl", ".parquet"])
def test_every_format_says_the_same(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"rows{suffix.lower()}", ROWS)
    found = list(read_rows(path.rename(tmp_path / f"rows{suffix}"), IMDB))
    assert found == ROWS == list(read_rows(path.with_suffix(suffix).read_bytes(), IMDB, name=f"given{suffix}"))
    assert [row.number for row in found] == [1, 2, 3]


def test_a_tsv_has_no_quoting(tmp_path: Path) -> None:
    """As GLUE's files are: of 60 rows one begins with a quote that nobody closes."""
    lines = [f"A film {i}\t{i % 2}\n" for i in range(60)]
    lines[7], lines[9] = '"No end\t1\n', '"Quite" a film\t1\n'
    path = tmp_path / "rows.tsv"
    path.write_text("text\tlabel\n" + "".join(lines))
    rows = list(read_rows(path, IMDB))
    assert (len(rows), rows[7], rows[9]) == (60, Row(Example('"No end'), 1), Row(Example('"Quite" a film'), 1))


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(str.strip))
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
        ("a.csv", b"words,label\nx,1\n", "no column for its texts: looked for .*text.*; found 'words', 'label'"),
        ("a.csv", b"text,label\nx,1\ny,2\n", "line 3: unknown label '2'. Known: negative, positive, or 0 to 1"),
        ("a.csv", b"text,label\n", "holds no rows"),
        ("a.csv", b"", "holds no rows"),
        ("a.csv", b"text,label\n ,1\n", "holds no rows with a text"),
        ("a.csv", b"text\nfine\n" + "\u00e9".encode("latin-1") + b"\n", "line 3 is not text in UTF-8"),
        ("a.csv", "text,label\nfine,1\n".encode("utf-16"), "looks like UTF-16"),
        ("a.csv", b"PK\x03\x04", "looks like a spreadsheet"),
        ("a.csv", b"text,label\nfine\0,1\n", "line 2 holds a NUL"),
        ("a.csv", b"label,text\n1,Slow, but good\n", "line 2 has 3 cells, the header has 2"),
        ("a.csv", b'text,label\n"No end,1\nbad,0\n', "line 2 is not CSV"),
        ("a.csv", b"text,label,Label\nfine,1,0\n", "two columns 'label'"),
        ("a.csv", b"text,label,label\nfine,1,0\n", "names 'label' twice"),
        ("a.csv", b"text,text2,label\na,b,1\n", "a second text in its column 'text2', task 'imdb' has one"),
        ("a.jsonl", b"[1]\n", "line 1: expected a JSON object"),
        ("a.jsonl", b'{"text": "a", "label": 1}\n{"text": NaN, "label": 1}\n', "line 2: expected a text .*'nan'"),
        ("a.jsonl", b'{"text": ["a", "b"], "label": 1}\n', r"line 1: expected a text .*\['a', 'b'\]"),
        ("a.jsonl", b'{"text": "a", "label": [1]}\n', r"line 1: unknown label '\[1\]'"),
        ("a.csv", b"text,label\nfine,1\nbad\n", "line 3 has no cell for the column 'label'; found 'text'"),
        ("a.jsonl", b'{"text": "a", "label": 1}\n{"label": 1}\n', "line 2 has no cell for the column 'text'"),
        ("a.json", b'[{"text": "a"},\n{"text": 5}]', "row 2: expected a text .*'5'"),
        ("a.json", b'[{"text": "a"},\n{"text" 5}]', "line 2 is not JSON"),
        ("a.parquet", b"PAR0", "is not a parquet file"),
        ("a.docx", b"", "Cannot read a.docx: expected one of .csv, .tsv, .json, .jsonl, .parquet"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataFileError, match=message):
        list(read_rows(tmp_path / name, IMDB))


def test_no_file_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"No file .*nowhere\.csv"):
        read_rows(tmp_path / "nowhere.csv", IMDB)
    with pytest.raises(DataFileError, match=r"is a folder\. Give a file: \.csv, .* or \.parquet"):
        read_rows(tmp_path, IMDB)


def of(tmp_path: Path, content: str | bytes, name: str = "rows.csv") -> RowFile:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_rows(tmp_path / name, IMDB)


@pytest.mark.parametrize(
    "header",
    [
        "text,label",
        "review,label",
        "Text,LABEL",
        "text, label",
        "sentence,gold_label",
        "review,sentiment",
        "text,Class",
    ],
)
def test_a_label_is_found_under_its_usual_names(tmp_path: Path, header: str) -> None:
    """Half of the answers "positive" to these rows are right, whatever the column is called."""
    file = of(tmp_path, f"{header}\nfine,positive\nbad,negative\n")
    assert [row.label for row in file.labelled()] == [1, 0]
    column = header.split(",")[1]
    said = () if column.strip().lower() == "label" else (f"rows.csv: the column '{column}' is taken for the label.",)
    assert file.notes() == said


@pytest.mark.parametrize("header", ["text,mood", "text,stars", "text,lab"])
def test_a_file_without_labels_is_refused_where_they_are_needed(tmp_path: Path, header: str) -> None:
    file = of(tmp_path, f"{header}\nfine,positive\n")
    with pytest.raises(
        DataFileError, match=rf"no column for its labels: looked for label, .*; found 'text', '{header[5:]}'"
    ):
        file.labelled()
    assert list(file) == [Row(Example("fine"), None)]


def test_rows_without_a_label_or_a_text_are_left_out_and_counted(tmp_path: Path) -> None:
    cells = ["fine,1", "a,", "b,-", "c,-1", " ,0", "bad,0", ",1"]
    file = of(tmp_path, "text,label\n" + "\n".join(cells))
    assert [(row.example.text_a, row.label, row.number) for row in file.labelled()] == [("fine", 1, 1), ("bad", 0, 6)]
    assert file.notes() == (
        "rows.csv: 3 rows without a label left out.",
        "rows.csv: 2 rows with an empty text left out.",
    )
    assert [row.label for row in of(tmp_path, "text,label\n" + "\n".join(cells))] == [1, None, None, None, 0]
    with pytest.raises(DataFileError, match="no label in its column 'label'"):
        list(of(tmp_path, "text,label\na,\nb,-\n").labelled())


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl", "rows.tsv"])
def test_a_byte_order_mark_and_blank_lines_do_not_matter(tmp_path: Path, name: str) -> None:
    lines = {
        "rows.csv": ["text,label", "fine,1"], "rows.tsv": ["text\tlabel", "fine\t1"],
        "rows.jsonl": ['{"text": "fine", "label": 1}'],
    }[name]  # fmt: skip
    assert list(of(tmp_path, "\ufeff\n\n" + "\n".join(lines), name)) == [Row(Example("fine"), 1)]


def test_half_a_character_is_replaced_and_costs_no_other_row(tmp_path: Path) -> None:
    lines = [{"text": "fine", "label": 1}, {"text": "half \ud83d", "label": 0}, {"text": "\U0001f600", "label": 1}]
    file = of(tmp_path, "\n".join(map(json.dumps, lines)), "rows.jsonl")
    assert [row.example.text_a for row in file] == ["fine", "half \ufffd", "\U0001f600"]
    assert file.notes() == ("rows.jsonl: 1 row with half a character in it (read as \ufffd).",)


def test_bytes_in_a_parquet_are_text_or_refused(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    path = tmp_path / "rows.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": [b"caf\xc3\xa9"], "label": [1]}), path)
    assert list(read_rows(path, IMDB)) == [Row(Example("caf\u00e9"), 1)]
    pyarrow.parquet.write_table(pyarrow.table({"text": [b"fine", b"caf\xe9"], "label": [1, 1]}), path)
    with pytest.raises(DataFileError, match="row 2: the bytes in column 'text' are not text in UTF-8"):
        list(read_rows(path, IMDB))


def test_names_of_labels_can_be_mapped(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,label\nfine,LABEL_0\nbad,LABEL_1\n")
    rows = read_rows(path, IMDB, {"LABEL_0": "positive", "LABEL_1": "negative"})
    assert [row.label for row in rows] == [1, 0]
    with pytest.raises(DataFileError, match=r"unknown label 'LABEL_0'.*--labels THEIRS=OURS"):
        list(read_rows(path, IMDB))


def test_a_tasks_own_words_name_its_columns(tmp_path: Path) -> None:
    task = Task("news", "News", ("sport", "art"), "text_a", 64, ("headline",))
    (tmp_path / "rows.csv").write_text("text,Headline,label\nlong,short,Sport\n")
    assert list(read_rows(tmp_path / "rows.csv", task)) == [Row(Example("short"), 0)]


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


def test_equal_examples_are_counted_and_contradictions_apart() -> None:
    a, b = Example("a"), Example("b")
    found = distinct([Row(a, 0), Row(b, 1), Row(a, 0), Row(a, 1), Row(b, 1)])
    assert (found.rows, found.repeated, found.contradicted) == ((Row(a, 0), Row(b, 1)), 2, 1)
    said = found.notes("f.csv")
    assert said[0] == "f.csv: 2 rows left out as repeated."
    assert said[1] == "f.csv: 1 row left out: the same text stands before under another label."
    assert distinct([Row(a, 0)]).notes("f.csv") == ()


def test_no_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FIREBERT_DATA", raising=False)
    with pytest.raises(MissingResourceError, match="Set FIREBERT_DATA to a folder"):
        data_folder()
    monkeypatch.setenv("FIREBERT_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    with pytest.raises(MissingResourceError, match="nowhere"):
        data_folder(tmp_path / "nowhere")


@pytest.mark.data
@pytest.mark.parametrize("task", [IMDB, MNLI], ids=lambda task: task.name)
def test_the_real_files_have_the_columns(data_folder: Path, task: Task) -> None:
    for split in about(task).splits.values():
        rows = list(itertools.islice(read_rows(data_folder / split.file, task), 200))
        assert {row.label for row in rows} <= set(range(len(task.labels)))
        assert all((row.example.text_b is not None) == task.is_pair for row in rows)


@pytest.mark.parametrize(
    ("name", "content", "labels", "perturb", "texts"),
    [
        ("Moods.csv", "text,label\na,glad\nb,Calm \nc,glad\n", ("calm", "glad"), "text_a", ("text",)),
        ("stars.csv", "text,label\na,10\nb,2\nc,1\n", ("1", "2", "10"), "text_a", ("text",)),
        ("p.csv", "text,text2,label\na,b,yes\nc,d,no\n", ("no", "yes"), "text_b", ("text", "text2")),
        ("imdb.csv", "text,label\na,up\nb,down\n", ("down", "up"), "text_a", ("text",)),
        ("floats.csv", "text,label\na,1.0\nb,0.0\nc,\n", ("0", "1"), "text_a", ("text",)),
        ("signed.csv", "text, Sentiment\na,1\nb,-1\nc,0\n", ("-1", "0", "1"), "text_a", ("text",)),
        ("forms.csv", "text,label\na,caf\u00e9\nb,Cafe\u0301\nc,bar\n", ("bar", "caf\u00e9"), "text_a", ("text",)),
        (
            "dash.tsv",
            "sentence1\tsentence2\tgold_label\na\tb\tyes\nc\td\t-\ne\tf\tno\n",
            ("no", "yes"),
            "text_b",
            ("text", "text2"),
        ),
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
    assert {row.label for row in rows} - {None} == set(range(len(labels)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label\na,one\n", "1 different labels"),
        ("text,mood\na,one\n", "no column for its labels: looked for label, .*; found 'text', 'mood'"),
        ("text,label\n" + "".join(f"a,{i}\n" for i in range(200)), "more than 100 labels"),
    ],
)
def test_a_file_that_is_no_task(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "rows.csv").write_text(content)
    with pytest.raises(DataFileError, match=message):
        task_of_file(tmp_path / "rows.csv")


def test_a_split_is_named_with_what_it_holds() -> None:
    """MNLI's "test" is the paper's dev set, and is never named without saying so."""
    assert named_split(MNLI, "test") == "mnli/test: MultiNLI dev_matched (the paper's dev set), the part at hand"
    with pytest.raises(DataFileError, match="has no split 'dev'"):
        named_split(IMDB, "dev")
