"""The Co-tune tab without a browser: settings, cost, a run from line to zip, its endpoint, and a real run."""

import base64
import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from app.cotune_request import RANGES, CotuneRequest, dials, estimate, make_request, rank_of, sample_rows
from app.cotune_run import Desk, follow, run_cotune
from app.cotune_view import CotuneView, Made, Message, Queued, fold, to_record
from app.jobs import Job, Jobs
from app.models import Shelf
from app.present import cotune as present
from app.settings import CotuneLimits, Settings, read_settings
from core.errors import ConfigError, InputError
from core.evaluation.comparison import ATTACKED, Measure
from core.evaluation.statistics import share
from core.events import Evaluated, Preparing, TrainingFinished, TrainingStep
from tests.app.cotuning import quick_cotune
from tests.page import tiny_shelf


def request_for(rows: int = 30, **changes: float) -> CotuneRequest:
    given = {**dials("imdb"), "epochs": 1, **changes}
    return make_request("imdb", sample_rows("imdb")[:rows], f"{rows} rows", list(given.values()))


def desk_of(work: Any, limit: int = 1, minutes: float = 1.0) -> Desk:
    return Desk(Jobs(limit), tiny_shelf(), minutes, work)


def test_the_dials_stand_inside_their_ranges_and_make_a_run() -> None:
    for task in ("imdb", "mnli"):
        at = dials(task)
        assert list(at) == list(RANGES)
        made = make_request(task, sample_rows(task), "our sample", list(at.values()))
        assert made.config.training.start == f"{task}-plain"
        assert made.config.training.lora_rank == rank_of(task) == 32
        assert made.config.training.dev_rows == 36


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("given", [None, "many", float("nan"), -1e9, 1e12])
def test_a_dial_outside_its_range_is_named(name: str, given: Any) -> None:
    with pytest.raises(ConfigError, match=name.replace("_", " ")):
        request_for(**{name: given})


def test_the_cost_is_counted_by_hand() -> None:
    cost = estimate(request_for(30, epochs=2, alternatives=3, held_out=20), None)
    assert (cost.learned, cost.held_out, cost.model_rows, cost.seconds) == (24, 6, 24 * 4 * 2, None)
    slow, slower = (estimate(request_for(30, epochs=2, alternatives=n), 1e-4) for n in (3, 4))
    assert slow.seconds is not None
    assert 0 < slow.seconds < (slower.seconds or 0)
    assert "make it smaller" in present.cost_said(estimate(request_for(30), 10.0), 20)
    assert "make it smaller" not in present.cost_said(slow, 20)


def test_limits_come_from_the_environment_and_errors_name_the_variable() -> None:
    assert read_settings({}).cotune == CotuneLimits()
    given = {f"FIREBERT_COTUNE_{name}": value for name, value in
             (("JOBS", "0"), ("ROWS", "50"), ("MINUTES", "3"), ("BYTES", "5000"))}  # fmt: skip
    assert read_settings(given).cotune == CotuneLimits(0, 50, 3, 5000)
    for name in given:
        for bad in ("-1", "many", "1.5", "999999999999"):
            with pytest.raises(ConfigError, match=name):
                read_settings({name: bad})


def test_a_run_goes_from_the_line_to_a_zip_and_leaves_no_file() -> None:
    desk, seen, folder = desk_of(quick_cotune), [], None
    for view in follow(desk, "me", request_for()):
        seen.append(view)
        if view.made:
            folder = view.made.zipped.parent
            assert zipfile.is_zipfile(view.made.zipped)
    last = seen[-1]
    assert last.over
    assert [type(event).__name__ for event in last.events][-4:] == ["Measure", "Measure", "Measure", "Made"]
    assert len(seen) < len(last.events), "events between two looks come together"
    assert folder is not None
    gone(folder)
    assert desk.jobs.place(desk.jobs.enter("me")) == 0


def test_stop_keeps_the_best_so_far() -> None:
    desk = desk_of(quick_cotune)
    for view in follow(desk, "me", request_for(epochs=5)):
        if view.steps:
            desk.jobs.stop("me")
    assert view.finished is not None
    assert view.finished.stopped
    assert view.made is not None
    assert "You stopped it" in present.status(view)


def test_a_run_that_takes_too_long_ends_with_what_it_has() -> None:
    view = list(follow(desk_of(quick_cotune, minutes=0.01), "me", request_for(epochs=5)))[-1]
    assert view.finished is not None
    assert view.finished.stopped
    assert "0.01 minutes" in present.status(view)


def test_the_second_visitor_waits_in_sight_and_the_first_has_one_run() -> None:
    desk = desk_of(quick_cotune)
    first, second = follow(desk, "a", request_for(epochs=5)), follow(desk, "b", request_for())
    next(first)
    assert next(second).latest == Queued(1)
    with pytest.raises(InputError, match="already"):
        next(follow(desk, "a", request_for()))
    desk.jobs.stop("b")
    assert next(second).latest == Message("You left the line. Nothing was trained.", over=True)
    assert list(second) == []
    first.close()
    deadline = time.monotonic() + 20
    while desk.jobs.place(third := desk.jobs.enter(f"c{time.monotonic()}")) and time.monotonic() < deadline:
        desk.jobs.hand_back(third)
        time.sleep(0.05)
    assert desk.jobs.place(third) == 0, "a closed stream ends its run"


