"""The page as an MCP server, asked by the protocol's own client. Skipped where the ``mcp`` package is not installed."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the mcp package is not installed; requirements-mcp.txt has it")

from app.main import build_app, launch_options
from app.settings import RequestLimits, Settings
from core.evaluation.results import RESULTS_FOLDER
from tests.app.test_leaving import LONG, SHORT
from tests.page import free_port, tiny_shelf

TEXT = "A good film about a bad man."
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    settings = Settings(port=free_port(), mcp=True, limits=RequestLimits(questions=50))
    page = build_app(settings, tiny_shelf())
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_options(settings))
    yield f"{url.rstrip('/')}/gradio_api/mcp/"
    page.close()


@pytest.fixture
def visit(address: str) -> Callable[..., Any]:
    """Runs ``deed(session)`` in a session of the client."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    def run(deed: Callable[[Any], Awaitable[Any]]) -> Any:
        async def whole() -> Any:
            async with streamablehttp_client(address) as (reading, writing, _), ClientSession(reading, writing) as one:
                await one.initialize()
                return await deed(one)

        with ThreadPoolExecutor(1) as own:  # a browser test of this process may have left its loop in this thread
            return own.submit(lambda: asyncio.run(whole())).result()

    return run


def test_every_endpoint_is_a_tool_and_every_argument_is_described(visit: Callable[..., Any]) -> None:
    tools = visit(lambda session: session.list_tools()).tools
    assert {tool.name for tool in tools} == LONG.keys() | SHORT
    for tool in tools:
        assert len(tool.description) > 40, tool.name
        for name, about in tool.inputSchema["properties"].items():
            assert name not in ("page", "request"), tool.name
            assert about.get("description"), (tool.name, name)


@pytest.mark.parametrize(
    ("tool", "given", "expected"),
    [
        ("classify", {"task": "imdb", "text": TEXT}, "'probabilities'"),
        ("explain", {"task": "imdb", "text": TEXT}, "'importance'"),
        ("analyse", {"task": "imdb", "text": TEXT, "settings": {"five.samples": 3}}, "'members'"),
        ("defend", {"task": "imdb", "text": TEXT, "defense": "five"}, "'votes'"),
        ("attack", {"task": "imdb", "text": TEXT, "preset": "ungated", "max_queries": 20}, "'outcomes': {'Plain'"),
        ("words", {"task": "imdb", "text": TEXT, "word": 1, "limit": 3}, "'neighbors'"),
        ("audit", {"task": "imdb", "checks": "batch", "texts": 3}, "'verdict'"),
        ("benchmark", {"table": "budget-3"}, "'results'"),
    ],
)
def test_a_tool_answers(visit: Callable[..., Any], tool: str, given: dict[str, Any], expected: str) -> None:
    answer = visit(lambda session: session.call_tool(tool, given))
    assert not answer.isError
    assert expected in answer.content[0].text


def test_what_is_wrong_is_said_to_a_client_as_well(visit: Callable[..., Any]) -> None:
    answer = visit(lambda session: session.call_tool("classify", {"task": "imdb", "text": ""}))
    assert answer.isError
    assert "The review is empty" in answer.content[0].text


def test_the_measured_tables_are_resources_and_there_are_prompts(visit: Callable[..., Any]) -> None:
    async def look(session: Any) -> Any:
        listed = (await session.list_resources()).resources, (await session.list_resource_templates()).resourceTemplates
        names = await session.read_resource("robustness://tables")
        table = await session.read_resource("robustness://tables/budget-3")
        prompts = (await session.list_prompts()).prompts
        asked = await session.get_prompt("fooled_how", {"text": TEXT})
        return listed, names.contents[0].text, table.contents[0].text, prompts, asked.messages[0].content.text

    (resources, templates), names, table, prompts, asked = visit(look)
    assert [str(one.uri) for one in resources] == ["robustness://tables"]
    assert [one.uriTemplate for one in templates] == ["robustness://tables/{table}"]
    assert "budget-3" in json.loads(names)
    assert json.loads(table) == json.loads((RESULTS_FOLDER / "budget-3.json").read_text(encoding="utf-8"))
    assert {one.name for one in prompts} == {"fooled_how", "answer_why"}
    assert TEXT in asked
