"""Every endpoint, called as a program may call it: it answers, or says in a sentence what is wrong.

The limits are those of a very small page, so that what is allowed is quick; arguments come as JSON of any kind.
"""

import inspect
import json
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import gradio as gr
import httpx
import pytest

from app.boundary import NEUTRAL
from app.incoming import MISFIT, NO_ADDRESS
from app.main import build_app
from app.models import Shelf
from app.settings import CotuneLimits, RequestLimits, Settings
from core.errors import FireBertError
from core.events import Preparing
from core.resources import ASSETS
from tests.fuzz.mangled import THOROUGH, chance_of, share, tried, value
from tests.page import served, served_page, tiny_shelf

ROOT = ASSETS.parent
TEXT = "A good film about a bad man."
USUAL: dict[str, Any] = {
    "task": "imdb", "text": TEXT, "hypothesis": "", "preset": "shipped", "seed": 1, "settings": {"five.samples": 3},
    "model": "plain", "sigma": 1.0, "draws": 3, "method": "pca", "defense": "five", "word": 1, "rules": "paper",
    "limit": 4,
    "swaps": {"1": "fine"}, "against": "plain", "csv": "", "epochs": 1, "alternatives": 2, "words": 3, "weight": 1.0,
    "rate": 1e-4,
    "held_out": 30, "table": "budget-3", "max_queries": 20, "max_seconds": 2.0,
    "questions": 20, "temperature": 0.01, "calibrate": True, "other": "nice",
}  # fmt: skip
OTHERWISE = {
    "attack": {"preset": "paper", "method": "saliency"}, "explain": {"method": "gradient"},
    "before_after": {"method": "gradient"},
    "audit": {"classifier": "plain", "checks": "batch,constant", "texts": 3, "attacked": 1},
}  # fmt: skip
LEFT_OUT = 0.15
STRANGE = 0.15


def pretended(shelf: Shelf, request: Any, folder: Any, job: Any) -> Iterator[Any]:
    """A co-tuning run that has nothing to do."""
    yield Preparing(0, len(request.rows))


@pytest.fixture(scope="module")
def endpoints() -> dict[str, Callable[..., Any]]:
    """The page's public endpoints by name."""
    tiny = tiny_shelf()
    limits = RequestLimits(pieces=4_000, questions=30, seconds=4.0, characters=2_000)
    settings = Settings(port=0, limits=limits, cotune=CotuneLimits(rows=300, bytes=20_000))
    shelf = Shelf(settings, lambda _, task: tiny.classifier(task.name), lambda _: tiny.lexicon())
    page = build_app(settings, shelf, pretended)
    return {str(fn.api_name): fn.fn for fn in page.fns.values() if fn.api_visibility == "public" and fn.api_name}


NAMES = (
    "analyse", "attack", "audit", "before_after", "benchmark", "classify", "co_tune", "defend", "explain", "gate_dial",
    "illusion", "noise_beside", "noise_cloud", "noise_curve", "roll_dice", "swap", "switch", "words",
)  # fmt: skip


def ask(handler: Callable[..., Any], given: dict[str, Any]) -> None:
    """Call it to its end; the sentence of a refusal comes back as the error that it was."""
    try:
        found = handler(**given)
        for answer in found if inspect.isgenerator(found) else [found]:
            json.dumps(answer, allow_nan=False)
    except gr.Error as error:
        raise (FireBertError if is_told(error.message) else RuntimeError)(error.message) from None


def is_told(message: str) -> bool:
    """Whether a refusal says what is wrong, and nothing of this machine."""
    return message != NEUTRAL and str(ROOT) not in message and "Traceback" not in message


def test_these_are_all(endpoints: dict[str, Any]) -> None:
    assert sorted(endpoints) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_endpoint_answers_or_refuses(endpoints: dict[str, Any], name: str) -> None:
    handler, chance = endpoints[name], chance_of(name)
    usual = {**USUAL, **OTHERWISE.get(name, {})}
    hints = get_type_hints(inspect.unwrap(handler))
    asked = [one for one in inspect.signature(handler).parameters if hints[one] is not gr.Request and one != "page"]
    needed = {"task", "text", "table"} & set(asked)
    assert tried(lambda: ask(handler, given_to(handler, hints, {one: usual[one] for one in asked})), usual)
    for _ in range(share(3 * len(NAMES))):
        given = {one: usual[one] for one in asked if one in needed or chance.random() > LEFT_OUT}
        for one in given:
            if chance.random() < STRANGE:
                given[one] = value(chance)
        tried(lambda given=given: ask(handler, given_to(handler, hints, given)), given)


