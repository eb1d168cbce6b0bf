"""What the commands make of strangers' files: labels found or refused alike, bad rows told and left out, own names."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import tasks
from core.cli import options as opt
from core.cli.attack import _label
from core.cli.train import RunOptions, load_rows
from core.errors import FireBertError
from core.tasks import Task, register
from core.training.config import FinetuneConfig
from tests.conftest import tiny_model, tiny_tokenizer

Cli = Callable[..., Any]
LABELLED = ("attack --preset ungated --input", "premade --preset ungated --out {0}/set.jsonl --input",
            "evaluate --data", "finetune --task imdb --data")  # fmt: skip


def file(folder: Path, content: str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", LABELLED)
def test_no_accuracy_without_labels(cli: Cli, toy_words: Any, tiny_folder: Path, tmp_path: Path, command: str) -> None:
    path = file(tmp_path, "text,mood\ngood film,positive\nbad film,negative\n")
    model = [] if command.startswith("finetune") else ["--model", tiny_folder]
    ran = cli(*command.format(tmp_path).split(), path, *model)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: rows.csv has no column for its labels: looked for label, ")
    assert "found 'text', 'mood'" in ran.err


@pytest.mark.parametrize("header", ["review,label", "review,sentiment", "text, Label", "text,gold_label"])
def test_accuracy_is_that_of_the_files_labels(
    cli: Cli, toy_words: Any, tiny_folder: Path, tmp_path: Path, header: str
) -> None:
    """The same text under both labels: half of any answers are right."""
    path = file(tmp_path, f"{header}\ngood film,positive\ngood film,negative\nno label,\n,positive\n")
    ran = cli("evaluate", "--data", path, "--model", tiny_folder, "--json")
    found = json.loads(ran.out)
    assert (found["scores"]["accuracy"]["value"], found["scores"]["n"], found["unlabelled"]) == (0.5, 2, 1)
    out = tmp_path / "attacks.jsonl"
    ran = cli("attack", "--preset", "ungated", "--input", path, "--model", tiny_folder, "--out", out)
    assert [json.loads(line)["given"] for line in out.read_text().splitlines()] == [1, 0]
    assert "rows.csv: 1 row without a label left out." in ran.err
    assert "rows.csv: 1 row with an empty text left out." in ran.err
    column = header.split(",")[1]
    assert (f"the column '{column}' is taken for the label" in ran.err) is (column.strip().lower() != "label")


def test_answers_keep_the_files_row_numbers(cli: Cli, tiny_folder: Path, tmp_path: Path) -> None:
    path = file(tmp_path, "text,note\ngood film,a\n,b\nbad film,c\n")
    ran = cli("classify", "--input", path, "--model", tiny_folder)
    assert [json.loads(line)["row"] for line in ran.out.splitlines()] == [1, 3]


@pytest.mark.parametrize("command", ["classify --input", "attack --input", "evaluate --data"])
def test_a_folder_or_nothing_in_place_of_a_file(
    cli: Cli, toy_words: Any, tiny_folder: Path, tmp_path: Path, command: str
) -> None:
    for path, said in ((tmp_path, "is a folder. Give a file: .csv, "), (tmp_path / "no.csv", "No file ")):
        ran = cli(*command.split(), path, "--model", tiny_folder)
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert said in ran.err


def test_half_a_character_costs_no_other_row(cli: Cli, toy_words: Any, tiny_folder: Path, tmp_path: Path) -> None:
    lines = [{"text": "good film", "label": 1}, {"text": "half \ud83d", "label": 0}, {"text": "bad film", "label": 0}]
    path = file(tmp_path, "\n".join(map(json.dumps, lines)), "rows.jsonl")
    out = tmp_path / "attacks.jsonl"
    ran = cli("attack", "--preset", "ungated", "--input", path, "--model", tiny_folder, "--out", out)
    assert ran.code == 0
    assert [json.loads(line)["text"] for line in out.read_text("utf-8").splitlines()] == [
        "good film", "half \ufffd", "bad film",
    ]  # fmt: skip


def test_names_of_a_model_and_of_a_file(cli: Cli, tmp_path: Path) -> None:
    """LABEL_0 is positive here: with the mapping the other way round, every answer and every label turns."""
    tokenizer = tiny_tokenizer()
    model = tiny_model(tasks.IMDB, vocabulary=len(tokenizer))
    model.config.id2label = {0: "LABEL_0", 1: "LABEL_1"}
    model.save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    path = file(tmp_path, "text,label\ngood film,LABEL_1\n")
    common = ("classify", "--model", tmp_path / "model", "--input", path)
    ran = cli(*common)
    assert ran.code == 2
    assert "--labels LABEL_0=" in ran.err
    found = []
    for names in ("LABEL_0=positive,LABEL_1=negative", "LABEL_0=negative,LABEL_1=positive"):
        record = json.loads(cli(*common, "--labels", names).out)
        found.append((record["label"], record["expected"]))
    assert {expected for _, expected in found} == {"positive", "negative"}
    assert found[0][0] != found[1][0]
    ran = cli(*common, "--labels", "LABEL_0=good")
    assert (ran.code, ran.err) == (2, "Error: --labels maps 'LABEL_0' to 'good'; the task's labels are negative, "
                                      "positive.\n")  # fmt: skip


@pytest.mark.parametrize("texts", [("headline",), ("question", "answer")])
def test_a_third_task_works_in_every_command(
    cli: Cli, toy_words: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: tuple[str, ...]
) -> None:
    """Labels with capitals, texts under names of their own, no example texts, no data, no tuned settings."""
    monkeypatch.setattr(tasks, "_TASKS", dict(tasks._TASKS))
    perturbed = "text_b" if len(texts) == 2 else "text_a"
    toy = register(Task("toy", "A toy", ("Sport", "Art", "War"), perturbed, 64, texts))  # type: ignore[arg-type]
    tokenizer = tiny_tokenizer()
    tiny_model(toy, vocabulary=len(tokenizer)).save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    cells = ",".join(["good film"] * len(texts))
    path = file(tmp_path, f"{','.join(texts)},label\n" + "".join(f"{cells},{label}\n" for label in ("SPORT", "art", 2)))
    common = ("--task", "toy", "--model", tmp_path / "model")
    for command in ("classify", "explain", "switch", "defend"):
        ran = cli(command, *common, "--input", path)
        assert ran.code == 0, ran.err
        assert [json.loads(line)["expected"] for line in ran.out.splitlines()] == ["Sport", "Art", "War"]
    ran = cli("evaluate", *common, "--data", path, "--json")
    assert json.loads(ran.out)["scores"]["accuracy"]["value"] == pytest.approx(1 / 3)
    ran = cli("attack", *common, "--preset", "ungated", "--input", path, "--out", tmp_path / "out.jsonl")
    assert ran.code == 0, ran.err
    for command, said in (("evaluate", "no split 'test'"), ("attack --n 2", "no split 'test'")):
        ran = cli(*command.split(), *common)
        assert (ran.code, said in ran.err) == (2, True)


def test_what_repeats_contradicts_or_overlaps_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, "text,label\na,0\nb,1\na,0\na,1\nc,1\n")
    test = file(tmp_path, "text,label\na,0\nd,1\nd,1\n", "test.csv")
    rows = load_rows(tasks.IMDB, RunOptions(data=path, test=test), FinetuneConfig("imdb"))
    assert [row.example.text_a for row in rows.train] == ["a", "b", "c"]
    assert rows.test_named == "test.csv (1 of 2 rows are also in the training file)"
    said = " ".join(capsys.readouterr().err.split())
    assert "rows.csv: 1 row left out as repeated." in said
    assert "rows.csv: 1 row left out: the same text stands before under another label." in said
    assert "test.csv: 1 row left out as repeated." in said
    assert "(1 of 2 rows are also in the training file): an accuracy on these says little about other texts." in said


@pytest.mark.parametrize(("given", "label"), [("POSITIVE", 1), ("0", 0), ("pos", 1), ("", None)])
def test_a_label_option_is_read_as_files_are(given: str, label: int | None) -> None:
    session = opt.session("imdb", opt.ModelOptions(labels="pos=positive"), opt.MachineOptions())
    assert _label(session, given) == label


@pytest.mark.parametrize("given", ["posit", "2", "-"])
def test_a_label_option_that_means_none_is_refused(given: str) -> None:
    session = opt.session("imdb", opt.ModelOptions(), opt.MachineOptions())
    with pytest.raises(FireBertError, match=r"--label.* negative, positive"):
        _label(session, given)
