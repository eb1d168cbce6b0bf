"""``bench load``: a page under many visitors, from outside: waits, errors, memory."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.groups import grouped

if TYPE_CHECKING:
    from core.evaluation.load import Load

UrlOption = Annotated[str, typer.Option(help="A page that runs; by default this folder's app.py is started for it.")]
PageOption = Annotated[int, typer.Option(min=0, help="With --url: the page's process on this machine, for its memory.")]
VisitorsOption = Annotated[int, typer.Option(min=1, max=1000, help="Visitors at once.")]
RequestsOption = Annotated[int, typer.Option(min=1, help="Requests of each visitor, one after the other.")]
PaceOption = Annotated[float, typer.Option(min=0, help="Seconds from one request of a visitor to the next; 0: none.")]
EndpointOption = Annotated[str, typer.Option(help="Which endpoint they ask: analyse, attack, classify, ...")]
ArgumentOption = Annotated[
    list[str] | None,
    typer.Option("--argument", metavar="NAME=VALUE", help="An argument of every request, as JSON or text; repeatable."),
]
READY = 180.0
"""Seconds that a page may take until its models are warm."""


def register(app: typer.Typer) -> None:
    """Add it to the group ``bench``."""
    opt.group(app, "bench", opt.BENCH_HELP).command()(load)


@grouped
def load(
    *,
    url: UrlOption = "",
    process: PageOption = 0,
    visitors: VisitorsOption = 50,
    requests: RequestsOption = 2,
    pace: PaceOption = 0.0,
    endpoint: EndpointOption = "analyse",
    argument: ArgumentOption = None,
    task: opt.TaskOption = "imdb",
    json: opt.JsonOption = False,
) -> None:
    """Visit the page with many at once and print how long they waited, what failed, and the page's memory.

    Texts are the built-in examples, or that of --argument, numbered, so that no question is asked twice. Clients and
    page share this machine unless --url names another.
    """
    from core.cli.output import emit, show
    from core.evaluation.load import Visits, measure_load
    from core.examples import load_examples

    examples = [one.example for one in load_examples(task)]
    more = arguments_of(argument or [])
    questions = [{"task": task, "text": one.text_a, "hypothesis": one.text_b or "", **more} for one in examples]
    visits = Visits(visitors, requests, endpoint, pace, tuple(questions))
    if url:
        measured = measure_load(url, visits, process or None)
    else:
        with own_page() as (address, page):
            measured = measure_load(address, visits, page)
    if json:
        quantiles = {"p50": measured.percentile(0.5), "p95": measured.percentile(0.95)}
        return emit({**asdict(measured), **quantiles})
    return show(*load_view(measured))


def arguments_of(given: list[str]) -> dict[str, Any]:
    """Arguments from ``name=value``; a value that is no JSON is a text. Raises ConfigError."""
    from core.errors import ConfigError
    from core.strict_json import from_json

    found: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not (name and equals):
            raise ConfigError(f"--argument is name=value, such as against=plain, was given {one!r:.60}.")
        try:
            found[name] = from_json(value)
        except ValueError:
            found[name] = value
    return found


@contextmanager
def own_page() -> Iterator[tuple[str, int]]:
    """This repository's page in a process of its own, with warm models: its address and process id."""
    from core.errors import ConfigError

    script = Path(__file__).parents[2] / "app.py"
    port = free_port()
    settings = os.environ | {"FIREBERT_PORT": str(port), "FIREBERT_HOST": "127.0.0.1"}
    page = subprocess.Popen([sys.executable, str(script)], env=settings, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        if not _warm(address, page):
            raise ConfigError("The page did not start; python app.py says why.")
        yield address, page.pid
    finally:
        page.terminate()
        page.wait()


def _warm(address: str, page: "subprocess.Popen[bytes]") -> bool:
    """Waits until the page answers a first analysis; False if it ends or does not."""
    from core.errors import ConfigError
    from core.evaluation.load import Visits, measure_load

    until = time.monotonic() + READY
    first = Visits(1, 1, questions=({"task": "imdb", "text": "A calm and lovely film."},))
    while time.monotonic() < until and page.poll() is None:
        try:
            if measure_load(address, first).waits:
                return True
        except ConfigError:
            time.sleep(0.5)
    return False


def free_port() -> int:
    """A port that nobody listens on."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def load_view(found: "Load") -> list[Any]:
    """One line of waits, one of memory, one an error."""
    from core.cli.output import table

    visits = found.visits
    asked = visits.visitors * visits.requests
    row = (
        visits.visitors, asked, len(found.waits), asked - len(found.waits), round(found.percentile(0.5), 2),
        round(found.percentile(0.95), 2), round(max(found.waits, default=0.0), 2), round(found.seconds, 1),
    )  # fmt: skip
    columns = ["visitors", "requests", "answered", "failed", "p50, s", "p95, s", "longest, s", "seconds"]
    lines: list[Any] = [table(f"Endpoint {visits.endpoint}, a request every {visits.pace:g} s", columns, [row])]
    if found.memory_before is not None:
        sizes = (found.memory_before, found.memory_peak or 0, found.memory_after or 0)
        before, peak, after = (f"{size / 1e9:.2f}" for size in sizes)
        lines.append(f"Memory of the page: {before} GB before, {peak} at most, {after} after.")
    if found.processor is not None:
        each = 1000 * found.processor / max(1, asked)
        lines.append(f"Processor time of the page: {found.processor:.1f} s, {each:.0f} ms a request.")
    return [*lines, *(f"{count} x {error}" for error, count in found.errors)]
