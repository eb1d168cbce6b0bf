"""A co-tuning run from the line to the model: wait, train, compare, pack; as a stream of states of one view.

The work runs in a thread of its own, so that a visitor who closes the page, or a stream that is read slowly, never
holds it up; it asks the job between two steps whether it should end. All files, the plans of the visitor's texts
among them, lie in a temporary folder that is deleted with the run.
"""

import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.boundary import message_for
from app.cotune_request import ATTACKED_ROWS, MAX_QUERIES, CotuneRequest
from app.cotune_view import CotuneView, Made, Message, Queued, fold
from app.jobs import Job, Jobs
from app.models import Shelf, pick_device
from app.presence import absence
from core.datasets import Row
from core.errors import ConfigError
from core.events import TrainingFinished
from core.models.gradients import GradientClassifier
from core.tasks import Task

log = logging.getLogger("firebert.cotune")
LOOK_SECONDS = 0.25
Cotune = Callable[[Shelf, CotuneRequest, Path, Job], Iterator[Any]]
"""The work itself: events of the training, of the comparison, and Made at the end."""


@dataclass(frozen=True)
class Desk:
    """What every run of the page shares: the line, the models, the minutes that a run may train, and the work."""

    jobs: Jobs
    shelf: Shelf
    minutes: float
    work: Cotune


def follow(desk: Desk, visitor: str, request: CotuneRequest) -> Iterator[CotuneView]:
    """The run's view each time it has changed, four times a second at most.

    The run's files live as long as the stream. Raises InputError when the visitor has a run already. Closed early, or
    left by the client of the event, the run ends as soon as its step is over.
    """
    check_built_in(desk.shelf, request.task)
    gone = absence()
    job = desk.jobs.enter(visitor)
    folder = Path(tempfile.mkdtemp(prefix="firebert-cotune-"))
    worker: threading.Thread | None = None
    try:
        place = -1
        while (now := desk.jobs.place(job)) > 0 and not job.stopped():
            if now != place:
                yield fold(CotuneView(), Queued(now))
            place = now
            if gone():
                return
            job.look()
            time.sleep(LOOK_SECONDS)
        if job.stopped():
            yield fold(CotuneView(), Message("You left the line. Nothing was trained.", over=True))
            return
        run = _Run(desk, job, request, folder)
        worker = threading.Thread(target=run.run, name="co-tuning", daemon=True)
        worker.start()
        shown = None
        while worker.is_alive() or run.view is not shown:
            if run.view is not shown:
                shown = run.view
                yield shown
            if gone():
                return
            job.look()
            worker.join(LOOK_SECONDS)
    finally:
        job.leave()
        if worker is None:
            desk.jobs.hand_back(job)
        threading.Thread(target=_clean, args=(worker, folder), name="co-tuning clean-up", daemon=True).start()


def check_built_in(shelf: Shelf, task: Task) -> None:
    """Raise ConfigError where the page answers for the task with another model than its own."""
    if shelf.settings.models.get(task.name) != task.plain_model:
        raise ConfigError(
            f"Co-tuning goes on from the built-in model {task.plain_model}, but this page answers for {task.title} "
            f"with another one (FIREBERT_MODEL_{task.name.upper()} names it). It is off for this task."
        )


def _clean(worker: threading.Thread | None, folder: Path) -> None:
    """Delete the run's files once nobody writes any."""
    if worker is not None:
        worker.join()
    shutil.rmtree(folder, ignore_errors=True)


