"""A machine that fails is told in one line, nothing is left half-written, and the same command goes on."""

import errno
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.cli.faults import sentence
from core.errors import ConfigError
from core.resources import ROOT, cache_folder

resource = pytest.importorskip("resource", reason="limits of a process are there on POSIX only")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As a full disk does it: a write beyond so many bytes fails, and what went before is there."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    words = ("film", "story", "plot", "scene", "movie")
    path.write_text("text,label\n" + "".join(f"A good {one} about a bad man,{n % 2}\n" for n, one in enumerate(words)))
    return path


def test_a_full_disk_ends_an_attack_in_one_line_and_it_goes_on(
    cli: Callable[..., Any], toy_words: Any, tiny_folder: Path, rows: Path, tmp_path: Path
) -> None:
    usual = ("attack", "--model", tiny_folder, "--device", "cpu", "--input", rows, "--set", "max_queries=20")
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    assert cli(*usual, "--together", 1, "--out", whole).code == 0
    with files_of_at_most(whole.stat().st_size * 2 // 3):
        ran = cli(*usual, "--together", 1, "--out", cut)
    assert ran.code == 2
    assert ran.err.strip().splitlines()[-1].startswith("Error: Cannot read or write ")
    assert "Traceback" not in ran.err
    assert 0 < cut.stat().st_size < whole.stat().st_size
    assert cli(*usual, "--together", 1, "--out", cut, "--resume").code == 0
    assert cut.read_bytes() == whole.read_bytes()


def test_a_full_disk_leaves_no_half_a_set(
    cli: Callable[..., Any], toy_words: Any, tiny_folder: Path, rows: Path, tmp_path: Path
) -> None:
    usual = ("premade", "--model", tiny_folder, "--device", "cpu", "--input", rows, "--preset", "ungated")
    assert cli(*usual, "--out", tmp_path / "whole.jsonl").code == 0
    size = (tmp_path / "whole.jsonl").stat().st_size
    assert size > 0
    shutil.copy(tmp_path / "whole.attacks.jsonl", tmp_path / "cut.attacks.jsonl")
    with files_of_at_most(size // 2):
        assert cli(*usual, "--out", tmp_path / "cut.jsonl").code == 2
    assert not (tmp_path / "cut.jsonl").exists()
    assert cli(*usual, "--out", tmp_path / "cut.jsonl").code == 0
    assert (tmp_path / "cut.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_a_folder_that_is_a_file_is_told(
    cli: Callable[..., Any], toy_words: Any, tiny_folder: Path, rows: Path
) -> None:
    ran = cli("attack", "--model", tiny_folder, "--device", "cpu", "--input", rows, "--out", rows / "x.jsonl")
    assert ran.code == 2
    assert "rows.csv" in ran.err
    assert "Traceback" not in ran.err


def test_a_hub_that_cannot_be_reached_is_told_at_once_in_one_line(
    cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not a word of the Hub's client, which would try for a minute."""
    asked: list[str] = []

    def unknown(host: str, *_: Any, **__: Any) -> Any:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "https://hub.example")
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    ran = cli("classify", "--text", "A good film.", "--model", "nobody/nothing")
    assert ran.code == 2
    assert set(asked) == {"hub.example"}
    assert ran.err.startswith("Error: Cannot load model 'nobody/nothing'")
    assert ran.err.count("\n") == 1
    assert "cached or reachable" in ran.err


def test_a_cache_that_can_only_be_read_is_read_and_one_that_cannot_be_made_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """For root too, whom no permission stops: a folder is refused as on a disk that is mounted to be read."""

    def refuse(path: Path, *_: Any, **more: Any) -> None:
        if not (path.is_dir() and more.get("exist_ok")):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    (tmp_path / "there").mkdir()
    monkeypatch.setattr(Path, "mkdir", refuse)
    monkeypatch.setenv("FIREBERT_CACHE", str(tmp_path / "there"))
    assert cache_folder() == tmp_path / "there"
    monkeypatch.setenv("FIREBERT_CACHE", str(tmp_path / "new"))
    with pytest.raises(ConfigError, match=r"new cannot be made \(Read-only file system\). Set FIREBERT_CACHE to"):
        cache_folder()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_standard_output_that_is_full_is_told_once() -> None:
    command = [sys.executable, "-m", "core", "attack", "--settings"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "the disk is full" in done.stderr


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.ELOOP])
def test_every_fault_says_which_file_and_what_to_do(number: int) -> None:
    said = sentence(OSError(number, os.strerror(number), "runs/a.jsonl"))
    assert said.startswith("Cannot read or write runs/a.jsonl: ")
    assert "--resume" in said


@pytest.mark.parametrize("damage", ["cut", "other", "gone"])
def test_a_damaged_asset_is_named_with_what_mends_it(
    cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: str
) -> None:
    """The neighbour table, as every asset that is checked when it is loaded."""
    for name in ("rebuilt.npz", "rebuilt.json"):
        shutil.copy(ROOT / "assets" / "neighbors" / name, tmp_path / name)
    table = tmp_path / "rebuilt.npz"
    content = table.read_bytes()
    if damage == "gone":
        table.unlink()
    else:
        table.write_bytes(content[: len(content) // 2] if damage == "cut" else content[:-1] + b"x")
    monkeypatch.setenv("FIREBERT_NEIGHBORS", str(table))
    ran = cli("switch", "--task", "imdb", "--text", "A good film.")
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "rebuilt.npz" in ran.err
    assert "To " in ran.err
