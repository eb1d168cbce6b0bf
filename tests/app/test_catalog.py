"""Models by name: what ships, what a visitor made, and that nobody reaches another visitor's."""

import threading

import pytest

from app.catalog import Catalog, gone_words
from app.models import Shelf
from app.settings import Settings
from app.visitors import MAX_MODELS, MAX_VISITORS, VisitorModels, visitor_of
from core.defenses.registry import composed_name, composed_title
from core.errors import UnknownNameError
from core.tasks import IMDB, MNLI, Task
from tests.page import own_model, tiny_shelf

SHIPPED = ("imdb-fact", "imdb-fact-long", "imdb-plain", "imdb-random", "imdb-retrained", "mnli-fact", "mnli-plain")


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if co-tuned models and their controls had shipped."""
    monkeypatch.setattr("core.models.adapters.adapter_names", lambda: SHIPPED)


@pytest.mark.usefixtures("shipped")
def test_models_that_ship_are_listed_for_their_task_and_controls_are_not() -> None:
    catalog = Catalog(tiny_shelf(), VisitorModels())
    assert [(c.title, c.name) for c in catalog.choices("imdb")] == [
        ("Plain", "plain"), ("FACT", "imdb-fact"), ("FACT long", "imdb-fact-long"),
    ]  # fmt: skip
    assert [c.name for c in catalog.choices("mnli")] == ["plain", "mnli-fact"]
    named = Shelf(Settings(models={"imdb": "somebody/bert"}))
    assert [c.name for c in Catalog(named, VisitorModels()).choices("imdb")] == ["plain"]


@pytest.mark.usefixtures("shipped")
def test_a_model_that_ships_is_loaded_once_whoever_asks() -> None:
    loads: list[str] = []

    def load(settings: Settings, task: Task) -> object:
        loads.append(settings.models[task.name])
        return object()

    shelf = Shelf(Settings(), load, lambda settings: object())
    catalog, got = Catalog(shelf, VisitorModels()), []
    threads = [threading.Thread(target=lambda: got.append(catalog.classifier("imdb", "imdb-fact"))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["imdb-fact"]
    assert len(set(map(id, got))) == 1
    assert not catalog.is_loaded("imdb", "imdb-fact")
    shelf.lexicon()
    assert catalog.is_loaded("imdb", "imdb-fact")
    assert not catalog.is_loaded("imdb")


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(("task", "model"), [("imdb", "mnli-fact"), ("imdb", "imdb-random"), ("imdb", "own-1"),
                                             ("imdb", "../imdb-plain"), ("mnli", ""), ("sst2", "plain")])  # fmt: skip
def test_a_name_that_is_not_on_the_menu_is_refused(task: str, model: str) -> None:
    with pytest.raises(UnknownNameError, match=f"Unknown .*{task}"):
        Catalog(tiny_shelf(), VisitorModels()).classifier(task, model)


def test_a_visitors_model_is_that_visitors_alone_and_gone_with_the_visit() -> None:
    catalog, mine, yours = Catalog(tiny_shelf(), VisitorModels()), own_model(IMDB), own_model(IMDB, 8)
    catalog.visitors.add("ann", "Mine", mine)
    catalog.visitors.add("bob", "Yours", yours)
    assert catalog.classifier("imdb", "own-1", "ann") is mine
    assert catalog.classifier("imdb", "own-1", "bob") is yours
    assert catalog.title("imdb", "own-1", "bob") == "Yours"
    assert not catalog.knows("mnli", "own-1", "ann")
    for task, visitor in (("imdb", "carl"), ("imdb", ""), ("mnli", "ann")):
        with pytest.raises(UnknownNameError, match="own-1"):
            catalog.classifier(task, "own-1", visitor)
    catalog.visitors.forget("ann")
    assert not catalog.has_own("imdb", "ann")
    assert catalog.has_own("imdb", "bob")


def test_titles_differ_from_each_other_and_from_the_defences() -> None:
    catalog = Catalog(tiny_shelf(), VisitorModels())
    for title in ("Plain", "FuSE"):
        catalog.visitors.add("ann", title, own_model(IMDB))
    catalog.visitors.add("bob", "Mine", own_model(IMDB))
    assert [c.title for c in catalog.choices("imdb", "ann")][-2:] == ["Plain (own-1)", "FuSE (own-2)"]
    assert catalog.choices("imdb", "bob")[-1].title == "Mine"


def test_compositions_have_names_and_titles() -> None:
    assert [composed_name(d) for d in ("plain", "fuse", "five")] == ["plain", "fuse", "five"]
    assert [composed_name(d, "own-1") for d in ("plain", "fuse")] == ["own-1", "fuse:own-1"]
    assert [composed_title(d) for d in ("plain", "fuse", "five")] == ["Plain", "FuSE", "FIVE"]
    assert [composed_title(d, "FACT") for d in ("plain", "fuse", "five")] == ["FACT", "FuSE(FACT)", "FIVE(FACT)"]


def test_the_oldest_models_and_visitors_go_first() -> None:
    visitors, model = VisitorModels(), own_model(MNLI)
    for number in range(MAX_MODELS + 1):
        visitors.add("ann", f"Model {number}", model)
    assert [own.name for own in visitors.of("ann", "mnli")] == [f"own-{n + 2}" for n in range(MAX_MODELS)]
    for number in range(MAX_VISITORS):
        visitors.add(f"visitor {number}", "Mine", model)
    assert visitors.of("ann", "mnli") == ()
    assert len(visitors.of("visitor 0", "mnli")) == 1


def test_nobody_has_no_models_and_links_say_what_is_gone() -> None:
    assert visitor_of(None) == ""
    assert gone_words([]) == ""
    assert "somebody's own (fuse:own-1)" in gone_words(["fuse:own-1"])
    assert "asks for imdb-fact, which is not" in gone_words(["imdb-fact"])
