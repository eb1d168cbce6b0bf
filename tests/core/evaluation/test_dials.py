"""The gate dial and the illusion: all presets; sharp scores blind the attacker, a fitted temperature undoes it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.attacks.presets import PRESETS
from core.errors import ConfigError
from core.evaluation.dials import at_each_gate, fall, fitted_temperature
from core.models.classifier import Prediction
from core.tasks import IMDB, Example

TEXT = Example("A good film about a small man who walks outside and a story that is never boring at all.")


class Counts:
    """Positive by as many thousandths of a logit as it has good words; one left of three turns the answer."""

    task, name, randomised = IMDB, "counts", False

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        found = []
        for example in examples:
            words = example.text_a.lower().replace(".", "").split()
            lead = 2.0 * sum(word in ("good", "small", "boring") for word in words) - 3.0
            found.append(Prediction((0.0, lead), int(lead > 0)))
        return found


def test_the_dial_runs_through_all_rules_from_strict_to_none(toy_lexicon: Any) -> None:
    steps = list(at_each_gate(Counts(), toy_lexicon, TEXT, 200))
    assert [step.rules for step in steps] == list(PRESETS)
    assert steps[-1].fooled
    assert steps[-1].end.text != TEXT.text_a
    for step in steps:
        a, b = toy_lexicon.encoder.encode([TEXT.text_a, step.end.text])
        assert step.similarity == pytest.approx(float(a @ b))


def test_sharp_scores_blind_the_attacker_and_change_no_answer(toy_lexicon: Any) -> None:
    clear = fall(Counts(), toy_lexicon, TEXT, "ungated", 500)
    blind = fall(Counts(), toy_lexicon, TEXT, "ungated", 500, temperature=1e-3)
    assert clear.fooled
    assert (blind.end.predicted_before, blind.end.label) == (clear.end.predicted_before, clear.end.label)
    assert blind.end.queries >= clear.end.queries
    assert blind.end.probability_before == 1.0
    assert blind.temperature == 1e-3
    with pytest.raises(ConfigError, match="was given 0"):
        fall(Counts(), toy_lexicon, TEXT, "ungated", 500, temperature=0.0)


def test_the_fitted_temperature_undoes_any_other() -> None:
    draw = np.random.default_rng(0)
    answers = [Prediction(tuple(row), int(row.argmax())) for row in draw.normal(size=(40, 3))]
    labels = [a.label if k % 3 else (a.label + 1) % 3 for k, a in enumerate(answers)]
    own = fitted_temperature(answers, labels)
    for temperature in (0.05, 0.5, 3.0):
        seen = [replace(a, logits=tuple(x / temperature for x in a.logits)) for a in answers]
        assert fitted_temperature(seen, labels) == pytest.approx(own / temperature, rel=0.01)
    flat = [Prediction((0.0, 4.0), 1)] * 4
    even = fitted_temperature(flat, [1, 1, 1, 0])
    assert 4.0 / even == pytest.approx(np.log(3.0), rel=0.01), "three of four right is what it now says"
    with pytest.raises(ConfigError, match="none for this task"):
        fitted_temperature([], [])
