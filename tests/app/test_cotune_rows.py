"""A stranger's CSV: what is read, and for each thing that can be wrong with it the sentence that says what to do."""

import json

import pytest

from app.cotune_request import sample_rows
from app.cotune_rows import counts, read_sheet
from app.settings import CotuneLimits
from core.errors import DataFileError
from core.examples import load_examples
from core.tasks import IMDB, MNLI, Task

LIMITS = CotuneLimits(rows=40, bytes=20_000)


def csv_of(n: int = 24, header: str = "text,label", label: str = "") -> str:
    return header + "\n" + "".join(f"Text {i} is short.,{label or IMDB.labels[i % 2]}\n" for i in range(n))


def read(content: str | bytes, task: Task = IMDB) -> list[tuple[str, int | None]]:
    given = content.encode() if isinstance(content, str) else content
    return [(row.example.text_a, row.label) for row in read_sheet(given, task, LIMITS).rows]


USUAL = read(csv_of())


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + csv_of(),
        "sep=,\r\n" + csv_of(),
        csv_of(header="review,Sentiment"),
        csv_of().replace("positive", "1.0").replace("negative", "0.0"),
        csv_of().replace("positive", "True").replace("negative", "False"),
        csv_of() + "Another text.,\n ,positive\nOne more.,-\n",
        csv_of().replace("\n", "\r\n"),
        csv_of().replace("\n", "\r"),
        csv_of().rstrip("\n"),
        csv_of().replace(",", ";"),
        csv_of().replace(",", "\t"),
        csv_of(header="TEXT, Label "),
        csv_of().replace(",positive", ", POSITIVE "),
        csv_of().replace("positive", "1").replace("negative", "0"),
        "\n\n" + csv_of().replace("\n", "\n\n"),
        csv_of(header="text,label,note").replace("positive\n", "positive,x\n"),
    ],
    ids=["BOM", "sep=", "usual names", "floats", "truth values", "nothing to learn from", "CRLF", "CR",
         "no last newline", "semicolons", "tabs", "capitals in the header", "label with blanks", "numbers",
         "blank lines", "another column"],
)  # fmt: skip
def test_what_does_not_matter_does_not_matter(content: str) -> None:
    assert read(content) == USUAL


def test_other_kinds_of_files_and_what_was_left_out_is_told() -> None:
    lines = csv_of().splitlines()
    tsv = "\n".join(line.replace(",", "\t") for line in [*lines, '"No end,', "Text 30,positive"])
    sheet = read_sheet(tsv.encode(), IMDB, LIMITS, ".tsv")
    assert (len(sheet.rows), sheet.notes) == (25, ("file.tsv: 1 row without a label left out.",))
    records = "\n".join(json.dumps(dict(zip(("text", "label"), line.split(","), strict=True))) for line in lines[1:])
    assert read_sheet(records.encode(), IMDB, LIMITS, ".jsonl").rows == read_sheet(csv_of().encode(), IMDB, LIMITS).rows


def test_quotes_commas_and_line_breaks_are_part_of_a_text() -> None:
    assert read(csv_of() + '"A ""great"", long\nfilm",positive\n')[-1] == ('A "great", long\nfilm', 1)


def test_markup_stays_text_and_every_repeated_row_is_counted() -> None:
    sheet = read_sheet((csv_of() + "<b>x</b>,positive\n" + csv_of()[11:]).encode(), IMDB, LIMITS)
    assert sheet.rows[-1].example.text_a == "<b>x</b>"
    assert (len(sheet.rows), sheet.repeated) == (25, 24)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (" \n \n", "no rows"),
        ("text,label\n", "no rows"),
        (csv_of(19), "19 rows"),
        (csv_of(41), "more than 40 rows"),
        ("x" * 20_001, "20,001 bytes"),
        (csv_of().encode("utf-16"), "UTF-16"),
        (csv_of().replace("short", "na\u00efve").encode("latin-1"), "line 2 is not text in UTF-8"),
        (csv_of().replace("short", "sh\0rt"), "NUL"),
        (b"PK\x03\x04 a spreadsheet", "spreadsheet"),
        (csv_of(header="review_text,label"), "no column for its texts"),
        (csv_of(header="text,stars"), "no column for its labels*found 'text', 'stars'"),
        (csv_of()[11:], "no column for its texts"),
        (csv_of(header="text,text"), "names 'text' twice"),
        (csv_of(header="text,label,label"), "twice"),
        (csv_of(header="text,text2,label").replace(".,", ".,Two.,"), "second text"),
        (csv_of(label="good"), "line 2: unknown label 'good'. Known: negative, positive"),
        (csv_of() + "Another text.,2\n", "line 26: unknown label '2'"),
        (csv_of() + "Another text.,\u00b2\n", "unknown label"),
        (csv_of() + "Another, with a comma that nobody quoted,positive\n", "line 26 has 3 cells*a comma"),
        (csv_of() + "Another text\n", "line 26 has no cell for the column 'label'"),
        (csv_of() + '"No end,positive\n', "not CSV"),
        (csv_of() + '"A "great" film",positive\n', "not CSV"),
        (csv_of(label="positive"), "Every row is labelled 'positive'"),
        (csv_of() + "Text 0 is short.,positive\n", "Rows 1 and 25 hold the same text with different labels"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value)[-30:],
)
def test_what_is_wrong_is_named(content: str | bytes, said: str) -> None:
    with pytest.raises(DataFileError, match=".*".join(said.split("*"))) as caught:
        read(content)
    assert len(str(caught.value)) < 400


def test_a_pair_has_two_texts() -> None:
    rows = "".join(f"Premise {i}.,Hypothesis {i}.,{MNLI.labels[i % 3]}\n" for i in range(21))
    for header in ("text,text2,label", "Premise,Hypothesis,Label"):
        sheet = read_sheet(f"{header}\n{rows}".encode(), MNLI, LIMITS)
        assert (sheet.rows[2].example.text_b, sheet.rows[2].label) == ("Hypothesis 2.", 2)
    with pytest.raises(DataFileError, match=r"no column for its second texts: looked for .*text2"):
        read_sheet(csv_of().encode(), MNLI, LIMITS)


@pytest.mark.parametrize("task", [IMDB, MNLI], ids=lambda task: task.name)
def test_the_sample_is_balanced_and_ours_alone(task: Task) -> None:
    rows = sample_rows(task.name)
    assert len(rows) >= 120
    assert len({n for _, n in counts(rows, task)}) == 1
    assert not {row.example for row in rows} & {example.example for example in load_examples(task.name)}
    assert all(
        text[0].isupper() and text[-1] in ".!?" for r in rows for text in (r.example.text_a, r.example.text_b or "A.")
    )
