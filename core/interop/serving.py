"""A classifier served over HTTP to other programs on this machine, as :mod:`core.models.remote` asks one.

``GET`` says what answers; ``POST`` takes texts and gives logits. What is no question gets status 400, 404, 411 or 413
and a sentence. There is no sign-in, so it listens on 127.0.0.1 alone.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from core.errors import ConfigError, FireBertError
from core.models.classifier import Classifier
from core.strict_json import from_json, to_json
from core.tasks import Example

HOST = "127.0.0.1"
MOST_BYTES = 16_000_000
MOST_TEXTS = 4096


class RefusedError(Exception):
    """A request that is no question: a status and a sentence."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


def open_server(classifier: Classifier, port: int) -> ThreadingHTTPServer:
    """A server that answers once ``serve_forever`` is called; port 0 takes a free one. One question at a time.

    Raises ConfigError for a port that is taken.
    """
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave together: apart, the second waits for an acknowledgement, 40 ms
        timeout = 60

        def do_GET(self) -> None:  # http.server's name
            """Say what answers."""
            about = {"name": classifier.name, "task": classifier.task.name, "labels": classifier.task.labels}
            self._send(200, about)

        def do_POST(self) -> None:
            """Answer texts."""
            try:
                examples = read_question(self._body(), classifier)
                with turn:
                    answers = classifier.predict(examples)
            except RefusedError as refused:
                self.close_connection = True
                return self._send(refused.status, {"error": str(refused)})
            except FireBertError as error:
                return self._send(400, {"error": str(error)})
            except Exception as error:  # a server outlives a question that it cannot answer
                return self._send(500, {"error": f"{type(error).__name__} while answering."})
            return self._send(200, {"labels": classifier.task.labels, "logits": [one.logits for one in answers]})

        def _body(self) -> bytes:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal():
                raise RefusedError(411, "Send Content-Length.")
            if int(length) > MOST_BYTES:
                raise RefusedError(413, f"At most {MOST_BYTES:,} bytes a request.")
            return self.rfile.read(int(length))

        def _send(self, status: int, found: Any) -> None:
            body = to_json(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: requests hold texts."""

    try:
        return ThreadingHTTPServer((HOST, port), Handler)
    except OSError as error:
        raise ConfigError(f"Cannot listen on port {port} ({error.strerror}). Give another one with --port.") from error


def read_question(body: bytes, classifier: Classifier) -> list[Example]:
    """The texts in the body of a request. Raises RefusedError."""
    task = classifier.task
    try:
        given = from_json(body)
    except ValueError:
        given = None
    texts = given.get("texts") if isinstance(given, dict) else None
    if not isinstance(texts, list) or len(texts) > MOST_TEXTS:
        raise RefusedError(400, f'Expected {{"texts": [...]}}, at most {MOST_TEXTS:,} of them.')
    if given.get("task", task.name) != task.name:
        raise RefusedError(400, f"Here answers a classifier of task '{task.name}'.")
    return [_example(text, len(task.text_names)) for text in texts]


def _example(text: Any, parts: int) -> Example:
    found = [text] if isinstance(text, str) else text
    if not isinstance(found, list) or len(found) != parts or not all(isinstance(part, str) for part in found):
        raise RefusedError(400, "A text is a string" if parts == 1 else "A text is a list of two strings")
    return Example(*found)
