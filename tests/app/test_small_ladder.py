"""The small ladder on the page: its texts, its two attackers, stopping, and a classifier that is not there."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.as_code import ladder_command
from app.catalog import Catalog
from app.present import ladder as present
from app.small_ladder import DRAWS, ROWS, Climbed, climb_small, small_tasks
from app.visitors import VisitorModels
from core.cli import make_app
from core.errors import UnknownNameError
from core.evaluation.ladder_fold import BREAKS, ORIGINALS, QUERIES, STANDING
from core.evaluation.obstinacy import some_twins
from core.tasks import IMDB, MNLI
from tests.page import tiny_shelf


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog(tiny_shelf(), VisitorModels())


def climbed(catalog: Catalog, **more: Any) -> list[Climbed]:
    given = {"task": "imdb", "against": "plain", "stop": lambda: False, "n": 6, **more}
    return list(climb_small(catalog, **given))


def test_thirty_texts_of_either_half_and_of_every_kind() -> None:
    for task in (IMDB, MNLI):
        rows = some_twins(task, ROWS)
        assert len(rows) == len({row.example for row in rows}) == ROWS
        assert len({row.label for row in rows}) > 1
    assert small_tasks(["imdb", "mnli", "none"]) == ["imdb", "mnli"]


def test_the_second_attacker_meets_what_the_first_left(catalog: Catalog) -> None:
    steps = climbed(catalog)
    assert [step.over for step in steps] == [False] * (len(steps) - 1) + [True]
    rungs = steps[-1].rungs
    assert list(rungs) == [ORIGINALS, "TextFooler", "Bayes"][: len(rungs)]
    before, after = rungs[ORIGINALS][STANDING], rungs["TextFooler"][STANDING]
    assert before.n == after.n == 6
    assert round(before.value * 6) - round(rungs["TextFooler"][BREAKS].value * rungs["TextFooler"][BREAKS].n) == round(
        after.value * 6
    )
    if "Bayes" in rungs:
        assert rungs["Bayes"][BREAKS].n == round(after.value * 6)
        assert rungs["Bayes"][STANDING].value <= after.value
    assert present.stairs(rungs).count("fb-measure-track") == len(rungs)
    assert steps[-1].status == f"Done: {round(list(rungs.values())[-1][STANDING].value * 6)} of 6 texts held."


@pytest.mark.parametrize(("against", "n"), [("plain", 5), ("five", 2)])
def test_the_command_beside_it_makes_the_same_numbers(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, against: str, n: int
) -> None:
    monkeypatch.setattr("core.models.loading.load_classifier", lambda *_: tiny_shelf().classifier("imdb"))
    monkeypatch.setattr("core.defenses.recipe.load_lexicon", lambda *_, **__: tiny_shelf().lexicon())
    command = ladder_command("imdb", against, n, DRAWS)
    (*_, last) = climbed(catalog, against=against, n=n, command=command)
    words = [*shlex.split(command)[3:], "--log", str(tmp_path), "--json"]
    done = CliRunner().invoke(make_app(), words)
    assert done.exit_code == 0, done.output
    for rung in json.loads(done.stdout)["rungs"]:
        ours = last.rungs.get(rung["title"].removesuffix(", single draws"))
        if ours is None:
            assert rung["attacked"] == 0
            continue
        assert ours[STANDING].value == pytest.approx(rung["standing"]["value"])
        if BREAKS in ours:
            assert (ours[BREAKS].n, round(ours[BREAKS].value * ours[BREAKS].n)) == (rung["attacked"], rung["breaks"])
            assert ours[QUERIES].value == pytest.approx(rung["queries"] / rung["attacked"])


def test_the_command_names_what_is_asked() -> None:
    told = ladder_command("mnli", "five:mnli-fact", 30, DRAWS)
    assert told == (
        "python -m core ladder --task mnli --model mnli-fact --defense five --twins 30 --together 1 "
        "--rungs single,bayes --set confirm_draws=3 --set verdict_draws=11"
    )
    assert "--model some/where" in ladder_command("mnli", "plain", 30, DRAWS, "some/where")
    assert ladder_command("mnli", "fuse:own-1", 30, DRAWS) == ""


def test_a_defence_that_draws_ends_as_well(catalog: Catalog) -> None:
    (*_, last) = climbed(catalog, against="five", n=2)
    assert last.over
    assert last.rungs[ORIGINALS][STANDING].n == 2


def test_stopped_it_keeps_what_there_is(catalog: Catalog) -> None:
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 8

    (*_, last) = climbed(catalog, stop=stop)
    assert last.over
    assert last.status.startswith("Stopped")


def test_nobody_of_that_name(catalog: Catalog) -> None:
    with pytest.raises(UnknownNameError, match="classifier to attack"):
        climbed(catalog, against="nobody")
