"""The white box: it follows the slope to planted swaps, keeps to gates and budgets, and is what its seed makes it."""

from typing import Any

import numpy as np
import pytest
import torch

from core.attacks.attack import Attack
from core.attacks.driver import attack_many, step_attack
from core.attacks.events import AttackFinished, CandidateTried
from core.attacks.gradient import SAMPLES, STARTS, STEPS, capped, on_simplex
from core.attacks.presets import attack_config
from core.datasets import Row
from core.defenses.five import Five, FiveConfig
from core.defenses.fuse import Fuse
from core.errors import ConfigError
from core.perturbation.config import SwitchConfig
from core.perturbation.switch import Switch
from core.tasks import IMDB, Example
from tests.core.attacks.conftest import LONG, BagOfWords, Run, end_of, of

WEAK = {"terrible": -2.0, "plot": -2.0}


def planted(tiny_factory: Any) -> Any:
    """A model in which each piece has a weight of its own: only "terrible" and "plot" together turn the answer."""
    classifier = tiny_factory(IMDB)
    table = classifier.model.get_input_embeddings().weight
    table[:, 0] = 0.0
    for word, weight in WEAK.items():
        (piece,) = classifier.tokenizer(word, add_special_tokens=False).input_ids
        table[piece, 0] = weight

    def logits(model: Any, inputs: dict[str, Any]) -> torch.Tensor:
        given = inputs.get("inputs_embeds")
        given = model.get_input_embeddings()(inputs["input_ids"]) if given is None else given
        right = 3.0 + given[..., 0].sum(1)
        return torch.stack([torch.zeros_like(right), right], dim=1)

    object.__setattr__(classifier.architecture, "logits", logits)
    return classifier


def test_it_finds_the_planted_swaps(run: Run, tiny_factory: Any) -> None:
    """TextFooler has to ask for each candidate; here one descent is enough."""
    end = end_of(run(planted(tiny_factory), "A great story, a good film.", label=1, method="gradient"))
    assert end.status == "success"
    assert {word for _, _, word in end.swaps} == {"terrible", "plot"}, "and nothing else is left"
    assert end.queries <= (STEPS + 2) * SAMPLES


@pytest.mark.parametrize("budget", [1, 2, 9, 40])
def test_it_keeps_to_its_budget(run: Run, tiny_classifier: Any, budget: int) -> None:
    end = end_of(run(tiny_classifier, LONG, method="gradient", preset="paper", search_budget=budget))
    assert end.queries <= budget


def test_it_keeps_to_gates_and_to_the_share_of_words(run: Run, tiny_factory: Any) -> None:
    for seed in range(2):
        events = run(tiny_factory(IMDB, seed), LONG, method="gradient", preset="ungated", min_word_cosine=0.8,
                     max_changed_share=0.08)  # fmt: skip
        tried = of(events, CandidateTried)
        assert tried
        assert all(event.cosine >= 0.8 for event in tried)
        assert len(end_of(events).swaps) <= 2
        assert end_of(events).queries <= STARTS * (STEPS + 1) * SAMPLES * 2


def test_it_is_a_function_of_the_seed(run: Run, tiny_classifier: Any) -> None:
    runs = [run(tiny_classifier, LONG, method="gradient", seed=seed, search_budget=60) for seed in (3, 3, 4)]
    assert runs[0] == runs[1] != runs[2]


def test_without_noise_it_is_the_core(run: Run, tiny_classifier: Any, toy_lexicon: Any) -> None:
    still = Five(tiny_classifier, toy_lexicon, FiveConfig(samples=2, sigma_relative=0.0))
    ends = [end_of(run(one, LONG, method="gradient", search_budget=100)) for one in (tiny_classifier, still)]
    assert ends[0].swaps == ends[1].swaps
    assert (ends[0].status, ends[0].queries) == (ends[1].status, ends[1].queries)


def test_votes_are_attacked_through_what_is_inside(run: Run, tiny_classifier: Any, toy_lexicon: Any) -> None:
    """A success of either is the verdict's: fresh draws of the vote, not the model's slope."""
    fuse = Fuse(tiny_classifier, Switch(tiny_classifier, toy_lexicon, SwitchConfig(total_alternatives=3)))
    five = Five(tiny_classifier, toy_lexicon, FiveConfig(samples=2, sigma_relative=0.5))
    for vote in (fuse, five):
        end = end_of(run(vote, LONG, method="gradient", search_budget=120, verdict_draws=11))
        assert end.draws == 11 or not end.swaps
        assert (end.status == "success") == (2 * end.wrong > end.draws)


def test_together_they_end_as_alone(tiny_classifier: Any, toy_lexicon: Any, rows: list[Row]) -> None:
    attack = Attack(attack_config("paper", method="gradient", search_budget=40), toy_lexicon)
    few = rows[:5]
    ends = {at: event for at, event in attack_many(attack, tiny_classifier, few) if isinstance(event, AttackFinished)}
    for at, row in enumerate(few):
        alone = end_of(list(step_attack(attack, tiny_classifier, row.example, row.label)))
        assert (ends[at].status, ends[at].swaps) == (alone.status, alone.swaps)


def test_a_black_box_is_refused_before_anything_is_asked(toy_lexicon: Any) -> None:
    bag = BagOfWords()
    attack = Attack(attack_config("paper", method="gradient"), toy_lexicon)
    with pytest.raises(ConfigError, match="needs the weights"):
        list(step_attack(attack, bag, Example(LONG), None))
    with pytest.raises(ConfigError, match="Bayes asks for answers alone"):
        list(attack_many(attack, bag, [Row(Example(LONG), 1)]))
    assert not bag.calls


def test_projections() -> None:
    assert capped(np.array([0.4, -1.0, 2.0]), 2).tolist() == [0.4, 0.0, 1.0]
    assert capped(np.array([1.0, 0.8, 0.2]), 1.0) == pytest.approx([0.6, 0.4, 0.0])
    assert on_simplex(np.array([0.5, 0.5])).tolist() == [0.5, 0.5]
    assert on_simplex(np.array([2.0, 0.5, 0.0])).tolist() == [1.0, 0.0, 0.0]
