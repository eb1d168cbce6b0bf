"""Which rows are attacked, and by which rules: the same for every command that attacks."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.cli.attacked import SampleOptions, attack_rows, attack_settings, usual
from core.cli.options import AttackOptions
from core.errors import InputError
from core.tasks import IMDB

SESSION: Any = SimpleNamespace(task=IMDB, names={}, device="cpu")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("text,label\n" + "".join(f"a good film {i},{i % 2}\n" for i in range(20)), encoding="utf-8")
    return path


def test_a_file_whole_or_a_sample_by_its_seed(file: Path) -> None:
    whole = attack_rows(SESSION, SampleOptions(file))
    assert [row.example.text_a for row in whole.rows] == [f"a good film {i}" for i in range(20)]
    one, again, other = (
        [row.example for row in attack_rows(SESSION, SampleOptions(file, n=5, rows_seed=seed)).rows]
        for seed in (3, 3, 4)
    )
    assert one == again != other
    assert len(one) == 5


def test_nothing_to_attack_is_said() -> None:
    with pytest.raises(InputError, match="Give --input FILE, or --n N"):
        attack_rows(SESSION, SampleOptions())


def test_rules_and_how_many_together() -> None:
    config = attack_settings(AttackOptions(preset="textattack", set_=["max_queries=7"]), "imdb", 5)
    assert (config.preset, config.max_queries, config.seed) == ("textattack", 7, 5)
    assert (usual(0, SESSION), usual(9, SESSION)) == (64, 9)
