"""The short forward pass gives what the library's own gives."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from core.models.encoding import model_inputs
from core.models.first_token import first_token_logits, supports_first_token
from core.tasks import IMDB, Example


@pytest.mark.parametrize("together", [True, False])
def test_the_same_logits_as_the_whole_pass(tiny_classifier: Any, reviews: list[Example], together: bool) -> None:
    encodings = tiny_classifier.encode(reviews)
    for group in [encodings] if together else [[encoding] for encoding in encodings]:
        inputs = model_inputs(group, tiny_classifier.encoder.pad_id, torch.device("cpu"))
        with torch.no_grad():
            whole = tiny_classifier.model(**inputs).logits
            short = first_token_logits(tiny_classifier.model, **inputs)
        assert torch.allclose(whole, short, atol=1e-5)


def test_from_embeddings_and_with_gradients(tiny_classifier: Any, reviews: list[Example]) -> None:
    model = tiny_classifier.model
    inputs = model_inputs(tiny_classifier.encode(reviews[:4]), tiny_classifier.encoder.pad_id, torch.device("cpu"))
    embeddings = model.get_input_embeddings()(inputs.pop("input_ids")).detach()
    gradients = []
    for forward in (lambda given: model(**given).logits, lambda given: first_token_logits(model, **given)):
        leaf = embeddings.clone().requires_grad_(True)
        logits = forward({**inputs, "inputs_embeds": leaf})
        gradients.append(torch.autograd.grad(logits[:, 0].sum(), leaf)[0])
    assert torch.allclose(gradients[0], gradients[1], atol=1e-4)
    assert gradients[0].abs().max() > 1e-3


def test_other_attention_takes_the_library_way(tiny_factory: Callable[..., Any], reviews: list[Example]) -> None:
    eager = tiny_factory(IMDB, attn_implementation="eager")
    fast = tiny_factory(IMDB)
    assert not supports_first_token(eager.model)
    assert supports_first_token(fast.model)
    for one, two in zip(eager.predict(reviews), fast.predict(reviews), strict=True):
        assert one.logits == pytest.approx(two.logits, abs=1e-4)
