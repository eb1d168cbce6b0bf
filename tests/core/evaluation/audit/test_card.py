"""The card: read back as it was written, drawn with a verdict a check, and never a text."""

from pathlib import Path

import pytest

from core.errors import DamagedResourceError
from core.evaluation.audit.card import Card, read_card, read_cards, to_markdown, to_page
from core.evaluation.audit.finding import Finding

FINDINGS = (
    Finding("batch", "Same in a batch", "pass", 12, "0 of 12 | moved.", "It mixes.", (("moved", 0.0),)),
    Finding("constant", "No constant", "fail", 12, "'yes' to 12 of 12.", "A constant cannot be fooled."),
    Finding("transfer", "Plain's texts", "cannot say", 0, "There is no plain.", "It misses texts."),
)


def card(name: str = "mine", task: str = "imdb") -> Card:
    return Card(name, task, "examples, n = 12", f"python -m core audit --task {task}", {"seed": 0}, FINDINGS)


def test_verdicts_are_counted() -> None:
    assert card().summary == "1 pass, 1 fail, 1 cannot say"


def test_a_card_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    for name in ("audit-b.json", "audit-a.json", "clean.json"):
        (tmp_path / name).write_text(card(name).to_json(), encoding="utf-8")
    assert read_cards(tmp_path) == [card("audit-a.json"), card("audit-b.json")]


@pytest.mark.parametrize("content", ["{", "[]", '{"findings": []}', '{"findings": [{"figures": 3}]}'])
def test_a_damaged_card_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "audit-x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DamagedResourceError, match=r"audit-x\.json"):
        read_card(path)


def test_what_a_failure_means_stands_where_a_check_did_not_pass() -> None:
    lines = {line.split("|")[1].strip(): line for line in to_markdown(card()).splitlines() if line.startswith("|")}
    assert "What a failure means: A constant cannot be fooled." in lines["No constant"]
    assert "What a failure means" not in lines["Same in a batch"]
    assert "0 of 12 \\| moved." in lines["Same in a batch"]  # a bar in a sentence starts no cell


def test_a_page_sets_the_cards_of_a_task_side_by_side() -> None:
    page = to_page([card("a"), card("b"), card("c", "mnli")])
    assert "|  | a | b |" in page
    assert "| No constant | **fail** | **fail** |" in page
    assert page.index("## imdb") < page.index("### b, imdb") < page.index("## mnli") < page.index("### c, mnli")
