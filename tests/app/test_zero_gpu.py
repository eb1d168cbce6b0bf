"""ZeroGPU: heavy work goes through ``spaces.GPU``, here a stand-in that pickles what goes in and out."""

import pickle
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from app import work, zero_gpu
from app.attack_request import read_form
from app.attack_run import run_attack
from app.boundary import guarded
from app.catalog import Catalog
from app.models import Shelf, pick_device
from app.settings import Settings
from app.visitors import VisitorModels
from core.analysis.request import AnalysisRequest
from core.defenses.registry import preset_settings
from core.tasks import Example, get_task
from tests.page import tiny_shelf

TEXT = "A good film about a man who walks to the river, and a great story. "


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Names of the work that was lent a card, with the seconds, on a ZeroGPU Space."""
    calls: list[tuple[str, int]] = []

    def gpu(duration: Callable[..., int]) -> Callable[[Any], Any]:
        def wrap(task: Any) -> Any:
            def call(*given: Any, **more: Any) -> Any:
                calls.append((task.__name__, duration(*given, **more)))
                given, more = pickle.loads(pickle.dumps((given, more)))
                found = task(*given, **more)
                if hasattr(found, "__next__"):
                    return (pickle.loads(pickle.dumps(one)) for one in found)
                return pickle.loads(pickle.dumps(found))

            return call

        return wrap

    monkeypatch.setitem(sys.modules, "spaces", SimpleNamespace(GPU=gpu))
    monkeypatch.setattr(zero_gpu, "_LENT", {})
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    zero_gpu.prepare(guarded)
    return calls


@pytest.fixture
def catalog() -> Catalog:
    tiny = tiny_shelf()
    shelf = Shelf(tiny.settings, lambda _, task: tiny.classifier(task.name), lambda _: tiny.lexicon())
    shelf.classifier("imdb"), shelf.lexicon()
    made = Catalog(shelf, VisitorModels())
    made.share()
    return made


def request(text: str) -> AnalysisRequest:
    return AnalysisRequest("imdb", Example(text), preset_settings(get_task("imdb"), "shipped", 1.0))


def test_heavy_work_is_lent_a_card_for_longer_the_longer_the_text(
    lent: list[tuple[str, int]], catalog: Catalog
) -> None:
    short, long = request(TEXT), request(TEXT * 40)
    for asked in (short, long):
        assert len(list(work.analysis(catalog, asked, ""))) == 4
        work.vote(catalog, asked, "", "five")
        list(work.curve(catalog, asked, "", 40))
    form = read_form("imdb", TEXT, "", "ungated", "textfooler", ["plain", "fuse"], None, None, 200, 60.0, 0)
    assert list(run_attack(catalog, form, lambda: False))[-1].over
    names = [name for name, _ in lent]
    assert names == ["analysis", "vote", "curve"] * 2 + ["fought"]
    assert all(zero_gpu.START <= seconds <= zero_gpu.LONGEST for _, seconds in lent)
    assert all(more > less for (_, less), (_, more) in zip(lent[:3], lent[3:6], strict=True))
    work.answer(catalog, "imdb", Example(TEXT), "plain", "")
    assert len(lent) == 7


def test_a_mistake_is_told_in_its_own_words(lent: list[tuple[str, int]], catalog: Catalog) -> None:
    with pytest.raises(gr.Error, match="defence with a vote to show"):
        work.vote(catalog, request(TEXT), "", "fore")


def test_only_a_process_with_a_card_uses_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert pick_device(Settings()) == "cuda"
    monkeypatch.setenv("SPACES_ZERO_GPU", "1")
    assert pick_device(Settings()) == "cpu"
    monkeypatch.setattr(zero_gpu, "_MAIN", -1)
    assert pick_device(Settings()) == "cuda"


def test_elsewhere_nothing_is_wrapped_and_the_package_is_not_needed(
    monkeypatch: pytest.MonkeyPatch, catalog: Catalog
) -> None:
    monkeypatch.setitem(sys.modules, "spaces", None)
    zero_gpu.prepare(guarded)
    assert zero_gpu._LENT == {}
    assert work.vote(catalog, request(TEXT), "", "five").five is not None
