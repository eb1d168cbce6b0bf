"""A task as data: which text may change, and what is refused."""

import pytest

from core import tasks
from core.errors import ConfigError, InputError, UnknownNameError
from core.tasks import BUILT_IN_TASKS, IMDB, MNLI, About, Example, Split, Task, about, get_task, register, task_names


def test_the_papers_tasks() -> None:
    assert task_names()[:2] == ("imdb", "mnli")
    assert (IMDB.labels, IMDB.max_pieces, IMDB.is_pair) == (("negative", "positive"), 256, False)
    assert (MNLI.labels, MNLI.max_pieces, MNLI.is_pair) == (("entailment", "neutral", "contradiction"), 128, True)


def test_only_the_perturbed_text_changes() -> None:
    pair = Example("a premise", "a hypothesis")
    changed = MNLI.with_text(pair, "another")
    assert MNLI.text(pair) == "a hypothesis"
    assert changed == Example("a premise", "another")
    assert changed.text_a is pair.text_a
    assert IMDB.with_text(Example("x"), "y") == Example("y")


def test_a_pair_needs_its_hypothesis() -> None:
    with pytest.raises(InputError, match="needs a hypothesis beside the premise"):
        MNLI.text(Example("a premise"))


def test_a_third_task_is_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_TASKS", dict(tasks._TASKS))
    mine = register(Task("topic", "Topic", ("sport", "art", "war"), "text_a", 64, ("text",)))
    assert get_task("topic") is mine
    assert register(mine) is mine
    with pytest.raises(ConfigError, match="already registered as 'topic'"):
        register(Task("topic", "Topic", ("sport", "art"), "text_a", 64, ("text",)))


def test_what_is_said_of_a_task_stands_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_TASKS", dict(tasks._TASKS))
    monkeypatch.setattr(tasks, "_ABOUT", dict(tasks._ABOUT))
    bare = register(Task("topic", "Topic of a headline", ("sport", "art"), "text_a", 64, ("headline",)))
    assert (about(bare).one, about(bare).call, about(bare).splits) == ("Topic of a headline", '"A text."', {})
    splits = {"test": Split("topic.csv", "Ours")}
    told = register(
        Task("tie", "Tie", ("no", "yes"), "text_a", 64, ("a", "b")), About("A tie", "Ties", "", splits=splits)
    )
    assert (about(told).many, about(told).splits["test"].note) == ("Ties", "Ours")
    assert (bare.plain_model, bare.settings_of, told.settings_of) == ("topic-plain", "imdb", "mnli")


def test_the_tested_split_is_named_for_what_it_is() -> None:
    assert BUILT_IN_TASKS == ("imdb", "mnli") == tuple(get_task(name).settings_of for name in BUILT_IN_TASKS)
    assert "dev_matched" in about(MNLI).splits["test"].note


def test_an_unknown_task_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown task 'imbd'\. Known: imdb, mnli"):
        get_task("imbd")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ("one",)}, "two or more distinct labels"),
        ({"labels": ("a", "a")}, "two or more distinct labels"),
        ({"labels": ("caf\u00e9", "Cafe\u0301")}, "two or more distinct labels"),
        ({"perturb": "text_b"}, "perturb must name one of its texts"),
        ({"perturb": "text_c"}, "perturb must name one of its texts"),
        ({"max_pieces": 7}, "max_pieces must be 8 to 512, was given 7"),
        ({"max_pieces": 513}, "max_pieces must be 8 to 512, was given 513"),
    ],
)
def test_a_task_that_makes_no_sense(change: dict[str, object], message: str) -> None:
    fields = {"labels": ("a", "b"), "perturb": "text_a", "max_pieces": 64, **change}
    with pytest.raises(ConfigError, match=message):
        Task("x", "X", text_names=("text",), **fields)  # type: ignore[arg-type]  # wrong on purpose
