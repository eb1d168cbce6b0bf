"""What the training tests share: a few dozen short reviews with words of the toy lexicon, and a search's setup."""

from typing import Any

import pytest

from core.attacks.presets import attack_config
from core.datasets import Row
from core.evaluation.statistics import share
from core.perturbation.config import SwitchConfig
from core.tasks import Example
from core.training.config import FactConfig, FinetuneConfig
from core.training.search_report import Report
from core.training.study import Trial
from core.training.trial import Outcome, Setup

_GOOD = ("a good film with great actors", "the story is good and the movie great", "a great film about a small man")
_BAD = ("a bad film with boring actors", "the story is boring and the movie bad", "a boring film about a bad man")


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    """As :func:`short_reviews`."""
    return short_reviews()


def short_reviews() -> list[Row]:
    """Thirty-six reviews, six of each sentence."""
    return [
        Row(Example(f"{text}, part {i}"), label)
        for i in range(6)
        for label, texts in enumerate((_BAD, _GOOD))
        for text in texts
    ]


@pytest.fixture
def fact_settings() -> FactConfig:
    """Two epochs of six steps, two alternatives a row."""
    training = FinetuneConfig(
        "imdb", epochs=2, batch_rows=5, learning_rate=2e-3, lora_rank=2, dev_rows=6, evaluations=2, max_pieces=24,
        group_pieces=96,
    )  # fmt: skip
    switch = SwitchConfig(perturb_words=2, total_alternatives=2, gate="off", pos="none")
    return FactConfig(training, switch)


@pytest.fixture
def setup(tiny_classifier: Any, toy_lexicon: Any, reviews: list[Example]) -> Setup:
    """Twelve reviews with the plain model's own answers as labels, four of them attacked."""
    rows = [Row(e, p.label) for e, p in zip(reviews, tiny_classifier.predict(reviews), strict=True)]
    attack = attack_config("ungated", "imdb", max_queries=20, verdict_draws=3)
    return Setup("five", tiny_classifier, toy_lexicon, attack, tuple(rows), 4, max_drop=1.0)


def search_report() -> Report:
    """Of a search with four trials measured, two of them on the front, one given up and one that runs."""

    def trial(number: int, right: int, held: int, known: str, front: bool, **settings: Any) -> Trial:
        outcome = (share(right, 200), share(held, 50))
        return Trial(number, "complete", known, settings, *outcome, "", "tpe", 1.5, front)

    pruned = Trial(2, "pruned", "", {}, share(140, 200), None, "clean accuracy 0.700 is below 0.800", "tpe", 0.5)
    trials = (
        trial(0, 168, 20, "shipped", True, perturb_words=5, floor=None),
        trial(1, 160, 18, "paper", False, perturb_words=9, floor=0.5),
        pruned,
        trial(3, 162, 28, "", True, perturb_words=4, floor=0.12345),
        trial(4, 158, 10, "", False, perturb_words=5, floor=0.5),
        Trial(5, "running", "", {"perturb_words": 2}, None, None, "", "", 0.0),
    )
    made_by = {
        "task": "imdb", "what": "five", "data": "reviews", "model": "imdb-plain", "seed": 3,
        "attack": {"preset": "paper"},
    }  # fmt: skip
    plain = Outcome(share(170, 200), share(5, 50))
    return Report("mine", made_by, ("python -m core tune --what five",), plain, trials)


def tensors(path: Any) -> dict[str, Any]:
    """The tensors of a safetensors file."""
    from safetensors.torch import load_file

    return load_file(path)


def same(first: Any, second: Any) -> bool:
    """Two safetensors files hold the same numbers, bit for bit."""
    import torch

    one, two = tensors(first), tensors(second)
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)
