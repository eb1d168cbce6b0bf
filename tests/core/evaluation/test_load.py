"""Visits are counted right: waits, errors and pace, on a small page that speaks Gradio's two calls."""

import json
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.errors import ConfigError
from core.evaluation.load import Visits, measure_load

SLOW = 0.2
ASKED: list[list[str]] = []


class _Page(BaseHTTPRequestHandler):
    """Answers every text after a fifth of a second, but turns "no" away and fails on "bad"."""

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _send(self, code: int, body: str) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self) -> None:
        data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
        ASKED.append(data)
        if data[0].endswith("no"):
            self._send(503, json.dumps({"detail": "Queue is full!"}))
        else:
            self._send(200, json.dumps({"event_id": data[0].split()[-1]}))

    def do_GET(self) -> None:
        if self.path.endswith("/info"):
            parameters = [{"parameter_name": name, "parameter_default": name} for name in ("text", "task")]
            return self._send(200, json.dumps({"named_endpoints": {"/analyse": {"parameters": parameters}}}))
        time.sleep(SLOW)
        if self.path.endswith("bad"):
            return self._send(200, 'event: error\ndata: {"error": "It broke."}\n\n')
        return self._send(200, "event: generating\ndata: [1]\n\nevent: complete\ndata: [2]\n\n")


@pytest.fixture
def address() -> Iterator[str]:
    ASKED.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def test_answers_waits_and_errors_are_counted(address: str) -> None:
    questions = ({"text": "good"}, {"text": "no"}, {"text": "bad"})
    found = measure_load(address, Visits(2, 3, questions=questions), process=os.getpid())
    assert len(found.waits) == 2
    assert dict(found.errors) == {"Queue is full!": 2, "It broke.": 2}
    assert min(found.waits) >= SLOW
    assert found.percentile(0.5) == pytest.approx(sum(found.waits) / 2)
    assert (found.memory_peak or 0) >= (found.memory_before or 0) > 10_000_000
    assert len({tuple(data) for data in ASKED}) == 6, "one question came twice"
    assert {data[1] for data in ASKED} == {"task"}, "what is not asked has its usual value"


def test_visitors_come_at_once_and_no_faster_than_their_pace(address: str) -> None:
    at_once = measure_load(address, Visits(20, 1, questions=({"text": "good"},)))
    assert len(at_once.waits) == 20
    assert at_once.seconds < 20 * SLOW / 2
    paced = measure_load(address, Visits(1, 3, pace=0.5, questions=({"text": "good"},)))
    assert paced.seconds >= 1.0 + SLOW


def test_a_page_or_an_endpoint_that_is_not_there_is_said(address: str) -> None:
    with pytest.raises(ConfigError, match="no endpoint 'dance'; it has analyse"):
        measure_load(address, Visits(1, 1, endpoint="dance"))
    with pytest.raises(ConfigError, match="No page answers"):
        measure_load("http://127.0.0.1:9", Visits(1, 1))
