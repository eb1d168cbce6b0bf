"""``bench overhead``: the second run is the first one without the model, and its time is split among the parts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.attacks.presets import attack_config
from core.datasets import Row
from core.evaluation.overhead import SEARCH, Overhead, bench_overhead
from core.language.similarity import MemoEncoder
from core.tasks import IMDB, Example


@pytest.mark.parametrize("defense", ["plain", "fuse", "five"])
def test_the_model_is_asked_in_the_first_run_only(
    tiny_factory: Callable[..., Any], toy_lexicon: Any, reviews: list[Example], defense: str
) -> None:
    classifier, made = tiny_factory(IMDB), []

    def lexicon() -> Any:
        made.append(replace(toy_lexicon, encoder=MemoEncoder("fresh", 256, toy_lexicon.encoder.encode)))
        return made[-1]

    asked = []
    inner = classifier.encoded_logits
    classifier.encoded_logits = lambda rows: (asked.append(len(made)), inner(rows))[1]
    rows = [Row(example, None) for example in reviews[:3]]
    config = replace(attack_config("paper", "imdb"), verdict_draws=3, confirm_draws=3)
    (found,) = bench_overhead(config, classifier, lexicon, rows, 4, [defense])
    assert set(asked) == {1}, "two lexicons were made; the model was asked while there was one"
    assert len(made) == 2
    assert (found.defense, found.rows) == (defense, 3)
    assert found.model_rows >= found.answers >= 3
    assert sum(seconds for _, seconds in found.parts) <= 1.2 * found.seconds


def test_own_time_is_beside_the_encoder() -> None:
    found = Overhead("plain", 4, 10, 10, 0.5, (("sentence encoder", 0.3), (SEARCH, 0.2)))
    assert found.own_ms == pytest.approx(200)
    assert (found.ms_per_row, found.ms_per_answer) == (pytest.approx(50), pytest.approx(20))
