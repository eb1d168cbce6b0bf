"""An attack: a configuration and the words it knows; its flow is one search on one text.

Pure: the same (configuration, lexicon, example, label) and the same answers give the same events.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from core.attacks.baselines import characters, random_word, saliency
from core.attacks.bayes import bayes
from core.attacks.best_first import best_first
from core.attacks.flow import Flow, Halt, Victim
from core.attacks.gradient import gradient
from core.attacks.presets import WHITE_BOX, AttackConfig, Method
from core.attacks.search import Search, Steps
from core.attacks.searches import Searches, SearchesHere
from core.attacks.textfooler import random_order, textfooler
from core.errors import ConfigError
from core.language.lexicon import Lexicon
from core.models.classifier import Classifier
from core.models.slopes import why_black
from core.tasks import Example

METHODS: dict[Method, Callable[[Search], Steps]] = {
    "textfooler": textfooler,
    "random_order": random_order,
    "random_word": random_word,
    "saliency": saliency,
    "characters": characters,
    "best_first": best_first,
    "bayes": bayes,
    "gradient": gradient,
}


@dataclass(frozen=True)
class Attack:
    """What to do, and with which words. Drive its :meth:`flow` with :mod:`core.attacks.driver`."""

    config: AttackConfig
    lexicon: Lexicon

    def flow(
        self, example: Example, label: int | None, victim: Victim, clock: Callable[[], float] = time.monotonic
    ) -> Flow:
        """Queries and events, AttackFinished last. ``label`` None: attack the classifier's own answer."""
        search = Search(self.config, self.lexicon, example, label, victim, clock)
        try:
            yield from search.begin()
            yield from METHODS[self.config.method](search)
        except Halt as halt:
            end = halt
        else:
            raise AssertionError(f"method {self.config.method} ended without an outcome")
        try:
            yield from search.end(end)
        except Halt as halt:  # stopped during the last check
            yield search.finished(halt.status, halt.reason)

    def check(self, searched: Classifier) -> None:
        """Raises ConfigError if the method needs more than what is looked at can say."""
        if self.config.method in WHITE_BOX and (why := why_black(searched)):
            raise ConfigError(
                f"Method {self.config.method} is not for this classifier: {why} Bayes asks for answers alone."
            )

    def searches(self) -> Searches:
        """Who advances the searches of many texts: this process."""
        return SearchesHere(self.flow)
