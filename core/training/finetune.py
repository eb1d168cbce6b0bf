"""Fine-tuning a classifier from the backbone: the plain models that ship, and yours.

Low-rank adapters and the head are trained by default (``lora_rank=0`` trains everything but the embeddings), rows are
bucketed by length, the learning rate warms up and decays to zero, the best dev checkpoint is kept. The released
FireBERT code left the head untrained, never shuffled, kept a constant rate and saved the last epoch; none of that
here.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from core.datasets import Row
from core.training.blend import blended
from core.training.checkpoint import load_weights, trainable
from core.training.config import FinetuneConfig
from core.training.corpus import Corpus
from core.training.learner import Learner
from core.training.loop import SAVE_EVERY, Event, Plain, train
from core.training.processes import join_team
from core.training.start import start_model, start_sha256


def finetune(
    config: FinetuneConfig,
    rows: Sequence[Row],
    folder: Path,
    extra: Sequence[Row] = (),
    device: str = "cpu",
    save_every: int = SAVE_EVERY,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Train on ``rows`` (less ``dev_rows`` of them) and ``extra``, which is spread over the epochs.

    Yields events; on TrainingFinished, ``folder/best.safetensors`` holds the trainable weights of the best dev
    checkpoint. Started again after a kill, it goes on from the last of its checkpoints (one every ``save_every``
    steps).
    """
    team, chosen = join_team(device)
    corpus = Corpus(config, rows, extra)
    learner = Learner(config, corpus.steps, corpus.pad_id, chosen, team)
    yield from train(corpus, learner, Plain(), folder, corpus.fingerprint(start_sha256(config)), save_every, stop)


def rebuild_best(config: FinetuneConfig, folder: Path, blend: float = 1.0) -> Any:
    """The model of a finished run with its best weights, adapters still apart.

    ``blend`` is the share of the best weights, the rest is what the run started with (:mod:`core.training.blend`).
    """
    model = start_model(config)
    before = {name: p.detach().clone() for name, p in trainable(model).items()}
    load_weights(Path(folder) / "best.safetensors", model)
    return blended(model, before, blend).eval()
