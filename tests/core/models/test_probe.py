"""The probe: what a model cannot do is found before anybody relies on it, and said in a sentence."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from core.errors import ModelError
from core.models.gradients import EmbeddedRow
from core.models.probe import probe
from core.tasks import IMDB, Example


def test_padding_that_leaks_is_found(tiny_factory: Any) -> None:
    leaking = tiny_factory(IMDB)
    inner = leaking.model.forward
    leaking.architecture = replace(leaking.architecture, first_token=False)

    def forward(attention_mask: Any, **inputs: Any) -> Any:
        return inner(attention_mask=torch.ones_like(attention_mask), **inputs)

    leaking.model.forward = forward
    with pytest.raises(ModelError, match="answers a text otherwise when another one is in the same batch"):
        probe(leaking)


@pytest.mark.parametrize("kind", ["refuses", "answers otherwise"])
def test_why_embeddings_cannot_be_given(kind: str, tiny_factory: Any, reviews: list[Example]) -> None:
    from core.defenses.five import Five

    other = tiny_factory(IMDB)
    inner = other.model.forward
    other.architecture = replace(other.architecture, first_token=False)

    def forward(**inputs: Any) -> Any:
        if "inputs_embeds" in inputs and kind == "refuses":
            raise NotImplementedError("no embeddings")
        return inner(**{name: 2 * value if name == "inputs_embeds" else value for name, value in inputs.items()})

    other.model.forward = forward
    reason = probe(other)
    assert "FIVE are not offered for 'tiny-imdb': BertForSequenceClassification" in reason
    assert ("does not take word embeddings" in reason) == (kind == "refuses")
    made = type(other)(tiny_factory(IMDB).model, other.tokenizer, IMDB, "x", (0, 1), refusal=reason)
    assert len(made.predict(reviews)) == len(reviews), "it still answers"
    with pytest.raises(ModelError, match="FIVE are not offered"):
        made.gradients(made.encode(reviews))
    with pytest.raises(ModelError, match="FIVE are not offered"):
        Five(made, None).predict(reviews)  # type: ignore[arg-type]  # it is not reached


def test_a_sound_model_is_offered_whole(tiny_classifier: Any, tiny_pair_classifier: Any) -> None:
    assert probe(tiny_classifier) == probe(tiny_pair_classifier) == ""


def test_what_it_costs(tiny_factory: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Four rows in three batches, and as many with embeddings, to which nothing is added."""
    classifier, asked = tiny_factory(IMDB), []

    def counted(rows: Any, inner: Any = classifier.encoded_logits) -> Any:
        asked.append(rows)
        return inner(rows)

    monkeypatch.setattr(classifier, "encoded_logits", counted)
    assert probe(classifier) == ""
    assert [len(rows) for rows in asked] == [2, 1, 1, 2, 1, 1]
    embedded = [row for rows in asked for row in rows if isinstance(row, EmbeddedRow)]
    assert len(embedded) == 4
    assert not any(row.deltas.any() for row in embedded)


def test_a_model_that_does_not_answer(tiny_factory: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = tiny_factory(IMDB)
    classifier.architecture = replace(classifier.architecture, first_token=False)

    def broken(**_: Any) -> None:
        raise IndexError("out of range\nwith a long story")

    monkeypatch.setattr(classifier.model, "forward", broken)
    with pytest.raises(ModelError, match=r"'tiny-imdb': it does not answer a short text \(out of range\)\.$"):
        probe(classifier)
