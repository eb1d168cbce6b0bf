"""The classifier: answers do not depend on companions, labels go by name, gradients are gradients."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import UnknownNameError
from core.models.gradients import EmbeddedRow
from core.models.transformer import TransformersClassifier
from core.tasks import IMDB, MNLI, Example


def logits(classifier: Any, examples: list[Example]) -> np.ndarray:
    return np.array([p.logits for p in classifier.predict(examples)])


def test_the_tiny_models_reach_more_than_one_label(
    tiny_classifier: Any, tiny_pair_classifier: Any, reviews: list[Example], pairs: list[Example]
) -> None:
    assert len({p.label for p in tiny_classifier.predict(reviews)}) == 2
    assert len({p.label for p in tiny_pair_classifier.predict(pairs)}) >= 2


@pytest.mark.parametrize("kind", ["tiny_classifier", "tiny_pair_classifier"])
def test_answers_do_not_depend_on_companions_or_order(
    kind: str, request: pytest.FixtureRequest, reviews: list[Example], pairs: list[Example]
) -> None:
    classifier = request.getfixturevalue(kind)
    examples = pairs if classifier.task.is_pair else reviews
    together = logits(classifier, examples)
    alone = np.concatenate([logits(classifier, [example]) for example in examples])
    assert np.allclose(together, alone, atol=1e-5)
    order = random.Random(0).sample(range(len(examples)), len(examples))
    assert np.allclose(logits(classifier, [examples[i] for i in order]), together[order], atol=1e-5)
    assert classifier.predict(examples) == classifier.predict(examples)


def test_nothing_in_nothing_out(tiny_classifier: Any) -> None:
    assert tiny_classifier.predict([]) == []


def test_a_cut_text_says_so(tiny_classifier: Any) -> None:
    short, long = tiny_classifier.predict([Example("good"), Example("good " * 300)])
    assert short.flags == ()
    assert long.flags == ("The text was cut at 256 pieces; the rest was not read.",)


def test_the_checkpoints_label_order_is_mapped(tiny_factory: Callable[..., Any], pairs: list[Example]) -> None:
    order = [2, 0, 1]
    straight, mapped = tiny_factory(MNLI), tiny_factory(MNLI, order=order)
    assert np.array_equal(logits(straight, pairs)[:, order], logits(mapped, pairs))


def test_where_weights_lie_in_memory_changes_no_bit(tiny_factory: Any, reviews: list[Example]) -> None:
    plain, moved = tiny_factory(IMDB), tiny_factory(IMDB)
    for weight in moved.model.parameters():
        room = torch.empty(weight.numel() + 6)[6:].view_as(weight)
        weight.data = room.copy_(weight.data)
    assert all(weight.data_ptr() % 64 for weight in moved.model.parameters())
    again = TransformersClassifier(moved.model, moved.tokenizer, IMDB, "moved", moved.order)
    assert not any(weight.data_ptr() % 64 for weight in again.model.parameters())
    assert np.array_equal(logits(again, reviews), logits(plain, reviews))


def test_zero_added_to_the_embeddings_is_the_plain_answer(tiny_classifier: Any, reviews: list[Example]) -> None:
    encodings = tiny_classifier.encode(reviews)
    nothing = [EmbeddedRow(e, np.array([1]), np.zeros((1, 32))) for e in encodings]
    plain = tiny_classifier.encoded_logits(encodings)
    assert np.allclose(tiny_classifier.encoded_logits(nothing), plain, atol=1e-6)
    mixed = [row for pair in zip(encodings, nothing, strict=True) for row in pair]
    assert np.allclose(tiny_classifier.encoded_logits(mixed), np.repeat(plain, 2, axis=0), atol=1e-5)


def test_another_words_vector_is_that_word(tiny_classifier: Any) -> None:
    good, bad = tiny_classifier.encode([Example("a good film"), Example("a bad film")])
    change = tiny_classifier.word_vectors([bad.ids[2]]) - tiny_classifier.word_vectors([good.ids[2]])
    moved = tiny_classifier.encoded_logits([EmbeddedRow(good, np.array([2]), change)])
    assert np.allclose(moved, tiny_classifier.encoded_logits([bad]), atol=1e-5)
    assert not np.allclose(moved, tiny_classifier.encoded_logits([good]), atol=1e-3)


@pytest.mark.parametrize("scalar", ["predicted_logit", "logit_norm", "margin"])
def test_gradients_are_the_slopes_of_the_scalar(tiny_pair_classifier: Any, pairs: list[Example], scalar: str) -> None:
    def value(row: np.ndarray) -> float:
        top = np.sort(row.astype(np.float64))[::-1]
        return {"predicted_logit": top[0], "logit_norm": 0.5 * (top**2).sum(), "margin": top[0] - top[1]}[scalar]

    encodings = tiny_pair_classifier.encode(pairs[:3])
    rng = np.random.default_rng(0)
    for encoding, found in zip(encodings, tiny_pair_classifier.gradients(encodings, scalar), strict=True):
        assert found.gradient.shape == found.embedding.shape == (len(encoding.ids), 32)
        assert np.allclose(found.embedding, tiny_pair_classifier.word_vectors(encoding.ids))
        direction = rng.normal(size=(1, 32)).astype(np.float32)
        step = 5e-3 * direction / np.linalg.norm(direction)
        ahead, behind = tiny_pair_classifier.encoded_logits(
            [EmbeddedRow(encoding, np.array([2]), step), EmbeddedRow(encoding, np.array([2]), -step)]
        )
        slope = (value(ahead) - value(behind)) / 2
        assert slope == pytest.approx(float((found.gradient[2] * step).sum()), rel=0.05, abs=2e-5)


def test_gradients_do_not_depend_on_companions(tiny_classifier: Any, reviews: list[Example]) -> None:
    encodings = tiny_classifier.encode(reviews)
    together = tiny_classifier.gradients(encodings, "predicted_logit")
    for encoding, found in zip(encodings, together, strict=True):
        (alone,) = tiny_classifier.gradients([encoding], "predicted_logit")
        assert np.allclose(alone.gradient, found.gradient, atol=1e-4)


def test_an_unknown_scalar(tiny_classifier: Any, reviews: list[Example]) -> None:
    with pytest.raises(UnknownNameError, match="Unknown importance scalar 'loss'"):
        tiny_classifier.gradients(tiny_classifier.encode(reviews[:1]), "loss")


def test_embedding_std_is_the_tables(tiny_classifier: Any) -> None:
    table = tiny_classifier.word_vectors(range(tiny_classifier.vocabulary_size))
    assert tiny_classifier.embedding_std == pytest.approx(table.std(), rel=1e-3)


@pytest.mark.gpu
def test_a_gpu_answers_as_the_cpu_does(tiny_factory: Callable[..., Any], reviews: list[Example]) -> None:
    """In bf16 there, so within its 8 bits; noised rows and gradients too, and no shape of a batch matters."""
    here, there = (
        TransformersClassifier(made.model, made.tokenizer, IMDB, "tiny", made.order, device)
        for made, device in ((tiny_factory(IMDB), "cpu"), (tiny_factory(IMDB), "cuda:0"))
    )
    encodings = here.encode(reviews)
    noised = [EmbeddedRow(e, np.array([1]), np.full((1, 32), 0.1, dtype=np.float32)) for e in encodings]
    span = np.ptp(here.encoded_logits(encodings))
    for rows in (encodings, noised, [*encodings, *noised]):
        assert np.abs(there.encoded_logits(rows) - here.encoded_logits(rows)).max() < 0.05 * span
    for one, two in zip(there.gradients(encodings), here.gradients(encodings), strict=True):
        assert one.gradient.shape == two.gradient.shape
        norms = np.linalg.norm(one.gradient), np.linalg.norm(two.gradient)
        assert norms[0] == pytest.approx(norms[1], rel=0.1)
    alone = np.concatenate([there.encoded_logits([encoding]) for encoding in encodings])
    assert np.abs(alone - there.encoded_logits(encodings)).max() < 0.05 * span


@pytest.mark.gpu
def test_a_gpu_meets_few_shapes_and_no_cudnn_plan(
    tiny_factory: Callable[..., Any], reviews: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tiny_factory(IMDB)
    there = TransformersClassifier(made.model, made.tokenizer, IMDB, "tiny", made.order, "cuda")
    met, allowed = set(), []
    inner = there._forward

    def watched(inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        met.add(tuple(inputs["attention_mask"].shape))
        return inner(inputs)

    first = there.model.bert.encoder.layer[0]
    first.register_forward_pre_hook(lambda *_: allowed.append(torch.backends.cuda.cudnn_sdp_enabled()))
    monkeypatch.setattr(there, "_forward", watched)
    for start in range(40):
        there.predict([*reviews[start % 12 :], *reviews[: start % 7]])
    assert len(met) <= 12
    assert not any(allowed)
