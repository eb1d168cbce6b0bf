"""Every endpoint of a running page, asked once as a program would: is there an answer, and how long did it take?

What is asked comes from the page's own description (``/gradio_api/info``): arguments without a default get a usual
value of their name, the others are left out.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from core.errors import ConfigError

USUAL: Mapping[str, Any] = {"task": "imdb", "text": "A calm and lovely film.", "table": "budget-3"}
SHORTER: Mapping[str, Mapping[str, Any]] = {
    "attack": {"max_queries": 30}, "co_tune": {"epochs": 1}, "noise_curve": {"draws": 5}, "roll_dice": {"draws": 5},
    "audit": {"texts": 4, "checks": "batch"}, "gate_dial": {"questions": 30}, "illusion": {"questions": 30},
}  # fmt: skip
"""Arguments that make long work short."""


@dataclass(frozen=True)
class Asked:
    """An endpoint, what went wrong in words (empty if nothing did), and the seconds until its last event."""

    endpoint: str
    problem: str
    seconds: float


def ask_every_endpoint(url: str, timeout: float = 600.0) -> Iterator[Asked]:
    """One request an endpoint, one after the other. Raises ConfigError for an address where no page is."""
    with httpx.Client(base_url=url.rstrip("/"), timeout=timeout) as client:
        try:
            told = client.get("/gradio_api/info").raise_for_status().json()["named_endpoints"]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise ConfigError(f"{url} is no Gradio page ({type(error).__name__}).") from error
        for path, about in told.items():
            name = path.strip("/")
            needed = [one["parameter_name"] for one in about["parameters"] if not one["parameter_has_default"]]
            given = {one: USUAL.get(one, "") for one in needed} | dict(SHORTER.get(name, {}))
            began = time.perf_counter()
            problem = _ask(client, name, given)
            yield Asked(name, problem, time.perf_counter() - began)


def _ask(client: httpx.Client, name: str, given: Mapping[str, Any]) -> str:
    try:
        begun = client.post(f"/gradio_api/call/v2/{name}", json=given)
        if begun.status_code != httpx.codes.OK:
            return f"status {begun.status_code}: {begun.text[:200]}"
        event, data = "", ""
        with client.stream("GET", f"/gradio_api/call/{name}/{begun.json()['event_id']}") as lines:
            for line in lines.iter_lines():
                kind, _, said = line.partition(": ")
                event, data = (said, data) if kind == "event" else (event, said if kind == "data" else data)
    except (httpx.HTTPError, ValueError) as error:
        return type(error).__name__
    if event == "complete":
        return "" if json.loads(data) else "an empty answer"
    return f"{event or 'no event'}: {data[:200]}"
