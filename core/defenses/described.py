"""A classifier as results name it: not its title, which two may share, but what decides its answers."""

from dataclasses import asdict
from typing import Any

from core.defenses.registry import declared
from core.models.classifier import Classifier
from core.models.fingerprint import short_weights_of


def described(classifier: Classifier) -> dict[str, Any]:
    """What decides the answers, as plain data: which weights, and the defences around them with their settings.

    Of a classifier that is none of ours only the name is known. Cost: see :func:`core.models.fingerprint.weights_of`.
    """
    found = declared(classifier)
    if found is None:
        return {"weights": short_weights_of(classifier)}
    defense, defended = found
    ranked = {} if defended.ranker is defended.classifier else {"ranked_by": short_weights_of(defended.ranker)}
    return {"defense": defense.name, **asdict(defended.settings), **ranked, **described(defended.classifier)}
