"""Which rungs a classifier is put to, and what they are called beside it."""

from typing import Any

import pytest

from core.errors import ConfigError, UnknownNameError
from core.evaluation.ladder_rungs import RUNGS, chosen_rungs, title_of

STILL = ["bayes", "best_first_still", "gradient_still"]


def keys(*given: Any) -> list[str]:
    return [spec.key for spec in chosen_rungs(*given)]


def test_only_rungs_that_say_something() -> None:
    """names, whether it draws, whether a defence is around it, whether texts are transferred from its own model."""
    assert keys("", False, False, True) == ["single", *STILL], "plain itself"
    assert keys("", False, False, False) == ["transfer", "single", *STILL], "FACT"
    assert keys("", True, True, False) == [key for key in RUNGS if key not in STILL[1:]]
    assert keys("", True, True, True) == [key for key in RUNGS if key not in (*STILL[1:], "core")]
    assert keys("", False, False, False, "it is a black box") == ["transfer", "single", *STILL[:2]]
    assert keys("best_first, transfer", False, True, True) == ["best_first_still", "transfer"], "in the order given"


def test_what_is_no_rung() -> None:
    with pytest.raises(ConfigError, match="gradient is not for this classifier: it is a black box"):
        chosen_rungs("single,gradient", False, False, False, "it is a black box")
    with pytest.raises(UnknownNameError, match="singel"):
        chosen_rungs("singel", True, True, True)
    with pytest.raises(ConfigError, match="seed, mean4"):
        chosen_rungs("seed,mean4", False, False, False)


def test_a_rung_is_called_after_what_it_looks_at() -> None:
    assert title_of(RUNGS["single"], True) == "TextFooler, single draws"
    assert title_of(RUNGS["single"], False) == "TextFooler"
