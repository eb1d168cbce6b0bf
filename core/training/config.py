"""What decides the outcome of a fine-tuning run.

Apart from the run itself, so that the command line knows its options without loading torch.
"""

from dataclasses import dataclass

from core.errors import ConfigError
from core.tasks import get_task


@dataclass(frozen=True)
class FinetuneConfig:
    """Everything that decides the outcome of a run, together with its rows.

    ``warmup`` is a share of all steps; ``evaluations`` are spread evenly over the run; ``dev_rows`` are taken from
    the training rows, so test rows are never seen; ``max_pieces`` 0 means the task's; the first ``short_epochs`` read
    half of that, a cheaper start for long texts.
    """

    task: str
    epochs: int = 2
    batch_rows: int = 32
    learning_rate: float = 5e-4
    warmup: float = 0.06
    weight_decay: float = 0.01
    lora_rank: int = 32
    clip: float = 1.0
    dev_rows: int = 1000
    evaluations: int = 6
    max_pieces: int = 0
    short_epochs: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        get_task(self.task)
        for name, low, high in (
            ("epochs", 1, 100), ("batch_rows", 1, 1024), ("learning_rate", 1e-7, 1.0), ("warmup", 0.0, 0.9),
            ("weight_decay", 0.0, 1.0), ("lora_rank", 0, 256), ("clip", 1e-3, 1e3), ("dev_rows", 2, 100_000),
            ("evaluations", 1, 1000), ("max_pieces", 0, 512),
            ("short_epochs", 0, 100), ("seed", 0, 2**31),
        ):  # fmt: skip
            value = getattr(self, name)
            if not low <= value <= high:
                raise ConfigError(f"{name} must be between {low} and {high}, was given {value}.")
