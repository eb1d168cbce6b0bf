"""How a pass is computed: as always on a processor; in bf16 and without cuDNN's attention on CUDA."""

import pytest
import torch

from core.models.precision import computing


def test_nothing_special_on_a_processor() -> None:
    with computing(torch.device("cpu")):
        assert not torch.is_autocast_enabled("cpu")
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


@pytest.mark.gpu
def test_bf16_and_no_cudnn_on_cuda() -> None:
    before = torch.backends.cuda.cudnn_sdp_enabled()
    with computing(torch.device("cuda")):
        assert (torch.ones(2, 2, device="cuda") @ torch.ones(2, 2, device="cuda")).dtype == torch.bfloat16
        assert not torch.backends.cuda.cudnn_sdp_enabled()
    assert torch.backends.cuda.cudnn_sdp_enabled() == before
