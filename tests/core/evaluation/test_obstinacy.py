"""Twins: the files that ship are sound, and the shares are those counted by hand."""

import json
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from core.errors import DataFileError
from core.evaluation.obstinacy import ALL, Twin, ask_twins, compare, load_twins, obstinacy, parse_twins
from core.models.classifier import Prediction
from core.tasks import IMDB, MNLI, Example, Task

GOOD = {"labels": ["positive", "negative"], "twins": [{"kind": "antonym", "review": "Fun.", "twin": "Dull."}]}


class Answers:
    """A classifier that answers by a function of the text."""

    name = "scripted"

    def __init__(self, task: Task, label: Callable[[str], int]) -> None:
        self.task, self.label = task, label

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        count = len(self.task.labels)
        labels = [self.label(self.task.text(example)) for example in examples]
        return [Prediction(tuple(float(i == label) for i in range(count)), label, ()) for label in labels]


@pytest.mark.parametrize(("task", "least"), [(IMDB, 30), (MNLI, 110)])
def test_the_twins_that_ship(task: Task, least: int) -> None:
    twins = load_twins(task)
    assert len(twins) >= least
    texts = [row.example for twin in twins for row in (twin.first, twin.second)]
    assert len(set(texts)) == len(texts), "a text stands twice"
    assert {twin.kind for twin in twins} >= {"antonym", "negation"}
    assert min(Counter(twin.kind for twin in twins).values()) >= 10
    for twin in twins:
        assert twin.first.label != twin.second.label
        if task.is_pair:
            assert twin.first.example.text_a == twin.second.example.text_a
            assert twin.first.example.text_b != twin.first.example.text_a


def test_a_negation_is_no_clue_by_itself() -> None:
    """Negated hypotheses are right about as often as wrong, so that hearing a "not" is not enough."""
    words = {"not", "no", "never", "nobody", "none"}

    def negated(example: Example) -> bool:
        return bool(words & set((example.text_b or "").lower().rstrip(".").split()))

    twins = [twin for twin in load_twins(MNLI) if twin.kind == "negation"]
    entailed = sum(negated(twin.first.example) for twin in twins)
    contradicted = sum(negated(twin.second.example) for twin in twins)
    assert min(entailed, contradicted) / (entailed + contradicted) > 0.4


def test_shares_counted_by_hand() -> None:
    twins = parse_twins(
        json.dumps({
            "labels": ["positive", "negative"],
            "twins": [
                {"kind": "antonym", "review": "right", "twin": "wrong"},
                {"kind": "antonym", "review": "right again", "twin": "right too"},
                {"kind": "negation", "review": "wrong", "twin": "right"},
                {"kind": "negation", "review": "right once", "twin": "wrong again"},
            ],
        }),
        IMDB,
        "here",
    )  # fmt: skip
    positive, negative = IMDB.labels.index("positive"), IMDB.labels.index("negative")
    answered = ask_twins(Answers(IMDB, lambda text: positive if "right" in text else negative), twins)
    assert answered.told_apart == (True, False, False, True)
    assert answered.same_answer == (False, True, False, False)
    antonym, negation, every = obstinacy(answered)
    assert (antonym.kind, negation.kind, every.kind) == ("antonym", "negation", ALL)
    assert (antonym.told_apart.value, antonym.same_answer.value, antonym.told_apart.n) == (0.5, 0.5, 2)
    assert (negation.told_apart.value, negation.same_answer.value) == (0.5, 0.0)
    assert (every.told_apart.value, every.same_answer.value, every.told_apart.n) == (0.5, 0.25, 4)


def test_a_constant_tells_nothing_apart_and_the_labels_tell_everything() -> None:
    twins = load_twins(MNLI)
    labels = {row.example.text_b: row.label for twin in twins for row in (twin.first, twin.second)}
    constant = ask_twins(Answers(MNLI, lambda text: 0), twins)
    perfect = ask_twins(Answers(MNLI, lambda text: labels[text] or 0), twins)
    assert not any(constant.told_apart)
    assert all(constant.same_answer)
    assert all(perfect.told_apart)
    test = compare(perfect, constant)
    assert (test.only_first, test.only_second, test.n) == (len(twins), 0, len(twins))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"labels": ["positive", "neutral"]}, "two of the task"),
        ({"labels": ["positive", "positive"]}, "two different labels"),
        ({"twins": [{"kind": "antonym", "review": "Fun."}]}, "twin 1: expected the fields"),
        ({"twins": [{"kind": "antonym", "review": "Fun.", "twin": "Fun."}]}, "the twins are the same"),
        ({"twins": [{"kind": "all", "review": "Fun.", "twin": "Dull."}]}, "name of all kinds"),
        ({"twins": [{"kind": "antonym", "review": "Fun.", "twin": " "}]}, "every field is a text"),
    ],
)
def test_a_bad_file_names_its_fault(change: dict[str, object], said: str) -> None:
    with pytest.raises(DataFileError, match=said):
        parse_twins(json.dumps({**GOOD, **change}), IMDB, "here")


def test_a_good_file_is_read() -> None:
    (twin,) = parse_twins(json.dumps(GOOD), IMDB, "here")
    assert isinstance(twin, Twin)
    assert twin.first.example == Example("Fun.")
    assert twin.second.label == IMDB.labels.index("negative")
