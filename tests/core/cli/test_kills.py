"""Killed at random moments, long commands end as if nothing had been: 20 kills, 20 equal results.

``make test-thorough PYTEST_ARGS=tests/core/cli/test_kills.py``; ``FIREBERT_KILLS`` is how many kills each of the five
commands gets (4), ``FIREBERT_KILLS_SEED`` where chance begins. Shorter tests of the same are beside each command.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.resources import ROOT
from tests.core.training.conftest import short_reviews

KILLS = int(os.environ.get("FIREBERT_KILLS", "4"))
SEED = int(os.environ.get("FIREBERT_KILLS_SEED", "0"))
PATIENCE = 1200.0
RULES = ("--preset", "ungated", "--set", "max_queries=15", "--set", "verdict_draws=3")
pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(os.name != "posix", reason="kills a process by signal"),
]


@dataclass(frozen=True)
class Long:
    """A command by its words, given its data, the tiny model and the folder it writes to; and what it came to."""

    words: Callable[[Path, Path, Path], list[Any]]
    result: Callable[[Path], Any]


def _bytes(name: str) -> Callable[[Path], Any]:
    return lambda out: (out / name).read_bytes()


def _table(out: Path) -> Any:
    rows = json.loads((out / "t.json").read_text(encoding="utf-8"))["table"]["rows"]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def _weights(out: Path) -> Any:
    from safetensors.torch import load_file

    return {name: tensor.tolist() for name, tensor in load_file(out / "run" / "best.safetensors").items()}


def _trials(out: Path) -> Any:
    trials = json.loads((out / "t.json").read_text(encoding="utf-8"))["trials"]
    told = ("known", "settings", "clean", "under_attack", "state")
    found = [{name: one.get(name) for name in told} for one in trials]
    return sorted((one for one in found if one["state"] in ("complete", None)), key=str)


LONG: dict[str, Long] = {
    "attack": Long(
        lambda data, model, out: [
            "attack", "--input", data, "--model", model, *RULES, "--together", 2, "--out", out / "a.jsonl", "--resume",
        ],
        _bytes("a.jsonl"),
    ),
    "premade": Long(
        lambda data, model, out: [
            "premade", "--input", data, "--model", model, *RULES, "--together", 2, "--out", out / "set.jsonl"
        ],
        _bytes("set.jsonl"),
    ),
    "table": Long(
        lambda data, model, out: [
            "table", 2, "--task", "imdb", "--rows", "plain,five", "--data", data, "--model", model, *RULES,
            "--together", 2, "--log", out / "log", "--out", out / "t",
        ],
        _table,
    ),
    "fact": Long(
        lambda data, model, out: [
            "fact", "--task", "imdb", "--data", data, "--dev-rows", 6, "--batch-rows", 6, "--epochs", 2,
            "--evaluations", 2, "--max-pieces", 24, "--test-rows", -1, "--set", "total_alternatives=2",
            "--save-every", 2, "--out",
            out / "run",
        ],
        _weights,
    ),
    "tune": Long(
        lambda data, model, out: [
            "tune", "--task", "imdb", "--what", "five", "--data", data, "--model", model, "--preset", "ungated",
            "--n", 8, "--attack-n", 2, "--max-drop", 1, "--trials", 2, "--total", 2, "--grace", 2,
            "--storage", out / "s.db", "--table", out / "t.json",
        ],
        _trials,
    ),
}  # fmt: skip


def start(words: list[Any], cache: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "core", *map(str, words), "--device", "cpu"]
    environment = {**os.environ, "FIREBERT_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def ended(process: "subprocess.Popen[bytes]") -> None:
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said.decode("utf-8", "replace")[-2000:]


@pytest.mark.parametrize("name", LONG)
def test_killed_at_random_moments_it_ends_the_same(name: str, tiny_folder: Path, tmp_path: Path) -> None:
    data, long, chance = tmp_path / "rows.jsonl", LONG[name], random.Random(f"{SEED} {name}")
    rows = [{"text": row.example.text_a, "label": row.label} for row in short_reviews()]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    whole = tmp_path / "whole"
    whole.mkdir()
    began = time.monotonic()
    ended(start(long.words(data, tiny_folder, whole), tmp_path / "cache-whole"))
    seconds = time.monotonic() - began
    kills, runs = 0, 0
    while kills < KILLS:  # a run that ends before its next kill is compared, and another is begun
        runs += 1
        cut = tmp_path / f"cut-{runs}"
        cut.mkdir()
        while True:
            process = start(long.words(data, tiny_folder, cut), cut / "cache")
            try:
                _, said = process.communicate(timeout=chance.uniform(0.2, 1.0) * seconds if kills < KILLS else PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                kills += 1
                continue
            assert process.returncode == 0, said.decode("utf-8", "replace")[-2000:]
            break
        assert long.result(cut) == long.result(whole)
