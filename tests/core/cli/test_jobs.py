"""Long work as Hugging Face Jobs: a stand-in ``hf`` is given what the real one takes, and does what the job would."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli import jobs

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="a job is a line of bash")
GIVEN = ("--space", "me/lab", "--bucket", "me/results", "--parts", 2)
WORK = ("--", "table", 2, "--rows", "plain", "--data", "/results/my rows.csv")


def programs(folder: Path, **lines: str) -> None:
    folder.mkdir()
    for name, line in lines.items():
        path = folder / name
        path.write_text(f"#!/bin/bash\n{line}\n")
        path.chmod(0o755)


def test_each_part_is_a_job_that_the_real_hf_takes(cli: Callable[..., Any]) -> None:
    ran = cli("jobs", *GIVEN, "--flavor", "h200", *WORK)
    assert ran.code == 0
    lines = [shlex.split(line) for line in ran.out.splitlines()]
    assert len(lines) == 2
    for part, words in enumerate(lines, 1):
        assert words[:3] == ["hf", "jobs", "run"]
        assert words[words.index("--flavor") + 1] == "h200"
        inner = words[-1]
        assert inner.endswith(
            f"core table 2 --rows plain --data '/results/my rows.csv' --shard {part}/2 --log /results/log-{part}-of-2"
        )
    pytest.importorskip("huggingface_hub.cli.jobs")
    real = [sys.executable, "-m", "huggingface_hub.cli.hf", "jobs", "run", "--help"]
    known = subprocess.run(real, capture_output=True, text=True, check=False).stdout
    if known:  # names of its options, without asking the Hub for anything
        assert all(option in known for option in ("--detach", "--flavor", "--timeout", "--secrets", "--volume"))


def test_the_line_of_a_job_runs_where_its_mounts_are(
    cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, kept, at = tmp_path / "lab", tmp_path / "results", tmp_path / "job"
    for folder in (lab, kept, at):
        folder.mkdir()
    (lab / "requirements.txt").write_text("")
    monkeypatch.setattr(jobs, "CODE", str(lab))
    monkeypatch.setattr(jobs, "KEPT", str(kept))
    programs(
        tmp_path / "bin",
        hf=f'cd {at} && bash -c "${{@: -1}}" && echo started',
        pip="test -f requirements.txt",
        python=f'printf "%s\\n" "$@" > {kept}/said-$(ls {kept} | wc -l)',
    )
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    ran = cli("jobs", *GIVEN, "--start", *WORK)
    assert (ran.code, ran.out) == (0, "1/2 started\n2/2 started\n")
    said = [(kept / f"said-{number}").read_text().splitlines() for number in (0, 1)]
    assert said[0][:8] == ["-m", "core", "table", "2", "--rows", "plain", "--data", "/results/my rows.csv"]
    assert [words[-4:] for words in said] == [
        ["--shard", f"{part}/2", "--log", f"{kept}/log-{part}-of-2"] for part in (1, 2)
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*GIVEN, "--", "classify", "--text", "x"), "Only table, ladder, riddle"),
        (("--space", "lab", "--bucket", "me/results", "--", "table", 2), "--space must be OWNER/NAME"),
        ((*GIVEN, "--start", *WORK), "Job 1 of 2 was not started: No credit."),
    ],
)
def test_what_cannot_be_is_told(
    cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: Any, told: str
) -> None:
    programs(tmp_path / "bin", hf="echo No credit. >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    ran = cli("jobs", *words)
    assert ran.code == 2
    assert told in ran.err
