"""What differs from the paper is named where there is a number of the paper's to differ from."""

from collections.abc import Callable

import pytest

from core.evaluation.shelf import Shelf
from core.evaluation.table_differences import differences
from core.evaluation.table_plan import Asked, plan_table


@pytest.mark.parametrize(
    ("number", "key", "expected"),
    [
        (2, "plain", ("model", "data", "attack", "metric")),
        (2, "five-paper", ("model", "data", "settings", "attack", "metric")),
        (3, "plain", ("model", "data", "attack")),
        (3, "five", ("model", "data", "settings", "attack", "metric")),
    ],
)
def test_each_is_named_once(asked: Callable[..., Asked], number: int, key: str, expected: tuple[str, ...]) -> None:
    plan = plan_table(asked(number, key, source={"file": "mine.tsv"}), Shelf())
    found = differences(plan, plan.rows[0])
    assert tuple(said.partition(":")[0] for said in found) == expected
    assert "12 rows of mine.tsv" in found[1]
    assert "max_queries=30" in "".join(found)
    assert not any(said.endswith(".") for said in found)
