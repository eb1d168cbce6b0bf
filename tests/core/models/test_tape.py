"""A tape: the inner classifier's answers, and the same ones again without asking it."""

from typing import Any

import numpy as np
import pytest

from core.defenses.five import Five, FiveConfig
from core.errors import ModelError
from core.models.tape import TapedClassifier
from core.tasks import Example


def test_the_second_run_asks_nothing(
    tiny_classifier: Any, toy_lexicon: Any, reviews: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    tape = TapedClassifier(tiny_classifier)
    five = Five(tape, toy_lexicon, FiveConfig(samples=3))
    first = five.predict(reviews)
    assert first == Five(tiny_classifier, toy_lexicon, FiveConfig(samples=3)).predict(reviews)
    assert (tape.calls[0].kind, len(tape.calls[0].rows)) == ("gradients", len(reviews))
    assert tape.seconds > 0
    for name in ("encoded_logits", "gradients"):
        monkeypatch.setattr(tiny_classifier, name, None)
    tape.rewind()
    assert five.predict(reviews) == first


def test_another_run_is_not_played(tiny_classifier: Any, reviews: list[Example]) -> None:
    tape = TapedClassifier(tiny_classifier)
    tape.predict(reviews[:3])
    tape.rewind()
    with pytest.raises(ModelError, match="asked for logits of 2 rows"):
        tape.predict(reviews[:2])
    tape.rewind()
    assert np.array_equal(tape.encoded_logits(tape.encode(reviews[:3])), tape.calls[0].answer)
    with pytest.raises(ModelError, match="the first one did not"):
        tape.predict(reviews[:3])
