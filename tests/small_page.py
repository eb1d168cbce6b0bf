"""A page of one endpoint that speaks Gradio's two calls, for what visits pages."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW = 0.2
ASKED: list[list[str]] = []
"""The data of every request to the last page."""


class Page(BaseHTTPRequestHandler):
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


class _Server(ThreadingHTTPServer):
    """Lets more than five callers wait to be let in."""

    request_queue_size = 100


@contextmanager
def small_page() -> Iterator[str]:
    """The page's address."""
    ASKED.clear()
    server = _Server(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
