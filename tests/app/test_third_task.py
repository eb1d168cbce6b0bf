"""A task of somebody's own on the page: three labels; one text, or two of which the first is perturbed."""

import gradio as gr
import pytest

from app import work
from app.attack_request import from_query, read_form
from app.attack_run import run_attack
from app.catalog import Catalog
from app.main import build_app
from app.present.analysis import panels
from app.present.attack import catalog as looks
from app.settings import Settings
from app.tabs import Site
from app.tabs.texts import build_texts
from app.visitors import VisitorModels
from core import tasks
from core.analysis.request import AnalysisRequest, make_example
from core.attacks.recording import read_recording
from core.defenses.registry import preset_settings
from core.tasks import Task
from tests.page import tiny_shelf

MOODS = Task("toy-moods", "Mood of a note", ("calm", "cross", "glad"), "text_a", 64, ("note",))
ANSWERS = Task("toy-answers", "Does it answer?", ("no", "partly", "yes"), "text_a", 64, ("answer", "question"))
TEXT = "A good film about a man who walks to the river, and a great story that is never boring."


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_TASKS", dict(tasks._TASKS))
    for task in (MOODS, ANSWERS):
        tasks.register(task)


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("task", [MOODS, ANSWERS], ids=["one text", "two texts"])
def test_a_third_task_is_analysed_and_attacked(task: Task) -> None:
    shelf = tiny_shelf()
    shelf.settings = Settings(models={"imdb": "imdb-plain", task.name: "somewhere"})
    there = Catalog(shelf, VisitorModels())
    second = "Is it good?" if task.is_pair else ""
    settings = preset_settings(task, "shipped", 1.0)
    asked = AnalysisRequest(task.name, make_example(task.name, TEXT, second), settings)
    *_, known = work.analysis(there, asked, "")
    html = panels(known, built_in=False)
    assert all(label in html["votes"] for label in task.labels)
    form = read_form(task.name, TEXT, second, "ungated", "textfooler", ["plain", "five"], None, None, 30, 20, 0)
    *_, last = run_attack(there, form, lambda: False)
    recording = read_recording(last.recording)
    assert (recording.lined_up.labels, recording.lined_up.other_text) == (task.labels, second)
    assert all(recording.outcome(lane) for lane in (0, 1))
    assert set(task.labels) <= set(looks()["looks"])
    linked = from_query({"tab": "attack", "task": task.name, "text": TEXT, "hypothesis": second})
    assert linked is not None
    assert linked.example == asked.example


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    "models", [{"toy-moods": "x"}, {"toy-answers": "x"}, {"toy-answers": "x", "imdb": "imdb-plain"}]
)
def test_the_page_is_built_for_it_alone_and_beside_others(models: dict[str, str]) -> None:
    shelf = tiny_shelf()
    shelf.settings = Settings(models=models)
    build_app(shelf.settings, shelf)


@pytest.mark.usefixtures("registered")
def test_its_boxes_have_its_names_and_no_examples() -> None:
    shelf = tiny_shelf()
    shelf.settings = Settings(models={"imdb": "imdb-plain", "toy-moods": "x", "toy-answers": "x"})
    with gr.Blocks():
        texts = build_texts(Site(shelf.settings, shelf, None), "", "page", "this one changes")
    assert list(texts.menus) == ["imdb"]
    first, second, *_ = texts.start("toy-answers")
    assert (first.value, first.label, second.label) == ("", "Answer (this one changes)", "Question")
    assert second.visible
    assert not texts.show("toy-moods", "A note.", "")[1].visible
