"""How to add an attack and a built-in model, as CONTRIBUTING.md says it, done.

A defence that is added is in tests/core/defenses/test_registry.py, a task in tests/app/test_third_task.py, an
architecture in tests/zoo.py.
"""

import json
import shutil
from pathlib import Path
from typing import Any, get_args

import pytest

from core.attacks.attack import METHODS, Attack
from core.attacks.driver import attack_many, step_attack
from core.attacks.events import AttackFinished, SwapAccepted, WordsRanked
from core.attacks.flow import Halt
from core.attacks.presets import MENU, Method, attack_config
from core.attacks.search import Search, Steps
from core.models import adapters
from core.tasks import IMDB, Example

CONTRIBUTING = (adapters.MODELS_FOLDER.parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def from_the_end(search: Search) -> Steps:
    """The last word first; whatever passes the gates is tried, the most harmful stays."""
    words, left_out = search.attackable()
    order = words[::-1]
    yield WordsRanked(tuple(order), (), left_out, search.asker.queries)
    for index in order:
        passed = yield from search.passing(search.draft, index, search.source(index))
        tried = (yield from search.try_candidates(index, passed)) if passed else []
        yield from search.settle_flips(index, tried)
        yield from search.keep_best(index, tried)
    raise Halt("failed", "Every word was tried and the answer held.")


def test_an_attack_is_a_function_of_a_search(
    monkeypatch: pytest.MonkeyPatch, toy_lexicon: Any, tiny_classifier: Any, reviews: list[Example]
) -> None:
    """It has budgets, gates, verdicts, both drivers and everybody who shows events, and wrote none of them."""
    monkeypatch.setitem(METHODS, "random_order", from_the_end)
    attack = Attack(attack_config("ungated", method="random_order", max_queries=15), toy_lexicon)
    alone = [list(step_attack(attack, tiny_classifier, review, None)) for review in reviews]
    ends = [events[-1] for events in alone]
    assert all(isinstance(end, AttackFinished) and end.queries <= 15 for end in ends)
    assert {"success"} < {end.status for end in ends}
    ranked = [event for events in alone for event in events if isinstance(event, WordsRanked)]
    assert all(list(event.order) == sorted(event.order, reverse=True) for event in ranked)
    assert any(isinstance(event, SwapAccepted) for events in alone for event in events)
    together = list(attack_many(attack, tiny_classifier, [_row(review) for review in reviews]))
    found = {place: event.text for place, event in together if isinstance(event, AttackFinished)}
    assert [found[place] for place in range(len(reviews))] == [end.text for end in ends]


def _row(review: Example) -> Any:
    from core.datasets import Row

    return Row(review, None)


def test_an_attack_stands_in_its_three_places() -> None:
    named = {entry.method for entry in MENU}
    assert set(METHODS) == set(get_args(Method)) == named
    for place in ("core/attacks/presets.py", "core/attacks/attack.py"):
        assert f"`{place}`" in CONTRIBUTING


@pytest.mark.slow
def test_a_built_in_model_is_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from core.models.loading import load_classifier

    folder = tmp_path / "imdb-mine"
    shutil.copytree(adapters.MODELS_FOLDER / "imdb-plain", folder)
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps({**card, "name": "imdb-mine"}), encoding="utf-8")
    plain = load_classifier("imdb-plain", IMDB)
    monkeypatch.setattr(adapters, "MODELS_FOLDER", tmp_path)
    assert adapters.adapter_names() == ("imdb-mine",)
    mine, asked = load_classifier("imdb-mine", IMDB), [Example("A calm and lovely film.")]
    assert mine.predict(asked)[0].logits == plain.predict(asked)[0].logits
