"""The accounts of an attack: budgets of queries and time, nothing asked twice, seeds for one purpose each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.events import AttackFinished, CandidateRefused
from core.attacks.flow import TIMED_ROWS, Asker, Halt, Query, Stop, Victim, derived_seed
from core.attacks.presets import attack_config
from core.language.neighbors import Neighbor
from core.language.text import find_words
from core.models.classifier import Prediction
from core.tasks import IMDB, Example
from tests.conftest import NEIGHBOURS
from tests.core.attacks.conftest import LONG, SHORT, BagOfWords, Noisy, Run


def answered(steps: Any, log: list[Query], rows: int = 1, questions: int = 1) -> list[Prediction]:
    """Drives one call of an asker; every answer costs so many rows and questions."""
    try:
        query = next(steps)
        while True:
            log.append(query)
            asked = [example for _ in query.seeds for example in query.examples]
            query = steps.send([Prediction((0.0, 1.0), 1, (), questions, rows) for _ in asked])
    except StopIteration as end:
        return end.value


def examples(count: int) -> list[Example]:
    return [Example(f"text {number}") for number in range(count)]


@pytest.mark.parametrize("budget", range(1, 40))
def test_a_query_budget_is_never_passed(run: Run, bag: BagOfWords, budget: int) -> None:
    free = run(bag, LONG, preset="paper")[-1]
    bag.examples.clear()
    end = run(bag, LONG, preset="paper", max_queries=budget)[-1]
    assert len(bag.examples) <= budget
    assert end.queries <= budget
    if free.queries > budget and end.status != "success":
        assert end.status == "exhausted"
        assert str(budget) in end.reason
    if free.queries <= budget:
        assert end == free


def test_queries_per_word_are_a_budget_too(run: Run, bag: BagOfWords) -> None:
    end = run(bag, SHORT, preset="paper", max_queries_per_word=1)[-1]
    assert (end.status, end.queries) == ("exhausted", len(find_words(SHORT)))


def test_a_time_budget_returns_what_there_is(toy_lexicon: Any, bag: BagOfWords) -> None:
    now = iter(range(100))
    attack = Attack(attack_config("paper", max_seconds=4), toy_lexicon)
    flow = attack.flow(Example(SHORT), None, Victim("bag", IMDB, False), clock=lambda: next(now))
    item, answers = next(flow), None
    while not isinstance(item, AttackFinished):
        answers = bag.predict(item.examples) if isinstance(item, Query) else None
        item = flow.send(answers) if answers else next(flow)
    assert item.status == "exhausted"
    assert "4 seconds" in item.reason


def test_time_is_looked_at_between_model_batches(toy_lexicon: Any) -> None:
    """A long text's first round of questions ends with the time, not after a thousand rows."""
    now = iter(range(10_000))
    long = Example(" ".join([SHORT] * 300))
    from tests.core.attacks.conftest import BagOfWords

    bag = BagOfWords()
    attack = Attack(attack_config("ungated", max_seconds=5.0), toy_lexicon)
    flow = attack.flow(long, None, Victim("bag", IMDB, False), clock=lambda: float(next(now)))
    item: Any = next(flow)
    while not isinstance(item, AttackFinished):
        item = flow.send(bag.predict(item.examples)) if isinstance(item, Query) else next(flow)
    assert item.status == "exhausted"
    assert max(bag.calls) <= TIMED_ROWS
    assert 1 < len(bag.calls) <= 6


def test_gates_are_not_begun_once_the_time_is_up(toy_lexicon: Any, bag: BagOfWords) -> None:
    """Tagging four thousand words takes seconds and asks the classifier nothing."""
    now = 0.0

    class Slow(type(toy_lexicon.tagger)):  # type: ignore[misc]  # the fixture's class
        def tag(self, words: Sequence[str], tagset: str) -> list[str]:
            nonlocal now
            now += 3.0
            return super().tag(words, tagset)

    config = attack_config("paper", max_seconds=2.0, short_similarity=1.0)  # every candidate is refused
    attack = Attack(config, replace(toy_lexicon, tagger=Slow()))
    flow = attack.flow(Example(SHORT), None, Victim("bag", IMDB, False), clock=lambda: now)
    item: Any = next(flow)
    words = set()
    while not isinstance(item, AttackFinished):
        words |= {item.word} if isinstance(item, CandidateRefused) else set()
        item = flow.send(bag.predict(item.examples)) if isinstance(item, Query) else next(flow)
    assert (item.status, len(words)) == ("exhausted", 1)


