"""A Python function as a classifier: every kind of answer read, everything else refused in words."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import ConfigError, ModelError
from core.models.function import ABSTAINED, FunctionClassifier, is_function, load_function
from core.tasks import IMDB, MNLI, Example, Task


def asked(answer: Any, task: Task = IMDB) -> Any:
    mine = FunctionClassifier(lambda texts: [answer], task, "mine", abstains=True)
    return mine.predict([Example("A film.", "So it is.")])[0]


@pytest.mark.parametrize(
    "answer",
    [
        "positive", 1, np.int64(1), [0.2, 0.8], np.array([1, 4]), {"label": "positive"},
        {"probabilities": (0.1, 0.9)}, {"label": 1, "probabilities": (0.9, 0.1)},
    ],
)  # fmt: skip
def test_every_kind_of_answer_is_read(answer: Any) -> None:
    assert asked(answer).label == 1


def test_probabilities_come_back_as_they_were_given() -> None:
    assert asked([0.2, 0.8]).probabilities == pytest.approx((0.2, 0.8))
    assert asked([1, 4]).probabilities == pytest.approx((0.2, 0.8))  # counts are shared out
    assert asked({"label": 1, "probabilities": (0.9, 0.1)}).probabilities == pytest.approx((0.9, 0.1))


@pytest.mark.parametrize("answer", [None, -1, {"label": None}])
def test_an_abstention_is_no_label_and_no_lead(answer: Any) -> None:
    found = asked(answer)
    assert found.label == ABSTAINED
    assert found.probabilities == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize("answer", ["great", 2, -2, [0.5], [0.5, float("nan")], [-1.0, 2.0], [0, 0], object()])
def test_what_is_no_answer_is_refused(answer: Any) -> None:
    with pytest.raises(ModelError, match="mine, answer 1"):
        asked(answer)


def test_an_answer_for_each_text() -> None:
    with pytest.raises(ModelError, match="2 answers to 1 texts"):
        FunctionClassifier(lambda texts: [0, 1], IMDB, "mine").predict([Example("Good.")])


def test_what_the_function_raises_is_told() -> None:
    with pytest.raises(ModelError, match="mine raised ZeroDivisionError"):
        FunctionClassifier(lambda texts: [1 // 0], IMDB, "mine").predict([Example("Good.")])


def test_pairs_are_given_as_pairs() -> None:
    seen: list[Any] = []

    def remember(texts: list[Any]) -> list[str]:
        seen.extend(texts)
        return ["neutral" for _ in texts]

    FunctionClassifier(remember, MNLI, "mine").predict([Example("A man walks.", "He is out.")])
    assert seen == [("A man walks.", "He is out.")]


def test_a_function_is_found_by_module_and_name() -> None:
    assert load_function("os.path:basename")("a/b") == "b"


@pytest.mark.parametrize(
    ("where", "said"),
    [("basename", "module:function"), ("no_such_module:f", "Cannot import"), ("os.path:nothing", "nothing called"),
     ("os.path:sep", "no function"), ("..up:f", "Cannot import")],
)  # fmt: skip
def test_what_cannot_be_found_is_said(where: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_function(where)


def test_a_function_in_a_file_may_import_its_neighbours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", list(sys.path))
    (tmp_path / "weights_beside.py").write_text("SURE = 0.75\n", encoding="utf-8")
    (tmp_path / "mine.py").write_text(
        "from weights_beside import SURE\ndef ask(texts): return [[1 - SURE, SURE] for _ in texts]\n", encoding="utf-8"
    )
    found = load_function(f"{tmp_path / 'mine.py'}:ask")
    assert FunctionClassifier(found, IMDB, "mine").predict([Example("Good.")])[0].label == 1
    with pytest.raises(ConfigError, match="Cannot import"):
        load_function(f"{tmp_path / 'other.py'}:ask")


@pytest.mark.parametrize(
    ("where", "is_one"),
    [("a.b:c", True), ("folder/mine.py:ask", True), (r"C:\models\mine.py:ask", True), (r"C:\models\bert", False),
     ("owner/name", False), ("imdb-plain", False), ("http://127.0.0.1:1/ask", False), ("a:b:c", False), (":c", False)],
)  # fmt: skip
def test_what_reads_as_a_function(where: str, is_one: bool) -> None:
    assert is_function(where) is is_one


def test_an_abstention_is_for_an_audit_alone() -> None:
    with pytest.raises(ModelError, match="answer 2: it abstains"):
        FunctionClassifier(lambda texts: [1, None], IMDB, "mine").predict([Example("Good."), Example("Fine.")])


def test_labels_of_its_own_are_mapped() -> None:
    mine = FunctionClassifier(lambda texts: ["LABEL_1", "Negative"], IMDB, "mine", {"LABEL_1": "positive"})
    assert [said.label for said in mine.predict([Example("Good."), Example("Bad.")])] == [1, 0]


def test_logits_are_kept_as_they_are() -> None:
    assert asked({"logits": [1.5, -0.5]}).logits == (1.5, -0.5)
