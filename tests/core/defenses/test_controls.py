"""What is added to the embeddings: by kind, by hand, and a function of seed, text and index alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.defenses.controls import NoisedText, mean_vectors, noise_deltas
from core.defenses.five import Five, FiveConfig
from core.tasks import Example
from tests.conftest import ToyNeighbors

KINDS = ("gaussian", "mask", "random_word", "interpolate", "dropout")


@pytest.fixture
def noised(tiny_classifier: Any, toy_lexicon: Any) -> Any:
    """Encodes texts and chooses the most important words of each, as FIVE does."""

    def choose(*texts: str, words: int = 1) -> list[NoisedText]:
        config = FiveConfig(perturb_words=words, samples=1, sigma_relative=1.0)
        return Five(tiny_classifier, toy_lexicon, config).choose([Example(text) for text in texts])

    return choose


@pytest.fixture
def deltas_of(tiny_classifier: Any, toy_lexicon: Any) -> Any:
    def deltas(
        kind: Any, texts: Sequence[NoisedText], seeds: Sequence[int] = (0,), samples: int = 1, sigma: float = 0.1
    ) -> list[np.ndarray]:
        return noise_deltas(kind, tiny_classifier, toy_lexicon, texts, seeds, samples, sigma)

    return deltas


@pytest.mark.parametrize("kind", KINDS)
def test_controls(noised: Any, deltas_of: Any, tiny_classifier: Any, toy_lexicon: Any, kind: str) -> None:
    text = noised("good")[0]
    own = tiny_classifier.word_vectors([text.encoding.ids[i] for i in text.positions])
    (deltas,) = deltas_of(kind, [text])
    new = own + deltas[0, 0]
    if kind == "mask":
        assert new[0] == pytest.approx(tiny_classifier.special_vector("mask"), abs=1e-6)
    if kind == "random_word":
        table = tiny_classifier.word_vectors(range(tiny_classifier.vocabulary_size))
        assert np.abs(table - new[0]).max(axis=1).min() < 1e-6, "a row of the table"
    if kind == "interpolate":
        near = [n.word for n in toy_lexicon.neighbors.neighbors("good")]
        targets = [tiny_classifier.word_vectors([tiny_classifier.encode([Example(w)])[0].ids[1]])[0] for w in near]
        shares = [np.dot(new[0] - own[0], t - own[0]) / np.dot(t - own[0], t - own[0]) for t in targets]
        best = min(np.abs(own[0] + s * (t - own[0]) - new[0]).max() for s, t in zip(shares, targets, strict=True))
        assert best < 1e-5, "on the way to a neighbour"
    if kind == "dropout":
        assert np.isclose(new / own, 0.0, atol=1e-5).any()
        assert np.isclose(new / own, 0.0, atol=1e-5).sum() + np.isclose(new / own, 1 / 0.9, atol=1e-4).sum() == new.size


@pytest.mark.parametrize("kind", KINDS)
def test_a_draw_is_a_function_of_seed_text_and_index(noised: Any, deltas_of: Any, kind: str) -> None:
    """The same with other texts, other seeds and fewer samples beside it; shape (seeds, samples, pieces, hidden)."""
    texts = noised("a good film", "the story was bad", "great actors", words=2)
    together = deltas_of(kind, texts, [3, 8], samples=4)
    for text, found in zip(texts, together, strict=True):
        assert found.shape == (2, 4, len(text.positions), 32)
        (alone,) = deltas_of(kind, [text], [8], samples=2)
        assert np.array_equal(alone[0], found[1, :2])
        if kind != "mask":
            assert len({draw.tobytes() for draw in found.reshape(8, -1)}) == 8, "each draw is another one"


def test_gaussian_noise_grows_with_sigma(noised: Any, deltas_of: Any) -> None:
    texts = noised("a good story")
    (one,), (three,) = (deltas_of("gaussian", texts, samples=3, sigma=sigma) for sigma in (0.1, 0.3))
    assert one.any()
    assert np.allclose(three, 3 * one, atol=1e-6)
    assert not deltas_of("gaussian", texts, sigma=0.0)[0].any()


def test_a_word_moves_as_one_and_part_of_the_way(noised: Any, tiny_classifier: Any, toy_lexicon: Any) -> None:
    """All pieces of a word in pieces move alike, by 0 to 1 of the way from their mean to a neighbour."""
    names = ("film", "story", "good", "rain")
    table = ToyNeighbors({"zebra": [(name, 0.9) for name in names]})
    (text,) = noised("zebra")
    assert len(text.positions) == 5
    own = tiny_classifier.word_vectors([text.encoding.ids[i] for i in text.positions]).mean(0)
    ways = [vector - own for vector in mean_vectors(tiny_classifier, names).values()]
    words = replace(toy_lexicon, neighbors=table)
    (deltas,) = noise_deltas("interpolate", tiny_classifier, words, [text], [0], 60, 1.0)
    seen = []
    for moved in deltas[0]:
        assert (moved == moved[0]).all()
        shares = [float(moved[0] @ way / (way @ way)) for way in ways]
        gaps = [np.abs(moved[0] - share * way).max() for share, way in zip(shares, ways, strict=True)]
        assert min(gaps) < 1e-5
        seen.append((int(np.argmin(gaps)), shares[int(np.argmin(gaps))]))
    assert {which for which, _ in seen} == {0, 1, 2, 3}, "every neighbour is drawn"
    assert all(0 <= share <= 1 for _, share in seen)
    assert np.mean([share for _, share in seen]) == pytest.approx(0.5, abs=0.15)


def test_a_word_without_neighbours_stays(noised: Any, deltas_of: Any) -> None:
    (text,) = noised("zzzz")
    (deltas,) = deltas_of("interpolate", [text], [0, 1], samples=3)
    assert len(text.positions) == 4, "four letters, four pieces"
    assert deltas.shape == (2, 3, 4, 32)
    assert not deltas.any()


def test_the_vector_of_a_word_is_the_mean_of_its_pieces(tiny_classifier: Any, tiny_pair_classifier: Any) -> None:
    for classifier in (tiny_classifier, tiny_pair_classifier):
        found = mean_vectors(classifier, ["film", "zebra"])
        ids = {"film": ["film"], "zebra": ["z", "##e", "##b", "##r", "##a"]}
        for word, pieces in ids.items():
            rows = classifier.word_vectors(classifier.tokenizer.convert_tokens_to_ids(pieces))
            assert found[word] == pytest.approx(rows.mean(0), abs=1e-7)
    assert mean_vectors(tiny_classifier, []) == {}
