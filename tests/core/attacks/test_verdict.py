"""The verdict is apart from the search: a text that the search was lucky with is judged by draws it never saw."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.driver import attack_many, step_attack
from core.attacks.events import AttackFinished, FlipChecked
from core.attacks.presets import attack_config
from core.attacks.verdict import FINAL, ORIGINAL, judge, verdict_of, verdict_seeds
from core.datasets import Row
from core.errors import ConfigError
from core.models.classifier import Prediction
from core.tasks import IMDB, MNLI, Example, Task
from tests.core.attacks.conftest import LONG, BagOfWords, Lottery, Noisy


@dataclass
class Coin:
    """Wrong (label 0) on each draw with a chance: ``first`` for a text as :func:`rows` has it, else ``chance``."""

    chance: float
    first: float = 0.0
    seed: int = 0
    task: Task = IMDB
    name: str = "coin"

    @property
    def randomised(self) -> bool:
        return True

    def reseeded(self, seed: int) -> "Coin":
        return replace(self, seed=seed)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        return [self.answer(example.text_a) for example in examples]

    def answer(self, text: str) -> Prediction:
        digest = hashlib.blake2b(f"{self.seed}|{text}".encode(), digest_size=4).digest()
        chance = self.first if text.startswith("No.") and "good film with a great" in text else self.chance
        wrong = int.from_bytes(digest, "big") / 2**32 < chance
        return Prediction((0.6, 0.4), 0) if wrong else Prediction((0.4, 0.6), 1)


def rows(count: int) -> list[Row]:
    return [Row(Example(f"No. {number}: {LONG}"), 1) for number in range(count)]


def run(lexicon: Any, classifier: Coin, count: int) -> tuple[list[AttackFinished], list[FlipChecked]]:
    events = [e for _, e in attack_many(Attack(attack_config("ungated"), lexicon), classifier, rows(count))]
    ends = [e for e in events if isinstance(e, AttackFinished)]
    return ends, [e for e in events if isinstance(e, FlipChecked)]


def test_a_classifier_whose_majority_is_right_is_not_reported_broken(toy_lexicon: Any) -> None:
    """Confirmations, tried until one passes, call nearly every text broken."""
    ends, checks = run(toy_lexicon, Coin(0.35), 60)
    assert len(ends) == 60
    assert sum(check.confirmed for check in checks) > 40
    assert [end.status for end in ends] == ["failed"] * 60
    believed = [end for end in ends if "believing in a success" in end.reason]
    assert len(believed) > 40
    assert all(2 * end.wrong < end.draws == 101 for end in ends)
    changed = [end for end in ends if end.swaps]
    assert sum(end.wrong for end in changed) / sum(end.draws for end in changed) == pytest.approx(0.35, abs=0.03)


def test_a_classifier_whose_majority_is_wrong_on_the_attacked_text_is_broken(toy_lexicon: Any) -> None:
    ends, _ = run(toy_lexicon, Coin(0.65), 20)
    assert [end.status for end in ends] == ["success"] * 20
    assert {end.predicted for end in ends} == {0}
    assert sum(end.wrong for end in ends) / (101 * 20) == pytest.approx(0.65, abs=0.05)
    assert all(end.wrong_before == 0 and end.draws_before == 101 for end in ends)


def test_the_original_is_judged_by_the_same_rule(toy_lexicon: Any) -> None:
    """With single answers a third of the rows would have been skipped, or kept."""
    ends, _ = run(toy_lexicon, Coin(0.3, first=0.3), 30)
    assert all(end.status != "skipped" and end.draws_before == 101 for end in ends)
    ends, _ = run(toy_lexicon, Coin(0.7, first=0.7), 30)
    assert [end.status for end in ends] == ["skipped"] * 30
    assert all((end.wrong, end.draws) == (end.wrong_before, 101) for end in ends)


def test_the_attacks_verdict_on_the_original_is_that_of_judging_it(toy_lexicon: Any) -> None:
    coin, given = Coin(0.5, first=0.45), rows(12)
    ends = {i: e for i, e in attack_many(Attack(attack_config("paper", seed=3), toy_lexicon), coin, given)
            if isinstance(e, AttackFinished)}  # fmt: skip
    verdicts = judge(coin, [row.example for row in given], [1] * 12, 101, 3, ORIGINAL)
    assert [ends[i].wrong_before for i in range(12)] == [verdict.wrong for verdict in verdicts]
    assert len({verdict.wrong for verdict in verdicts}) > 3


def test_a_text_left_as_it_was_has_the_originals_verdict(toy_lexicon: Any) -> None:
    end = list(step_attack(Attack(attack_config("paper"), toy_lexicon), Coin(0.45, first=0.45), Example("…!"), 1))[-1]
    assert isinstance(end, AttackFinished)
    assert (end.status, end.swaps, end.fresh_draws) == ("failed", (), 101)
    assert (end.wrong, end.draws) == (end.wrong_before, end.draws_before)


def test_stopped_there_is_no_verdict(toy_lexicon: Any) -> None:
    asked = iter(range(100))
    attack = Attack(attack_config("paper"), toy_lexicon)
    end = list(step_attack(attack, Noisy(), Example(LONG), None, stop=lambda: next(asked) >= 3))[-1]
    assert isinstance(end, AttackFinished)
    assert (end.status, end.wrong, end.draws) == ("stopped", 0, 0)
    assert (end.draws_before, end.fresh_draws) == (101, 101)


def test_the_seeds_are_for_nothing_else() -> None:
    original, final = verdict_seeds(0, ORIGINAL, 101), verdict_seeds(0, FINAL, 101)
    assert len({*original, *final, *verdict_seeds(1, FINAL, 101)}) == 303


@pytest.mark.parametrize(
    ("votes", "label", "expected"),
    [
        ([1, 1, 0], None, (1, 1, 3, 1, False)),
        ([1, 1, 0], 0, (0, 2, 3, 1, True)),
        (
            [2, 2, 1, 1, 0],
            0,
            (0, 4, 5, 1, True),
        ),  # the wrong answers together are the majority; a tie goes to the first
        ([0, 0, 1, 2], 0, (0, 2, 4, 0, False)),
        ([], 1, (1, 0, 0, 1, False)),
    ],
)
def test_a_wrong_majority_breaks(votes: list[int], label: int | None, expected: tuple[object, ...]) -> None:
    found = verdict_of([Prediction((0.0,) * 3, vote) for vote in votes], label)
    assert (found.label, found.wrong, found.draws, found.answer, found.broken) == expected


def test_an_even_number_of_draws_is_refused() -> None:
    with pytest.raises(ConfigError, match="odd"):
        attack_config(verdict_draws=100)


def test_a_pair_is_judged_too(toy_lexicon: Any, pairs: list[Example]) -> None:
    noisy = Noisy(MNLI)
    attack = Attack(attack_config("ungated"), toy_lexicon)
    ends = [e for _, e in attack_many(attack, noisy, [Row(p, None) for p in pairs]) if isinstance(e, AttackFinished)]
    assert all((end.status == "success") == (2 * end.wrong > end.draws) for end in ends)
    assert {end.draws for end in ends} == {101}


def test_judging_texts_from_elsewhere() -> None:
    examples = [Example(LONG), Example("other")]
    verdicts = judge(Lottery(odds=1), examples, [1, 1], draws=5)
    assert [(v.wrong, v.draws, v.broken) for v in verdicts] == [(0, 5, False), (5, 5, True)]
    assert judge(BagOfWords(), [Example(LONG)], [0], draws=5)[0].draws == 1
    assert judge(Lottery(), [], [], draws=5) == []
