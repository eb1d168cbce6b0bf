"""A classifier of ours as the model that TextAttack attacks: what its goal functions ask for, and no more.

TextAttack is not imported: it calls a model wrapper with a list of texts, or of (premise, hypothesis), and wants a row
of scores for each. A defence is a classifier, so any recipe runs against FuSE, FIVE and FACT::

    from core import defend, load
    from core.interop.textattack import TextAttackModel

    attack = DeepWordBugGao2018.build(TextAttackModel(defend(load("imdb", "imdb-fact"), "fuse")))

TextAttack and this program want different releases of transformers. Where both cannot be installed, the classifier is
served from here (``python -m core serve``) and asked from there, through :class:`core.models.remote.HttpClassifier`.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

from core.errors import InputError
from core.models.classifier import Classifier
from core.tasks import Example


class TextAttackModel:
    """Called with texts, answers probabilities in the order of the task's labels. One question a text.

    ``model`` is what TextAttack names in its messages. Recipes that follow the model's gradients (HotFlip, Wallace)
    ask for more and are refused by TextAttack itself.
    """

    def __init__(self, classifier: Classifier) -> None:
        self.model, self.task = classifier, classifier.task

    def __call__(self, texts: Sequence[str | Sequence[str]]) -> Float64[np.ndarray, "texts classes"]:
        """A row a text. Raises InputError for a text where the task has pairs, and the other way round."""
        answers = self.model.predict([self._example(text) for text in texts])
        rows = np.array([answer.probabilities for answer in answers], dtype=np.float64)
        return rows.reshape(len(answers), len(self.task.labels))

    def _example(self, text: str | Sequence[str]) -> Example:
        parts = (text,) if isinstance(text, str) else tuple(text)
        if len(parts) != len(self.task.text_names):
            raise InputError(
                f"Task '{self.task.name}' takes {' and '.join(self.task.text_names)}; a text of the data set has "
                f"{len(parts)} parts."
            )
        return Example(*parts)
