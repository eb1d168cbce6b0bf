"""Every error of the program is a FireBertError and says what to do."""

import inspect

import pytest

from core import errors
from core.errors import FireBertError, UnknownNameError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]


def test_one_tree_and_the_docstring_draws_it() -> None:
    assert len(KINDS) >= 9
    for kind in KINDS:
        assert issubclass(kind, FireBertError)
        assert kind.__name__ in (errors.__doc__ or "")


def test_an_unknown_name_lists_the_known_ones_in_order() -> None:
    error = UnknownNameError("preset", "papr", ["shipped", "paper"], "Try again.")
    assert str(error) == "Unknown preset 'papr'. Known: paper, shipped. Did you mean 'paper'? Try again."
    assert (
        str(UnknownNameError("preset", "best", ["shipped", "paper"])) == "Unknown preset 'best'. Known: paper, shipped."
    )
    assert "Unknown preset '3'." in str(UnknownNameError("preset", 3, ["shipped"])), "whatever was given"  # type: ignore[arg-type]
    with pytest.raises(FireBertError):
        raise error
