"""Several processes on one machine: each has a GPU of its own, and one that works alone has everybody's threads."""

from types import SimpleNamespace
from typing import Any

import accelerate
import pytest
import torch

from core.training.processes import own_device, spare_cores, threads_of_all


def test_each_process_has_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model that ranks words is loaded by the command, the one that learns by the run: both on the same GPU."""

    def state(cpu: bool) -> Any:
        device = torch.device("cpu") if cpu else torch.device("cuda", 1)
        return SimpleNamespace(process_index=1, num_processes=2, device=device)

    assert own_device("cuda") == "cuda"
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(accelerate, "PartialState", state)
    assert own_device("cuda") == "cuda:1"
    assert own_device("cpu") == "cpu"


def test_who_works_alone_has_the_threads_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    own = torch.get_num_threads()
    with threads_of_all():
        assert torch.get_num_threads() == own
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "3")
    with threads_of_all():
        assert torch.get_num_threads() == 3 * own
    assert torch.get_num_threads() == own


def test_cores_to_spare_are_shared_by_the_team(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(16)), raising=False)
    assert [spare_cores(threads) for threads in (0, 1, 4, 32)] == [15, 15, 12, 0]
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    assert spare_cores(1) == 3
