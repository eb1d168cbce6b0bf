"""A server and a function as ``--model``: attacked, voted, measured, explained, audited; what needs more refused."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.black_boxes import likes_good, serving

FILM = "A good film with a boring story."
FUNCTION = """
def ask(texts):
    said = [t.lower().count("good") + t.lower().count("nice") - t.lower().count("boring") for t in texts]
    return [[0.4, 0.6] if s > 0 else [0.7, 0.3] for s in said]

def abstains(texts):
    return [None for _ in texts]
"""


@pytest.fixture(params=["http", "function"])
def box(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A black box of reviews, as ``--model`` names it."""
    monkeypatch.setattr("sys.path", list(sys.path))
    (tmp_path / "mine.py").write_text(FUNCTION, encoding="utf-8")
    if request.param == "function":
        yield f"{tmp_path / 'mine.py'}:ask"
        return
    with serving(likes_good) as served:
        yield f"{served.address}#batch=8"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Four labelled reviews."""
    file = tmp_path / "rows.csv"
    file.write_text(
        "text,label\nA good film,positive\nA boring film,negative\na good story,positive\nA poor film,negative\n",
        encoding="utf-8",
    )
    return file


def said(ran: Any) -> str:
    return " ".join(ran.err.split())


def test_it_is_asked_and_explained(cli: Any, box: str) -> None:
    ran = cli("classify", "--model", box, "--text", "A good film.", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["label"] == "positive"
    ran = cli("explain", "--model", box, "--text", "A good film.", "--json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert found["importance"]["method"] == "leave_one_out"
    assert [word["text"] for word in found["words"] if word["rank"] == 1] == ["good"]


def test_it_is_attacked_alone_and_under_fuse(cli: Any, box: str, rows: Path, toy_words: Any, tmp_path: Path) -> None:
    out = tmp_path / "attacks.jsonl"
    for defense in ("plain", "fuse"):
        out.unlink(missing_ok=True)
        ran = cli("attack", "--model", box, "--defense", defense, "--input", rows, "--out", out, "--json")
        assert ran.code == 0, ran.err
        records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        assert len(records) == 4
        assert records[0]["made_by"]["weights"] == box.partition("#")[0]
        assert all(record["queries"] > 0 for record in records if record["status"] == "success")
    ran = cli("attack", "--model", box, "--text", "A good film.", "--label", "positive")
    assert ran.code == 0, ran.err


def test_it_is_measured_and_its_votes_are_shown(cli: Any, box: str, rows: Path, toy_words: Any) -> None:
    ran = cli("evaluate", "--model", box, "--defense", "fuse", "--data", rows, "--json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert found["scores"]["n"] == 4
    assert found["settings"]["switch"]["importance"]["method"] == "leave_one_out"
    ran = cli("defend", "--model", box, "--text", FILM, "--json")
    assert ran.code == 0, ran.err
    assert len(json.loads(ran.out)["members"]) > 1
    ran = cli("switch", "--model", box, "--text", FILM, "--json", "--set", "importance.method=reading_order")
    assert ran.code == 0, ran.err


def test_it_is_audited(cli: Any, box: str, toy_words: Any) -> None:
    ran = cli("audit", "--model", box, "--checks", "batch,constant", "--n", "6", "--json")
    assert ran.code == 0, ran.err
    assert {one["n"] for one in json.loads(ran.out)["findings"]} == {6}


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("defend", "--defense", "five", "--text", FILM), "FIVE needs the word embeddings"),
        (("attack", "--defense", "five", "--text", FILM), "Around it goes FuSE, or name a model"),
        (("explain", "--text", FILM, "--set", "method=gradient"), "choose leave_one_out or reading_order"),
        (("bench", "defenses"), "needs the model itself"),
        (("classify", "--text", FILM, "--revision", "main"), "is of a model on the Hub"),
    ],
)
def test_what_needs_more_than_answers_says_why(cli: Any, box: str, toy_words: Any, command: Any, why: str) -> None:
    ran = cli(*command, "--model", box)
    assert ran.code == 2
    assert why in said(ran)
    assert "Traceback" not in ran.err


def test_an_abstention_is_audited_and_not_counted(
    cli: Any, rows: Path, toy_words: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", list(sys.path))
    (tmp_path / "mine.py").write_text(FUNCTION, encoding="utf-8")
    silent = f"{tmp_path / 'mine.py'}:abstains"
    ran = cli("evaluate", "--model", silent, "--data", rows)
    assert (ran.code, "it abstains" in said(ran)) == (2, True)
    ran = cli("audit", "--model", silent, "--checks", "abstention", "--n", "4", "--json", "--attacked", "2")
    assert ran.code == 0, ran.err


def test_the_opposites_of_texts_are_asked_of_it(cli: Any, box: str) -> None:
    ran = cli("obstinacy", "--task", "imdb", "--model", box, "--json")
    assert ran.code == 0, ran.err


def test_a_server_that_is_gone_is_one_line(cli: Any) -> None:
    ran = cli("classify", "--model", "http://127.0.0.1:9/ask#retries=0", "--text", FILM)
    assert ran.code == 2
    assert "could not be asked" in said(ran)
    assert ran.err.count("\n") == 1
