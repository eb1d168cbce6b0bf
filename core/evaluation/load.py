"""How a running page holds under many visitors: waiting times, errors and memory, measured from outside over HTTP.

Visitors are coroutines over one HTTP client, so that asking costs next to nothing beside answering. Each asks, reads
the answer to its end, waits until its pace allows the next request and asks again; they begin evenly shifted in time.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import psutil

from core.errors import ConfigError
from core.strict_json import from_json

PATIENCE = 600.0
"""Seconds until a request counts as lost."""
_SAMPLED = 0.5


@dataclass(frozen=True)
class Visits:
    """Who comes: ``visitors`` at once, each with ``requests`` to ``endpoint``, at most one every ``pace`` seconds."""

    visitors: int
    requests: int
    endpoint: str = "analyse"
    pace: float = 0.0
    questions: tuple[Mapping[str, Any], ...] = ({},)
    """Values of the endpoint's parameters, taken in turn; the number of the request stands before each ``text``, so
    that nothing is asked twice."""


@dataclass(frozen=True)
class Load:
    """What was measured: waits in seconds, memory in bytes, the page's processor seconds (None: of another machine)."""

    visits: Visits
    waits: tuple[float, ...]
    errors: tuple[tuple[str, int], ...]
    seconds: float
    memory_before: int | None
    memory_peak: int | None
    memory_after: int | None
    processor: float | None = None

    def percentile(self, share: float) -> float:
        """Seconds within which that share of the answered requests had their answer; NaN for none."""
        return float(np.percentile(self.waits, 100 * share)) if self.waits else float("nan")


def measure_load(url: str, visits: Visits, process: int | None = None) -> Load:
    """Visit the page at ``url``. ``process``: its process id on this machine, whose memory is then watched.

    Cost: visitors x requests answers of the page. Raises ConfigError where no page answers or it has no such endpoint.
    """
    # In a thread of its own: a notebook's thread has an event loop already, and so has one that drives a browser.
    with ThreadPoolExecutor(1) as own:
        return own.submit(lambda: asyncio.run(_measure(url.rstrip("/"), visits, process))).result()


async def _measure(url: str, visits: Visits, process: int | None) -> Load:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=visits.visitors)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=PATIENCE) as client:
        usual = await _parameters(client, visits.endpoint)
        before, used = resident(process), processor(process)
        waits: list[float] = []
        errors: Counter[str] = Counter()
        began = time.monotonic()
        visitors = [
            asyncio.create_task(_visit(client, visits, usual, who, waits, errors)) for who in range(visits.visitors)
        ]
        peak = before
        pending = set(visitors)
        while pending:
            _, pending = await asyncio.wait(pending, timeout=_SAMPLED)
            peak = None if peak is None else max(peak, resident(process) or 0)
        for visitor in visitors:
            visitor.result()
        seconds = time.monotonic() - began
    spent = None if used is None else (processor(process) or used) - used
    return Load(visits, tuple(waits), tuple(errors.most_common()), seconds, before, peak, resident(process), spent)


async def _parameters(client: httpx.AsyncClient, endpoint: str) -> list[tuple[str, Any]]:
    """Names and usual values of an endpoint's parameters, in order."""
    try:
        answer = await client.get("/gradio_api/info")
        answer.raise_for_status()
        known = answer.json()["named_endpoints"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise ConfigError(f"No page answers at {client.base_url}: {error}. Start one: python app.py") from error
    if f"/{endpoint}" not in known:
        raise ConfigError(f"The page has no endpoint {endpoint!r}; it has {', '.join(sorted(n[1:] for n in known))}.")
    return [(one["parameter_name"], one.get("parameter_default")) for one in known[f"/{endpoint}"]["parameters"]]


async def _visit(
    client: httpx.AsyncClient,
    visits: Visits,
    usual: Sequence[tuple[str, Any]],
    who: int,
    waits: list[float],
    errors: Counter[str],
) -> None:
    """One visitor, request after request; a failed one is counted and the visitor stays."""
    start = time.monotonic() + visits.pace * who / visits.visitors
    for turn in range(visits.requests):
        await asyncio.sleep(max(0.0, start + turn * visits.pace - time.monotonic()))
        number = who * visits.requests + turn
        given = dict(usual) | dict(visits.questions[number % len(visits.questions)])
        if "text" in given:
            given["text"] = f"{number}. {given['text']}"
        asked = time.monotonic()
        if error := await _ask(client, visits.endpoint, list(given.values())):
            errors[error] += 1
        else:
            waits.append(time.monotonic() - asked)


async def _ask(client: httpx.AsyncClient, endpoint: str, data: list[Any]) -> str:
    """One request, read to its end: what went wrong, in words; empty if nothing did."""
    path = f"/gradio_api/call/{endpoint}"
    try:
        begun = await client.post(path, json={"data": data})
        if begun.status_code != httpx.codes.OK:
            return str(begun.json().get("detail", begun.text))
        event = ""
        async with client.stream("GET", f"{path}/{begun.json()['event_id']}") as lines:
            async for line in lines.aiter_lines():
                if line.startswith("event:"):
                    event = line.removeprefix("event:").strip()
                elif line.startswith("data:") and event == "error":
                    return _said(line.removeprefix("data:"))
        return "" if event == "complete" else "ended without an answer"
    except (httpx.HTTPError, ValueError) as error:
        return type(error).__name__


def _said(data: str) -> str:
    """The message in an error's data."""
    try:
        found = from_json(data)
    except ValueError:
        return data.strip()
    return str(found.get("error", found)) if isinstance(found, dict) else str(found)


def processor(process: int | None) -> float | None:
    """Seconds of processor time that a process has used in all its threads; None without a process.

    What a busy machine makes longer is the wait, not these.
    """
    if process is None:
        return None
    try:
        used = psutil.Process(process).cpu_times()
        return float(used.user + used.system)
    except psutil.NoSuchProcess:
        return None


def resident(process: int | None) -> int | None:
    """Bytes of memory that a process and its children hold; None without a process."""
    if process is None:
        return None
    try:
        found = psutil.Process(process)
        return sum(one.memory_info().rss for one in (found, *found.children(recursive=True)))
    except psutil.NoSuchProcess:
        return 0
