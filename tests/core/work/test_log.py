"""The log: appended by many, torn at its end, damaged in its middle, merged to the same bytes."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.errors import ConfigError, DataFileError
from core.work.job import Job, Line
from core.work.log import LINES, SECONDS, Log, merge
from tests.core.work.conftest import squares

JOBS = squares(9, 3)


def lines_of(rows: tuple[tuple[int, ...], ...]) -> list[Line]:
    return [{"square": n * n, "text": "caf\u00e9 \ud83d"} for (n,) in rows]


def filled(folder: Path, jobs: Sequence[Job] = JOBS) -> Log:
    log = Log(folder)
    for job in jobs:
        log.append(job, lines_of(job.rows), 0.5)
    return log


def test_what_was_appended_is_there(tmp_path: Path) -> None:
    log = filled(tmp_path / "log")
    for read in (log, Log(tmp_path / "log")):
        assert len(read) == 3
        assert [read.lines(job) for job in JOBS] == [lines_of(job.rows) for job in JOBS]
        assert read.seconds() == dict.fromkeys((job.key for job in JOBS), 0.5)
    with pytest.raises(DataFileError, match="no lines of this job of kind 'square'"):
        log.lines(squares(9, 3, times=2)[0])


def test_nothing_is_written_without_an_entry(tmp_path: Path) -> None:
    assert len(Log(tmp_path / "log")) == 0
    assert not (tmp_path / "log").exists()


def test_many_append_at_once_each_to_its_own_file(tmp_path: Path) -> None:
    logs = [Log(tmp_path) for _ in range(3)]
    for log, job in zip(logs, JOBS, strict=True):
        log.append(job, lines_of(job.rows), 0.1)
    assert all(len(log) == 1 for log in logs)
    logs[0].look()
    assert len(logs[0]) == len(Log(tmp_path)) == 3
    assert len(list(tmp_path.glob("*" + LINES))) == 3


def test_torn_anywhere_only_the_last_entry_is_lost(tmp_path: Path) -> None:
    filled(tmp_path / "whole")
    (path,) = (tmp_path / "whole").glob("*" + LINES)
    content = path.read_bytes()
    torn = tmp_path / "torn"
    torn.mkdir()
    for cut in range(len(content) + 1):
        (torn / path.name).write_bytes(content[:cut])
        assert len(Log(torn)) == content[:cut].count(b"\n")


@pytest.mark.parametrize("bad", [b"{broken\n", b"[1]\n", b'{"job": "a"}\n', b"\n"])
def test_damage_in_the_middle_is_named(tmp_path: Path, bad: bytes) -> None:
    filled(tmp_path)
    (path,) = tmp_path.glob("*" + LINES)
    first, _, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first, bad, *rest]))
    with pytest.raises(DataFileError, match=rf"{path.name}, line 2 of the work log is damaged"):
        Log(tmp_path)


def test_merged_in_any_order_the_bytes_are_the_same(tmp_path: Path) -> None:
    whole, backwards = filled(tmp_path / "whole"), filled(tmp_path / "backwards", JOBS[::-1])
    parts = [filled(tmp_path / name, jobs) for name, jobs in (("a", JOBS[:2]), ("b", JOBS[1:]))]
    merged = []
    for name, logs in (("1", [whole]), ("2", [backwards]), ("3", parts), ("4", parts[::-1]), ("5", [whole, *parts])):
        assert merge(logs, tmp_path / name) == 3
        merged.append((tmp_path / name / ("merged" + LINES)).read_bytes())
        again = Log(tmp_path / name)
        assert [again.lines(job) for job in JOBS] == [lines_of(job.rows) for job in JOBS]
        assert again.seconds() == whole.seconds()
    assert len(set(merged)) == 1
    assert merged[0].count(b"\n") == 3


def test_a_merge_overwrites_nothing_and_mixes_nothing(tmp_path: Path) -> None:
    log = filled(tmp_path / "log")
    with pytest.raises(ConfigError, match="holds a work log already"):
        merge([log], tmp_path / "log")
    other = Log(tmp_path / "other")
    other.append(JOBS[0], [{"square": -1}], 0.1)
    with pytest.raises(DataFileError, match=f"Job {JOBS[0].key} stands in the logs with different lines"):
        merge([log, other], tmp_path / "both")
    assert not (tmp_path / "both").exists()


def test_lines_hold_no_times(tmp_path: Path) -> None:
    filled(tmp_path)
    (lines,), (seconds,) = tmp_path.glob("*" + LINES), tmp_path.glob("*" + SECONDS)
    assert all(set(json.loads(line)) == {"job", "kind", "lines"} for line in lines.read_text().splitlines())
    assert all(set(json.loads(line)) == {"job", "seconds"} for line in seconds.read_text().splitlines())
