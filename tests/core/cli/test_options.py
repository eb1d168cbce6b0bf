"""What the shared options stand for: a task, a classifier, a device; and errors that say what would do."""

import os
from pathlib import Path

import pytest
import typer

from core.cli import options as opt
from core.errors import ConfigError, FireBertError, UnknownNameError
from core.resources import ASSETS
from core.tasks import IMDB, MNLI


def session(task: str, **model: str) -> opt.Session:
    return opt.session(task, opt.ModelOptions(**model), opt.MachineOptions())


def test_threads_limit_torch_numpy_and_processes_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from threadpoolctl import threadpool_info, threadpool_limits

    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    before = torch.get_num_threads()
    with threadpool_limits():
        opt.limit_threads(1)
        assert (torch.get_num_threads(), os.environ["OMP_NUM_THREADS"]) == (1, "1")
        assert all(pool["num_threads"] == 1 for pool in threadpool_info() if pool["user_api"] == "blas")
    torch.set_num_threads(before)


def test_the_folder_of_a_built_in_tasks_model_is_asked_itself() -> None:
    folder = str(ASSETS / "models" / "imdb-fact")
    found = opt.session(folder, opt.ModelOptions(), opt.MachineOptions())
    assert (found.task.name, found.model) == ("imdb", folder)
    assert opt.session("imdb", opt.ModelOptions(), opt.MachineOptions()).model == "imdb-plain"


def test_a_task_by_name_by_file_and_by_what_was_saved(tmp_path: Path) -> None:
    labelled = tmp_path / "feelings.csv"
    labelled.write_text("text,label\na,sad\nb,glad\n", encoding="utf-8")
    found = opt.find_task(str(labelled))
    assert (found.name, found.labels) == ("feelings", ("glad", "sad"))
    assert opt.find_task("feelings") is found, "registered on the way"
    assert opt.find_task("mnli") is MNLI
    assert opt.find_task(str(ASSETS / "models" / "imdb-fact")) is IMDB
    with pytest.raises(UnknownNameError, match="imbd"):
        opt.find_task("imbd")
    with pytest.raises(ConfigError, match=r"is a folder, but holds no model of ours .*imdb, mnli"):
        opt.find_task(str(tmp_path))


@pytest.mark.parametrize("name", ["model.json", "defense.json"])
def test_a_folder_whose_card_is_damaged_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{", encoding="utf-8")
    with pytest.raises(FireBertError, match=name.replace(".", r"\.")):
        opt.find_task(str(tmp_path))


def test_the_model_asked_for_and_what_it_calls_the_labels() -> None:
    assert session("imdb").model == "imdb-plain"
    assert session("imdb", model="imdb-fact", revision="abc").model == "imdb-fact"
    names = session("imdb", labels="LABEL_0=negative,LABEL_1=positive").names
    assert (names["LABEL_0"], names["LABEL_1"]) == ("negative", "positive")
    with pytest.raises(ConfigError, match="the task's labels are negative, positive"):
        session("imdb", labels="LABEL_0=good")


@pytest.mark.parametrize(
    ("there", "given", "picked"),
    [("", "auto", "cpu"), ("cuda", "auto", "cuda"), ("mps", "auto", "mps"), ("cuda mps", "auto", "cuda"),
     ("cuda", "cpu", "cpu"), ("cuda", "cuda:1", "cuda:1")],
)  # fmt: skip
def test_auto_takes_a_gpu_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, there: str, given: str, picked: str
) -> None:
    devices(monkeypatch, there)
    assert opt.pick_device(given) == picked


@pytest.mark.parametrize(
    ("there", "given", "said"),
    [("cuda", "cuda:2", "'cuda:2' is not there"), ("", "cuda", "'cuda' is not there"), ("", "mps", "not there"),
     ("cuda", "cuda:x", "must be auto, cpu, cuda, cuda:N or mps"), ("", "gpu", "was given 'gpu'"), ("", "", "must be")],
)  # fmt: skip
def test_a_device_that_is_not_there(monkeypatch: pytest.MonkeyPatch, there: str, given: str, said: str) -> None:
    devices(monkeypatch, there)
    with pytest.raises(ConfigError, match=said):
        opt.pick_device(given)


def devices(monkeypatch: pytest.MonkeyPatch, there: str) -> None:
    """A machine with two GPUs, or another, or none."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: "cuda" in there)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2 * ("cuda" in there))
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: "mps" in there)


def test_what_set_was_given_and_nothing() -> None:
    assert opt.DefenseOptions().changes == opt.AttackOptions().changes == ()
    assert opt.DefenseOptions(set_=["a=1", "b=2"]).changes == ("a=1", "b=2")
    assert opt.AttackOptions(set_=["a=1"]).changes == ("a=1",)


def test_a_group_is_made_once() -> None:
    app = typer.Typer()
    first = opt.group(app, "bench", "Measure.")
    assert opt.group(app, "bench", "Another help.") is first
    assert opt.group(app, "hub", "Share.") is not first
    assert [known.name for known in app.registered_groups] == ["bench", "hub"]
