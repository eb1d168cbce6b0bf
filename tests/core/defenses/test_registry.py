"""What holds for every defence that is declared; and a defence that a test declares is there wherever one is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from app.catalog import Choice
from app.entrants import choices
from core.axes import OneOf, Real
from core.defenses.ballot import RANDOMISED, Ballot, Member, count
from core.defenses.declaration import Defense
from core.defenses.described import described
from core.defenses.hub import from_pretrained, save_pretrained
from core.defenses.hub_card import model_card
from core.defenses.record import read_record
from core.defenses.registry import (
    DEFENSES,
    build_defense,
    composed_title,
    declared,
    defense_names,
    preset_of,
    summary_of,
)
from core.defenses.voting import VoteConfig
from core.errors import UnknownNameError
from core.models.classifier import is_randomised
from core.perturbation.draws import generator
from core.ranges import check, setting
from core.tasks import IMDB, MNLI, Example
from core.training.search_space import defense_of, given_settings, known_settings, space_of, tunable


@dataclass(frozen=True)
class ToyConfig:
    jitter: float = setting(1.0, 0.0, 10.0, "how far the copies' logits lie from the text's own")
    seed: int = 0

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class ToySettings:
    toy: ToyConfig = ToyConfig()


class Toy:
    """Three copies of an answer, with noise on the logits themselves."""

    def __init__(self, classifier: Any, lexicon: Any, config: ToyConfig) -> None:
        self.classifier = self.ranker = classifier
        self.lexicon, self.config = lexicon, config
        self.task, self.name = classifier.task, f"Toy({classifier.name})"

    @property
    def settings(self) -> ToySettings:
        return ToySettings(self.config)

    @property
    def randomised(self) -> bool:
        return self.config.jitter > 0

    def reseeded(self, seed: int) -> "Toy":
        return Toy(self.classifier, self.lexicon, replace(self.config, seed=seed))

    def predict(self, examples: Sequence[Example]) -> list[Any]:
        return [ballot.prediction for ballot in self.ballots(examples)]

    def draws(self, examples: Sequence[Example], seeds: Sequence[int]) -> list[list[Any]]:
        return [self.reseeded(seed).predict(examples) for seed in seeds]

    def ballots(self, examples: Sequence[Example]) -> list[Ballot]:
        return [self._ballot(*parts) for parts in zip(examples, self.classifier.predict(examples), strict=True)]

    def _ballot(self, example: Example, own: Any) -> Ballot:
        noise = generator(self.config.seed, example, "toy").normal(0, self.config.jitter, (3, len(own.logits)))
        rows = [np.array(own.logits), *(np.array(own.logits) + noise)]
        text = self.task.text(example)
        members = [Member("copy", text, (), None, tuple(r.tolist()), int(r.argmax()), 1.0) for r in rows]
        return count(members, (), self.config.seed, VoteConfig(), own.flags, self.randomised, "")


TOY = Defense(
    "toy", "Toy", "copies of the answer, with noise on the logits, vote", Toy, ToySettings,
    lambda task, preset, std: ToySettings(),
    lambda classifier, lexicon, settings: Toy(classifier, lexicon, settings.toy),
    lambda settings: ToySettings(replace(settings.toy, jitter=0.0)),
    space={"jitter": Real(0.0, 4.0)},
)  # fmt: skip


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Defense:
    monkeypatch.setitem(DEFENSES, "toy", TOY)
    return TOY


NAMES = (*DEFENSES, "toy")


@pytest.fixture(params=NAMES)
def defense(request: pytest.FixtureRequest, toy: Defense) -> Defense:
    return DEFENSES[request.param]


LONG = Example("The good film - a GREAT story! - was bad, boring; small actors and a movie. A great man walks outside.")


class Alike:
    """A sentence encoder that finds all texts alike, so that no alternative is refused."""

    name = "alike"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.ones((len(texts), 1), dtype=np.float32)


def around(defense: Defense, classifier: Any, lexicon: Any, idle: bool = False, seed: int = 0) -> Any:
    settings = preset_of(defense.name, classifier.task, "shipped", classifier.embedding_std)
    settings = defense.idle(settings) if idle else settings
    return build_defense(defense.name, classifier, lexicon, seed=seed, settings=settings)


def test_without_strength_it_is_the_classifier(defense, tiny_classifier, toy_lexicon, reviews):
    still = around(defense, tiny_classifier, toy_lexicon, idle=True)
    assert not is_randomised(still)
    for one, own in zip(still.predict(reviews), tiny_classifier.predict(reviews), strict=True):
        assert (one.label, one.logits) == (own.label, pytest.approx(own.logits, abs=1e-5))
        assert RANDOMISED not in one.flags


def test_companions_and_order_do_not_matter(defense, tiny_classifier, toy_lexicon, reviews):
    defended = around(defense, tiny_classifier, toy_lexicon)
    together = defended.predict(reviews)
    backwards = defended.predict(reviews[::-1])[::-1]
    alone = [defended.predict([example])[0] for example in reviews]
    for others in (backwards, alone):
        for one, other in zip(together, others, strict=True):
            assert (one.label, one.logits) == (other.label, pytest.approx(other.logits, abs=1e-5))


def test_it_draws_and_says_so(defense, tiny_classifier, toy_lexicon, reviews):
    words, reviews = replace(toy_lexicon, encoder=Alike()), [LONG, *reviews]
    first, again, other = (around(defense, tiny_classifier, words, seed=seed) for seed in (1, 1, 2))
    assert is_randomised(first)
    assert first.ballots(reviews) == again.ballots(reviews)
    assert any(RANDOMISED in answer.flags for answer in first.predict(reviews))
    assert first.ballots(reviews) != other.ballots(reviews)
    assert [p.logits for p in first.draws(reviews, [2])[0]] == [p.logits for p in other.predict(reviews)]


def test_the_outcome_is_the_ballot_s_and_a_member_speaks_for_itself(defense, tiny_classifier, toy_lexicon, reviews):
    defended = around(defense, tiny_classifier, toy_lexicon)
    for ballot, answer in zip(defended.ballots(reviews), defended.predict(reviews), strict=True):
        assert ballot.prediction.logits == pytest.approx(answer.logits, abs=1e-5)
        assert all(int(np.argmax(member.logits)) == member.label for member in ballot.members)


def test_results_name_it_with_its_settings(defense, tiny_classifier, toy_lexicon):
    defended = around(defense, tiny_classifier, toy_lexicon, seed=5)
    found, shown = declared(defended)
    assert (found, shown) == (defense, defended)
    record = described(defended)
    assert record["defense"] == defense.name
    assert record["weights"] == described(tiny_classifier)["weights"]
    assert "'seed': 5" in str(record)


@pytest.mark.parametrize("task", [IMDB, MNLI], ids=lambda task: task.name)
@pytest.mark.parametrize("preset", ["shipped", "paper"])
def test_presets_are_of_its_settings_class(defense, task, preset):
    assert isinstance(preset_of(defense.name, task, preset, 0.05), defense.settings)


def test_it_is_saved_and_comes_back(defense, tiny_classifier, toy_lexicon, reviews, tmp_path):
    defended = around(defense, tiny_classifier, toy_lexicon, seed=3)
    save_pretrained(tmp_path / "saved", defended)
    record = read_record(tmp_path / "saved")
    assert record.kind == defense.name
    assert summary_of(defense.name) in model_card(record, IMDB)
    opened = from_pretrained(tmp_path / "saved", lexicon=toy_lexicon)
    assert opened.settings == defended.settings
    for one, other in zip(opened.predict(reviews), defended.predict(reviews), strict=True):
        assert one.logits == pytest.approx(other.logits, abs=1e-5)


@pytest.mark.parametrize("end", [0, -1])
def test_its_settings_can_be_searched(defense, end):
    assert defense.name in tunable()
    space = space_of(defense.name)
    point = {name: a.values[end] if isinstance(a, OneOf) else (a.low, a.high)[end] for name, a in space.items()}
    assert isinstance(defense_of(defense.name, IMDB, point), defense.settings)
    for preset, params in known_settings(defense.name, IMDB, 0.05).items():
        assert list(params) == list(space), preset
    shipped = given_settings(defense.name, IMDB, 0.05, [])
    assert defense_of(defense.name, IMDB, shipped) == preset_of(defense.name, IMDB, "shipped", 0.05)


def test_a_defence_without_a_space_is_not_searched(toy, monkeypatch):
    monkeypatch.setitem(DEFENSES, "toy", replace(toy, space={}))
    assert "toy" not in tunable()
    with pytest.raises(UnknownNameError, match="Unknown thing to tune 'toy'"):
        space_of("toy")


def test_the_page_offers_it_around_every_model(defense):
    class Models:
        def choices(self, task: str, visitor: str) -> tuple[Choice, ...]:
            return (Choice("Plain", "plain"), Choice("FACT", "imdb-fact"))

    offered = choices(Models(), "imdb")
    assert (defense.title, defense.name) in offered
    assert (f"{defense.title}(FACT)", f"{defense.name}:imdb-fact") in offered
    assert composed_title(defense.name, "FACT") == f"{defense.title}(FACT)"


def test_the_help_names_every_defence():
    from core.cli.options import DefenseOption

    (option,) = DefenseOption.__metadata__
    assert all(name in option.help for name in defense_names())
