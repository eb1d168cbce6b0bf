"""classify, explain, switch and defend: from options, stdin and files; JSON lines that carry what made them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from core.models.loading import load_classifier
from core.tasks import IMDB, MNLI, Example

TEXT = "A good film, but the story is boring."


@pytest.fixture(scope="module")
def pair_folder(tmp_path_factory: pytest.TempPathFactory, tiny_pair_classifier: Any, tiny_folder: Path) -> Path:
    from transformers import AutoTokenizer

    folder = tmp_path_factory.mktemp("tiny-mnli")
    tiny_pair_classifier.model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_folder).save_pretrained(folder)
    return folder


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_classify_a_text(cli: Callable[..., Any], tiny_folder: Path, tiny_classifier: Any) -> None:
    (expected,) = tiny_classifier.predict([Example(TEXT)])
    ran = cli("classify", "--model", tiny_folder, "--text", TEXT, "--json", "--device", "cpu")
    (record,) = lines(ran.out)
    assert ran.code == 0
    assert record["review"] == TEXT
    assert record["label"] == IMDB.labels[expected.label]
    assert list(record["probabilities"].values()) == pytest.approx(expected.probabilities, abs=1e-6)
    shown = cli("classify", "--model", tiny_folder, "--text", TEXT)
    assert record["label"] in shown.out
    assert f"{max(expected.probabilities):.4f}" in shown.out


def test_classify_a_pair(cli: Callable[..., Any], pair_folder: Path) -> None:
    ran = cli("classify", "-t", "mnli", "-m", pair_folder, "--premise", "A man walks.", "--hypothesis", "No.", "--json")
    (record,) = lines(ran.out)
    assert (record["premise"], record["hypothesis"]) == ("A man walks.", "No.")
    assert set(record["probabilities"]) == set(MNLI.labels)


def test_markup_and_brackets_are_shown_as_they_are(cli: Callable[..., Any], tiny_folder: Path) -> None:
    ran = cli("explain", "--model", tiny_folder, "--text", "[bold]good[/bold] [/oops] <b>film</b>")
    assert ran.code == 0
    assert "good" in ran.out


def test_lines_of_stdin(cli: Callable[..., Any], tiny_folder: Path, pair_folder: Path) -> None:
    ran = cli("classify", "-m", tiny_folder, "--json", stdin="good film\nbad film\n")
    assert [record["review"] for record in lines(ran.out)] == ["good film", "bad film"]
    ran = cli("classify", "-t", "mnli", "-m", pair_folder, "--json", stdin="A man.\tA woman.\n")
    assert [record["hypothesis"] for record in lines(ran.out)] == ["A woman."]
    ran = cli("classify", "-t", "mnli", "-m", pair_folder, stdin="only one column\n")
    assert (ran.code, ran.out) == (2, "")
    assert "stdin, line 1: expected a premise and hypothesis, a tab between" in ran.err


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_file_gives_one_json_line_a_row(
    cli: Callable[..., Any], tiny_folder: Path, tmp_path: Path, suffix: str
) -> None:
    import pandas

    texts = [f"{'good' if i % 3 else 'bad'} film {i}" for i in range(150)]
    frame = pandas.DataFrame({"text": texts, "label": [i % 2 for i in range(150)]})
    path = tmp_path / f"rows.{suffix}"
    {"csv": lambda: frame.to_csv(path, index=False), "parquet": lambda: frame.to_parquet(path),
     "jsonl": lambda: frame.to_json(path, orient="records", lines=True)}[suffix]()  # fmt: skip
    ran = cli("classify", "--model", tiny_folder, "--input", path)
    records = lines(ran.out)
    assert [r["review"] for r in records] == texts
    assert [r["row"] for r in records] == list(range(1, 151))
    assert [r["expected"] for r in records[:2]] == ["negative", "positive"]
    predicted = load_classifier(str(tiny_folder), IMDB).predict([Example(t) for t in texts])
    assert [r["label"] for r in records] == [IMDB.labels[p.label] for p in predicted]


def test_lines_come_before_the_file_ends(cli: Callable[..., Any], tiny_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "good"}\n' * 130 + "broken\n")
    ran = cli("classify", "--model", tiny_folder, "--input", path)
    assert ran.code == 2
    assert len(lines(ran.out)) == 128
    assert ran.err == "Error: rows.jsonl, line 131 is not JSON: Expecting value.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Nothing to read. Give --text, --input FILE, or lines on stdin."),
        (["--text", "  "], "needs --text with some text, was given none"),
        (["--premise", "x"], "needs --text with some text, was given --premise"),
        (["--text", "x", "--input", "rows.csv"], "Give --text or --input, not both."),
        (["--input", "nowhere.csv"], "No file nowhere.csv"),
        (["--text", "x", "--task", "imbd"], "Unknown task 'imbd'"),
        (["--text", "x", "--device", "gpu"], "device must be auto, cpu, cuda, cuda:N or mps, was given 'gpu'"),
        (["--text", "x", "--model", "nowhere"], "Cannot load model 'nowhere'"),
    ],
)
def test_what_cannot_be_answered(
    cli: Callable[..., Any], tiny_folder: Path, arguments: list[str], message: str
) -> None:
    ran = cli("classify", *([] if "--model" in arguments else ["--model", tiny_folder]), *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1


def test_explain_ranks_the_words_it_read(cli: Callable[..., Any], tiny_folder: Path) -> None:
    (record,) = lines(cli("explain", "-m", tiny_folder, "--text", TEXT, "--json").out)
    words = record["words"]
    assert [TEXT[w["start"] : w["end"]] for w in words] == [w["text"] for w in words]
    assert sorted(w["rank"] for w in words) == list(range(1, len(words) + 1))
    by_rank = sorted(words, key=lambda w: w["rank"])
    assert [w["score"] for w in by_rank] == sorted((w["score"] for w in words), reverse=True)
    (other,) = lines(cli("explain", "-m", tiny_folder, "--text", TEXT, "--json", "--set", "method=leave_one_out").out)
    assert other["importance"]["method"] == "leave_one_out"
    assert [w["score"] for w in other["words"]] != [w["score"] for w in words]


@pytest.mark.parametrize("command", ["explain", "switch", "defend --defense five", "defend --defense fuse"])
def test_a_script_without_spaces_is_told(
    cli: Callable[..., Any], tiny_folder: Path, toy_words: Any, command: str
) -> None:
    """Wherever a command speaks of words; a text whose words have spaces between them is not told so."""
    name, *more = command.split()
    for text, told in (("这部电影很好看", True), (TEXT, False)):
        arguments = (name, *more, "-m", tiny_folder, "--text", text)
        (record,) = lines(cli(*arguments, "--json").out)
        assert any("a script without spaces" in flag for flag in record["flags"]) is told
        assert ("a script without spaces" in cli(*arguments).out) is told


def test_switch_carries_what_made_it(cli: Callable[..., Any], tiny_folder: Path, toy_words: Any) -> None:
    plain = ("switch", "-m", tiny_folder, "--text", TEXT)
    arguments = (*plain, "--json", "--set", "total_alternatives=4", "--set", "gate=off")
    (record,) = lines(cli(*arguments, "--seed", "5").out)
    assert (record["seed"], record["switch"]["total_alternatives"], record["switch"]["gate"]) == (5, 4, "off")
    assert record["neighbors"] == "toy neighbours"
    assert 1 <= len(record["alternatives"]) <= 4
    for alternative in record["alternatives"]:
        assert alternative["text"] != TEXT
        for swap in alternative["swaps"]:
            assert TEXT[swap["word"]["start"] : swap["word"]["end"]] == swap["word"]["text"]
    assert lines(cli(*arguments, "--seed", "5").out) == [record]
    drawn = [lines(cli(*arguments, "--seed", seed).out)[0]["alternatives"] for seed in range(4)]
    assert len({tuple(a["text"] for a in alternatives) for alternatives in drawn}) > 1
    assert "→" in cli(*plain).out


@pytest.mark.parametrize("defense", ["fuse", "five"])
def test_defend_shows_every_vote(cli: Callable[..., Any], tiny_folder: Path, toy_words: Any, defense: str) -> None:
    arguments = ("defend", "-d", defense, "-m", tiny_folder, "--text", TEXT, "--seed", "2")
    (record,) = lines(cli(*arguments, "--json").out)
    assert record["members"][0]["kind"] == "original"
    assert len(record["members"]) > 2
    assert sum(record["shares"].values()) == pytest.approx(1)
    assert record["seed"] == 2
    assert record["defense"] == defense
    assert any("randomised" in flag for flag in record["flags"])
    shown = cli(*arguments).out
    assert "Votes" in shown
    assert "original" in shown


def test_defend_plain_is_classify(cli: Callable[..., Any], tiny_folder: Path) -> None:
    (plain,) = lines(cli("defend", "-d", "plain", "-m", tiny_folder, "--text", TEXT, "--json").out)
    (classified,) = lines(cli("classify", "-m", tiny_folder, "--text", TEXT, "--json").out)
    assert plain["logits"] == classified["logits"]
    ran = cli("defend", "-d", "plain", "--set", "samples=3", "-m", tiny_folder, "--text", TEXT)
    assert (ran.code, "Defence 'plain' has no settings" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["switch", "--settings"], ["perturb_words", "off | filter | rank", "importance.method"]),
        (["explain", "--settings"], ["scalar", "logit_norm"]),
        (["defend", "-d", "five", "--settings"], ["five.sigma_relative", "five.vote.rule"]),
        (["evaluate", "-d", "fuse", "--settings"], ["switch.gate", "fuse.vote.original_weight"]),
    ],
)
def test_settings_are_listed(cli: Callable[..., Any], arguments: list[str], expected: list[str]) -> None:
    ran = cli(*arguments)
    assert ran.code == 0
    assert all(name in ran.out for name in expected)
    (record,) = lines(cli(*arguments, "--json").out)
    assert all("expects" in setting for setting in record.values())


@pytest.mark.parametrize("command", ["classify", "explain", "attack", "defend"])
def test_a_model_that_is_not_what_it_seems_is_one_line(
    cli: Callable[..., Any], tiny_folder: Path, tmp_path: Path, command: str
) -> None:
    shutil.copytree(tiny_folder, tmp_path / "model")
    weights = load_file(tmp_path / "model" / "model.safetensors")
    headless = {name: weight for name, weight in weights.items() if not name.startswith("classifier")}
    save_file(headless, tmp_path / "model" / "model.safetensors", {"format": "pt"})
    ran = cli(command, "--model", tmp_path / "model", "--text", TEXT)
    assert (ran.code, ran.out) == (2, "")
    assert "has no classification head" in ran.err
    assert len(ran.err.strip().splitlines()) == 1
