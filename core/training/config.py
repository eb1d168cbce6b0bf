"""What decides the outcome of a training run, plain or co-tuned.

Apart from the run itself, so that the command line and the page know its options without loading torch.
"""

from dataclasses import dataclass, field
from typing import Any

from core.errors import ConfigError, UnknownNameError
from core.labels import parse_label_names
from core.perturbation.config import SwitchConfig
from core.ranges import check, setting
from core.tasks import get_task

BACKBONE, PLAIN = "backbone", "plain"
"""What a run may begin with besides a model's name or folder; PLAIN is the task's built-in plain classifier."""
MINILM = "minilm"
"""The backbone of the built-in models; any other is a folder or a Hub name."""


@dataclass(frozen=True)
class FinetuneConfig:
    """Everything that decides the outcome of a run, together with its rows.

    ``warmup`` is a share of all steps; ``evaluations`` are spread evenly over the run; ``dev_rows`` are taken from
    the training rows, so test rows are never seen; ``max_pieces`` 0 means the task's; the first ``short_epochs`` read
    half of that, a cheaper start for long texts. ``lora_rank`` 0 trains all weights but the table of word embeddings;
    ``lora_embeddings`` gives that table an adapter too. ``start`` is the backbone with a fresh head, or the name or
    folder of a model to go on from, an adapter's or a whole one's. ``backbone`` is what a fresh head is put on: a
    folder, or a Hub name, owner/name or owner/name@revision. ``labels`` says what a file or the model to go on from
    calls the task's labels, as in LABEL_0=negative,LABEL_1=positive. ``max_rows`` trains on so many rows chosen at
    random, 0 on all. ``split`` decides which rows are kept for dev, so that a run that goes on from a model can keep
    those that the model never saw. A step is worked through in groups of about ``group_pieces`` word-pieces, which
    share one dropout mask each.
    """

    task: str
    epochs: int = setting(2, 1, 100)
    batch_rows: int = setting(32, 1, 1024)
    learning_rate: float = setting(5e-4, 1e-7, 1.0)
    warmup: float = setting(0.06, 0.0, 0.9)
    weight_decay: float = setting(0.01, 0.0, 1.0)
    lora_rank: int = setting(32, 0, 256)
    lora_embeddings: bool = False
    clip: float = setting(1.0, 1e-3, 1e3)
    dev_rows: int = setting(1000, 2, 100_000)
    evaluations: int = setting(6, 1, 1000)
    max_pieces: int = setting(0, 0, 512)
    short_epochs: int = setting(0, 0, 100)
    start: str = BACKBONE
    backbone: str = MINILM
    labels: str = ""
    max_rows: int = setting(0, 0, 10**9)
    split: int = setting(0, 0, 2**31)
    group_pieces: int = setting(1536, 16, 2**20)
    seed: int = setting(0, 0, 2**31)

    def __post_init__(self) -> None:
        get_task(self.task)
        check(self)
        parse_label_names(self.labels, get_task(self.task).labels)
        if self.backbone != MINILM and self.start != BACKBONE:
            raise ConfigError(
                f"A run begins with the model '{self.start}' or with the backbone '{self.backbone}', not with both. "
                "Give --start backbone to begin with a backbone and a fresh head."
            )


@dataclass(frozen=True)
class FactConfig:
    """A co-tuning run: the training, the alternatives that extend each batch, and how much they count.

    ``synthetic_weight`` is how much an alternative counts in the mean loss; a row of the training set counts 1.
    """

    training: FinetuneConfig
    switch: SwitchConfig = field(default_factory=SwitchConfig)
    synthetic_weight: float = setting(1.0, 0.0, 100.0)

    def __post_init__(self) -> None:
        check(self)
        if self.switch.total_alternatives < 1:
            raise ConfigError("Co-tuning needs alternatives: total_alternatives must be 1 or more. See finetune.")


FACT_PRESETS = ("shipped", "paper")
_PAPER_SWITCH = {
    "imdb": SwitchConfig(perturb_words=23, total_alternatives=4, multiplier=12),
    "mnli": SwitchConfig(perturb_words=9, total_alternatives=4, multiplier=12),
}
# Ours swap about as many words, but only for neighbours about as near as an attack's gate asks (cosine 0.5), and more
# of them to choose from; two alternatives a row leave a third of every batch to the rows themselves.
_SHIPPED_SWITCH = {
    "imdb": SwitchConfig(
        perturb_words=20, candidates_per_word=15, min_word_cosine=0.5, total_alternatives=2, multiplier=12, gate="off"
    ),
    "mnli": SwitchConfig(
        perturb_words=6, candidates_per_word=20, min_word_cosine=0.45, total_alternatives=2, multiplier=12, gate="off"
    ),
}
_SHIPPED_TRAINING: dict[str, dict[str, Any]] = {"imdb": {}, "mnli": {"learning_rate": 4e-4, "lora_embeddings": True}}
TRAINING_BY_TASK = tuple(sorted({name for training in _SHIPPED_TRAINING.values() for name in training}))
"""Training settings whose default depends on the task and the preset."""
FACT_TRAINING: dict[str, Any] = {"epochs": 1, "learning_rate": 3e-4, "start": PLAIN}
"""Training settings of a co-tuning run where they differ from those of a plain one; a preset may have more."""

_BLEND = {"imdb": 1.0, "mnli": 0.75}
# Share of the co-tuned weights in the model that is kept; the rest is the model that the run went on from. Chosen on
# dev rows. MNLI, n = 1,000, shares 0.4, 0.6, 0.75, 0.9, 1: clean accuracy 0.737, 0.733, 0.727, 0.722, 0.712 (plain
# 0.730); right answers on 125 texts that fool the plain model 0.55, 0.62, 0.63, 0.67, 0.65. IMDB, n = 400, shares 0.75
# and 1: clean accuracy 0.885 and 0.885 (plain 0.890), so nothing is given up for nothing.


def blend_of(config: FactConfig) -> float:
    """Our share of the co-tuned weights in what is kept; a run from the backbone has nothing to be blended with."""
    return 1.0 if config.training.start == BACKBONE else _BLEND[get_task(config.training.task).settings_of]


def fact_config(task: str, preset: str = "shipped", **training: Any) -> FactConfig:
    """Co-tuning of ``task`` with a preset's SWITCH settings; ``training`` overrides fields of FinetuneConfig.

    A task without settings of its own takes IMDB's (one text) or MNLI's (a pair). ``start`` PLAIN is resolved to the
    name of the task's built-in plain classifier.
    """
    if preset not in FACT_PRESETS:
        raise UnknownNameError("co-tuning preset", preset, FACT_PRESETS)
    key = get_task(task).settings_of
    given = {**FACT_TRAINING, **(_SHIPPED_TRAINING[key] if preset == "shipped" else {}), **training}
    if given["start"] == PLAIN:
        given["start"] = get_task(task).plain_model
    switch = (_SHIPPED_SWITCH if preset == "shipped" else _PAPER_SWITCH)[key]
    return FactConfig(FinetuneConfig(task, **given), switch)
