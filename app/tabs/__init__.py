"""One module a tab: layout and wiring. A tab is a title, a name for links, and a function that builds it.

To add one, import its module in :mod:`app.main` and name it in ``TABS`` there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.models import Shelf
from app.settings import Settings


@dataclass(frozen=True)
class Site:
    """What a tab is given: the settings, the models, and the page for its load event."""

    settings: Settings
    shelf: Shelf
    page: Any


@dataclass(frozen=True)
class Tab:
    """``build(site)`` runs inside the page's context and lays the tab out; ``name`` is its id in links."""

    name: str
    title: str
    build: Callable[[Site], None]
