"""A classifier over HTTP: what is sent, what is read, and what is said when the server does not do its part."""

import pickle
import time
from typing import Any

import pytest

from core.errors import ConfigError, ModelError
from core.models.remote import TOKEN, HttpClassifier, HttpConfig, parse_address
from core.tasks import IMDB, MNLI, Example
from tests.black_boxes import likes_good, serving

GOOD, DULL = Example("A good and fine film."), Example("A dull film.")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


def test_texts_go_out_in_batches_and_answers_come_back_in_order() -> None:
    with serving(likes_good) as served:
        found = HttpClassifier(f"{served.address}#batch=2", IMDB).predict([GOOD, DULL, GOOD])
    assert [said.label for said in found] == [1, 0, 1]
    assert found[0].probabilities == pytest.approx((0.1, 0.9))
    assert [asked["texts"] for asked in served.asked] == [[GOOD.text_a, DULL.text_a], [GOOD.text_a]]
    assert served.asked[0]["task"] == "imdb"
    assert served.asked[0]["labels"] == ["negative", "positive"]


def test_pairs_go_out_as_pairs() -> None:
    with serving(lambda asked: {"logits": [[0, 2.5, -1]]}) as served:
        (found,) = HttpClassifier(served.address, MNLI).predict([Example("It rains.", "It is wet.")])
    assert found.logits == (0.0, 2.5, -1.0)
    assert served.asked[0]["texts"] == [["It rains.", "It is wet."]]


def test_labels_of_its_own_are_put_in_order() -> None:
    reply = {"labels": ["POS", "negative"], "probabilities": [[0.8, 0.2]]}
    with serving(lambda _: reply) as served:
        (found,) = HttpClassifier(served.address, IMDB, {"POS": "positive"}).predict([GOOD])
        assert found.probabilities == pytest.approx((0.2, 0.8))
        with pytest.raises(ModelError, match="Give --labels"):
            HttpClassifier(served.address, IMDB).predict([GOOD])


def test_a_token_goes_along_and_into_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "s3cret")
    with serving(likes_good) as served:
        asked = HttpClassifier(served.address, IMDB)
        asked.predict([GOOD])
    assert served.headers["Authorization"] == "Bearer s3cret"
    assert "s3cret" not in asked.name


def test_it_travels_to_another_process_and_opens_its_own_connection() -> None:
    with serving(likes_good) as served:
        first = HttpClassifier(served.address, IMDB)
        first.predict([GOOD])
        assert pickle.loads(pickle.dumps(first)).predict([DULL])[0].label == 0


def test_what_fails_in_passing_is_asked_again() -> None:
    replies: list[Any] = [503, 429]
    with serving(lambda asked: replies.pop() if replies else likes_good(asked)) as served:
        assert HttpClassifier(served.address, IMDB).predict([GOOD])[0].label == 1
    assert len(served.asked) == 3


def test_what_fails_for_good_is_not() -> None:
    with serving(lambda _: 401) as served, pytest.raises(ModelError, match=f"status 401.*A token goes into {TOKEN}"):
        HttpClassifier(served.address, IMDB).predict([GOOD])
    assert len(served.asked) == 1


def test_retries_end() -> None:
    with serving(lambda _: 500) as served, pytest.raises(ModelError, match=r"status 500.*2 times"):
        HttpClassifier(f"{served.address}#retries=1", IMDB).predict([GOOD])
    assert len(served.asked) == 2


def test_a_server_that_is_slow_is_told_apart_from_one_that_is_not_there() -> None:
    import threading

    stop = threading.Event()
    with serving(lambda asked: stop.wait(5) or likes_good(asked)) as served:
        with pytest.raises(ModelError, match=r"within 0\.1 s.*#timeout=120"):
            HttpClassifier(f"{served.address}#timeout=0.1,retries=0", IMDB).predict([GOOD])
        stop.set()
    with pytest.raises(ModelError, match=r"could not be asked.*Is it running"):
        HttpClassifier(f"{served.address}#retries=0", IMDB).predict([GOOD])


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"<html>", "sent no JSON object"), (b"\xff\xfe", "sent no JSON object"), ([[0.1, 0.9]], "no JSON object"),
        (b"[" * 100_000, "no JSON object"), ({}, "with nothing"), ({"scores": []}, "with scores"),
        ({"probabilities": []}, "1 texts and sent 0 probabilities"), ({"probabilities": 7}, "an object with"),
        ({"probabilities": [[0.1]]}, "answer 1: .* no probabilities"),
        ({"probabilities": [[0.1, "much"]]}, "answer 1"), ({"probabilities": [[0.1, -3]]}, "answer 1"),
        ({"logits": [[0.1, None]]}, "answer 1: .* no logits"), (b'{"logits": [[NaN, 1]]}', "answer 1"),
        ({"probabilities": [{"a": 1}]}, "answer 1"), ({"logits": [[1, 2]], "labels": 3}, "calls its labels 3"),
        ({"logits": [[1, 2]], "labels": ["negative", "negative"]}, "calls its labels"),
        (b'{"logits": [[1e999, 1]]}', "answer 1"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(reply: Any, said: str) -> None:
    with serving(lambda _: reply) as served, pytest.raises(ModelError, match=said):
        HttpClassifier(served.address, IMDB).predict([GOOD])


def test_half_characters_do_not_stop_a_request() -> None:
    with serving(likes_good) as served:
        assert len(HttpClassifier(served.address, IMDB).predict([Example("good \ud800")])) == 1


def test_settings_stand_behind_the_address() -> None:
    assert parse_address("http://a.example:80/x?m=1#batch=8, timeout=2.5,retries=0") == (
        "http://a.example:80/x?m=1", HttpConfig(8, 2.5, 0)
    )  # fmt: skip
    assert parse_address("https://a.example") == ("https://a.example", HttpConfig())


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("http://", "no address"), ("http://a b/", "no address"), ("http://a:99999/", "no address"),
        ("http://[::1/", "no address"), ("http://me:pw@a.example/", "holds no password"),
        ("http://a/#size=3", "stand batch=32, timeout=30, retries=3"), ("http://a/#batch", "stand batch"),
        ("http://a/#batch=0", "batch must be"), ("http://a/#timeout=soon", "timeout must be"),
    ],
)  # fmt: skip
def test_what_is_no_address(source: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        HttpClassifier(source, IMDB)
