"""Rows of the tables: recipes by hand, the paper's rows all there, names that are none refused."""

import pytest

from core.defenses.five import FiveSettings, paper_sigma
from core.defenses.registry import NoSettings
from core.errors import ConfigError, UnknownNameError
from core.evaluation.paper import PRINTED
from core.evaluation.table_rows import MAKE, ROWS, chosen_rows, how_to_make, sigma_rows
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


def test_rows_of_five_from_a_breath_to_erasure() -> None:
    low, high = sigma_rows([10.0, 0.005])
    assert (low.key, low.title, low.settings_of) == ("five-0.005", "FIVE, sigma 0.005", "our settings")
    assert high.settings(MNLI, 0.05).five.sigma_relative == 10.0
    assert high.settings(MNLI, 0.05).five.perturb_words == ROWS["five"].settings(MNLI, 0.05).five.perturb_words
    for sigmas in ([-1.0], [1.0, 1.0], [float("nan")]):
        with pytest.raises(ConfigError, match="distinct numbers of 0 or more"):
            sigma_rows(sigmas)
