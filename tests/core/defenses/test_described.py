"""How results name a classifier: by what decides its answers, and by nothing else."""

from typing import Any

import pytest

from core.defenses.described import described
from core.defenses.five import Five, FiveConfig
from core.defenses.fuse import Fuse, FuseConfig
from core.perturbation.switch import Switch, SwitchConfig
from core.tasks import IMDB


@pytest.fixture
def fuse(tiny_classifier: Any, toy_lexicon: Any) -> Fuse:
    return Fuse(
        tiny_classifier, Switch(tiny_classifier, toy_lexicon, SwitchConfig(perturb_words=3)), FuseConfig(seed=4)
    )


def test_a_plain_model_is_its_weights(tiny_classifier: Any, tiny_factory: Any) -> None:
    found = described(tiny_classifier)
    assert list(found) == ["weights"]
    assert len(found["weights"]) == 16
    again, other = tiny_factory(IMDB), tiny_factory(IMDB, seed=1)
    again.name = "the same under another name"
    assert described(again) == found
    assert described(other) != found


def test_a_stranger_is_its_whole_name(scripted_classifier: Any) -> None:
    stranger = scripted_classifier()
    stranger.name = "somebody/a-classifier-with-a-long-name"
    assert described(stranger) == {"weights": "somebody/a-classifier-with-a-long-name"}


def test_a_defence_is_named_with_every_setting(fuse: Fuse, tiny_classifier: Any, toy_lexicon: Any) -> None:
    found = described(fuse)
    assert (found["defense"], found["fuse"]["seed"], found["switch"]["perturb_words"]) == ("fuse", 4, 3)
    assert found["weights"] == described(tiny_classifier)["weights"]
    assert "ranked_by" not in found
    assert described(fuse.reseeded(5)) != found
    five = Five(tiny_classifier, toy_lexicon, FiveConfig(perturb_words=3, samples=2, sigma_relative=1.5))
    assert described(five)["five"]["sigma_relative"] == 1.5


def test_another_model_that_ranks_the_words_is_named(fuse: Fuse, tiny_classifier: Any, tiny_factory: Any) -> None:
    asked = tiny_factory(IMDB, seed=1)
    found = described(Fuse(asked, fuse.switch, FuseConfig()))
    assert found["weights"] == described(asked)["weights"]
    assert found["ranked_by"] == described(tiny_classifier)["weights"]
