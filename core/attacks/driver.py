"""Who runs attacks: one, step by step, for the page; or hundreds together, with batches across samples.

Both drive the same flow and give the same events for a deterministic classifier, and for a randomised one whose draws
depend on (seed, text) alone. A sample that fails ends as its own AttackFinished with status "error"; it never ends the
run.
"""

import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from tokenizers import Encoding

from core.attacks.attack import Attack
from core.attacks.events import AttackEvent, AttackFinished
from core.attacks.flow import Answers, Flow, Query, Stop, Victim
from core.datasets import Row
from core.errors import ModelError
from core.language.text import find_words
from core.models.classifier import Classifier, CountingClassifier, Prediction
from core.tasks import Example

TOGETHER = 64
Round = dict[int, Answers | Exception | None]
STOPPED = "Stopped by you."


@runtime_checkable
class Reseeds(Protocol):
    """A classifier that draws: it can be asked to draw anew."""

    def reseeded(self, seed: int) -> Classifier:
        """The same classifier with another seed."""
        ...


@runtime_checkable
class Encodes(Protocol):
    """A classifier that can say which characters it reads."""

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        """Word-pieces of the examples, cut where the classifier cuts."""
        ...


@runtime_checkable
class Wraps(Protocol):
    """A defence around a classifier: it reads what that one reads."""

    classifier: Classifier


@dataclass(frozen=True)
class Target:
    """What is attacked. ``deployed`` decides; the attacker looks at ``searched``, which is the same unless given."""

    deployed: Classifier
    searched: Classifier

    def victim(self, example: Example) -> Victim:
        """What an attack on ``example`` may know."""
        return Victim(
            self.deployed.name,
            self.deployed.task,
            isinstance(self.deployed, Reseeds),
            words_read(self.deployed, example),
        )

    def answer(self, examples: Sequence[Example], seed: int, deployed: bool) -> list[Prediction]:
        """Predictions with that seed, where seeds matter."""
        classifier = self.deployed if deployed else self.searched
        if isinstance(classifier, Reseeds):
            classifier = classifier.reseeded(seed)
        found = classifier.predict(examples)
        if len(found) != len(examples):
            raise ModelError(f"{classifier.name} answered {len(found)} of {len(examples)} examples.")
        return found


def words_read(classifier: Classifier, example: Example) -> int | None:
    """How many words of the perturbed text the classifier reads before it cuts; None if it cannot say."""
    inner: object = classifier
    while not isinstance(inner, Encodes):
        if isinstance(inner, CountingClassifier):
            inner = inner.inner
        elif isinstance(inner, Wraps):
            inner = inner.classifier
        else:
            return None
    (encoding,) = inner.encode([example])
    words = find_words(classifier.task.text(example))
    if not encoding.overflowing:
        return len(words)
    sequence = 0 if classifier.task.perturb == "text_a" else 1
    ends = [end for (_, end), part in zip(encoding.offsets, encoding.sequence_ids, strict=True) if part == sequence]
    return sum(word.start < max(ends, default=0) for word in words)