class _Run:
    """The thread's side: folds what happens into ``view``, which the stream's side reads."""

    def __init__(self, desk: Desk, job: Job, request: CotuneRequest, folder: Path) -> None:
        self.desk, self.job, self.request, self.folder = desk, job, request, folder
        self.view = fold(CotuneView(), Message("Loading the models."))
        self._lock = threading.Lock()

    def run(self) -> None:
        timer = threading.Timer(60 * self.desk.minutes, self._time_is_up)
        timer.daemon = True
        timer.start()
        try:
            for event in self.desk.work(self.desk.shelf, self.request, self.folder, self.job):
                self._take(event)
                if isinstance(event, TrainingFinished):
                    timer.cancel()
        except Exception as error:
            self._take(Message(message_for(error), over=True, trouble=True))
        finally:
            timer.cancel()
            self.desk.jobs.hand_back(self.job)

    def _take(self, event: Any) -> None:
        with self._lock:
            self.view = fold(self.view, event)

    def _time_is_up(self) -> None:
        log.info("a co-tuning run reached its %g minutes", self.desk.minutes)
        self._take(Message(f"The {self.desk.minutes:g} minutes that a run may train were over.", lasting=True))
        self.job.stop()


def run_cotune(shelf: Shelf, request: CotuneRequest, folder: Path, job: Job) -> Iterator[Any]:
    """Co-tune the task's plain model on the request's rows, compare both, pack the new one."""
    classifier, lexicon = shelf.classifier(request.task.name), shelf.lexicon()
    from core.training.fact import fact

    device = pick_device(shelf.settings)
    finished = None
    plans = folder / "plans"
    for event in fact(
        request.config, request.rows, folder / "run", classifier, lexicon, device=device, stop=job.stopped, cache=plans
    ):
        finished = event if isinstance(event, TrainingFinished) else finished
        yield event
    if finished is None or job.left():
        yield Message("Stopped before the first step. Nothing was trained.", over=True)
        return
    job.go_on()
    yield Message("Packing the model.")
    made = pack(request, finished, folder, device)
    yield from _compare(shelf, request, made.classifier, plans, job)
    if not job.left():
        yield made


def pack(request: CotuneRequest, finished: TrainingFinished, folder: Path, device: str) -> Made:
    """The best checkpoint as an adapter folder, as a zip of it, and loaded."""
    from core.evaluation.statistics import share
    from core.models.loading import load_classifier
    from core.training.export import export_model, fact_command_of

    task, training = request.task, request.config.training
    name, title = f"{task.name}-cotuned", f"{task.title}, co-tuned on {request.source}"
    facts = {
        "command": fact_command_of(request.config) + " --no-extra --data FILE", "data": request.source,
        "rows": len(request.rows), "best_step": finished.best_step, "switch": asdict(request.config.switch),
    }  # fmt: skip
    right = share(round(finished.best_accuracy * finished.n), finished.n)
    dev = {**asdict(right), "data": "rows kept from training, used to choose it"}
    model = folder / name
    export_model(training, folder / "run", model, name, title, facts, dev)
    zipped = Path(shutil.make_archive(str(folder / name), "zip", folder, name))
    classifier = load_classifier(str(model), task, device)
    classifier.name = name
    return Made(f"Yours: co-tuned on {request.source}", classifier, zipped)


def _compare(shelf: Shelf, request: CotuneRequest, after: GradientClassifier, plans: Path, job: Job) -> Iterator[Any]:
    from core.attacks.attack import Attack
    from core.attacks.presets import attack_config
    from core.evaluation.comparison import compare

    before, lexicon, task = shelf.classifier(request.task.name), shelf.lexicon(), request.task.name
    rows, alternatives = held_out(request, before, lexicon, plans)
    attack = Attack(attack_config("paper", task, max_queries=MAX_QUERIES), lexicon)
    yield from compare(before, after, rows, alternatives, attack, ATTACKED_ROWS, job.stopped)


def held_out(request: CotuneRequest, ranker: GradientClassifier, lexicon: Any, plans: Path) -> tuple[Any, list[Row]]:
    """The rows that the run kept from training, and the alternatives of them that it was measured on."""
    from core.models.fingerprint import weights_of
    from core.perturbation.switch import Switch
    from core.training.corpus import Corpus
    from core.training.fact import Alternatives

    corpus = Corpus(request.config.training, request.rows)
    switch = Switch(ranker, lexicon, request.config.switch)
    return corpus.dev, Alternatives(request.config, corpus, switch, weights_of(ranker), plans).dev_alternatives()
