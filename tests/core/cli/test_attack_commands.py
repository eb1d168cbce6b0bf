"""``attack`` and ``premade`` end to end on a tiny model, in a process of their own when killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from core.attacks.events import AttackFinished, AttackStarted, read_events
from core.cli import attack as module
from core.cli import bench
from core.errors import ConfigError, DataFileError, FireBertError
from core.tasks import IMDB


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    module.register(app)
    bench.register(app)
    return app


@pytest.fixture
def call(app: typer.Typer, tiny_folder: Path) -> Any:
    def run(*arguments: str, ok: bool = True) -> Any:
        group, *rest = arguments
        words = [group, "--model", str(tiny_folder), "--device", "cpu", "--preset", "ungated", *rest]
        result = CliRunner().invoke(app, words)
        if ok:
            assert result.exit_code == 0, result.output + repr(result.exception)
        return result

    return run


@pytest.fixture
def data(tmp_path: Path, reviews: list[Any]) -> Path:
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps({"text": e.text_a, "label": i % 2}) for i, e in enumerate(reviews)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_one_text_as_a_recording(call: Any) -> None:
    result = call("attack", "--text", "A good film with a great story.", "--json", "--set", "max_queries=20")
    events = read_events(result.stdout.splitlines())
    assert isinstance(events[0], AttackStarted)
    assert events[0].overrides == (("max_queries", 20),)
    assert isinstance(events[-1], AttackFinished)
    assert events[-1].queries <= 20


def test_one_text_for_a_reader(call: Any) -> None:
    assert "queries" in call("attack", "--text", "A good film with a great story.").stdout
    wrong = call("attack", "--text", "A good film.", "--label", "sad", ok=False)
    assert isinstance(wrong.exception, DataFileError)


def test_a_text_that_cannot_be_attacked_ends_in_an_error(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line and exit code 2, and not a result of 0 queries."""

    def broken(*_: Any) -> Any:
        raise RuntimeError("out of memory")

    monkeypatch.setattr("core.models.transformer.TransformersClassifier.predict", broken)
    for more in ([], ["--json"]):
        ran = call("attack", "--text", "A good film with a great story.", *more, ok=False)
        assert isinstance(ran.exception, FireBertError)
        assert "1 of 1 texts could not be attacked: RuntimeError: out of memory" in str(ran.exception)
        assert more or not ran.stdout


def test_the_cap_follows_the_task_and_not_what_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.cli import options

    monkeypatch.setattr(options, "find_task", lambda given: IMDB)
    app = typer.Typer()
    module.register(app)
    arguments = ["attack", "--task", str(tmp_path), "--preset", "bench2021", "--settings", "--json"]
    shown = json.loads(CliRunner().invoke(app, arguments).stdout)
    assert shown["max_changed_share"]["value"] == 0.1


def test_many_rows_and_the_summary(call: Any, data: Path, tmp_path: Path) -> None:
    out, peer = tmp_path / "out.jsonl", tmp_path / "peer.json"
    shown = call("attack", "--input", str(data), "--out", str(out), "--peer-out", str(peer)).stdout
    assert "after-attack accuracy" in shown
    assert "95 % interval" in shown
    assert len(out.read_text(encoding="utf-8").splitlines()) == 12
    assert len(json.loads(peer.read_text(encoding="utf-8"))["rows"]) == 12
    again = call("attack", "--input", str(data), "--out", str(out), ok=False)
    assert isinstance(again.exception, ConfigError)
    summary = json.loads(call("attack", "--input", str(data), "--out", str(out), "--resume", "--json").stdout)
    assert summary["n"] == 12
    streamed = call("attack", "--input", str(data)).stdout.splitlines()
    assert streamed == out.read_text(encoding="utf-8").splitlines()


def test_a_sample_of_a_file(call: Any, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    call("attack", "--input", str(data), "--n", "5", "--out", str(out))
    assert len(out.read_text(encoding="utf-8").splitlines()) == 5


def test_settings_and_what_does_not_fit(call: Any, data: Path) -> None:
    assert "min_word_cosine" in call("attack", "--settings").stdout
    for arguments in (
        ["--out", "x.jsonl", "--text", "good"],
        ["--resume", "--input", str(data)],
        ["--input", str(data), "--average", "4"],
    ):
        assert isinstance(call("attack", *arguments, ok=False).exception, ConfigError)


def test_premade(call: Any, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "set.jsonl"
    said = json.loads(call("premade", "--input", str(data), "--out", str(out), "--json").stdout)
    assert said["rows"] == len(out.read_text(encoding="utf-8").splitlines())
    assert said["file"] == "rows.jsonl"
    assert said["summary"]["made_by"]["preset"] == "ungated"
    assert json.loads(call("premade", "--input", str(data), "--out", str(out), "--json").stdout) == said


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.skipif(os.name != "posix", reason="kills a process by signal")
def test_a_killed_process_is_resumed(call: Any, data: Path, tiny_folder: Path, tmp_path: Path) -> None:
    texts = data.read_text(encoding="utf-8") * 10
    data.write_text(texts, encoding="utf-8")
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    common = ["attack", "--input", str(data), "--together", "8"]
    call(*common, "--out", str(whole))
    words = [*common, "--out", str(cut), "--model", str(tiny_folder), "--device", "cpu", "--preset", "ungated"]
    process = subprocess.Popen([sys.executable, "-m", "core", *words], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if cut.exists() and cut.read_bytes().count(b"\n") >= 3:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.005)
    process.wait()
    before = cut.read_bytes().count(b"\n")
    assert 3 <= before <= 120
    call(*common, "--out", str(cut), "--resume")
    assert cut.read_bytes() == whole.read_bytes()


@pytest.mark.slow
@pytest.mark.thorough
def test_workers_give_the_same_bytes(call: Any, data: Path, tmp_path: Path) -> None:
    """However many processes share the groups out; here they go on with a file that was cut within its third row."""
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    common = ["attack", "--input", str(data), "--together", "2"]
    call(*common, "--out", str(one), "--threads", "1")
    two.write_bytes(b"".join(one.read_bytes().splitlines(keepends=True)[:3])[:-100])
    call(*common, "--out", str(two), "--workers", "2", "--resume")
    assert two.read_bytes() == one.read_bytes()


def test_workers_and_threads_do_not_go_together(call: Any, data: Path) -> None:
    for more in (["--threads", "2", "--input", str(data)], ["--text", "good"]):
        assert isinstance(call("attack", "--workers", "2", *more, ok=False).exception, ConfigError)


@pytest.mark.gpu
def test_a_run_goes_on_on_another_device(call: Any, data: Path, tmp_path: Path) -> None:
    """Begun on the processor, ended on a GPU: every row is there once, and nearly all end as they would have."""
    whole, moved = tmp_path / "whole.jsonl", tmp_path / "moved.jsonl"
    common = ["attack", "--input", str(data), "--together", "4"]
    call(*common, "--out", str(whole))
    moved.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[:5]))
    call(*common, "--out", str(moved), "--resume", "--device", "cuda:0")
    one, two = ([json.loads(line) for line in path.read_text().splitlines()] for path in (whole, moved))
    assert [row["i"] for row in two] == list(range(12))
    assert sum(a["status"] == b["status"] for a, b in zip(one, two, strict=True)) >= 11
