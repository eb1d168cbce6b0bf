"""A classifier as results name it: not its title, which two may share, but what decides its answers."""

from dataclasses import asdict
from typing import Any

from core.defenses.five import Five
from core.defenses.fuse import Fuse
from core.models.classifier import Classifier
from core.models.fingerprint import weights_of


def described(classifier: Classifier) -> dict[str, Any]:
    """What decides the answers, as plain data: which weights, and the settings of FuSE or FIVE around them.

    Of a classifier that is none of ours only the name is known. Cost: see :func:`core.models.fingerprint.weights_of`.
    """
    if isinstance(classifier, Fuse):
        settings = {"switch": asdict(classifier.switch.config), "fuse": asdict(classifier.config)}
        ranker = classifier.switch.classifier
        ranked = {} if ranker is classifier.classifier else {"ranked_by": weights_of(ranker)[:16]}
        return {"defense": "fuse", **settings, **ranked, **described(classifier.classifier)}
    if isinstance(classifier, Five):
        return {"defense": "five", "five": asdict(classifier.config), **described(classifier.classifier)}
    return {"weights": weights_of(classifier)[:16]}
