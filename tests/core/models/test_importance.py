"""Importance: golden gradients worked out by hand, alignment of pieces and words, and every setting is live."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import ConfigError
from core.language.text import find_words
from core.models.classifier import softmax
from core.models.importance import ImportanceConfig, word_importance, word_pieces
from core.models.transformer import Gradients
from core.tasks import IMDB, MNLI, Example

METHODS = ("gradient", "gradient_x_input", "leave_one_out", "integrated_gradients")


class HandMade:
    """Answers with gradients written down by hand for "good dog": [CLS] good dog [SEP], two coordinates."""

    name, task, embedding_std = "hand", IMDB, 1.0

    def __init__(self, real):
        self.real = real

    def encode(self, examples):
        return self.real.encode(examples)

    def gradients(self, encodings, scalar):
        gradient = np.array([[9.0, 9.0], [3.0, 4.0], [0.0, -2.0], [9.0, 9.0]])
        embedding = np.array([[1.0, 1.0], [1.0, -1.0], [5.0, 0.5], [1.0, 1.0]])
        return [Gradients(gradient, embedding, np.array([0.0, 1.0]))]


def test_gradient_norms_by_hand(tiny_classifier):
    found = word_importance(HandMade(tiny_classifier), [Example("good dog")])[0]
    assert found.scores == (5.0, 2.0), "norms of (3, 4) and (0, -2); [CLS] and [SEP] with 9, 9 never count"
    assert [word.text for word in found.ranked] == ["good", "dog"]


def test_gradient_x_input_by_hand_is_signed(tiny_classifier):
    config = ImportanceConfig(method="gradient_x_input")
    found = word_importance(HandMade(tiny_classifier), [Example("good dog")], config)[0]
    assert found.scores == (-1.0, -1.0), "3*1 - 4*1 and 0*5 - 2*0.5"


@pytest.mark.parametrize(("aggregate", "expected"), [("l2", 5.0), ("max", 4.0), ("sum", 7.0)])
def test_pieces_gather_into_a_word(tiny_classifier, aggregate, expected):
    class TwoPieces(HandMade):
        def gradients(self, encodings, scalar):
            gradient = np.array([[9.0], [3.0], [4.0], [9.0]])
            return [Gradients(gradient, gradient, np.array([0.0, 1.0]))]

    found = word_importance(TwoPieces(tiny_classifier), [Example("xy")], ImportanceConfig(aggregate=aggregate))[0]
    assert found.pieces == ((1, 2),), "'xy' falls apart into x and ##y"
    assert found.scores == (expected,)


def test_gradient_agrees_with_finite_differences(tiny_classifier):
    encoding = tiny_classifier.encode([Example("a good film")])[0]
    gradient = tiny_classifier.gradients([encoding], "margin")[0].gradient
    from core.models.transformer import EmbeddedRow

    rng = np.random.default_rng(0)
    direction = rng.normal(size=gradient[2].shape).astype(np.float32)
    step = 1e-2
    rows = [EmbeddedRow(encoding, np.array([2]), sign * step * direction[None]) for sign in (1, -1)]
    high, low = (abs(row[0] - row[1]) for row in tiny_classifier.encoded_logits(rows))
    assert (high - low) / (2 * step) == pytest.approx(float(gradient[2] @ direction), rel=0.05, abs=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_batching_changes_nothing(tiny_classifier, reviews, method):
    config = ImportanceConfig(method, **({"steps": 4} if method == "integrated_gradients" else {}))
    together = word_importance(tiny_classifier, reviews, config)
    for example, expected in zip(reviews[::3], together[::3], strict=True):
        alone = word_importance(tiny_classifier, [example], config)[0]
        assert alone.scores == pytest.approx(expected.scores, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_the_premise_never_counts(tiny_pair_classifier, pairs, method):
    for example, found in zip(
        pairs, word_importance(tiny_pair_classifier, pairs, ImportanceConfig(method)), strict=True
    ):
        assert [w.text for w in found.words] == [w.text for w in find_words(example.text_b)]
        encoding = tiny_pair_classifier.encode([example])[0]
        assert all(encoding.sequence_ids[i] == 1 for pieces in found.pieces for i in pieces)


def test_every_setting_changes_the_scores(tiny_classifier, reviews):
    base = ImportanceConfig()
    changes = [{"scalar": "logit_norm"}, {"scalar": "margin"}, {"aggregate": "max"}, {"aggregate": "sum"}]
    changes += [{"method": method} for method in METHODS[1:]]
    plain = [found.scores for found in word_importance(tiny_classifier, reviews, base)]
    for change in changes:
        other = [found.scores for found in word_importance(tiny_classifier, reviews, replace(base, **change))]
        assert other != plain, change
    coarse = ImportanceConfig(method="integrated_gradients", steps=2)
    fine = ImportanceConfig(method="integrated_gradients", steps=20)
    one = word_importance(tiny_classifier, reviews[:1], coarse)[0].scores
    assert one != word_importance(tiny_classifier, reviews[:1], fine)[0].scores


LIVE = {
    "gradient": {"scalar", "aggregate"},
    "gradient_x_input": {"scalar", "aggregate"},
    "integrated_gradients": {"aggregate", "steps"},
    "leave_one_out": set(),
    "reading_order": set(),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("change", [{"scalar": "margin"}, {"aggregate": "sum"}, {"steps": 2}], ids=str)
def test_a_setting_changes_the_scores_or_is_refused(tiny_classifier, reviews, method, change):
    base, (name,) = ImportanceConfig(method), change
    if name not in LIVE[method]:
        with pytest.raises(ConfigError, match=f"{name} does nothing where importance is measured by {method}: leave"):
            replace(base, **change)
        return
    asked = [reviews[4], reviews[10]]
    before, after = (word_importance(tiny_classifier, asked, c) for c in (base, replace(base, **change)))
    assert [found.scores for found in before] != [found.scores for found in after]


def test_integrated_gradients_are_complete(tiny_classifier):
    example = Example("good film")
    encoding = tiny_classifier.encode([example])[0]
    config = ImportanceConfig(method="integrated_gradients", aggregate="sum", steps=200)
    total = sum(word_importance(tiny_classifier, [example], config)[0].scores)
    full = tiny_classifier.encoded_logits([encoding])[0]
    label = int(full.argmax())
    from core.models.transformer import EmbeddedRow

    positions = np.array([1, 2])
    blank = tiny_classifier.special_vector("pad") - tiny_classifier.word_vectors([encoding.ids[i] for i in positions])
    empty = tiny_classifier.encoded_logits([EmbeddedRow(encoding, positions, blank)])[0]
    assert total == pytest.approx(float(full[label] - empty[label]), abs=0.02), "attributions add up to the difference"


def test_leave_one_out_is_the_loss_of_the_label(tiny_classifier):
    found = word_importance(tiny_classifier, [Example("good dog")], ImportanceConfig("leave_one_out"))[0]
    encodings = tiny_classifier.encode([Example("good dog")])
    from core.models.transformer import EmbeddedRow

    ids = encodings[0].ids
    delta = tiny_classifier.special_vector("unknown") - tiny_classifier.word_vectors([ids[1]])
    before, after = softmax(
        tiny_classifier.encoded_logits([encodings[0], EmbeddedRow(encodings[0], np.array([1]), delta)])
    )
    label, other = int(before.argmax()), int(after.argmax())
    gained = after[other] - before[other] if other != label else 0.0
    assert found.scores[0] == pytest.approx(float(before[label] - after[label] + gained), abs=1e-6)


def test_words_are_aligned_through_markup_accents_and_quotes(tiny_classifier):
    text = 'He said: "caf\u00e9..."<br /><br />well-known, isn\u2019t it - 3 dogs!'
    words = find_words(text)
    encoding = tiny_classifier.encode([Example(text)])[0]
    for word, pieces in zip(words, word_pieces(encoding, words, IMDB), strict=True):
        starts = [encoding.offsets[i][0] for i in pieces]
        ends = [encoding.offsets[i][1] for i in pieces]
        assert (min(starts), max(ends)) == (word.start, word.end), word


def test_words_beyond_the_cut_are_not_ranked(tiny_pair_classifier):
    example = Example("dog", "good " * 300)
    found = word_importance(tiny_pair_classifier, [example])[0]
    assert len(found.words) == 300
    assert len(found.order) == MNLI.max_pieces - 4, "128 pieces less [CLS], dog and two [SEP]"
    assert set(found.scores[len(found.order) :]) == {0.0}


def test_settings_outside_their_range_are_refused():
    with pytest.raises(ConfigError, match="method must be one of gradient"):
        ImportanceConfig(method="magic")
    with pytest.raises(ConfigError, match="steps must be between 1 and 500, was given 0"):
        ImportanceConfig(steps=0)


def test_the_reading_order_asks_nothing(tiny_classifier, reviews, monkeypatch):
    monkeypatch.setattr(tiny_classifier, "gradients", None)
    monkeypatch.setattr(tiny_classifier, "encoded_logits", None)
    for found in word_importance(tiny_classifier, reviews, ImportanceConfig(method="reading_order")):
        assert found.order == tuple(range(len(found.words)))
        assert set(found.scores) <= {0.0}
