"""A co-tuning that takes no training: scripted events at a pace that a test can watch, stop and outlive."""

import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.cotune_request import CotuneRequest
from app.cotune_view import Made, Message
from app.jobs import Job
from app.models import Shelf
from core.evaluation.comparison import ALTERNATIVES, ATTACKED, ROWS, Comparing, Measure
from core.evaluation.statistics import share
from core.events import Evaluated, Preparing, TrainingFinished, TrainingStarted, TrainingStep

STEPS, SECONDS = 40, 0.04


def quick_cotune(shelf: Shelf, request: CotuneRequest, folder: Path, job: Job) -> Iterator[Any]:
    """``STEPS`` steps of ``SECONDS`` each for one epoch; five last for minutes, to be stopped on a busy machine."""
    n, total = request.config.training.dev_rows, STEPS * request.config.training.epochs**3
    (folder / "plans").mkdir()
    yield Preparing(0, len(request.rows))
    yield TrainingStarted(request.task.name, len(request.rows) - n, total, 0, 10, 100, 4)
    step = 0
    while step < total and not (step and job.stopped()):
        time.sleep(SECONDS)
        step += 1
        yield TrainingStep(step, 1.0 / step, 1e-4, 1.0 / step, 2.0 / step, 10.0, 50.0, SECONDS * (total - step))
        if step % 8 == 0:
            yield Evaluated(step, 0.8, 0.7, 0.5, n, step == 8)
    if job.left():
        yield Message("Nobody is there.", over=True)
        return
    yield TrainingFinished(str(folder), min(step, 8), 0.8, 0.7, n, SECONDS * step, step < total)
    job.go_on()
    yield Comparing(ROWS, 1, 2)
    for what, count in ((ROWS, n), (ALTERNATIVES, n), (ATTACKED, 12)):
        yield Measure(what, share(count // 2, count), share(count - 1, count))
    zipped = folder / f"{request.task.name}-cotuned.zip"
    with zipfile.ZipFile(zipped, "w") as file:
        file.writestr("model.json", "{}")
    yield Made(f"Yours: co-tuned on {request.source}", shelf.classifier(request.task.name), zipped)
