"""Answers from outside: what a reader makes of each, beside what functions (test_function) and servers send."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import ModelError
from core.models.answers import ABSTAINED, Answers
from core.tasks import IMDB

READ = Answers(IMDB, "theirs", {"good": "positive"}, abstains=True)
KINDS = st.sampled_from(["label", "logits", "probabilities"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KINDS, inner),
    max_leaves=6,
)


@given(ANYTHING)
@example([1e308, 1e308])
@example({"logits": [1e308, -1e308]})
@example([10**400, 1])
def test_whatever_is_sent_is_an_answer_or_is_refused_in_words(answer: Any) -> None:
    found, said = None, ""
    try:
        found = READ.read(answer, 0)
    except ModelError as error:
        said = str(error)
    if found is None:
        assert said.startswith("theirs, answer 1: ")
        assert len(said) < 250
    else:
        assert ABSTAINED <= found.label < 2
        assert len(found.logits) == 2
        assert sum(found.probabilities) == pytest.approx(1)


def test_a_name_means_the_label_that_it_is_mapped_to() -> None:
    assert READ.read("Good", 0).label == 1
    assert READ.read({"label": "good", "logits": [3, 1]}, 0).label == 1
