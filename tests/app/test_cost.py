"""What a request costs is known before it runs, and what is too dear is refused with what would fit."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import work
from app.catalog import Catalog
from app.cost import Part, analysis_parts, check_cost, check_draws, dice_parts
from app.settings import RequestLimits, read_settings
from app.visitors import VisitorModels
from core.analysis.request import AnalysisRequest, with_changes
from core.defenses.registry import preset_settings
from core.errors import ConfigError
from core.tasks import IMDB, Example
from tests.page import tiny_shelf

SETTINGS = preset_settings(IMDB, "shipped", 1.0)
TEXT = "A good film about a man who walks to the river."


def changed(**changes: object) -> AnalysisRequest:
    settings = with_changes(SETTINGS, {name.replace("__", "."): value for name, value in changes.items()})
    return AnalysisRequest("imdb", Example(TEXT), settings)


def catalog(pieces: int) -> Catalog:
    shelf = tiny_shelf()
    shelf.settings = replace(shelf.settings, limits=RequestLimits(pieces=pieces))
    return Catalog(shelf, VisitorModels())


def rows(**changes: object) -> int:
    return sum(part.total for part in analysis_parts(changed(**changes).settings, 50))


def test_rows_are_counted_by_hand() -> None:
    base = rows(switch__gate="off", switch__total_alternatives=0, five__samples=0)
    assert base == 3
    assert rows(switch__gate="off", switch__total_alternatives=0, five__samples=7) == base + 7
    assert rows(switch__gate="filter", switch__total_alternatives=5, five__samples=0) == base + 10
    assert rows(switch__gate="rank", switch__multiplier=6, switch__total_alternatives=5, five__samples=0) == base + 35
    assert rows(importance__method="leave_one_out", switch__total_alternatives=0, five__samples=0) == 50
    assert rows(importance__method="integrated_gradients", importance__steps=40, switch__total_alternatives=0,
                five__samples=0) == 120  # fmt: skip
    assert dice_parts(changed(five__samples=8).settings, "five", 100) == [Part("draws", 100, 9)]


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 9)), min_size=1, max_size=4), st.integers(1, 99))
def test_what_is_said_to_fit_fits_and_one_more_does_not(amounts: list[tuple[int, int]], pieces: int) -> None:
    parts = [Part(f"dial{n}", amount, each) for n, (amount, each) in enumerate(amounts)]
    limit = 20_000
    try:
        check_cost(parts, pieces, limit)
    except ConfigError as error:
        assert sum(part.total for part in parts) * pieces > limit
        if found := re.search(r"(dial\d) = (\d+) would fit", str(error)):
            for more, fits in ((0, True), (1, False)):
                tried = [replace(p, amount=int(found[2]) + more) if p.dial == found[1] else p for p in parts]
                assert (sum(part.total for part in tried) * pieces <= limit) is fits
    else:
        assert sum(part.total for part in parts) * pieces <= limit


def test_each_kind_of_work_is_refused_before_the_model_is_asked() -> None:
    there = catalog(20_000)
    with pytest.raises(ConfigError, match=r"five.samples = 1\d\d\d would fit"):
        list(work.analysis(there, changed(five__samples=10_000), ""))
    with pytest.raises(ConfigError, match=r"draws = \d+ would fit"):
        list(work.dice(there, changed(five__samples=100), "", "five", 100))
    with pytest.raises(ConfigError, match=r"draws = 1\d\d would fit"):
        list(work.curve(there, changed(), "", 1_000))
    with pytest.raises(ConfigError, match="draws = 9 would"):
        work.cloud(catalog(9 * 16), changed(), "", 1.0, 999, "pca")
    for method in ("umap", "tsne"):
        with pytest.raises(ConfigError, match="draws must be between 1 and 400"):
            work.cloud(there, changed(), "", 1.0, 401, method)


def test_texts_that_would_fill_the_memory_are_refused() -> None:
    config = replace(SETTINGS.switch, total_alternatives=200, multiplier=100)
    check_draws(config, 5_000)
    with pytest.raises(ConfigError, match=r"switch.multiplier = 2 would fit"):
        check_draws(config, 200_000)
    check_draws(replace(config, multiplier=2), 200_000)


def test_the_environment_sets_the_limits() -> None:
    assert read_settings({}).limits == RequestLimits()
    given = {"FIREBERT_MAX_PIECES": "5000", "FIREBERT_MAX_SECONDS": "30", "FIREBERT_TOGETHER": "2",
             "FIREBERT_MAX_QUESTIONS": "77", "FIREBERT_MAX_CHARACTERS": "900"}  # fmt: skip
    assert read_settings(given).limits == RequestLimits(5000, 77, 30, 900, 2)
    for variable in given:
        with pytest.raises(ConfigError, match=variable):
            read_settings({variable: "0"})


def test_mcp_is_on_where_it_is_asked_for_and_on_a_space() -> None:
    on_a_space = {"SPACE_ID": "owner/space"}
    assert not read_settings({}).mcp
    assert read_settings({"FIREBERT_MCP": "1"}).mcp
    assert read_settings(on_a_space).mcp
    assert not read_settings({**on_a_space, "FIREBERT_MCP": "0"}).mcp
