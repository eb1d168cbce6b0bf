"""What the checks share: who draws, which rows are attacked, which answers are one answer, runs made once."""

from typing import Any

import pytest

from core.attacks.events import AttackFinished, failure
from core.datasets import Row
from core.errors import ConfigError, DataFileError
from core.evaluation.audit.bench import AuditConfig, Bench, Subject, Undeclared, alike, held, sound
from core.models.classifier import Prediction
from core.tasks import Example
from tests.core.attacks.conftest import BagOfWords, Noisy
from tests.core.evaluation.audit import planted

BAG = BagOfWords(scale=2.0)


def bench(classifier: Any, lexicon: Any, **config: Any) -> Bench:
    return Bench(Subject(classifier), planted.texts(BAG, 12), lexicon, AuditConfig(**config))


def test_rows_need_labels(toy_lexicon: Any) -> None:
    for rows in ((), (Row(Example("Good."), None),)):
        with pytest.raises(DataFileError, match="each with its label"):
            Bench(Subject(BAG), rows, toy_lexicon)


def test_a_config_is_checked() -> None:
    with pytest.raises(ConfigError, match="draws"):
        AuditConfig(draws=1)


def test_who_draws_is_found_out_by_asking(toy_lexicon: Any) -> None:
    plain, seeded = bench(BAG, toy_lexicon), bench(Noisy(), toy_lexicon)
    secret = bench(planted.DropoutVote(), toy_lexicon)
    assert [one.random for one in (plain, seeded, secret)] == [False, True, True]
    assert [one.seeded for one in (plain, seeded, secret)] == [True, True, False]
    assert isinstance(secret.deployed, Undeclared)
    assert [len(one.draws) for one in (plain, seeded, secret)] == [1, 8, 8]


def test_the_shortest_rows_are_attacked_in_their_order(toy_lexicon: Any) -> None:
    few = bench(BAG, toy_lexicon, attacked=5)
    words = {row: len(row.example.text_a.split()) for row in few.rows}
    assert len(few.attacked) == 5
    assert max(words[row] for row in few.attacked) <= min(words[row] for row in few.rows if row not in few.attacked)
    assert list(few.attacked) == [row for row in few.rows if row in few.attacked]


def test_an_attack_of_one_name_is_made_once(toy_lexicon: Any) -> None:
    counted = BagOfWords(scale=2.0)
    shared = bench(counted, toy_lexicon, attacked=2)
    first, asked = shared.shown(), len(counted.calls)
    assert shared.shown() == first
    assert len(counted.calls) == asked


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (Prediction((1.0, 2.0), 1), Prediction((1.0004, 2.0), 1), True),
        (Prediction((1.0, 2.0), 1), Prediction((1.01, 2.0), 1), False),
        (Prediction((1000.0, 2000.0), 1), Prediction((1000.5, 2000.0), 1), True),
        (Prediction((2.0, 2.0001), 1), Prediction((2.0001, 2.0), 0), True),
        (Prediction((1.0, 2.0), 1), Prediction((1.0, 2.0), 0), False),
        (Prediction((1.0, 2.0), -1), Prediction((1.0, 2.0), -1), True),
        (Prediction((1.0, 2.0), -1), Prediction((1.0, 2.0), 1), False),
    ],
)
def test_answers_are_alike_up_to_rounding(first: Prediction, second: Prediction, same: bool) -> None:
    assert alike(first, second) is alike(second, first) is same


def test_a_row_whose_attack_failed_compares_with_nothing(toy_lexicon: Any) -> None:
    ends: list[AttackFinished] = list(bench(BAG, toy_lexicon, attacked=3).shown())
    broken = [ends[0], failure("ModelError: no", "text", 1), ends[2]]
    (first, second), places = sound(ends, broken)
    assert places == [0, 2]
    assert first == second == [ends[0], ends[2]]
    assert held(first) == [end.status in ("failed", "exhausted") for end in first]
