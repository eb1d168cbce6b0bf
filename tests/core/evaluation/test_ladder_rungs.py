"""Which rungs a classifier is put to, and what they are called beside it."""

from typing import Any

import pytest

from core.errors import ConfigError, UnknownNameError
from core.evaluation.ladder_rungs import RUNGS, chosen_rungs, title_of


def keys(*given: Any) -> list[str]:
    return [spec.key for spec in chosen_rungs(*given)]


def test_only_rungs_that_say_something() -> None:
    """names, whether it draws, whether a defence is around it, whether texts are transferred from its own model."""
    assert keys("", False, False, True) == ["single", "bayes", "best_first_still"], "plain itself"
    assert keys("", False, False, False) == ["transfer", "single", "bayes", "best_first_still"], "FACT"
    assert keys("", True, True, False) == [key for key in RUNGS if key != "best_first_still"]
    assert keys("", True, True, True) == [key for key in RUNGS if key not in ("best_first_still", "core")]
    assert keys("best_first, transfer", False, True, True) == ["best_first_still", "transfer"], "in the order given"


def test_what_is_no_rung() -> None:
    with pytest.raises(UnknownNameError, match="singel"):
        chosen_rungs("singel", True, True, True)
    with pytest.raises(ConfigError, match="seed, mean4"):
        chosen_rungs("seed,mean4", False, False, False)


def test_a_rung_is_called_after_what_it_looks_at() -> None:
    assert title_of(RUNGS["single"], True) == "TextFooler, single draws"
    assert title_of(RUNGS["single"], False) == "TextFooler"
