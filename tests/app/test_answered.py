"""The same question twice is answered from memory: the same answer, no question to the model, bounded, nobody's own."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from app import work
from app.answered import key_of
from app.attack_request import read_form
from app.attack_run import run_attack
from app.catalog import Catalog
from app.models import Shelf
from app.remembered import SHARE, Remembered
from app.settings import Settings
from app.visitors import VisitorModels
from core.analysis.request import AnalysisRequest
from core.defenses.registry import preset_settings
from core.tasks import IMDB, Example, get_task
from tests.conftest import make_tiny_classifier
from tests.page import own_model, tiny_shelf

TEXT = "A good film about a man who walks to the river, and a great story."


@pytest.fixture
def asked() -> list[int]:
    """How many rows the models of the catalog were asked, a question each."""
    return []


@pytest.fixture
def catalog(asked: list[int]) -> Catalog:
    def load(settings: Settings, task: Any) -> Any:
        classifier = make_tiny_classifier(task)
        answer = classifier.encoded_logits

        def counted(rows: Sequence[Any]) -> Any:
            asked.append(len(rows))
            return answer(rows)

        classifier.encoded_logits = counted
        return classifier

    tiny = tiny_shelf()
    return Catalog(Shelf(tiny.settings, load, lambda settings: tiny.lexicon()), VisitorModels())


def request(model: str = "plain", text: str = TEXT) -> AnalysisRequest:
    return AnalysisRequest("imdb", Example(text), preset_settings(get_task("imdb"), "shipped", 1.0), 0, model)


def test_the_second_answer_equals_the_first_and_asks_nothing(catalog: Catalog, asked: list[int]) -> None:
    first = list(work.analysis(catalog, request(), "me"))
    before = len(asked)
    assert before > 0
    again = list(work.analysis(catalog, request(), "somebody else"))
    assert again == first
    assert again[0] is not first[0]  # a copy: nobody can change what another is given
    assert work.answer(catalog, "imdb", Example(TEXT), "plain", "") == work.answer(
        catalog, "imdb", Example(TEXT), "plain", "me"
    )
    assert len(asked) == before + 1
    for other in (request(text=TEXT + " Fine."), replace(request(), seed=1), request("imdb-fact")):
        before = len(asked)
        list(work.analysis(catalog, other, "me"))
        assert len(asked) > before


def test_what_was_left_in_the_middle_is_not_kept(catalog: Catalog, asked: list[int]) -> None:
    stream = work.analysis(catalog, request(), "me")
    next(stream)
    stream.close()
    before = len(asked)
    assert len(list(work.analysis(catalog, request(), "me"))) == 4
    assert len(asked) > before


def test_a_visitors_own_model_is_neither_kept_nor_mixed_with_another(catalog: Catalog) -> None:
    for visitor, seed in (("me", 7), ("you", 8)):
        catalog.visitors.add(visitor, "Mine", own_model(IMDB, seed))
    mine, yours = (work.answer(catalog, "imdb", Example(TEXT), "own-1", visitor) for visitor in ("me", "you"))
    assert mine.probabilities != yours.probabilities
    assert key_of(catalog, "attack", "imdb", ["plain", "five:own-1"], TEXT) is None
    assert catalog.shelf.answered.weight == 0


def test_an_attack_is_told_again_unless_a_clock_ended_it(catalog: Catalog, asked: list[int]) -> None:
    def attack(seconds: float) -> str:
        form = read_form("imdb", TEXT, "", "ungated", "textfooler", ["plain", "fuse"], None, None, 200, seconds, 0)
        return list(run_attack(catalog, form, lambda: False))[-1].recording

    catalog.shelf.classifier("imdb"), catalog.shelf.lexicon()
    first, before = attack(60.0), len(asked)
    assert attack(60.0) == first
    assert len(asked) == before
    assert '"exhausted"' in attack(0.0)
    before = len(asked)
    attack(0.0)
    assert len(asked) > before


def test_memory_has_a_bound_in_bytes_and_the_oldest_goes_first() -> None:
    memory = Remembered(10 * SHARE, len)
    for number in range(100):
        memory.put(number, bytes(10))
        memory.get(0)
    assert memory.weight == 10 * SHARE
    assert memory.get(0) is not None
    assert memory.get(1) is None
    memory.put(0, bytes(4))
    assert memory.weight == 10 * SHARE - 6
    memory.put("large", bytes(11))
    assert memory.get("large") is None
