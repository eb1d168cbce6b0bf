"""``bench attack`` and ``bench overhead`` on a tiny model: what they count, as lines and as tables."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.tasks import Example


@pytest.fixture
def rows(tmp_path: Path, reviews: list[Example]) -> Path:
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps({"text": example.text_a, "label": i % 2}) for i, example in enumerate(reviews)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def bench(cli: Callable[..., Any], toy_words: Any, tiny_folder: Path, rows: Path) -> Callable[..., Any]:
    """A measurement over the rows; answers what it printed."""

    def run(name: str, *more: object) -> Any:
        fixed = ("--task", "imdb", "--input", rows, "--model", tiny_folder, "--device", "cpu", "--preset", "ungated")
        ran = cli("bench", name, *fixed, *more)
        assert ran.code == 0, ran.err
        return ran

    return run


def test_an_attack_at_a_quarter_a_half_and_all(bench: Callable[..., Any]) -> None:
    found = [json.loads(line) for line in bench("attack", "--n", 8, "--json").out.splitlines()]
    assert [one["samples"] for one in found] == [2, 4, 8]
    assert all(one["ratio"] > 0 for one in found)
    assert "Batch attack against" in bench("attack", "--n", 4).out


def test_the_programs_own_time(bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, toy_words: Any) -> None:
    class Fresh(type(toy_words.encoder)):  # type: ignore[misc]
        def fresh(self) -> Any:
            return self

    monkeypatch.setattr("core.language.similarity.load_encoder", lambda *_: Fresh())
    (found,) = [json.loads(line) for line in bench("overhead", "--n", 3, "-d", "plain", "--json").out.splitlines()]
    assert (found["defense"], found["rows"]) == ("plain", 3)
    assert found["answers"] >= 1, "of the rows that the model had right"
    assert found["ms_per_row"] >= 0
