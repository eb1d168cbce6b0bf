"""Loads and holds classifiers and the lexicon: the only mutable state of the page.

torch and transformers are imported here and only when something is first asked for, or by the background warm-up that
starts once the page is up. Every tab takes its classifiers from one :class:`Shelf`.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from app import zero_gpu
from app.remembered import Remembered
from app.settings import Settings
from core.defenses.registry import PLAIN
from core.errors import FireBertError, UnknownNameError
from core.language.lexicon import Lexicon
from core.models.gradients import GradientClassifier
from core.tasks import Example, Task, get_task

log = logging.getLogger("firebert.models")
ANSWERS_BYTES = 48_000_000
"""Room for whole answers that may be asked for again: some thousand analyses."""
_WARM_TEXT = "A short and friendly text to warm the models."


def load_named(settings: Settings, task: Task) -> GradientClassifier:
    """The classifier that the settings name for ``task``, on the device they name."""
    from core.models.loading import load_classifier

    return load_classifier(settings.models[task.name], task, pick_device(settings))


def pick_device(settings: Settings) -> str:
    """The device that the settings name; a GPU where there is one, if they leave it open, and it is this process's."""
    import torch

    if settings.device != "auto":
        return settings.device
    if zero_gpu.is_here() and not zero_gpu.holds_card():
        return "cpu"
    return "cuda" if torch.cuda.is_available() else "cpu"


def load_words(settings: Settings) -> Lexicon:
    """The lexicon that the settings name."""
    from core.language.lexicon import load_lexicon

    return load_lexicon(encoder=settings.encoder, tagger=settings.tagger)


