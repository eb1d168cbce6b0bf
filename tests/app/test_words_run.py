"""Asking for a play: everything it shows, each thing once, and the next visitor for nothing."""

import pytest

from app import words_run
from app.catalog import Catalog
from app.models import Shelf
from app.play import Play, move, new_play
from app.remembered import Remembered
from app.settings import RequestLimits, Settings
from app.visitors import VisitorModels
from app.words_seen import seen, usual
from core.errors import ConfigError
from core.language.lexicon import Lexicon
from core.tasks import IMDB
from tests.conftest import NEIGHBOURS, STOP_WORDS, ToyEncoder, ToyNeighbors, ToyTagger, make_tiny_classifier

TEXT = "A good film about a small man who walks outside."
GOOD, FILM = 1, 2


class Counted:
    """A tiny classifier whose rows are counted; everything else is the classifier's own."""

    def __init__(self, seed: int) -> None:
        self.inner, self.rows = make_tiny_classifier(IMDB, seed), 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def encoded_logits(self, rows: list[object]) -> object:
        self.rows += len(rows)
        return self.inner.encoded_logits(rows)


@pytest.fixture
def models() -> dict[str, Counted]:
    return {"imdb-plain": Counted(0), "imdb-fact": Counted(3)}


@pytest.fixture
def catalog(models: dict[str, Counted]) -> Catalog:
    lexicon = Lexicon(ToyNeighbors(NEIGHBOURS), ToyTagger(), ToyEncoder(), STOP_WORDS)
    settings = Settings(models={"imdb": "imdb-plain"})
    return Catalog(Shelf(settings, lambda s, task: models[s.models[task.name]], lambda s: lexicon), VisitorModels())


def begun(catalog: Catalog, against: list[str] | None = None) -> Play:
    return new_play("imdb", TEXT, "", "ungated", usual(catalog, "imdb") if against is None else against)


def look(play: Play, word: int) -> Play:
    return move(play, {"act": "word", "word": word})


def swap(play: Play, word: int, to: str) -> Play:
    return move(play, {"act": "swap", "word": word, "to": to})


def test_the_five_are_asked_unless_somebody_says_otherwise(catalog: Catalog) -> None:
    assert usual(catalog, "imdb") == ["plain", "fuse", "five", "imdb-fact", "five:imdb-fact"]


def test_a_text_alone_asks_nobody(catalog: Catalog, models: dict[str, Counted]) -> None:
    (found,) = words_run.ask(catalog, Remembered(), begun(catalog))
    assert found.complete
    assert not models["imdb-plain"].rows
    assert not found.play.tried


def test_plain_answers_first_and_the_last_has_everything(catalog: Catalog) -> None:
    stages = list(words_run.ask(catalog, Remembered(), swap(begun(catalog), GOOD, "fine")))
    assert list(stages[0].now) == ["plain"]
    assert stages[0].around is None
    assert not stages[0].complete
    last = stages[-1]
    assert last.complete
    assert list(last.now) == list(last.before) == usual(catalog, "imdb")
    assert [option.word for option in last.around.options] == [word for word, _ in NEIGHBOURS["good"]]
    assert last.compared == ("Plain", "FACT")


def test_the_next_visitor_is_answered_from_memory(catalog: Catalog, models: dict[str, Counted]) -> None:
    known, play = Remembered(), swap(begun(catalog), GOOD, "fine")
    *_, first = words_run.ask(catalog, known, play)
    rows = models["imdb-plain"].rows, models["imdb-fact"].rows
    (again,) = words_run.ask(catalog, known, play, "another visitor")
    assert (models["imdb-plain"].rows, models["imdb-fact"].rows) == rows
    assert (again.now, again.around) == (first.now, first.around)
    assert seen(catalog, known, play).complete


def test_a_neighbour_that_was_looked_at_costs_plain_nothing(catalog: Catalog, models: dict[str, Counted]) -> None:
    known, play = Remembered(), look(begun(catalog, ["plain", "imdb-fact"]), GOOD)
    *_, found = words_run.ask(catalog, known, play)
    assert models["imdb-plain"].rows == 1 + len(NEIGHBOURS["good"]), "the word itself and its neighbours, once each"
    swapped = swap(found.play, GOOD, "fine")
    *_, after = words_run.ask(catalog, known, swapped)
    assert models["imdb-plain"].rows == 1 + len(NEIGHBOURS["good"])
    answers = {option.word: option.answers for option in found.around.options}
    assert after.now["plain"] == answers["fine"][0]
    assert after.now["imdb-fact"] == answers["fine"][1]


def test_questions_are_wordings_and_none_counts_twice(catalog: Catalog) -> None:
    known = Remembered()
    *_, found = words_run.ask(catalog, known, look(begun(catalog, ["plain"]), GOOD))
    assert len(found.play.tried) == 1 + len(NEIGHBOURS["good"])
    *_, found = words_run.ask(catalog, known, swap(found.play, GOOD, "fine"))
    assert len(found.play.tried) == 1 + len(NEIGHBOURS["good"])
    *_, found = words_run.ask(catalog, known, look(found.play, FILM))
    assert len(found.play.tried) == 1 + len(NEIGHBOURS["good"]) + len(NEIGHBOURS["film"])


def test_it_ends_early_when_a_new_move_was_made(catalog: Catalog) -> None:
    stops = iter([False, False, True])
    stages = list(
        words_run.ask(catalog, Remembered(), swap(begun(catalog), GOOD, "fine"), "", lambda: next(stops, True))
    )
    assert not stages[-1].complete


def test_textfooler_plays_by_the_same_rules(catalog: Catalog) -> None:
    *_, found = words_run.ask(catalog, Remembered(), move(begun(catalog, ["plain"]), {"act": "par"}))
    assert found.par is not None
    assert found.par.status in ("success", "failed")
    assert found.par.queries > 1


def test_what_costs_too_much_is_refused_before_it_starts(models: dict[str, Counted], catalog: Catalog) -> None:
    settings = Settings(models={"imdb": "imdb-plain"}, limits=RequestLimits(pieces=200))
    shelf = Shelf(settings, lambda s, task: models[s.models[task.name]], lambda s: catalog.shelf.lexicon())
    with pytest.raises(ConfigError, match="a request may ask for 200 here"):
        list(words_run.ask(Catalog(shelf, VisitorModels()), Remembered(), look(begun(catalog), GOOD)))
    assert not models["imdb-plain"].rows


def test_what_nobody_asked_for_longest_is_forgotten_first() -> None:
    known = Remembered(2)
    known.put("a", 1)
    known.put("b", 2)
    assert known.get("a") == 1
    known.put("c", 3)
    assert (known.get("a"), known.get("b"), known.get("c")) == (1, None, 3)
