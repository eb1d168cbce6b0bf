"""The annotations of core's arrays hold under pytest: what has another shape or dtype is caught, and nothing else."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import Float, TypeCheckError

from core.defenses.voting import vote
from core.models.classifier import softmax
from core.models.gradients import EmbeddedRow, Gradients
from tests.shape_checks import speaks_of_arrays

ROOT = Path(__file__).resolve().parent.parent
LOGITS = np.array([[2.0, 0.0], [0.0, 1.0], [0.0, 1.0]])


@pytest.fixture
def named(pytestconfig: pytest.Config) -> list[str]:
    """The modules and packages that pyproject.toml names to be checked."""
    *names, _ = pytestconfig.getoption("jaxtyping_packages").split(",")
    return names


def test_transposed_logits_are_caught() -> None:
    vote(LOGITS, np.ones(3), "majority")
    with pytest.raises(TypeCheckError, match="weights"):
        vote(LOGITS.T, np.ones(3), "majority")


def test_another_dtype_is_caught() -> None:
    with pytest.raises(TypeCheckError, match="logits"):
        softmax(LOGITS.astype(np.int64))


def test_fields_of_a_value_have_to_agree(tiny_classifier, reviews) -> None:
    (encoding,) = tiny_classifier.encode(reviews[:1])
    EmbeddedRow(encoding, np.arange(2), np.zeros((2, 32)))
    with pytest.raises(TypeCheckError, match="deltas"):
        EmbeddedRow(encoding, np.arange(3), np.zeros((2, 32)))
    with pytest.raises(TypeCheckError, match="embedding"):
        Gradients(np.zeros((4, 32)), np.zeros((5, 32)), np.zeros(2))


def test_only_arrays_are_checked() -> None:
    rows = Float[np.ndarray, "rows classes"]
    assert all(map(speaks_of_arrays, (rows, list[rows], dict[str, rows] | None)))
    assert not any(map(speaks_of_arrays, (int, list[str], np.ndarray, None, "rows")))


def test_what_is_named_exists(named) -> None:
    assert [name for name in named if importlib.util.find_spec(name) is None] == []


def test_every_annotated_module_is_named(named) -> None:
    """An annotation that nobody checks is a comment that may lie."""
    annotated = [path for path in (ROOT / "core").rglob("*.py") if "from jaxtyping" in path.read_text(encoding="utf-8")]
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in annotated]
    assert [name for name in modules if not any(f"{name}.".startswith(f"{prefix}.") for prefix in named)] == []
    assert len(modules) > 10


def test_nothing_is_checked_outside_the_tests() -> None:
    code = "import sys, core.defenses.voting as v; print('beartype' in sys.modules, hasattr(v.vote, '__wrapped__'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