@dataclass(frozen=True)
class Warmth:
    """How far the warm-up is: ``ready`` of ``total`` parts, and what went wrong, a sentence each."""

    ready: int
    total: int
    problems: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Nothing more will happen."""
        return self.ready + len(self.problems) >= self.total


class Shelf:
    """Classifiers by task and the lexicon, each loaded once, whoever asks first; safe from several threads."""

    def __init__(
        self,
        settings: Settings,
        load_model: Callable[[Settings, Task], GradientClassifier] = load_named,
        load_lexicon: Callable[[Settings], Lexicon] = load_words,
    ) -> None:
        self.settings = settings
        self._load_model, self._load_lexicon = load_model, load_lexicon
        self._classifiers: dict[tuple[str, str], GradientClassifier] = {}
        self._weights: dict[tuple[str, str], str] = {}
        self._joined: dict[tuple[str, str], GradientClassifier] = {}
        self.answered = Remembered(ANSWERS_BYTES, len)
        self._lexicon: Lexicon | None = None
        self._lock, self._process = threading.RLock(), os.getpid()
        self._warming: threading.Thread | None = None
        self._warmth = Warmth(0, len(settings.models) + 1)

    def task_names(self) -> tuple[str, ...]:
        """Tasks that have a classifier, in order."""
        return tuple(self.settings.models)

    def is_loaded(self, task_name: str, model: str = PLAIN) -> bool:
        """True if asking for the task's classifier of that name and the lexicon costs nothing."""
        return (task_name, model) in self._classifiers and self._lexicon is not None

    def classifier(self, task_name: str, model: str = PLAIN) -> GradientClassifier:
        """The task's plain classifier, or a co-tuned one by name; loads it on the first call.

        Raises UnknownNameError or what loading raises.
        """
        self._settle()
        if task_name not in self.settings.models:
            raise UnknownNameError("task", task_name, self.settings.models)
        key = task_name, model
        if key not in self._classifiers:
            if model not in (PLAIN, *self.co_tuned(task_name)):
                raise UnknownNameError("co-tuned model", model, self.co_tuned(task_name))
            with self._lock:
                if key not in self._classifiers:
                    settings, started = self.settings, time.perf_counter()
                    if model != PLAIN:
                        settings = replace(settings, models={task_name: model})
                    self._classifiers[key] = self._load_model(settings, get_task(task_name))
                    log.info("loaded %s for %s in %.1f s", model, task_name, time.perf_counter() - started)
        return self._classifiers[key]

    def joined(self, task_name: str, model: str = PLAIN) -> GradientClassifier:
        """The same classifier for the requests of several visitors, who share its passes."""
        from core.models.joining import JoiningClassifier

        inner, key = self.classifier(task_name, model), (task_name, model)
        with self._lock:
            if key not in self._joined:
                self._joined[key] = JoiningClassifier(inner, self.batch_pieces(), self._passes())
            return self._joined[key]

    def _passes(self) -> int:
        """Forward passes at a time: on a processor one a core, so that none is idle while rows wait; on a GPU one."""
        return os.cpu_count() or 1 if pick_device(self.settings) == "cpu" else 1

    def weights(self, task_name: str, model: str = PLAIN) -> str:
        """Which weights answer under that name, the first digits of their sha256; raises as :meth:`classifier` does."""
        from core.models.fingerprint import short_weights_of

        classifier, key = self.classifier(task_name, model), (task_name, model)
        if key not in self._weights:
            self._weights[key] = short_weights_of(classifier)
        return self._weights[key]

    def _settle(self) -> None:
        """In a process that was forked from the page's: its models lie on another device, its lock may be taken."""
        if self._process != os.getpid():
            self._process, self._lock = os.getpid(), threading.RLock()
            self._classifiers, self._joined = {}, {}

    def co_tuned(self, task_name: str) -> tuple[str, ...]:
        """Names of the FACT models that ship for a task, ``<task>-fact...``; none where the task's own is another kind.

        A classifier that somebody named in the settings has nothing in common with them, so they are not offered.
        """
        from core.models.adapters import adapter_names

        if not self.is_built_in(task_name):
            return ()
        return tuple(name for name in adapter_names() if name.startswith(f"{task_name}-fact"))

    def lexicon(self) -> Lexicon:
        """Neighbours, tagger, sentence encoder and stop words."""
        if self._lexicon is None:
            with self._lock:
                if self._lexicon is None:
                    self._lexicon = self._load_lexicon(self.settings)
        return self._lexicon

    def batch_pieces(self) -> int:
        """Word-pieces that the classifiers put into a batch on the device that the settings name."""
        from core.models.batching import CPU_PIECES, GPU_PIECES

        return CPU_PIECES if pick_device(self.settings) == "cpu" else GPU_PIECES

    def is_built_in(self, task_name: str) -> bool:
        """True for a small model that ships with the program, which the page must say."""
        from core.models.adapters import adapter_names

        return self.settings.models.get(task_name) in adapter_names()

    def warmth(self) -> Warmth:
        """How far the warm-up is."""
        return self._warmth

    def start_warming(self) -> None:
        """Load everything and run it once, in the background; a second call does nothing."""
        with self._lock:
            if self._warming is None:
                self._warming = threading.Thread(target=self._warm, name="warm-up", daemon=True)
                self._warming.start()

    def _warm(self) -> None:
        for step in (*(lambda name=name: self._warm_classifier(name) for name in self.task_names()), self._warm_words):
            try:
                step()
                self._warmth = Warmth(self._warmth.ready + 1, self._warmth.total, self._warmth.problems)
            except FireBertError as error:
                self._warmth = Warmth(self._warmth.ready, self._warmth.total, (*self._warmth.problems, str(error)))
                log.warning("warm-up: %s", error)
            except Exception:
                problem = "A model could not be loaded; the log says why."
                self._warmth = Warmth(self._warmth.ready, self._warmth.total, (*self._warmth.problems, problem))
                log.exception("warm-up failed")

    def _warm_classifier(self, name: str) -> None:
        from core.models.importance import word_importance

        classifier = self.classifier(name)
        word_importance(classifier, [Example(_WARM_TEXT, _WARM_TEXT if classifier.task.is_pair else None)])

    def _warm_words(self) -> None:
        lexicon = self.lexicon()
        lexicon.encoder.encode([_WARM_TEXT])
        lexicon.tagger.tag(_WARM_TEXT.split(), "universal")
