"""A classifier behind an address, asked over HTTP: nothing of it is known but its answers.

``POST`` to the address, JSON both ways; a pair is a list of two texts::

    {"task": "imdb", "labels": ["negative", "positive"], "texts": ["A dull film.", "A clever one."]}
    {"probabilities": [[0.9, 0.1], [0.2, 0.8]]}

``logits`` may stand in the place of ``probabilities``; columns are in the order of the labels sent, or of ``labels`` in
the reply. Settings stand behind a ``#``, which is never sent: ``http://127.0.0.1:8000/predict#batch=64,timeout=10``.
``FIREBERT_HTTP_TOKEN`` in the environment goes along as a bearer token.
"""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.errors import ConfigError, ModelError
from core.labels import match_label
from core.models.answers import Answers
from core.models.classifier import Prediction
from core.ranges import check, read, setting, specs_of
from core.strict_json import from_json, to_json
from core.tasks import Example, Task

if TYPE_CHECKING:
    import httpx

TOKEN = "FIREBERT_HTTP_TOKEN"
_LOCAL = ("127.0.0.1", "localhost", "::1")
_PASSING = (408, 425, 429, 500, 502, 503, 504)
"""Answers of a server that may be another the next time."""


@dataclass(frozen=True)
class HttpConfig:
    """How a server is asked. A request that fails in passing is sent again after 0.2 s, then twice that, and so on."""

    batch: int = setting(32, 1, 4096, "texts in one request")
    timeout: float = setting(30.0, 0.05, 3600.0, "seconds that one request may take")
    retries: int = setting(3, 0, 20, "times that a failed request is sent again")

    def __post_init__(self) -> None:
        check(self)


def is_address(source: str) -> bool:
    """Whether ``source`` names a server, not a model."""
    return source.lower().startswith(("http://", "https://"))


def parse_address(source: str) -> tuple[str, HttpConfig]:
    """The address to ask, and the settings behind its ``#``. Raises ConfigError."""
    address, _, told = source.partition("#")
    try:
        parts = urlsplit(address)
        known = parts.hostname and parts.port != 0
    except ValueError:
        known = None
    if not known or any(sign.isspace() for sign in address):
        raise ConfigError(f"{address!r} is no address. Expected http://host:port/path.")
    if parts.username or parts.password:
        raise ConfigError(f"An address holds no password. Set {TOKEN} in the environment, and leave it out here.")
    return address, _config(told)


def _config(told: str) -> HttpConfig:
    known = specs_of(HttpConfig)
    changes: dict[str, Any] = {}
    for entry in told.split(",") if told else ():
        name, equals, value = (part.strip() for part in entry.partition("="))
        if name not in known or not equals:
            names = ", ".join(f"{one}={spec.default:g}" for one, spec in known.items())
            raise ConfigError(f"Behind the # of an address stand {names} with commas between, was given {entry!r}.")
        changes[name] = read(known[name], value)
    return HttpConfig(**changes)


class HttpClassifier:
    """A server as a classifier of ``task``; ``names`` are labels that it calls otherwise.

    Guarantees: at most ``batch`` texts a request and 1 + ``retries`` requests a batch, one at a time; no redirect is
    followed.
    """

    def __init__(self, source: str, task: Task, names: Mapping[str, str] | None = None) -> None:
        self.address, self.config = parse_address(source)
        self.task, self.name, self.names = task, self.address, dict(names or {})
        self._answers = Answers(task, self.address, self.names)
        self._client: httpx.Client | None = None

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """Batch by batch. Raises ModelError that says what the server did, and what it should."""
        found: list[Prediction] = []
        for start in range(0, len(examples), self.config.batch):
            found += self._ask(examples[start : start + self.config.batch], start)
        return found

    def _ask(self, examples: Sequence[Example], start: int) -> list[Prediction]:
        texts = [[e.text_a, e.text_b] if self.task.is_pair else e.text_a for e in examples]
        asked = to_json({"task": self.task.name, "labels": self.task.labels, "texts": texts})
        reply = self._json(self._reply(asked.encode("utf-8", "replace")))
        kind = next((kind for kind in ("logits", "probabilities") if reply.get(kind) is not None), None)
        rows = reply[kind] if kind else None
        if not isinstance(rows, list) or len(rows) != len(texts):
            got = f"{len(rows)} {kind}" if isinstance(rows, list) else f"an object with {', '.join(reply) or 'nothing'}"
            raise ModelError(
                f"{self.name} was asked {len(texts)} texts and sent {got[:120]}. Expected "
                '{"probabilities": [[...], ...]} or "logits", a row for each text.'
            )
        order = self._order(reply.get("labels"))
        as_told = self._answers.logits if kind == "logits" else self._answers.probabilities
        return [as_told(_ordered(row, order), start + place) for place, row in enumerate(rows)]

    def _order(self, theirs: Any) -> list[int] | None:
        """For each of the task's labels its column in the reply; None for their own order."""
        if theirs is None:
            return None
        labels = self.task.labels
        given = theirs if isinstance(theirs, list) else []
        places = [match_label(name, labels, self.names) if isinstance(name, str) else None for name in given]
        if sorted(place for place in places if place is not None) != list(range(len(labels))):
            raise ModelError(
                f"{self.name} calls its labels {str(theirs)[:80]}; the task's are {', '.join(labels)}. Give --labels "
                "THEIRS=OURS,..."
            )
        return [places.index(place) for place in range(len(labels))]

    def _json(self, body: bytes) -> Mapping[str, Any]:
        try:
            found = from_json(body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise ModelError(f"{self.name} sent no JSON object, but {body[:60]!r}.")
        return found

    def _reply(self, body: bytes) -> bytes:
        """The body of a good answer. Raises ModelError when there was none after all retries."""
        import httpx

        said = ""
        for attempt in range(1 + self.config.retries):
            if attempt:
                time.sleep(min(0.2 * 2 ** (attempt - 1), 10.0))
            try:
                reply = self._opened().post(self.address, content=body)
            except httpx.TimeoutException:
                said = f"did not answer within {self.config.timeout:g} s"
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
                said = f"could not be asked ({type(error).__name__}: {error})"
            else:
                if reply.is_success:
                    return reply.content
                said = f"answered with status {reply.status_code} ({reply.text[:80]!r})"
                if reply.status_code not in _PASSING:
                    break
        tries = f", {attempt + 1} times" if attempt else ""
        raise ModelError(f"{self.name} {said}{tries}. Is it running, and does it take POST? {_hint(said)}".strip())

    def _opened(self) -> "httpx.Client":
        """The connection, kept open between requests; a server on this machine is asked past any proxy."""
        if self._client is None:
            import httpx

            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            if token := os.environ.get(TOKEN):
                headers["Authorization"] = f"Bearer {token}"
            outside = urlsplit(self.address).hostname not in _LOCAL
            self._client = httpx.Client(
                timeout=self.config.timeout, headers=headers, trust_env=outside,
                verify=self.address.lower().startswith("https"),  # reading certificates costs 0.2 s
            )  # fmt: skip
        return self._client

    def __getstate__(self) -> dict[str, Any]:
        """Without the connection: another process opens its own."""
        return {**self.__dict__, "_client": None}


def _hint(said: str) -> str:
    if "within" in said:
        return "More time: #timeout=120 behind the address; smaller requests: #batch=8."
    return f"A token goes into {TOKEN}." if "status 401" in said or "status 403" in said else ""


def _ordered(row: Any, order: list[int] | None) -> Any:
    """The row in the task's order, if it is one that can be put in order."""
    if order is None or not isinstance(row, list) or len(row) != len(order):
        return row
    return [row[column] for column in order]
