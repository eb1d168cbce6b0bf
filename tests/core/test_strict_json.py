"""What is written can be read by any reader of JSON, and says the same."""

import json
import math
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.resources import ROOT
from core.strict_json import to_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(
        st.characters()
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def strictly(text: str) -> Any:
    """What a strict reader makes of it."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text.encode("utf-8"), parse_constant=refuse)


@given(VALUES, st.sampled_from([None, 2]), st.booleans())
def test_what_is_written_is_read_back(value: Any, indent: int | None, ascii: bool) -> None:
    text = to_json(value, indent, ascii)
    assert strictly(text) == value
    assert text.isascii() or not ascii


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_null(number: float) -> None:
    @dataclass(frozen=True)
    class Share:
        value: float
        parts: tuple[float, ...]

    assert strictly(to_json(Share(number, (1.0, number)))) == {"value": None, "parts": [1.0, None]}
    assert strictly(to_json({"of": {"it": [number]}})) == {"of": {"it": [None]}}


def test_half_a_character_does_not_cost_the_line() -> None:
    assert strictly(to_json({"text": "caf\udce9 \u00e9"})) == {"text": "caf\udce9 \u00e9"}
    assert to_json("caf\udce9 \u00e9") == '"caf\\udce9 \u00e9"'


def test_what_cannot_be_json_is_told() -> None:
    with pytest.raises(TypeError, match="set is not JSON serializable"):
        to_json({1, 2})


def test_nothing_that_somebody_reads_is_written_past_it() -> None:
    """Elsewhere JSON is only what is hashed, compared or read back by the same module."""
    inside = {"core/strict_json.py", "core/evaluation/attack_run.py", "core/evaluation/paired.py",
              "core/work/job.py"}  # fmt: skip
    inside |= {f"core/training/{name}.py" for name in ("checkpoint", "corpus", "export", "plan_store", "study")}
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("core", "app")
        for path in (ROOT / folder).rglob("*.py")
        if "json.dump" in path.read_text(encoding="utf-8")
    }
    assert found <= inside
