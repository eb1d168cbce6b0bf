"""Loaded models and words, kept by what they were loaded from, so that many jobs of one process load each once."""

from typing import Any

from core.defenses.recipe import Recipe
from core.defenses.registry import PLAIN
from core.evaluation.attack_lines import Prepared
from core.evaluation.attack_recipe import AttackRecipe
from core.language.lexicon import Lexicon
from core.models.classifier import Classifier
from core.models.fingerprint import short_weights_of


class Shelf:
    """Builds what recipes say; a model or the words that several of them share are loaded once.

    Pickled, for another process, it is empty. Holds what it has loaded until it is gone.
    """

    def __init__(self) -> None:
        self._cores: dict[Any, Classifier] = {}
        self._words: dict[Any, Lexicon] = {}
        self._weights: dict[Any, str] = {}

    def __reduce__(self) -> tuple[type["Shelf"], tuple[()]]:
        return Shelf, ()

    def core(self, recipe: Recipe) -> Classifier:
        """The model alone. Raises as :meth:`Recipe.core`."""
        key = _model_of(recipe)
        if key not in self._cores:
            self._cores[key] = recipe.core()
        return self._cores[key]

    def weights(self, recipe: Recipe) -> str:
        """The fingerprint of the model's weights, taken once (:func:`core.models.fingerprint.short_weights_of`)."""
        key = _model_of(recipe)
        if key not in self._weights:
            self._weights[key] = short_weights_of(self.core(recipe))
        return self._weights[key]

    def words(self, recipe: Recipe) -> Lexicon:
        """The sources of words. Raises as :meth:`Recipe.words`."""
        key = (recipe.encoder, recipe.tagger, recipe.device)
        if key not in self._words:
            self._words[key] = recipe.words()
        return self._words[key]

    def classifier(self, recipe: Recipe) -> Classifier:
        """The defended classifier."""
        core = self.core(recipe)
        return core if recipe.defense == PLAIN else recipe.around(core, self.words(recipe))

    def attack(self, recipe: AttackRecipe) -> Prepared:
        """The attack, the classifier and what the attacker looks at."""
        return recipe.around(self.core(recipe.target), self.words(recipe.target))


def _model_of(recipe: Recipe) -> tuple[Any, ...]:
    return recipe.task, recipe.model, recipe.revision, recipe.device, tuple(sorted(recipe.names.items()))
