"""One at a time or hundreds together: the same events; and nothing that fails ends a run."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.driver import attack_many, step_attack, words_read
from core.attacks.events import AttackFinished, WordsRanked
from core.attacks.presets import attack_config
from core.datasets import Row
from core.models.classifier import Prediction
from core.tasks import IMDB, Example
from tests.conftest import CountingClassifier
from tests.core.attacks.conftest import BY_ANSWERS, LONG, SHORT, BagOfWords, Noisy


@pytest.mark.parametrize("method", BY_ANSWERS)
@pytest.mark.parametrize("together", [1, 3, 64])
def test_both_drivers_give_the_same_events(
    toy_lexicon: Any, bag: BagOfWords, rows: list[Row], method: str, together: int
) -> None:
    attack = Attack(attack_config("paper", method=method), toy_lexicon)
    many = list(attack_many(attack, bag, rows, together))
    for index, row in enumerate(rows):
        assert [e for i, e in many if i == index] == list(step_attack(attack, bag, row.example, row.label))
    assert {i for i, _ in many} == set(range(len(rows)))


def test_randomised_classifiers_give_the_same_events_too(toy_lexicon: Any, rows: list[Row]) -> None:
    attack = Attack(attack_config("paper"), toy_lexicon)
    many = list(attack_many(attack, Noisy(), rows))
    for index, row in enumerate(rows):
        assert [e for i, e in many if i == index] == list(step_attack(attack, Noisy(), row.example, row.label))


def test_attacks_share_batches(toy_lexicon: Any, bag: BagOfWords, rows: list[Row]) -> None:
    attack = Attack(attack_config("paper"), toy_lexicon)
    longest = 0
    for row in rows:
        bag.calls.clear()
        list(step_attack(attack, bag, row.example, row.label))
        longest = max(longest, len(bag.calls))
    bag.calls.clear()
    list(attack_many(attack, bag, rows))
    assert longest <= len(bag.calls) <= 2 * longest
    assert bag.calls[:2] == [(len(rows) + 1) // 2, len(rows) // 2]
    noisy = Noisy()
    list(attack_many(attack, noisy, rows))
    assert noisy.calls[0] == len(rows)


def test_the_model_is_asked_the_same_rows_either_way(toy_lexicon: Any, bag: BagOfWords, rows: list[Row]) -> None:
    attack = Attack(attack_config("textattack"), toy_lexicon)
    many, one = CountingClassifier(bag), CountingClassifier(bag)
    ends = [e for _, e in attack_many(attack, many, rows) if isinstance(e, AttackFinished)]
    for row in rows:
        list(step_attack(attack, one, row.example, row.label))
    assert many.examples == one.examples == sum(end.model_rows for end in ends)


class Fragile(BagOfWords):
    """Breaks on some texts, for a whole batch at a time."""

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        if any("boring" in example.text_a for example in examples):
            raise RuntimeError("no boring texts")
        return super().predict(examples)


def test_a_bad_sample_never_ends_the_run(toy_lexicon: Any, rows: list[Row]) -> None:
    attack = Attack(attack_config("paper"), toy_lexicon)
    ends = {i: e for i, e in attack_many(attack, Fragile(), rows) if isinstance(e, AttackFinished)}
    assert len(ends) == len(rows)
    for index, row in enumerate(rows):
        failed = ends[index].status == "error"
        assert failed or "boring" not in row.example.text_a
        if failed:
            assert ends[index].reason == "RuntimeError: no boring texts"
        else:
            assert ends[index] == list(step_attack(attack, BagOfWords(), row.example, row.label))[-1]
    assert {end.status for end in ends.values()} >= {"error", "success"}


def test_what_breaks_in_the_search_is_isolated_too(toy_lexicon: Any, rows: list[Row]) -> None:
    class Choking(type(toy_lexicon.tagger)):  # type: ignore[misc]  # the fixture's class
        def tag(self, words: Sequence[str], tagset: str) -> list[str]:
            if "actors" in words:
                raise ValueError("cannot tag actors")
            return super().tag(words, tagset)

    attack = Attack(attack_config("paper"), replace(toy_lexicon, tagger=Choking()))
    ends = [e for _, e in attack_many(attack, BagOfWords(), rows) if isinstance(e, AttackFinished)]
    assert len(ends) == len(rows)
    errors = [end for end in ends if end.status == "error"]
    assert 0 < len(errors) < len(rows)
    assert {end.reason for end in errors} == {"ValueError: cannot tag actors"}


def test_a_pair_without_its_text_fails_alone(toy_lexicon: Any, pair_bag: BagOfWords, pairs: list[Example]) -> None:
    rows = [Row(pairs[0], None), Row(Example("only a premise"), None), Row(pairs[1], None)]
    ends = [
        e
        for _, e in attack_many(Attack(attack_config("paper"), toy_lexicon), pair_bag, rows)
        if type(e) is AttackFinished
    ]
    assert sorted(end.status == "error" for end in ends) == [False, False, True]


def test_a_classifier_that_answers_too_little_is_an_error(toy_lexicon: Any) -> None:
    class Short(BagOfWords):
        def predict(self, examples: Sequence[Example]) -> list[Prediction]:
            return super().predict(examples)[:1]

    events = list(step_attack(Attack(attack_config("paper"), toy_lexicon), Short(), Example(LONG), None))
    assert events[-1].status == "error"
    assert "answered 1 of" in events[-1].reason


@pytest.mark.parametrize("after", range(1, 8))
def test_stopping_returns_what_there_is(toy_lexicon: Any, bag: BagOfWords, after: int) -> None:
    attack = Attack(attack_config("paper"), toy_lexicon)
    whole = list(step_attack(attack, BagOfWords(), Example(SHORT), None))
    asked = iter(range(100))
    events = list(step_attack(attack, bag, Example(SHORT), None, stop=lambda: next(asked) >= after))
    assert len(bag.calls) <= after
    if events != whole:
        assert events[:-1] == whole[: len(events) - 1]
        assert (events[-1].status, events[-1].reason) == ("stopped", "Stopped by you.")


def test_stopping_a_batch_stops_every_attack(toy_lexicon: Any, bag: BagOfWords, rows: list[Row]) -> None:
    attack = Attack(attack_config("paper"), toy_lexicon)
    asked = iter(range(100))
    found = list(attack_many(attack, bag, rows, 8, stop=lambda: next(asked) >= 2))
    ends = [e for _, e in found if isinstance(e, AttackFinished)]
    assert len(ends) == 8
    assert len(bag.calls) == 2
    assert {end.status for end in ends} <= {"stopped", "success", "failed", "skipped"}


def test_how_far_a_classifier_reads(tiny_factory: Any, bag: BagOfWords) -> None:
    tiny = tiny_factory(replace(IMDB, name="imdb-8b", max_pieces=8))
    text = Example("good film " * 5)
    assert words_read(tiny, text) == range(6)
    assert words_read(CountingClassifier(tiny), text) == range(6)
    assert words_read(tiny, Example("good film")) == range(2)
    assert words_read(bag, text) is None

    class Around:
        """A defence."""

        name, task, classifier = "around", IMDB, tiny

        def predict(self, examples: Sequence[Example]) -> list[Prediction]:
            return tiny.predict(examples)

    assert words_read(Around(), text) == range(6)


def test_which_words_are_read_where_the_beginning_is_cut(tiny_factory: Any, toy_lexicon: Any) -> None:
    """Words that are not read are neither attacked nor swapped, and do not count for how alike two texts are."""
    from core.models.importance import ImportanceConfig, word_importance
    from core.models.transformer import TransformersClassifier
    from core.perturbation.plan import make_plan
    from core.perturbation.switch import Switch, SwitchConfig

    tiny = tiny_factory(IMDB)
    tiny.tokenizer.truncation_side = "left"
    end = TransformersClassifier(tiny.model, tiny.tokenizer, replace(IMDB, name="imdb-8c", max_pieces=8), "x", (0, 1))
    text = "the good movie and a bad story with great actors in it"
    assert words_read(end, Example(text)) == range(6, 12)
    events = list(step_attack(Attack(attack_config("ungated"), toy_lexicon), end, Example(text), None))
    (ranked,) = (event for event in events if isinstance(event, WordsRanked))
    beyond = {index for index, reason in ranked.left_out if reason == "beyond what the classifier reads"}
    assert beyond == set(range(6))
    (found,) = word_importance(end, [Example(text)], ImportanceConfig())
    assert sorted(found.order) == list(range(6, 12))
    assert make_plan(text, found, toy_lexicon, SwitchConfig()).unread == -len("the good movie and a bad ")
    (drawn,) = Switch(end, toy_lexicon, SwitchConfig(min_similarity=0.0, pos="none")).run([Example(text)])
    assert drawn.alternatives
    assert all(alternative.text.startswith("the good movie and a bad ") for alternative in drawn.alternatives)
    assert all("movie" not in encoded for encoded in toy_lexicon.encoder.encoded[-len(drawn.alternatives) :])


def test_how_far_a_pair_is_read(tiny_factory: Any) -> None:
    from core.tasks import MNLI

    tiny = tiny_factory(replace(MNLI, name="mnli-12", max_pieces=12))
    assert words_read(tiny, Example("the man walks", "good film " * 10)) == range(6)