def test_an_error_is_said_and_frees_the_line() -> None:
    def broken(shelf: Shelf, request: CotuneRequest, folder: Path, job: Job) -> Iterator[Any]:
        yield Preparing(0, 1)
        raise ConfigError("<b>No</b> words.")

    desk = desk_of(broken)
    view = list(follow(desk, "me", request_for()))[-1]
    assert view.over
    assert "&lt;b&gt;No&lt;/b&gt; words." in present.status(view)
    assert desk.jobs.place(desk.jobs.enter("me")) == 0


def test_another_model_than_the_built_in_one_is_not_co_tuned() -> None:
    shelf = Shelf(Settings(models={"imdb": "somebody/else"}))
    with pytest.raises(ConfigError, match="built-in"):
        next(follow(Desk(Jobs(1), shelf, 1.0, quick_cotune), "me", request_for()))


def test_a_view_says_everything_escaped() -> None:
    view = fold(CotuneView(), TrainingStep(1, 0.5, 1e-4, 0.4, 0.6, 1.0, 2.0, 70.0))
    view = fold(fold(view, Evaluated(1, 0.9, 0.8, 0.1, 10, True)), TrainingFinished("secret", 1, 0.9, 0.8, 10, 3.0))
    view = fold(view, Made("<i>mine</i>", None, Path("x.zip")))  # type: ignore[arg-type]  # the view never looks inside
    assert "&lt;i&gt;mine&lt;/i&gt;" in present.result(view)
    assert "not measured" in present.result(view)
    assert "secret" not in str(to_record(view.finished))


def test_where_every_attack_broke_nothing_is_measured() -> None:
    """A share of no rows is no number: the table says so, and of a change as well."""
    view = fold(CotuneView(), Measure(ATTACKED, share(3, 4), share(0, 0)))
    assert present.result(view).count("not measured") == 2
    view = fold(CotuneView(), Measure(ATTACKED, share(3, 4), share(1, 4)))
    assert "▼ 50 points" in present.result(view)


@pytest.fixture(scope="module")
def client(page_url: str) -> Iterator[Client]:
    running = Client(page_url, verbose=False)
    yield running
    running.close()


def test_the_endpoint_streams_events_and_the_model(client: Client) -> None:
    told = list(client.submit("imdb", "", 1, api_name="/co_tune"))
    assert told[0]["event"] == "Message"
    assert [record["event"] for record in told[-2:]] == ["Measure", "Made"]
    assert told[-2]["after"]["n"] == 12
    packed = io.BytesIO(base64.b64decode(told[-1]["zip_base64"]))
    assert zipfile.ZipFile(packed).namelist() == ["model.json"]


@pytest.mark.parametrize(
    ("given", "said"),
    [(("imdb", "a,b\n1,2"), "no column"), (("poems", ""), "poems"), (("imdb", "x" * 1_000_001), "1,000,001"),
     (("imdb", "", 99), "epochs")],
    ids=["header", "task", "huge", "epochs"],
)  # fmt: skip
def test_the_endpoint_says_what_is_wrong(client: Client, given: tuple[Any, ...], said: str) -> None:
    with pytest.raises(AppError, match=said):
        client.predict(*given, api_name="/co_tune")


@pytest.mark.slow
def test_a_real_run_makes_a_model_that_loads(tmp_path: Path) -> None:
    from core.language.lexicon import Lexicon
    from core.models.loading import load_classifier
    from core.tasks import IMDB
    from tests.conftest import NEIGHBOURS, STOP_WORDS, ToyEncoder, ToyNeighbors, ToyTagger

    words = Lexicon(ToyNeighbors(NEIGHBOURS), ToyTagger(), ToyEncoder(), STOP_WORDS)
    shelf = Shelf(Settings(device="cpu"), load_lexicon=lambda settings: words)
    job = Jobs(1).enter("me")
    events = list(run_cotune(shelf, request_for(30, alternatives=1), tmp_path, job))
    made = events[-1]
    assert isinstance(made, Made)
    assert {event.what for event in events if isinstance(event, Measure)} == {"rows", "alternatives", "attacked"}
    with zipfile.ZipFile(made.zipped) as file:
        file.extractall(tmp_path / "unpacked")
    again = load_classifier(str(tmp_path / "unpacked" / "imdb-cotuned"), IMDB)
    example = [sample_rows("imdb")[0].example]
    assert again.predict(example) == made.classifier.predict(example)
    assert str(tmp_path) not in (tmp_path / "unpacked" / "imdb-cotuned" / "README.md").read_text(encoding="utf-8")
    assert (tmp_path / "plans").is_dir(), "the plans of a visitor's texts stay in the run's folder"


def gone(folder: Path) -> None:
    deadline = time.monotonic() + 10
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not folder.exists()
