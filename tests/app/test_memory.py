"""Freed memory goes back to the system."""

import ctypes
import platform
import subprocess
import sys

import pytest

from app.memory import giver

SCATTERED = """
from pathlib import Path
from app.memory import giver

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) // 1024

blocks = [bytes(20_000) for _ in range(5_000)]
kept = blocks[::25]
del blocks
before = resident()
giver()()
print(before - resident())
"""
"""100 MB in pieces, 4 MB of them kept all over the place."""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has malloc_trim")
def test_what_was_freed_in_pieces_goes_back() -> None:
    told = subprocess.run([sys.executable, "-c", SCATTERED], capture_output=True, text=True, check=True)
    assert int(told.stdout) > 60


def test_a_library_that_cannot_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert giver()() is None
