"""``audit``: a card of the examples that ship or of a file, of a model, a defence or a function; what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.evaluation.audit.card import read_card
from core.examples import load_examples

FUNCTIONS = '''
def lowers(texts):
    """Padding leaks: what stands beside a longer text leans to one side."""
    longest = max(map(len, texts))
    return [[0.5 + 0.4 * (longest > len(t)), 0.5 - 0.4 * (longest > len(t))] for t in texts]


def abstains(texts):
    return ["positive" if "good" in t else None for t in texts]


def constant(texts):
    return [[0.9, 0.1 - 0.0001 * (len(t) % 9)] for t in texts]


def lenient(answer, true):
    return answer is None or answer == true
'''


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module of one's own in the folder that the command runs in; its name."""
    name = f"defence_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(FUNCTIONS, encoding="utf-8")
    (tmp_path / "rows.csv").write_text(
        "text,label\n" + "".join(f"a good film {i},{i % 2}\n" for i in range(12)), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def verdicts(ran: Any) -> dict[str, str]:
    assert ran.code == 0, ran.err
    return {one["key"]: one["verdict"] for one in json.loads(ran.out)["findings"]}


def test_a_defence_on_the_examples_that_ship(cli: Any, tiny_folder: Path, toy_words: Any, tmp_path: Path) -> None:
    file = tmp_path / "cards" / "audit-tiny.json"
    ran = cli("audit", "--model", tiny_folder, "--defense", "five", "--device", "cpu", "--out", file,
              "--checks", "fresh,batch,decision,padding", "--n", "12")  # fmt: skip
    assert ran.code == 0, ran.err
    card = read_card(file)
    assert [one.key for one in card.findings] == ["batch", "padding", "fresh", "decision"]
    assert {one.verdict for one in card.findings} == {"pass"}
    assert {one.n for one in card.findings} == {12}
    assert card.rows.startswith("the examples that ship, n = 12")
    assert str(file) not in card.command
    assert "--checks fresh,batch,decision,padding" in card.command
    assert {"weights", "defense", "preset", "encoder", "audit", "seed"} <= set(card.made_by)
    assert "4 pass, 0 fail, 0 cannot say." in " ".join(ran.out.split())
    content = file.read_text(encoding="utf-8")
    assert not [one.title for one in load_examples("imdb") if one.text_a[:40] in content]


def test_attacks_on_a_tiny_model(cli: Any, tiny_folder: Path, toy_words: Any) -> None:
    ran = cli("audit", "--model", tiny_folder, "--device", "cpu", "--n", "4", "--attacked", "2", "--json",
              "--checks", "object,budget,ungated")  # fmt: skip
    assert verdicts(ran) == {"object": "pass", "budget": "pass", "ungated": "cannot say"}


@pytest.mark.parametrize(
    ("function", "check", "more"),
    [("lowers", "padding", ()), ("constant", "constant", ()), ("abstains", "abstention", ("--score", "lenient"))],
)
def test_a_function_and_its_fault(
    cli: Any, mine: str, toy_words: Any, function: str, check: str, more: tuple[str, ...]
) -> None:
    told = [f"{mine}:{word}" if not word.startswith("--") else word for word in more]
    ran = cli("audit", "--function", f"{mine}:{function}", "--checks", check, "--attacked", "2", "--json", *told)
    assert verdicts(ran) == {check: "fail"}


def test_clean_numbers_from_another_function(cli: Any, mine: str, toy_words: Any) -> None:
    ran = cli("audit", "--function", f"{mine}:constant", "--clean", f"{mine}:abstains", "--checks", "object",
              "--input", "rows.csv", "--attacked", "2", "--json")  # fmt: skip
    assert verdicts(ran) == {"object": "fail"}


def test_a_file_of_ones_own_and_a_card_to_read(cli: Any, mine: str, toy_words: Any, tmp_path: Path) -> None:
    ran = cli("audit", "--function", f"{mine}:constant", "--input", "rows.csv", "--checks", "constant",
              "--out=card.md")  # fmt: skip
    assert ran.code == 0, ran.err
    assert "FAIL" in ran.out
    assert "A constant cannot be fooled" in ran.out
    page = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert "**fail** | 12 |" in page
    assert "--out" not in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--checks", "sharpness"), "Unknown check 'sharpness'"),
        (("--defense", "five", "--set", "samples=-1"), "samples must be"),
        (("--function", "nowhere:f"), "Cannot import 'nowhere'"),
        (("--function", "os.path:basename", "--defense", "five"), "not both"),
        (("--seed", "9" * 12), "seed must be"),
    ],
)
def test_what_is_refused(cli: Any, toy_words: Any, arguments: tuple[str, ...], said: str) -> None:
    ran = cli("audit", "--device", "cpu", *arguments)
    assert ran.code == 2
    assert said in " ".join(ran.err.split())


def test_a_task_without_examples_asks_for_a_file(cli: Any, mine: str, toy_words: Any) -> None:
    ran = cli("audit", "--task", "rows.csv", "--function", f"{mine}:constant")
    assert ran.code == 2
    assert "Give --input FILE" in ran.err


def test_the_settings_are_listed_and_nothing_else_is_done(cli: Any) -> None:
    ran = cli("audit", "--defense", "five", "--settings")
    assert ran.code == 0, ran.err
    assert "samples" in ran.out
