"""What every defence owes, by its name in the registry: a new one gets a row in WITHOUT and is held to all of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.defenses.registry import DEFENSES, DefenseSettings, build_defense, preset_settings
from core.models.classifier import Classifier
from core.tasks import IMDB, Example

WITHOUT: dict[str, Callable[[DefenseSettings], DefenseSettings]] = {
    "plain": lambda settings: settings,
    "fuse": lambda settings: replace(settings, switch=replace(settings.switch, total_alternatives=0)),
    "five": lambda settings: replace(settings, five=replace(settings.five, samples=0)),
}
"""The settings of a defence at zero strength."""


@pytest.fixture
def build(tiny_classifier: Any, toy_lexicon: Any) -> Callable[..., Classifier]:
    def built(name: str, settings: DefenseSettings | None = None, seed: int = 0) -> Classifier:
        return build_defense(name, tiny_classifier, toy_lexicon, seed=seed, settings=settings)

    return built


def test_every_defence_has_its_row() -> None:
    assert tuple(WITHOUT) == DEFENSES


@pytest.mark.parametrize("name", DEFENSES)
def test_at_zero_strength_it_is_the_plain_classifier(
    name: str, build: Callable[..., Classifier], tiny_classifier: Any, reviews: list[Example]
) -> None:
    settings = WITHOUT[name](preset_settings(IMDB, "shipped", tiny_classifier.embedding_std))
    for plain, said in zip(tiny_classifier.predict(reviews), build(name, settings).predict(reviews), strict=True):
        assert (said.label, said.logits) == (plain.label, pytest.approx(plain.logits, abs=1e-5))


@pytest.mark.parametrize("name", DEFENSES)
def test_companions_and_their_order_do_not_matter(
    name: str, build: Callable[..., Classifier], reviews: list[Example]
) -> None:
    together = build(name).predict(reviews)
    backwards = build(name).predict(reviews[::-1])[::-1]
    alone = [build(name).predict([review])[0] for review in reviews]
    for other in (backwards, alone):
        for one, two in zip(together, other, strict=True):
            assert (one.label, one.logits) == (two.label, pytest.approx(two.logits, abs=1e-5))


@pytest.mark.parametrize("name", DEFENSES)
def test_the_same_seed_gives_the_same_answers(
    name: str, build: Callable[..., Classifier], reviews: list[Example]
) -> None:
    assert build(name, seed=5).predict(reviews) == build(name, seed=5).predict(reviews)
