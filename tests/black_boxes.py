"""A server on this machine that answers as :mod:`core.models.remote` asks, and counts what it was sent."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[[dict[str, Any]], Any]


def likes_good(asked: dict[str, Any]) -> Any:
    """Probabilities of two labels: every "good", "great" or "fine" speaks for the second one, every "dull" against."""

    def share(text: Any) -> float:
        words = "".join(text).lower().split()
        score = sum(w.strip(".,") in ("good", "great", "fine") for w in words)
        return min(0.95, max(0.05, 0.5 + 0.2 * score - 0.2 * sum("dull" in w or "boring" in w for w in words)))

    return {"probabilities": [[1 - share(text), share(text)] for text in asked["texts"]]}


@dataclass
class Served:
    """``asked``: the JSON of each request; ``headers`` of the last one."""

    address: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def serving(script: Script) -> Iterator[Served]:
    """A server whose ``script`` gives JSON; or bytes, sent as they are; or a whole number, sent as the status."""
    served = Served("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: two would wait for the other side's delayed acknowledgement

        def do_POST(self) -> None:  # http.server's name
            served.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            served.headers = dict(self.headers)
            found = script(served.asked[-1])
            status = found if isinstance(found, int) else 200
            body = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    served.address = f"http://127.0.0.1:{server.server_address[1]}/ask"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
