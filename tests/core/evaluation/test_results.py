"""The page of results says what its files say: tables drawn from them, words that quote only what stands in them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import DamagedResourceError
from core.evaluation.audit.card import read_cards, to_page
from core.evaluation.results import (
    AUDITS,
    PAGE,
    RESULTS_FOLDER,
    Comparison,
    Result,
    draw,
    draw_page,
    read_table,
    read_tables,
)

CELL = {"row": "plain", "column": "clean", "task": "imdb", "measure": "accuracy", "value": 0.8815, "n": 2000,
        "command": "python -m core evaluate"}  # fmt: skip
PAIR = {"task": "imdb", "first": "a", "second": "b", "measure": "clean", "n": 50, "only_first": 9, "only_second": 1,
        "p": 0.0215, "commands": ["python -m core paired a b"]}  # fmt: skip


def write(path: Path, **changes: Any) -> Path:
    path.write_text(json.dumps({"title": "T", "results": [CELL], **changes}), encoding="utf-8")
    return path


def test_the_page_is_what_the_files_give() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert draw_page(page, read_tables()) == page, "run: python -m core assets results"


def test_the_page_of_audits_is_what_the_cards_give() -> None:
    assert to_page(read_cards(RESULTS_FOLDER)) == AUDITS.read_text(encoding="utf-8"), (
        "run: python -m core assets results"
    )


def test_words_quote_only_figures_that_stand_in_a_file() -> None:
    words = re.sub(r"<!-- table .*?<!-- end -->", "", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    known = [*(x for table in read_tables().values() for x in table.numbers()), *search_figures(), 0.001]
    settings = {"0.6", "0.5", "0.7"}  # word cosines and the share of weights kept
    for told in set(re.findall(r"(?<![\w.])\d+\.\d+", words)) - settings:
        digits = len(told.partition(".")[2])
        near = [x for x in known for value in (x, 100 * x) if abs(value - float(told)) <= 0.5000001 * 10**-digits]
        assert near or told in {"1.7", "1.8"}, told  # times as many right answers: quotients of two figures


def search_figures() -> Iterator[float]:
    for path in RESULTS_FOLDER.glob("tune-*.json"):
        for trial in json.loads(path.read_text(encoding="utf-8"))["trials"]:
            for part in ("clean", "under_attack"):
                if trial.get(part):
                    yield trial[part]["value"]


@pytest.mark.parametrize("name", tuple(read_tables()))
def test_figures_hold_together(name: str) -> None:
    """Wilson's interval of the share or another that is named, McNemar's p of the counts, one figure a cell."""
    from scipy.stats import binomtest

    from core.evaluation.statistics import wilson

    table = read_tables()[name]
    cells = [(found.row, found.column) for found in table.results]
    assert len(set(cells)) == len(cells)
    for found in table.results:
        if found.low is not None and not re.search("bootstrap|shuffles", found.measure):
            assert (found.low, found.high) == pytest.approx(wilson(round(found.value * found.n), found.n), abs=6e-5)
        assert bool(found.weights) == (found.model in ("imdb-plain", "imdb-fact", "mnli-plain", "mnli-fact"))
    for pair in table.comparisons:
        differ = pair.only_first + pair.only_second
        due = binomtest(pair.only_first, differ).pvalue if differ else 1.0
        assert pair.p == pytest.approx(due, rel=1e-4)
        if pair.difference is not None:
            assert pair.difference == pytest.approx((pair.only_first - pair.only_second) / pair.n, abs=1e-6)


@pytest.mark.parametrize("path", sorted(RESULTS_FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_file_names_no_day_and_no_clock(path: Path) -> None:
    assert not re.search(r"\b20\d\d-\d\d-\d\d|\d\d:\d\d", path.read_text(encoding="utf-8"))


def test_a_table_by_hand(tmp_path: Path) -> None:
    other = {**CELL, "row": "FuSE", "column": "words", "value": 0.2, "low": 0.1, "high": 0.3, "n": 10}
    third = {**other, "row": "plain", "n": 1200, "value": 54.07, "low": 51.2, "high": 56.9}
    path = write(tmp_path / "t.json", results=[CELL, other, third], comparisons=[PAIR], recipes={"mine": "make it"})
    assert (
        draw(read_table(path))
        == """**T**

|  | clean, n = 2,000 | words |
| --- | --- | --- |
| plain | 0.882 | 54 (51 to 57), n = 1,200 |
| FuSE |  | 0.200 (0.100 to 0.300), n = 10 |

| same rows | first | second | right only by the first | only by the second | difference | p |
| --- | --- | --- | --- | --- | --- | --- |
| imdb, clean | a | b | 9 of 50 | 1 |  | 0.021 |

<details><summary>Commands</summary>

```bash
python -m core evaluate
python -m core paired a b
make it  # mine
```

</details>"""
    )


def test_a_page_is_drawn_between_its_marks_and_twice_is_once(tmp_path: Path) -> None:
    write(tmp_path / "t.json")
    write(tmp_path / "tune-imdb-five.json")
    tables = read_tables(tmp_path)
    page = "Before.\n<!-- table t -->\nold\n<!-- end -->\nAfter.\n"
    once = draw_page(page, tables)
    assert once.startswith("Before.\n<!-- table t -->\n\n**T**")
    assert once.endswith("</details>\n\n<!-- end -->\nAfter.\n")
    assert draw_page(once, tables) == once
    for wrong in ("no mark", page + page, page.replace("table t", "table u")):
        with pytest.raises(DamagedResourceError, match="differ about"):
            draw_page(wrong, tables)


@pytest.mark.parametrize(
    "changes",
    [
        {"results": [{**CELL, "low": 0.9, "high": 0.95}]},
        {"results": [{**CELL, "low": 0.8}]},
        {"results": [{**CELL, "n": 0}]},
        {"results": [{**CELL, "command": ""}]},
        {"results": [{**CELL, "made": "yesterday"}]},
        {"results": [{}]},
        {"comparisons": [{**PAIR, "commands": 3}]},
        {"speed": 3},
    ],
)
def test_a_wrong_file_is_named(changes: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(DamagedResourceError, match=r"t\.json \(a table of results\)"):
        read_table(write(tmp_path / "t.json", **changes))


def test_a_file_may_leave_out_what_is_as_usual(tmp_path: Path) -> None:
    table = read_table(write(tmp_path / "t.json", comparisons=[PAIR]))
    assert table.results == (Result(**CELL),)
    assert table.comparisons == (Comparison(**{**PAIR, "commands": tuple(PAIR["commands"])}),)
    assert (table.digits, table.recipes, table.results[0].defense) == (3, {}, "plain")
