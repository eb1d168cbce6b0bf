"""A word and its neighbour in their noise: both clouds hang on the right texts, the line ends where the words are."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.analysis.beside import curve_beside, draw_beside, neighbors_beside, noised_text, slice_between
from core.analysis.request import AnalysisRequest, make_example
from core.errors import InputError
from core.language.text import Word
from core.models.classifier import Prediction
from tests.core.analysis.conftest import TEXT

GOOD = Word(2, 6, "good")
NICE = make_example("imdb", TEXT.replace("good", "nice"))


def test_neighbours_lead_where_their_texts_lead_and_the_decisive_one_is_found(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    near = neighbors_beside(tiny_classifier, toy_lexicon, request_for, GOOD)
    assert near.names[0] == "nice"
    assert near.answers[0].probabilities == pytest.approx(tiny_classifier.predict([NICE])[0].probabilities, abs=1e-5)
    same, other = Prediction((0.0, 1.0), 1), Prediction((1.0, 0.0), 0)
    weak = Prediction((0.0, 0.1), 1)
    made = replace(near, names=("a", "b", "c"), own=same)
    assert replace(made, answers=(same, other, other)).decisive == "b"
    assert replace(made, answers=(same, weak, same)).decisive == "b"
    assert replace(near, names=(), answers=()).decisive == ""


def test_without_noise_every_copy_answers_as_its_text_and_lies_upon_it(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    near = neighbors_beside(tiny_classifier, toy_lexicon, request_for, GOOD)
    seen: list[np.ndarray] = []

    def place(vectors: np.ndarray, method: str, seed: int) -> np.ndarray:
        seen.append(vectors)
        return vectors[:, :2]

    found = draw_beside(tiny_classifier, toy_lexicon, request_for, near, "nice", 0.0, 4, place=place)
    labels = [tiny_classifier.predict([e])[0].label for e in (request_for.example, NICE)]
    for kind, label, first in (("noised", labels[0], 0), ("noised_other", labels[1], 5)):
        assert found.counts(kind)[label] == sum(found.counts(kind)) == 4
        assert np.allclose(seen[0][first : first + 5], seen[0][first])
    vectors = tiny_classifier.word_vectors([tiny_classifier.encode([NICE])[0].ids[2]])
    assert np.allclose(seen[0][5], vectors[0])
    assert {p.word for p in found.points if p.kind == "neighbor"} == set(near.names) - {"nice"}


def test_the_line_goes_from_the_word_to_its_neighbour(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    line = slice_between(tiny_classifier, toy_lexicon, request_for, GOOD, "nice", 0.0, 3, shares=(0.0, 0.5, 1.0))
    for point, example in ((line[0], request_for.example), (line[2], NICE)):
        (answer,) = tiny_classifier.predict([example])
        assert point.probabilities == pytest.approx(answer.probabilities, abs=1e-5)
        assert point.counts[answer.label] == point.n == 3
    noisy = slice_between(tiny_classifier, toy_lexicon, request_for, GOOD, "nice", 3.0, 30, shares=(0.0, 1.0))
    for point, still in zip(noisy, (line[0], line[2]), strict=True):
        assert point.probabilities == pytest.approx(still.probabilities, abs=1e-5)
    assert noisy != slice_between(tiny_classifier, toy_lexicon, request_for, GOOD, "nice", 0.1, 30, shares=(0.0, 1.0))


def test_the_other_words_curve_is_of_the_text_with_it(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    (point,) = curve_beside(tiny_classifier, toy_lexicon, request_for, GOOD, "nice", 5, sigmas=(0.0,))
    assert point.counts[tiny_classifier.predict([NICE])[0].label] == 5


def test_it_costs_what_it_says(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, asked = neighbors_beside(tiny_classifier, toy_lexicon, request_for, GOOD), []
    real = type(tiny_classifier).encoded_logits
    monkeypatch.setattr(
        type(tiny_classifier), "encoded_logits", lambda self, rows: asked.append(len(rows)) or real(self, rows)
    )
    draw_beside(tiny_classifier, toy_lexicon, request_for, near, "nice", 1.0, 7)
    slice_between(tiny_classifier, toy_lexicon, request_for, GOOD, "nice", 1.0, 4, shares=(0.0, 0.5, 1.0))
    assert asked == [2 * 8, 3 * 5]


def test_a_word_that_is_not_read_is_refused(tiny_classifier: Any, request_for: AnalysisRequest) -> None:
    with pytest.raises(InputError, match="'goodly' at 2"):
        noised_text(tiny_classifier, request_for.example, Word(2, 8, "goodly"))
