"""How a forward pass is computed: bf16 and attention without cuDNN on CUDA, nothing special elsewhere.

On a CPU bf16 and int8 are slower or change labels. On CUDA recent versions of torch send masked attention to cuDNN,
which builds an execution plan for every shape that it has not met, at 10 to 100 ms each; the other kernels do not.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def computing(device: torch.device) -> Iterator[None]:
    """Around every forward pass."""
    if device.type != "cuda":
        yield
        return
    from torch.nn.attention import SDPBackend, sdpa_kernel

    kernels = [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]
    with torch.autocast("cuda", torch.bfloat16), sdpa_kernel(kernels):
        yield
