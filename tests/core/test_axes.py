"""A point on an axis as somebody types it."""

import pytest

from core.axes import OneOf, Real, Whole, read_point
from core.errors import ConfigError


@pytest.mark.parametrize(
    ("axis", "text", "value"),
    [
        (Whole(1, 6), "6", 6),
        (Real(0.1, 2.0), "1", 1),
        (Real(5e-5, 8e-4), "3e-4", 3e-4),
        (OneOf((None, 0.4)), "none", None),
        (OneOf((0.0, 1.5)), "0", 0.0),
        (OneOf((False, True)), "TRUE", True),
        (OneOf(("mean_logits", "majority")), "majority", "majority"),
    ],
)
def test_what_lies_on_it_is_read(axis, text, value):
    found = read_point("setting", axis, text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("axis", "text", "said"),
    [
        (Whole(2, 16), "0", "samples must be a whole number between 2 and 16"),
        (Whole(2, 16), "2.5", "samples must be a whole number"),
        (Real(0.1, 2.0), "nan", "samples must be a number"),
        (OneOf((None, 0.4)), "0.9", "samples must be one of none, 0.4, was given '0.9'"),
    ],
)
def test_what_does_not_is_refused(axis, text, said):
    with pytest.raises(ConfigError, match=said):
        read_point("samples", axis, text)
