"""A classifier served and asked over HTTP answers as it does here; what is no question gets a status and a sentence."""

import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, InputError
from core.interop.serving import MOST_TEXTS, RefusedError, open_server, read_question
from core.models.remote import HttpClassifier
from core.tasks import IMDB, MNLI, Example
from tests.conftest import ScriptedClassifier

FAKE = ScriptedClassifier(IMDB, lambda example: [0.25, len(example.text_a) / 10])


@pytest.fixture
def port() -> Iterator[int]:
    """Of a server of FAKE, and of no longer than the test."""
    with open_server(FAKE, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def asked(port: int, method: str, body: bytes | None = None, headers: Any = None) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, "/", body, headers or {})
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


def test_the_answers_are_those_of_the_classifier(port: int) -> None:
    texts = [Example("A dull film."), Example("Good.")]
    there = HttpClassifier(f"http://127.0.0.1:{port}#batch=1", IMDB).predict(texts)
    assert [one.logits for one in there] == [one.logits for one in FAKE.predict(texts)]


def test_it_says_what_answers(port: int) -> None:
    assert asked(port, "GET") == (200, {"name": "scripted", "task": "imdb", "labels": ["negative", "positive"]})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "Expected"), (b"\xff", "Expected"), (b"[]", "Expected"), (b'{"texts": 3}', "Expected"),
        (b'{"texts": [3]}', "A text is a string"), (b'{"texts": [["a", "b"]]}', "A text is a string"),
        (b'{"task": "mnli", "texts": []}', "task 'imdb'"),
    ],
)  # fmt: skip
def test_what_is_no_question(port: int, body: bytes, said: str) -> None:
    status, found = asked(port, "POST", body)
    assert (status, said in found["error"]) == (400, True)


def test_sizes_are_bounded(port: int) -> None:
    assert asked(port, "POST", None, {"Content-Length": "99999999999"})[0] == 413
    assert asked(port, "POST", None, {"Content-Length": "x"})[0] == 411
    with pytest.raises(RefusedError, match="at most"):
        read_question(json.dumps({"texts": ["a"] * (MOST_TEXTS + 1)}).encode(), FAKE)


def test_a_classifier_that_fails_fails_one_question() -> None:
    def script(example: Example) -> int:
        if not example.text_a:
            raise InputError("An empty text.")
        return 1 // len(example.text_a[1:])

    with open_server(ScriptedClassifier(IMDB, script), 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        port = server.server_address[1]
        assert asked(port, "POST", b'{"texts": [""]}') == (400, {"error": "An empty text."})
        assert asked(port, "POST", b'{"texts": ["a"]}') == (500, {"error": "ZeroDivisionError while answering."})
        assert asked(port, "POST", b'{"texts": ["ab"]}')[0] == 200
        server.shutdown()
        thread.join()


def test_a_port_that_is_taken(port: int) -> None:
    with pytest.raises(ConfigError, match=f"port {port}.*--port"):
        open_server(FAKE, port)


@given(st.binary(max_size=60) | st.recursive(st.none() | st.text() | st.floats(), st.lists, max_leaves=5).map(
    lambda texts: json.dumps({"texts": texts}).encode()))  # fmt: skip
def test_any_body_is_a_question_or_refused(body: bytes) -> None:
    for classifier in (FAKE, ScriptedClassifier(MNLI, lambda _: 0)):
        try:
            found = read_question(body, classifier)
        except RefusedError:
            continue
        assert all(isinstance(example.text_a, str) for example in found)
