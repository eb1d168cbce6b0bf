"""One module a tab: layout and wiring. A tab is a title, a name for links, and a function that builds it.

To add one, import its module in :mod:`app.main` and name it in ``TABS`` there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.cotune_run import Cotune, run_cotune
from app.models import Shelf
from app.settings import Settings
from app.visitors import VisitorModels
from core.analysis.request import AnalysisRequest
from core.language.lexicon import Lexicon
from core.models.gradients import GradientClassifier


@dataclass(frozen=True)
class Site:
    """What a tab is given: the settings, the models, the page for its load event, and what visitors co-tuned.

    ``cotune`` is how a co-tuning run is done; tests give a quick one.
    """

    settings: Settings
    shelf: Shelf
    page: Any
    visitors: VisitorModels = field(default_factory=VisitorModels)
    cotune: Cotune = run_cotune

    def models(self, request: AnalysisRequest) -> tuple[GradientClassifier, Lexicon]:
        """The classifier of the request's task, and the lexicon; loads what is not there yet."""
        return self.shelf.classifier(request.task), self.shelf.lexicon()


@dataclass(frozen=True)
class Tab:
    """``build(site)`` runs inside the page's context and lays the tab out; ``name`` is its id in links."""

    name: str
    title: str
    build: Callable[[Site], None]
