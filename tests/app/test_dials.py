"""The dials' tables: a row an attack, what fell said in words, nothing of a visitor's text as HTML."""

from dataclasses import replace
from typing import Any

from app.present.dials import fitted, gates, illusion
from core.attacks.presets import PRESETS
from core.evaluation.dials import at_each_gate
from core.tasks import Example
from tests.core.evaluation.test_dials import Counts

TEXT = Example("A good film about a small man who walks outside & a story that is never <b>boring</b> at all.")


def test_a_row_for_every_set_of_rules_and_for_every_attack(toy_lexicon: Any) -> None:
    falls = list(at_each_gate(Counts(), toy_lexicon, TEXT, 200))
    html = gates("imdb", falls)
    assert html.count("<tr>") == 1 + len(PRESETS)
    assert html.count("✗ fooled") == sum(one.fooled for one in falls) > 0
    assert "2 of 6 tried" in gates("imdb", falls[:2])
    assert "tried" not in html
    strange = replace(falls[-1], end=replace(falls[-1].end, swaps=((0, "<b>", "x&y"),)))
    assert "<b>" not in gates("imdb", [strange])
    shown = illusion("imdb", [("own", falls[-1]), (fitted(2.0, 0.01, 40), falls[0])])
    assert shown.count("<tr>") == 3
    assert "÷ 0.01, then ÷ 2 (fitted to 40 texts of ours)" in shown
