"""Work that the stages of an analysis share changes no answer."""

from typing import Any

import numpy as np

from core.models.gradients import EmbeddedRow
from core.models.importance import word_importance
from core.models.remembering import RememberingClassifier


def test_remembering_changes_no_answer(tiny_classifier: Any, reviews: Any) -> None:
    shared = RememberingClassifier(tiny_classifier)
    first, again = shared.predict(reviews), shared.predict(reviews)
    assert first == again
    plain = tiny_classifier.predict(reviews)
    assert np.allclose([p.logits for p in first], [p.logits for p in plain], atol=1e-5)
    ours, theirs = word_importance(shared, reviews[:3]), word_importance(tiny_classifier, reviews[:3])
    assert [i.order for i in ours] == [i.order for i in theirs]
    encoding = shared.encode(reviews[:1])[0]
    rows = [EmbeddedRow(encoding, np.array([1]), d * np.eye(1, 32, dtype=np.float32)) for d in (0, 3)]
    same, other = shared.encoded_logits(rows)
    assert np.allclose(same, first[0].logits, atol=1e-5)
    assert not np.allclose(other, same, atol=1e-3)
