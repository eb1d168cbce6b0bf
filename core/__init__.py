"""FireBERT Lab's library: attack, defend, explain, evaluate and co-tune BERT-family classifiers.

The stages follow the way of the data (see CONTRIBUTING's map): ``language`` finds words and neighbours,
``models`` answers and explains, ``perturbation`` makes alternative texts, ``defenses`` vote over them,
``attacks`` search for a text that fools, ``evaluation`` and ``training`` measure and co-tune.

The names below are public; ``from core import load, attack`` imports the module that holds them when it is asked to.
Importing ``core`` is cheap: torch, transformers and friends load with the module that needs them.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.errors import FireBertError as FireBertError
    from core.library import attack as attack
    from core.library import defend as defend
    from core.library import explain as explain
    from core.library import load as load
    from core.tasks import Example as Example

__version__ = "1.0.0"
"""The one place where the version stands; a test holds CHANGELOG.md and CITATION.cff to it."""

_HOME = {
    "Example": "core.tasks",
    "FireBertError": "core.errors",
    "attack": "core.library",
    "defend": "core.library",
    "explain": "core.library",
    "load": "core.library",
}

__all__ = tuple(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'core' has no attribute {name!r}; its public names: {', '.join(_HOME)}")
    return getattr(importlib.import_module(_HOME[name]), name)
