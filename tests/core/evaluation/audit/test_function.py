"""A Python function as a classifier: every kind of answer read, everything else refused in words."""

from typing import Any

import numpy as np
import pytest

from core.errors import ConfigError, ModelError
from core.evaluation.audit.function import ABSTAINED, FunctionClassifier, load_function
from core.tasks import IMDB, MNLI, Example, Task


def asked(answer: Any, task: Task = IMDB) -> Any:
    (found,) = FunctionClassifier(lambda texts: [answer], task, "mine").predict([Example("A film.", "So it is.")])
    return found


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
