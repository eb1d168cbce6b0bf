"""FIVE's noise as a picture: its first points are FIVE's voters, its neighbours the swapped texts, its cost exact."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.analysis.cloud import Cloud, CloudPoint, draw_cloud, noisable_words, sigma_curve, voters
from core.analysis.request import AnalysisRequest, make_example
from core.analysis.stages import analyse
from core.defenses.five import Five


@pytest.fixture
def rows_asked(tiny_classifier: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each call put through the model."""
    asked: list[int] = []
    real = type(tiny_classifier).encoded_logits
    monkeypatch.setattr(
        type(tiny_classifier), "encoded_logits", lambda self, rows: asked.append(len(rows)) or real(self, rows)
    )
    return asked


def of(cloud: Cloud, kind: str) -> list[CloudPoint]:
    return [point for point in cloud.points if point.kind == kind]


def test_the_first_points_of_the_cloud_are_fives_voters(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    five = request_for.settings.five
    cloud = draw_cloud(tiny_classifier, toy_lexicon, request_for, five.sigma_relative, draws=20)
    *_, final = analyse(tiny_classifier, toy_lexicon, request_for)
    drawn = [point.label for point in cloud.points if point.kind == "noised"]
    assert drawn[: five.samples] == [member.label for member in final.five.members[1:]]
    assert cloud.words == final.five.words
    assert sum(cloud.counts) == 20


def test_the_cloud_is_of_noise_also_beside_a_control(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    """The dial moved nothing where FIVE voted with [MASK]."""
    masked = replace(request_for.settings, five=replace(request_for.settings.five, noise="mask"))
    control = replace(request_for, settings=masked)
    for sigma in (0.5, 4.0):
        ours = draw_cloud(tiny_classifier, toy_lexicon, request_for, sigma, draws=4)
        assert draw_cloud(tiny_classifier, toy_lexicon, control, sigma, draws=4) == ours
    assert voters(request_for, request_for.settings.five.sigma_relative, None) == request_for.settings.five.samples
    assert voters(control, request_for.settings.five.sigma_relative, None) == 0


def test_noise_on_one_word_alone(tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest) -> None:
    everything = draw_cloud(tiny_classifier, toy_lexicon, request_for, 1.0, draws=4)
    alone = draw_cloud(tiny_classifier, toy_lexicon, request_for, 1.0, draws=4, only=everything.words[0])
    assert alone.words == everything.words[:1]
    assert {p.word.partition(" ")[0] for p in alone.points if p.kind == "neighbor"} <= {everything.words[0].text}


def test_without_noise_every_copy_answers_as_the_text(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    label = tiny_classifier.predict([request_for.example])[0].label
    (point,) = sigma_curve(tiny_classifier, toy_lexicon, request_for, sigmas=(0.0,), draws=6)
    assert point.counts[label] == point.n == 6


def test_a_text_without_words_has_no_cloud(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    nothing = replace(request_for, example=make_example("imdb", "?!"))
    assert draw_cloud(tiny_classifier, toy_lexicon, nothing, 1.0).points == ()
    assert [p.n for p in sigma_curve(tiny_classifier, toy_lexicon, nothing, draws=3)] == [0] * 10


def test_it_costs_the_text_the_draws_and_the_neighbours(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest, rows_asked: list[int]
) -> None:
    cloud = draw_cloud(tiny_classifier, toy_lexicon, request_for, 1.0, draws=7)
    assert len(of(cloud, "neighbor")) > 2
    assert rows_asked == [1 + 7 + len(of(cloud, "neighbor"))]
    rows_asked.clear()
    list(sigma_curve(tiny_classifier, toy_lexicon, request_for, sigmas=(0.5, 2.0), draws=6))
    assert rows_asked == [6, 6]


def test_a_neighbour_leads_where_the_text_with_it_does(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    cloud = draw_cloud(tiny_classifier, toy_lexicon, request_for, 1.0, draws=1)
    for point in of(cloud, "neighbor"):
        old, _, new = point.word.partition(" → ")
        (word,) = (word for word in cloud.words if word.text == old)
        swapped = request_for.text[: word.start] + new + request_for.text[word.end :]
        (answer,) = tiny_classifier.predict([make_example("imdb", swapped)])
        assert point.label == answer.label
        assert point.probability == pytest.approx(max(answer.probabilities), abs=1e-5)


def test_places_are_those_of_the_vectors(tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest) -> None:
    """Without noise the copies are the original; a neighbour differs in the pieces of its own word alone."""
    seen: list[tuple[np.ndarray, str, int]] = []

    def place(vectors: np.ndarray, method: str, seed: int) -> np.ndarray:
        seen.append((vectors, method, seed))
        return vectors[:, :2] + np.arange(len(vectors))[:, None]

    cloud = draw_cloud(tiny_classifier, toy_lexicon, request_for, 0.0, draws=3, method="tsne", place=place)
    ((vectors, method, seed),) = seen
    assert (method, cloud.method, seed) == ("tsne", "tsne", request_for.seed)
    (text,) = Five(tiny_classifier, toy_lexicon, request_for.settings.five).choose([request_for.example])
    owners = [word.text for word, own in zip(text.words, text.pieces, strict=True) for _ in own]
    pieces = vectors.reshape(len(cloud.points), len(owners), tiny_classifier.hidden_size)
    for point, row, vector in zip(cloud.points, pieces, vectors, strict=True):
        changed = {owners[i] for i in np.flatnonzero((row != pieces[0]).any(axis=1))}
        assert changed == ({point.word.partition(" ")[0]} if point.kind == "neighbor" else set())
        assert point.x == pytest.approx(vector[0] + cloud.points.index(point), abs=1e-6)


def test_sigma_is_in_units_of_the_embeddings_spread(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    def spread(sigma: float) -> float:
        def place(vectors: np.ndarray, method: str, seed: int) -> np.ndarray:
            kept.append(vectors)
            return vectors[:, :2]

        kept: list[np.ndarray] = []
        cloud = draw_cloud(tiny_classifier, toy_lexicon, request_for, sigma, draws=60, place=place)
        assert cloud.sigma_absolute == pytest.approx(sigma * tiny_classifier.embedding_std)
        return float(np.std(kept[0][1:61] - kept[0][0]))

    assert spread(2.0) == pytest.approx(2.0 * tiny_classifier.embedding_std, rel=0.05)
    points = list(sigma_curve(tiny_classifier, toy_lexicon, request_for, sigmas=(0.5, 40.0), draws=2))
    assert [point.sigma_absolute / point.sigma for point in points] == pytest.approx(
        [tiny_classifier.embedding_std] * 2
    )


def test_only_words_of_the_text_that_five_chose(
    tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest
) -> None:
    words = noisable_words(tiny_classifier, toy_lexicon, request_for)
    share = replace(request_for.settings.five, perturb_words=2)
    fewer = replace(request_for, settings=replace(request_for.settings, five=share))
    assert len(words) > 2
    assert noisable_words(tiny_classifier, toy_lexicon, fewer) == words[:2]
    nowhere = replace(words[0], start=words[0].start + 1)
    cloud = draw_cloud(tiny_classifier, toy_lexicon, fewer, 1.0, draws=1, only=nowhere)
    assert cloud.words == words[:2], "a word that is not among them restricts nothing"


def test_wins_are_counted_among_the_noised_copies_alone() -> None:
    def points(kind: str, labels: Sequence[int]) -> list[CloudPoint]:
        return [CloudPoint(0.0, 0.0, kind, label, 0.9) for label in labels]

    made = (*points("original", [2]), *points("noised", [0, 2, 0]), *points("neighbor", [1, 1]))
    assert Cloud(made, ("a", "b", "c"), (), 1.0, 0.1, "pca").counts == (2, 0, 1)
