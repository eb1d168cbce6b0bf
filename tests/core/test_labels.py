"""Which label is meant: whole names, numbers where a task has none of its own, a given mapping; never a likeness."""

import pytest

from core.errors import ConfigError, DataFileError
from core.labels import find_label, match_label, parse_label_names, plain_name

MOODS = ("Good", "Caf\u00e9", "bad")
STARS = ("1", "2", "3", "4", "5")


@pytest.mark.parametrize(
    ("value", "labels", "place"),
    [
        ("good", MOODS, 0),
        (" GOOD ", MOODS, 0),
        ("cafe\u0301", MOODS, 1),
        ("CAFE\u0301", MOODS, 1),
        (2, MOODS, 2),
        ("2.0", MOODS, 2),
        (1, STARS, 0),
        ("5", STARS, 4),
        (1.0, ("0", "1"), 1),
        (True, ("0", "1"), 1),
        ("False", ("no", "yes"), 0),
        (True, ("false", "true"), 1),
        (-1, ("-1", "1"), 0),
        ("-", ("-", "+"), 0),
        (0.0, ("no", "yes"), 0),
    ],
)
def test_a_label_is_a_whole_name_or_a_number(value: object, labels: tuple[str, ...], place: int) -> None:
    assert find_label(value, labels, {}, "here") == place


@pytest.mark.parametrize("value", [None, "", " ", "-", -1, "-1", -1.0, float("nan")])
def test_a_cell_may_say_that_there_is_no_label(value: object) -> None:
    assert find_label(value, MOODS, {}, "here") is None


@pytest.mark.parametrize(
    ("value", "labels"),
    [
        ("Australia", ("austria", "france")),
        ("reject", ("rejoice", "weep")),
        (0, STARS),
        ("6", STARS),
        (-1, STARS),
        (0, ("-1", "1")),
        (3, MOODS),
        (0.5, MOODS),
        ("\u00b2", MOODS),
        ("9" * 5000, MOODS),
        ("1_0", tuple("abcdefghijk")),
        (True, MOODS),
        ([1], MOODS),
        ("LABEL_1", MOODS),
    ],
)
def test_what_is_only_like_a_label_is_refused(value: object, labels: tuple[str, ...]) -> None:
    with pytest.raises(DataFileError, match=r"a\.csv, line 3: unknown label") as caught:
        find_label(value, labels, {}, "a.csv, line 3")
    assert ", or 0 to" in str(caught.value) or labels != MOODS


def test_other_names_are_given_a_meaning() -> None:
    names = parse_label_names("LABEL_0 = good, label_1=BAD,0=bad", MOODS)
    assert names == {"LABEL_0": "Good", "label_1": "bad", "0": "bad"}
    assert [find_label(value, MOODS, names, "") for value in ("label_0", "LABEL_1", 0, 1)] == [0, 2, 2, 1]
    assert (match_label("LABEL_0", MOODS, names), match_label("LABEL_2", MOODS, names)) == (0, None)
    assert parse_label_names("", MOODS) == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("LABEL_0", "expects THEIRS=OURS,..., as in LABEL_0=Good, was given 'LABEL_0'"),
        ("=good", "expects THEIRS=OURS"),
        ("a=good,,b=bad", "expects THEIRS=OURS"),
        ("a=great", "maps 'a' to 'great'; the task's labels are Good"),
        ("a=good,A=bad", "names 'A' twice"),
    ],
)
def test_a_mapping_that_says_nothing_is_refused(given: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_label_names(given, MOODS)


@pytest.mark.parametrize(
    ("value", "name"),
    [(1.0, "1"), ("0.0", "0"), (True, "true"), (" Up ", "up"), ("0.5", "0.5"), (-1, "-1"), ("inf", "inf")],
)
def test_a_name_is_read_off_a_cell(value: object, name: str) -> None:
    assert plain_name(value) == name
