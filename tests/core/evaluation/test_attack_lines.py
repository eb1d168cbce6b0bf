"""Lines of a group: in the order of its rows, a function of the group; provenance names what decides them."""

from dataclasses import replace
from typing import Any

from core.attacks.attack import Attack
from core.datasets import Row
from core.evaluation.attack_lines import as_record, attack_lines, provenance, row_of, text_sha
from core.tasks import IMDB, MNLI, Example
from tests.core.attacks.conftest import BagOfWords, Noisy


def test_lines_are_in_the_order_of_the_rows(attack: Attack, rows: list[Row]) -> None:
    lines = list(attack_lines((attack, BagOfWords(), None), rows))
    assert [line["text"] for line in lines] == [row.example.text_a for row in rows]
    assert [line["given"] for line in lines] == [row.label for row in rows]
    assert lines == list(attack_lines((attack, BagOfWords(), None), rows))
    assert not {"i", "made_by"} & set(lines[0])
    assert {line["status"] for line in lines} >= {"success", "failed", "skipped"}


def test_a_record_is_the_line_with_its_place_and_its_making() -> None:
    record = as_record(3, {"text": "a"}, {"seed": 1})
    assert list(record.items()) == [("i", 3), ("text", "a"), ("made_by", {"seed": 1})]


def test_a_row_is_told_by_both_texts_and_the_label() -> None:
    pair = Row(Example("A man sleeps.", "A man rests."), 0)
    assert row_of(pair, MNLI) == {
        "text_sha": text_sha("A man rests."), "given": 0, "other_text": "A man sleeps.", "text": "A man rests.",
    }  # fmt: skip
    assert row_of(Row(Example("Good."), None), IMDB) == {"text_sha": text_sha("Good."), "given": None, "text": "Good."}


def test_provenance_names_what_decides(attack: Attack, toy_lexicon: Any) -> None:
    bag = BagOfWords()
    known = provenance(attack, bag, bag, 4)
    assert known["weights"] == bag.name
    assert "verdict_draws" not in known
    assert provenance(attack, bag, bag, 5) != known
    assert provenance(Attack(replace(attack.config, seed=7), toy_lexicon), bag, bag, 4) != known
    noisy = Noisy()
    assert provenance(attack, bag, noisy, 4)["verdict_draws"] == attack.config.verdict_draws
    assert provenance(attack, bag, noisy, 4)["searched"] == bag.name
