"""One module a tab: layout and wiring. A tab is a title, a name for links, and a function that builds it.

To add one, import its module in :mod:`app.main` and name it in ``TABS`` there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.catalog import Catalog
from app.cotune_run import Cotune, run_cotune
from app.models import Shelf
from app.remembered import Remembered
from app.settings import Settings
from app.visitors import VisitorModels
from core.analysis.request import AnalysisRequest
from core.models.gradients import GradientClassifier

QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "undocumented"}
"""Arguments of an event that answers at once and is no endpoint."""


@dataclass(frozen=True)
class Site:
    """What a tab is given: the settings, the models, the page for its load event, its own ``gr.Tab``.

    A tab with a text puts what its opening needs into ``visits`` (:mod:`app.tabs.texts`).
    ``remembered`` holds answers that anybody may be given again. ``cotune`` is how a co-tuning run is done; tests give
    a quick one. Whoever makes a model for a visitor says ``site.visitors.add(session_hash, title, classifier)`` and
    nothing more: a tab with a menu of models fills it anew when it is opened (``tab.select``). ``looked`` is the state
    that holds the visitor's word (:mod:`app.looked`), for all tabs. ``line`` is the part of the page that is told how a
    visitor's waiting goes; assets/waiting.js puts it in words.
    """

    settings: Settings
    shelf: Shelf
    page: Any
    visitors: VisitorModels = field(default_factory=VisitorModels)
    tab: Any = None
    cotune: Cotune = run_cotune
    visits: list[Any] = field(default_factory=list)
    remembered: Remembered = field(default_factory=Remembered)
    looked: Any = None
    line: Any = None

    @property
    def catalog(self) -> Catalog:
        """The models by name, those that ship and those of a visitor."""
        return Catalog(self.shelf, self.visitors)

    @property
    def asks(self) -> dict[str, Any]:
        """Arguments of an event that asks the models, and is no endpoint: it waits in line, and its visitor is told."""
        told = {"show_progress": "minimal", "show_progress_on": self.line} if self.line else {"show_progress": "hidden"}
        return {**told, "api_visibility": "undocumented", **self.settings.model_queue}

    def plain(self, task: str) -> str:
        """Where a task's plain classifier comes from."""
        return self.settings.models.get(task, "")

    def classifier(self, request: AnalysisRequest, visitor: str = "") -> GradientClassifier:
        """The classifier that the request names; loads it if it is not there yet. Long work is :mod:`app.work`'s."""
        return self.catalog.classifier(request.task, request.model, visitor)


@dataclass(frozen=True)
class Tab:
    """``build(site)`` runs inside the page's context and lays the tab out; ``name`` is its id in links."""

    name: str
    title: str
    build: Callable[[Site], None]