def given_to(handler: Any, hints: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """With nobody for the session, where the handler wants to know it."""
    return {**given, **{name: None for name, hint in hints.items() if hint is gr.Request}}


LONG = {"page_cotune", "page_attack"}
"""What these do is what co_tune and attack do."""


def test_a_handler_of_the_page_answers_or_refuses() -> None:
    """They are no endpoints, but whoever knows their names may call them. Over HTTP, as a stranger would."""
    url, chance = served().rstrip("/"), chance_of("handlers")
    handlers = [fn for fn in served_page().fns.values() if fn.api_visibility == "undocumented"]
    quick = [fn for fn in handlers if fn.api_name not in LONG and (THOROUGH or not fn.queue)]
    usual = {fn.api_name: [usual_of(block) for block in fn.inputs] for fn in quick}
    assert len(usual) > 30
    with httpx.Client(timeout=60) as client:
        for _ in range(share(40) if THOROUGH else share(8)):
            name = chance.choice(sorted(usual))
            given = [value(chance) if chance.random() < STRANGE else one for one in usual[name]]
            given = given[: chance.randint(0, len(given))] if chance.random() < STRANGE else given
            tried(lambda name=name, given=given: call(client, url, name, given), (name, given))


def usual_of(block: Any) -> Any:
    found = getattr(block, "value", None)
    return found if isinstance(found, (str, int, float, list)) else None


def call(client: httpx.Client, url: str, name: str, given: list[Any]) -> None:
    body = json.dumps({"data": given})
    asked = client.post(f"{url}/gradio_api/call/{name}", content=body, headers={"Content-Type": "application/json"})
    if asked.status_code != httpx.codes.OK:
        assert asked.status_code < 500, asked.text
        raise FireBertError(asked.text)
    lines = client.get(f"{url}/gradio_api/call/{name}/{asked.json()['event_id']}").text.strip().splitlines()
    if lines[-2] == "event: error":
        said = str(json.loads(lines[-1].removeprefix("data: "))["error"])
        assert said in (NEUTRAL, MISFIT) or is_told(said), said
        assert " object at 0x" not in said
        raise FireBertError(said)
    assert lines[-2] == "event: complete", lines[-2:]


@pytest.mark.parametrize("name", ["page_attack_file", "page_cotune_file", "analyse"])
def test_an_address_is_not_fetched_for_a_visitor(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from gradio import processing_utils

    async def fetched(*given: Any) -> str:
        raise AssertionError(f"fetched {given}")

    monkeypatch.setattr(processing_utils, "async_ssrf_protected_download", fetched)
    file = {"path": "HTTPS://example.org/a.csv", "meta": {"_type": "gradio.FileData"}}
    given = {"page_attack_file": [file], "page_cotune_file": ["imdb", file]}.get(name) or [
        "imdb", TEXT, "", "shipped", 0, {"a": [file]}, "plain",
    ]  # fmt: skip
    with httpx.Client(timeout=60) as client, pytest.raises(FireBertError, match=NO_ADDRESS):
        call(client, served().rstrip("/"), name, given)


def test_what_the_player_asks_of_the_server_is_looked_at_too() -> None:
    chance, url = chance_of("component server"), served().rstrip("/")
    player = next(block for block in served_page().blocks.values() if block.elem_id == "attack-player")
    about = {"session_hash": "x", "component_id": player._id, "fn_name": "recording_csv"}
    for _ in range(share(40)):
        body = json.dumps({**about, "data": value(chance)})
        said = httpx.post(
            f"{url}/gradio_api/component_server", content=body, headers={"Content-Type": "application/json"}
        )
        assert said.json().startswith("\ufefferror"), said.text
