"""What the environment says about how the page runs, read once into a frozen value.

==========================  ==========================================================================
``FIREBERT_HOST``, ``PORT``  where to listen (``FIREBERT_PORT``); 127.0.0.1 and 7860. Gradio's own
                            ``GRADIO_SERVER_NAME`` and ``GRADIO_SERVER_PORT`` count too.
``FIREBERT_MODEL_IMDB``      the classifier of a task: a built-in name, a folder, or a Hub name; a
                            variable a task, ``FIREBERT_MODEL_`` and its name in capitals.
``FIREBERT_DEVICE``          ``auto`` (a GPU where there is one), ``cpu``, ``cuda`` or ``mps``.
``FIREBERT_ENCODER``         sentence encoder, ``use`` or ``minilm``.
``FIREBERT_TAGGER``          part-of-speech tagger, ``perceptron`` or ``pattern``.
``FIREBERT_MCP``             1 to offer the endpoints as MCP tools (needs ``gradio[mcp]``).
``FIREBERT_COTUNE_JOBS``     co-tuning runs at a time, of all visitors together; 1. With 0 the tab is off.
``FIREBERT_COTUNE_ROWS``     most rows of an uploaded file; 400.
``FIREBERT_COTUNE_MINUTES``  longest that one run may train before it ends with its best so far; 20.
``FIREBERT_COTUNE_BYTES``    largest file that may be uploaded for co-tuning; 1000000.
==========================  ==========================================================================
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import ConfigError
from core.tasks import task_names

BUILT_IN = {"imdb": "imdb-plain", "mnli": "mnli-plain"}


@dataclass(frozen=True)
class CotuneLimits:
    """What a visitor may ask of the Co-tune tab. ``jobs`` 0 switches it off."""

    jobs: int = 1
    rows: int = 400
    minutes: float = 20.0
    bytes: int = 1_000_000


_COTUNE = {"jobs": (0, 16), "rows": (20, 100_000), "minutes": (1, 1440), "bytes": (1_000, 100_000_000)}
"""Lowest and highest value of each of the limits."""


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
    max_characters: int = 200_000
    cotune: CotuneLimits = field(default_factory=CotuneLimits)


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
        mcp=environ.get("FIREBERT_MCP", "") not in ("", "0"),
        cotune=CotuneLimits(**{name: _limit(environ, name) for name in _COTUNE}),
    )


def _limit(environ: Mapping[str, str], name: str) -> int:
    variable, (low, high) = f"FIREBERT_COTUNE_{name.upper()}", _COTUNE[name]
    given = environ.get(variable) or str(int(getattr(CotuneLimits(), name)))
    if not (given.isascii() and given.isdecimal() and low <= int(given) <= high):
        raise ConfigError(f"{variable} must be a whole number between {low:,} and {high:,}, was given {given!r}.")
    return int(given)