def step_attack(
    attack: Attack,
    classifier: Classifier,
    example: Example,
    label: int | None,
    searched: Classifier | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[AttackEvent]:
    """The events of one attack as they happen; pause by not asking for the next.

    ``stop`` is asked before each call of the classifier. ``searched`` is what the attacker looks at, where that is not
    the classifier itself (:mod:`core.attacks.adaptive`).
    """
    target = Target(classifier, searched or classifier)
    flow = _begin(attack, target, example, label)
    answers: Answers | None = None
    while True:
        query = yield from _advance(flow, answers, example, label, target)
        if query is None:
            return
        answers = Stop(STOPPED)
        if not stop():
            try:
                answers = [p for seed in query.seeds for p in target.answer(query.examples, seed, query.deployed)]
            except Exception as error:
                yield _failure(error, example, label, target)
                return


def attack_many(
    attack: Attack,
    classifier: Classifier,
    rows: Iterable[Row],
    together: int = TOGETHER,
    searched: Classifier | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[int, AttackEvent]]:
    """(index of the row, event) of all attacks, ``together`` at a time; events of one row are in order.

    Rows go in fixed groups of ``together``. A group takes turns in two halves: in each turn the queries of half the
    attacks make one call of the classifier, in a thread of its own, while the other half is searched and gated; so a
    user waits for the model alone. (A classifier that draws does its own searching and gets the whole group at once.)
    Grouping is part of the result's making: with other neighbours in its batch a row's answers may differ in the last
    digit, so a run is repeated exactly by the same grouping. Cost: the model's rows; time grows with their number.
    """
    target = Target(classifier, searched or classifier)
    stream = iter(rows)
    for start in itertools.count(step=together):
        group = list(itertools.islice(stream, together))
        if not group or (start and stop()):
            return
        yield from ((start + place, event) for place, event in _group(attack, target, group, stop))


def _group(
    attack: Attack, target: Target, rows: list[Row], stop: Callable[[], bool]
) -> Iterator[tuple[int, AttackEvent]]:
    """Two halves take turns: while a thread asks the classifier for one, the other is searched and gated here."""
    flows = [_begin(attack, target, row.example, row.label) for row in rows]
    turns = 1 if isinstance(target.deployed, Reseeds) else 2
    halves = [range(first, len(rows), turns) for first in range(turns)]
    ready: deque[Round] = deque(dict.fromkeys(half) for half in halves if half)
    asked: deque[Future[Round]] = deque()
    worker = ThreadPoolExecutor(1, "classifier")
    try:
        while ready or asked:
            answers = ready.popleft() if ready else asked.popleft().result()
            waiting = yield from _advance_all(flows, answers, rows, target)
            if waiting and stop():
                ready.append(dict.fromkeys(waiting, Stop(STOPPED)))
            elif waiting:
                asked.append(worker.submit(_answer_all, target, waiting))
    finally:
        worker.shutdown(cancel_futures=True)


def _advance_all(
    flows: list[Flow], answers: Round, rows: list[Row], target: Target
) -> Generator[tuple[int, AttackEvent], None, dict[int, Query]]:
    """The events of every attack in ``answers`` up to its next query; returns those queries."""
    waiting: dict[int, Query] = {}
    for place, answer in answers.items():
        row = rows[place]
        if isinstance(answer, Exception):
            yield place, _failure(answer, row.example, row.label, target)
            continue
        advance = _advance(flows[place], answer, row.example, row.label, target)
        while True:
            try:
                yield place, next(advance)
            except StopIteration as end:
                if end.value is not None:
                    waiting[place] = end.value
                break
    return waiting


def _answer_all(target: Target, waiting: dict[int, Query]) -> Round:
    """One call for each seed that some query names; a call that fails is made again query by query."""
    parts: dict[int, dict[int, list[Prediction]]] = {place: {} for place in waiting}
    failed: dict[int, Exception] = {}
    groups: dict[tuple[int, bool], list[int]] = {}
    for place, query in waiting.items():
        for seed in query.seeds:
            groups.setdefault(_key(target, seed, query.deployed), []).append(place)
    for (seed, deployed), places in groups.items():
        batch = [example for place in places for example in waiting[place].examples]
        try:
            found = iter(target.answer(batch, seed, deployed))
            for place in places:
                parts[place][seed] = list(itertools.islice(found, len(waiting[place].examples)))
        except Exception:
            for place in places:
                try:
                    parts[place][seed] = target.answer(waiting[place].examples, seed, deployed)
                except Exception as error:
                    failed[place] = error
    return {
        place: failed.get(place)
        or [p for seed in query.seeds for p in parts[place][_key(target, seed, query.deployed)[0]]]
        for place, query in waiting.items()
    }


def _key(target: Target, seed: int, deployed: bool) -> tuple[int, bool]:
    """Queries with the same key can share a call: a classifier without draws does not see seeds."""
    classifier = target.deployed if deployed else target.searched
    return (seed if isinstance(classifier, Reseeds) else 0, deployed)


def _begin(attack: Attack, target: Target, example: Example, label: int | None) -> Flow:
    """The flow, made when first advanced, so that what fails in the making fails there."""

    def flow() -> Flow:
        yield from attack.flow(example, label, target.victim(example))

    return flow()


def _advance(
    flow: Flow, answers: Answers | None, example: Example, label: int | None, target: Target
) -> Generator[AttackEvent, None, Query | None]:
    """Events up to the next query, which is returned; None at the end. What the search raises becomes its outcome."""
    try:
        item = next(flow) if answers is None else flow.send(answers)
        while not isinstance(item, Query):
            yield item
            item = next(flow)
    except StopIteration:
        return None
    except Exception as error:
        yield _failure(error, example, label, target)
        return None
    return item


def _failure(error: Exception, example: Example, label: int | None, target: Target) -> AttackFinished:
    text = getattr(example, target.deployed.task.perturb) or ""
    reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return AttackFinished(
        "error",
        reason,
        text,
        -1 if label is None else label,
        -1,
        -1,
        0.0,
        0.0,
        (),
        0,
        0,
        0,
        0,
        "off",
        (0, 0, 0),
        False,
        0,
        0,
    )
