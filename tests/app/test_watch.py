"""Work under a watch: the same answers to the last bit, and an end as soon as nobody waits."""

import threading
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from gradio.context import LocalContext

from app.presence import UNREAD_SECONDS, absence
from app.watch import SENTENCES, EndedError, Watch
from core.language.lexicon import Lexicon
from core.models.gradients import EmbeddedRow
from core.models.importance import ImportanceConfig, word_importance
from core.tasks import IMDB, Example
from tests.conftest import make_tiny_classifier

PIECES = 64


def test_answers_gradients_and_vectors_are_the_classifiers_own(reviews: list[Example]) -> None:
    inner = make_tiny_classifier(IMDB)
    over = Watch(60.0).classifier(inner, 10**9)
    encodings = inner.encode(reviews)
    noised = [EmbeddedRow(e, np.array([1]), np.ones((1, inner.word_vectors([0]).shape[1]))) for e in encodings]
    rows = [*encodings, *noised]
    assert (over.encoded_logits(rows) == inner.encoded_logits(rows)).all()
    assert over.predict(reviews) == inner.predict(reviews)
    for ours, theirs in zip(over.gradients(encodings, "margin"), inner.gradients(encodings, "margin"), strict=True):
        assert (ours.gradient == theirs.gradient).all()
    config = ImportanceConfig("integrated_gradients", steps=3)
    assert word_importance(over, reviews[:1], config) == word_importance(inner, reviews[:1], config)
    assert over.vocabulary_size == inner.vocabulary_size
    assert (over.special_vector("mask") == inner.special_vector("mask")).all()
    assert over.encoded_logits([]).shape == (0, 2)


def test_small_batches_change_nothing_but_rounding(reviews: list[Example]) -> None:
    inner = make_tiny_classifier(IMDB)
    encodings = inner.encode(reviews)
    ours = Watch(60.0).classifier(inner, PIECES).encoded_logits(encodings)
    assert np.allclose(ours, inner.encoded_logits(encodings), atol=1e-6)


def test_a_classifier_stops_between_two_batches_of_one_question(reviews: list[Example]) -> None:
    asked: list[int] = []
    inner = make_tiny_classifier(IMDB)
    over = Watch(60.0, lambda: len(asked) >= 2).classifier(inner, PIECES)
    encodings, answer = inner.encode(reviews * 20), inner.encoded_logits
    inner.encoded_logits = lambda rows: (asked.append(len(rows)), answer(rows))[1]
    with pytest.raises(EndedError):
        over.encoded_logits(encodings)
    assert len(asked) == 2
    for question in (over.encode, over.predict, over.embedded):
        with pytest.raises(EndedError):
            question(reviews)


def test_the_sentence_encoder_stops_between_a_few_texts(toy_lexicon: Lexicon) -> None:
    inner: Any = toy_lexicon.encoder
    texts = [f"text {n}" for n in range(3 * SENTENCES + 1)]
    free = Watch(60.0).lexicon(toy_lexicon)
    assert (free.encoder.encode(texts) == inner.encode(texts)).all()
    assert len(free.encoder.encode([])) == 0
    inner.encoded.clear()
    with pytest.raises(EndedError):
        Watch(60.0, lambda: bool(inner.encoded)).lexicon(toy_lexicon).encoder.encode(texts)
    assert inner.encoded == texts[:SENTENCES]


def test_time_is_up_even_for_who_waits() -> None:
    now = [0.0]
    watch = Watch(5.0, lambda: False, lambda: now[0])
    watch.look()
    now[0] = 5.1
    with pytest.raises(EndedError, match="longer than the 5 seconds"):
        watch.look()


def test_what_cannot_be_interrupted_is_left_alone() -> None:
    release, done = threading.Event(), []
    apart = Watch(60.0).apart
    assert apart(lambda a, b: a + b)(1, 2) == 3
    with pytest.raises(ZeroDivisionError):
        apart(lambda: 1 / 0)()
    began = time.monotonic()
    with pytest.raises(EndedError):
        Watch(60.0, lambda: time.monotonic() - began > 0.2).apart(lambda: (release.wait(20), done.append(1)))()
    assert time.monotonic() - began < 2
    release.set()
    assert apart(lambda: done)() == [1]


def event(alive: bool = True, unread: int = 0) -> tuple[SimpleNamespace, SimpleNamespace]:
    """A queue that works on one event, as Gradio's."""
    one = SimpleNamespace(_id="e", alive=alive, session_hash="s")
    messages = SimpleNamespace(empty=lambda: one.unread == 0)
    one.unread = unread
    return one, SimpleNamespace(active_jobs=[None, [one]], pending_messages_per_session={"s": messages})


def test_a_client_is_gone_when_its_event_is_dead_or_cancelled_or_unread() -> None:
    now = [100.0]
    one, queue = event()
    tokens = LocalContext.blocks.set(SimpleNamespace(_queue=queue)), LocalContext.event_id.set("e")
    try:
        gone = absence(lambda: now[0])
    finally:
        LocalContext.blocks.reset(tokens[0])
        LocalContext.event_id.reset(tokens[1])
    assert not gone()
    one.unread = 2
    assert not gone()
    now[0] += UNREAD_SECONDS - 1
    assert not gone()
    now[0] += 2
    assert gone()
    one.unread = 0
    assert not gone()
    one.alive = False
    assert gone()
    one.alive, queue.active_jobs = True, [None]
    assert gone()


def test_outside_of_an_event_nobody_is_gone() -> None:
    assert not absence()()
