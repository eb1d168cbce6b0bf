"""What the environment says about how the page runs, read once into a frozen value.

==========================  ==========================================================================
``FIREBERT_HOST``, ``PORT``  where to listen (``FIREBERT_PORT``); 127.0.0.1 and 7860. Gradio's own
                            ``GRADIO_SERVER_NAME`` and ``GRADIO_SERVER_PORT`` count too.
``FIREBERT_MODEL_IMDB``      the classifier of a task: a built-in name, a folder, or a Hub name; a
                            variable a task, ``FIREBERT_MODEL_`` and its name in capitals. No server
                            and no function: the page needs gradients and word embeddings.
``FIREBERT_DEVICE``          ``auto`` (a GPU where there is one), ``cpu``, ``cuda`` or ``mps``.
``FIREBERT_ENCODER``         sentence encoder, ``use`` or ``minilm``.
``FIREBERT_TAGGER``          part-of-speech tagger, ``perceptron`` or ``pattern``.
``FIREBERT_LANGUAGE``        of the page: ``en``, or the name of a translation in ``assets/strings``
                            (:mod:`app.say`).
``FIREBERT_MCP``             1 to offer the endpoints as MCP tools (needs requirements-mcp.txt); on a
                            Hugging Face Space, which has that, 1 unless it is set to 0.
``FIREBERT_MAX_PIECES``      most that one request may ask of the model, in word-pieces (rows times
                            pieces a row); 1000000. What would be more is refused before it starts.
``FIREBERT_MAX_QUESTIONS``   most questions that a visitor's attack may ask each classifier; 5000.
``FIREBERT_MAX_SECONDS``     longest that one request may take, an attack on several classifiers
                            included; 900. It alone ends what an MCP client left: nobody tells the page.
``FIREBERT_MAX_CHARACTERS``  longest text; 200000.
``FIREBERT_TOGETHER``        requests that the models work on at a time, sharing the machine; 3.
``FIREBERT_COTUNE_JOBS``     co-tuning runs at a time, of all visitors together; 1. With 0 the tab is off.
``FIREBERT_COTUNE_ROWS``     most rows of an uploaded file; 400.
``FIREBERT_COTUNE_MINUTES``  longest that one run may train before it ends with its best so far; 20.
``FIREBERT_COTUNE_BYTES``    largest file that may be uploaded for co-tuning; 1000000.
==========================  ==========================================================================
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from core.errors import ConfigError
from core.ranges import number
from core.tasks import BUILT_IN_TASKS, get_task, task_names

BUILT_IN = {name: get_task(name).plain_model for name in BUILT_IN_TASKS}


@dataclass(frozen=True)
class CotuneLimits:
    """What a visitor may ask of the Co-tune tab. ``jobs`` 0 switches it off."""

    jobs: int = 1
    rows: int = 400
    minutes: float = 20.0
    bytes: int = 1_000_000


@dataclass(frozen=True)
class RequestLimits:
    """What one request may ask of the machine; ``pieces`` are rows times pieces a row, ``together`` run at once."""

    pieces: int = 1_000_000
    questions: int = 5_000
    seconds: float = 900.0
    characters: int = 200_000
    together: int = 3


USUAL_LIMITS = RequestLimits()
Limits = TypeVar("Limits", CotuneLimits, RequestLimits)
_COTUNE = {
    "jobs": ("FIREBERT_COTUNE_JOBS", 0, 16), "rows": ("FIREBERT_COTUNE_ROWS", 20, 100_000),
    "minutes": ("FIREBERT_COTUNE_MINUTES", 1, 1440), "bytes": ("FIREBERT_COTUNE_BYTES", 1_000, 100_000_000),
}  # fmt: skip
_REQUEST = {
    "pieces": ("FIREBERT_MAX_PIECES", 1_000, 10**12), "questions": ("FIREBERT_MAX_QUESTIONS", 1, 10**9),
    "seconds": ("FIREBERT_MAX_SECONDS", 1, 10**6), "characters": ("FIREBERT_MAX_CHARACTERS", 100, 10**7),
    "together": ("FIREBERT_TOGETHER", 1, 64),
}  # fmt: skip
"""For each of the limits its variable, the lowest and the highest value."""


@dataclass(frozen=True)
class Settings:
    """How the page runs. ``models`` maps a task's name to where its classifier comes from."""

    host: str = "127.0.0.1"
    port: int = 7860
    models: Mapping[str, str] = field(default_factory=lambda: dict(BUILT_IN))
    device: str = "auto"
    encoder: str = "use"
    tagger: str = "perceptron"
    mcp: bool = False
    limits: RequestLimits = field(default_factory=RequestLimits)
    cotune: CotuneLimits = field(default_factory=CotuneLimits)

    @property
    def model_queue(self) -> dict[str, Any]:
        """Arguments of every event that asks the models: one line for all, ``limits.together`` at a time."""
        return {"concurrency_id": "model", "concurrency_limit": self.limits.together}


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings that ``environ`` asks for. Raises ConfigError that names the variable."""
    port = environ.get("FIREBERT_PORT") or environ.get("GRADIO_SERVER_PORT") or "7860"
    if not port.isdecimal() or int(port) > 65535:
        raise ConfigError(f"FIREBERT_PORT must be a port number between 0 and 65535, was given {port!r}.")
    models = {name: environ.get(f"FIREBERT_MODEL_{name.upper()}") or BUILT_IN.get(name, "") for name in task_names()}
    return Settings(
        host=environ.get("FIREBERT_HOST") or environ.get("GRADIO_SERVER_NAME") or "127.0.0.1",
        port=int(port),
        models={name: source for name, source in models.items() if source},
        device=environ.get("FIREBERT_DEVICE") or "auto",
        encoder=environ.get("FIREBERT_ENCODER") or "use",
        tagger=environ.get("FIREBERT_TAGGER") or "perceptron",
        mcp=(environ.get("FIREBERT_MCP") or ("1" if environ.get("SPACE_ID") else "0")) != "0",
        limits=_limits(environ, RequestLimits(), _REQUEST),
        cotune=_limits(environ, CotuneLimits(), _COTUNE),
    )


def _limits(environ: Mapping[str, str], usual: Limits, known: Mapping[str, tuple[str, int, int]]) -> Limits:
    """``usual`` with what the environment changes."""
    changes: dict[str, Any] = {}
    for name, (variable, low, high) in known.items():
        if given := environ.get(variable):
            changes[name] = number(variable, given, low, high, whole=True)
    return replace(usual, **changes)
