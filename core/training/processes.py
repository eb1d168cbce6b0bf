"""One process or several that train one model together: which part is mine, and how parts are added up.

Several processes, on processors or GPUs, are started by ``accelerate launch``; without it there is one, and nothing
here costs anything. accelerate sets up the group (gloo or NCCL) and says who we are.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Team:
    """``rank`` of ``size`` processes; the first one (``leads``) writes files and speaks."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """True for the process that writes."""
        return self.rank == 0

    def add_up(self, tensors: Sequence[torch.Tensor]) -> None:
        """Each tensor becomes, in place and in every process, the sum over all processes. One message for all."""
        if self.size == 1:
            return
        flat = torch.cat([t.reshape(-1).float() for t in tensors])
        torch.distributed.all_reduce(flat)
        for tensor, part in zip(tensors, torch.split_with_sizes(flat, [t.numel() for t in tensors]), strict=True):
            tensor.copy_(part.view_as(tensor))

    def wait(self) -> None:
        """Until every process has come to this point."""
        if self.size > 1:
            torch.distributed.barrier()


def join_team(device: str) -> tuple[Team, torch.device]:
    """The team that ``accelerate launch`` started, or a team of one; and this process's device."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Team(), torch.device(device)
    from accelerate import PartialState

    state = PartialState(cpu=device == "cpu")
    return Team(state.process_index, state.num_processes), state.device


def own_device(device: str) -> str:
    """Which device this process has where ``device`` means any: each of several processes has a GPU of its own."""
    return str(join_team(device)[1])


def spare_cores(threads: int) -> int:
    """Cores that this process may use beside its ``threads``, if it shares the machine with its team alone."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(0, cores // int(os.environ.get("LOCAL_WORLD_SIZE", "1")) - max(1, threads))


@contextmanager
def threads_of_all() -> Iterator[None]:
    """For work that one process does while the others of this machine have none: it takes their threads."""
    own, together = torch.get_num_threads(), int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    if together > 1:
        torch.set_num_threads(together * own)
    try:
        yield
    finally:
        if together > 1:
            torch.set_num_threads(own)


def leads() -> bool:
    """True unless this is a second or later process of ``accelerate launch``."""
    return os.environ.get("RANK", "0") == "0"