def test_a_repeated_text_is_asked_again(toy_lexicon: Any) -> None:
    """A deterministic classifier is asked about a text once, a randomised one each time."""

    class Doubled(type(toy_lexicon.neighbors)):  # type: ignore[misc]  # the fixture's class
        def neighbors(self, word: str, limit: int = 100) -> tuple[Neighbor, ...]:
            return tuple(n for n in super().neighbors(word, limit) for _ in range(2))

    lexicon = replace(toy_lexicon, neighbors=Doubled(NEIGHBOURS))
    bag, noisy = BagOfWords(), Noisy(noise=0.0)
    for classifier in (bag, noisy):
        list(step_attack(Attack(attack_config("ungated"), lexicon), classifier, Example("good film"), None))
    assert len(bag.examples) == len(set(bag.examples))
    assert len(noisy.examples) > len(set(noisy.examples)) + 9


def test_a_deterministic_classifier_is_asked_nothing_twice() -> None:
    asker, log = Asker(attack_config(), Victim("x", IMDB, False), words=5), list[Query]()
    one, two, three = examples(3)
    assert len(answered(asker.ask([one, two, one]), log)) == 3
    assert len(answered(asker.ask([two, three, one]), log)) == 3
    assert [query.examples for query in log] == [(one, two), (three,)]
    assert asker.queries == asker.model_rows == 3


def test_a_price_is_paid_before_it_is_owed() -> None:
    """Ten questions at four each are two answers; the third is not begun."""
    asker = Asker(attack_config(max_queries=10), Victim("mean", IMDB, True, price=4), words=5)
    log: list[Query] = []
    assert len(answered(asker.ask(examples(5)), log, rows=4, questions=4)) == 2
    assert (asker.queries, asker.model_rows) == (8, 8)
    with pytest.raises(Halt, match="The budget of 10 queries was used up") as halted:
        answered(asker.ask(examples(1)), log)
    assert halted.value.status == "exhausted"


def test_the_smaller_budget_counts_and_fresh_draws_are_in_none() -> None:
    config = attack_config(max_queries=30, max_queries_per_word=2)
    asker, log = Asker(config, Victim("x", IMDB, True), words=4), list[Query]()
    assert asker.limit == 8
    assert Asker(config, Victim("x", IMDB, True), words=0).limit == 2, "a text without words may be asked about"
    assert len(answered(asker.fresh(examples(1)[0], tuple(range(50))), log, rows=3)) == 50
    assert (asker.queries, asker.model_rows, asker.fresh_draws, asker.fresh_rows) == (0, 0, 50, 150)
    assert log[0].deployed
    assert len(answered(asker.ask(examples(20)), log)) == 8
    assert not log[1].deployed


def test_stopped_in_the_middle_of_a_question() -> None:
    asker = Asker(attack_config(), Victim("x", IMDB, False), words=5)
    steps = asker.ask(examples(2))
    next(steps)
    with pytest.raises(Halt, match="by you") as halted:
        steps.send(Stop("Stopped by you."))
    assert halted.value.status == "stopped"
    assert asker.queries == 0


def test_seeds_are_for_one_purpose_each_and_never_change() -> None:
    """The number is written into recordings and results: another would make them unrepeatable."""
    seeds = [derived_seed(seed, purpose, draw) for seed in range(3) for purpose in ("search", "check", "verdict")
             for draw in range(200)]  # fmt: skip
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert derived_seed(1, "check", 12) != derived_seed(1, "check", 1, 2)
    assert derived_seed(0, "search", 0) == 658153820
