"""Labels go by whole names or by a mapping that is given, never by place or by likeness."""

import pytest

from core.errors import ModelError
from core.models.labels import label_order
from core.tasks import IMDB, MNLI, Task

COUNTRIES = Task("countries", "Countries", ("austria", "sweden"), "text_a", 64, ("text",))


@pytest.mark.parametrize(
    ("given", "order"),
    [
        ({0: "entailment", 1: "neutral", 2: "contradiction"}, [0, 1, 2]),
        ({0: "CONTRADICTION", 1: "ENTAILMENT", 2: "NEUTRAL"}, [1, 2, 0]),
        ({0: " Contradiction", 1: "neutral", 2: "ENTAILMENT "}, [2, 1, 0]),
    ],
)
def test_label_order_by_name(given: dict[int, str], order: list[int]) -> None:
    assert label_order(given, MNLI) == order


def test_numbered_labels_need_a_mapping() -> None:
    given = {0: "LABEL_0", 1: "LABEL_1"}
    with pytest.raises(ModelError, match=r"labels are .* --labels LABEL_0=negative,LABEL_1=positive"):
        label_order(given, IMDB)
    assert label_order(given, IMDB, {"LABEL_0": "positive", "label_1": "negative"}) == [1, 0]


@pytest.mark.parametrize(
    ("given", "task"),
    [
        ({0: "Australia", 1: "Sweden"}, COUNTRIES),
        ({0: "negative", 1: "positive"}, MNLI),
        ({0: "negative", 1: "positive", 2: "neutral"}, IMDB),
        ({0: "con", 1: "neu", 2: "ent"}, MNLI),
        ({0: "negative", 1: "Negative"}, IMDB),
    ],
)
def test_labels_that_do_not_fit(given: dict[int, str], task: Task) -> None:
    with pytest.raises(ModelError, match="The checkpoint's labels are"):
        label_order(given, task)


def test_one_output_for_two_names_is_refused() -> None:
    with pytest.raises(ModelError, match="labels are"):
        label_order({0: "a", 1: "b", 2: "positive"}, IMDB, {"a": "negative", "b": "negative"})


def test_unicode_forms_of_a_name_are_one() -> None:
    task = Task("tastes", "Tastes", ("caf\u00e9", "tea"), "text_a", 64, ("text",))
    assert label_order({0: "TEA", 1: "cafe\u0301"}, task) == [1, 0]
