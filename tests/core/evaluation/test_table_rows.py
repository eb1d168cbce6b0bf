"""Rows of the tables: recipes by hand, the paper's rows all there, names that are none refused."""

import pytest

from core.defenses.five import FiveSettings, paper_sigma
from core.defenses.registry import NoSettings
from core.errors import UnknownNameError
from core.evaluation.paper import PRINTED
from core.evaluation.table_rows import MAKE, ROWS, chosen_rows, how_to_make
from core.tasks import IMDB, MNLI


def test_every_row_of_the_paper_is_there_in_its_settings_and_in_ours() -> None:
    keys = {spec.paper for spec in ROWS.values()}
    for printed in PRINTED.values():
        assert set(printed) <= keys
    for key in ("five", "fuse", "fuse-fact", "five-fact"):
        assert (ROWS[key].preset, ROWS[f"{key}-paper"].preset) == ("shipped", "paper")
        assert ROWS[key].paper == ROWS[f"{key}-paper"].paper == key
    assert [ROWS[key].paper for key in ("mask", "dropout", "random")] == [""] * 3, "controls are not in the paper"


def test_settings() -> None:
    five = ROWS["five-paper"].settings(MNLI, 0.05)
    assert isinstance(five, FiveSettings)
    assert five.five.sigma_relative == paper_sigma(MNLI, 0.05)
    for key, noise in (("mask", "mask"), ("dropout", "dropout"), ("five", "gaussian")):
        assert ROWS[key].settings(IMDB, 1.0).five.noise == noise
    assert ROWS["dropout"].settings_of == "control"
    assert ROWS["plain"].settings_of == ""
    assert ROWS["plain"].settings(IMDB, 1.0) == NoSettings()


def test_some_rows_in_their_own_order() -> None:
    assert [spec.key for spec in chosen_rows("fact, plain")] == ["plain", "fact"]
    assert len(chosen_rows("")) == len(ROWS)
    with pytest.raises(UnknownNameError, match="five"):
        chosen_rows("plain,fvie")


def test_models_that_do_not_ship_say_how_they_are_made() -> None:
    for task in (MNLI, IMDB):
        for role in MAKE[task.name]:
            said = how_to_make(ROWS[role], task)
            assert said.startswith("python -m core ")
            assert f"--task {task.name} " in said
            assert f"--model-{role}" in said
