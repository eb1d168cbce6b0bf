"""Defences by name and preset: the paper's settings and ours, one place for page, command line and evaluation.

Ours (``shipped``) keep clean accuracy within 2 points of the plain classifier's (``python -m core evaluate``, the
README's table); MNLI's FuSE was found by a search (``assets/results/tune-mnli-fuse.md``), the others were set before
they were measured. The paper's are its best (METHODS, sections 4 and 6).
"""

from dataclasses import dataclass, replace
from typing import Literal

from core.defenses.five import Five, FiveConfig
from core.defenses.fuse import Fuse, FuseConfig
from core.defenses.voting import VoteConfig
from core.errors import UnknownNameError
from core.language.lexicon import Lexicon
from core.models.classifier import Classifier
from core.models.gradients import GradientClassifier
from core.perturbation.config import SwitchConfig
from core.perturbation.switch import Switch
from core.tasks import Task

Preset = Literal["shipped", "paper"]
DEFENSES = ("plain", "fuse", "five")
PLAIN, PLAIN_TITLE = "plain", "Plain"
"""The name and title of a task's own classifier, and of no defence around a classifier."""
PRESETS: tuple[Preset, ...] = ("shipped", "paper")

# The paper's sigmas are absolute; FiveConfig's are relative to the embedding table's coordinate std.
_PAPER_SIGMA = {"imdb": 2.3, "mnli": 8.14}
_PAPER_FUSE = {
    "imdb": SwitchConfig(perturb_words=3, total_alternatives=12, multiplier=17),
    "mnli": SwitchConfig(perturb_words=2, total_alternatives=14, multiplier=14),
}
# The paper's section 4.2; its released code averaged logits for both (METHODS, section 5).
_PAPER_VOTE = {"imdb": VoteConfig("mean_probabilities"), "mnli": VoteConfig("mean_logits")}
_SHIPPED_FUSE = {
    "imdb": SwitchConfig(perturb_words=3, total_alternatives=12, multiplier=17, min_word_cosine=0.6),
    "mnli": SwitchConfig(perturb_words=3, candidates_per_word=19, total_alternatives=4, multiplier=13,
                         min_word_cosine=0.5, min_similarity=0.77),
}  # fmt: skip
# Swapped words turn entailment more easily than sentiment, so MNLI's own text counts as much as all the others.
_SHIPPED_VOTE = {"imdb": VoteConfig(), "mnli": VoteConfig(original_weight=4.0)}
_SHIPPED_FIVE = {
    "imdb": FiveConfig(perturb_words=5, samples=8, sigma_relative=1.0),
    "mnli": FiveConfig(perturb_words=2, samples=8, sigma_relative=1.0),
}


@dataclass(frozen=True)
class DefenseSettings:
    """All settings of both ensembles for a task; a defence uses its own part."""

    switch: SwitchConfig
    fuse: FuseConfig
    five: FiveConfig


def preset_settings(task: Task, preset: Preset, embedding_std: float) -> DefenseSettings:
    """The settings of a preset. A task without settings of its own takes IMDB's (one text) or MNLI's (a pair)."""
    if preset not in PRESETS:
        raise UnknownNameError("defence preset", preset, PRESETS)
    key = task.settings_of
    if preset == "shipped":
        return DefenseSettings(_SHIPPED_FUSE[key], FuseConfig(_SHIPPED_VOTE[key]), _SHIPPED_FIVE[key])
    rule = _PAPER_VOTE[key]
    five = FiveConfig(
        perturb_words=1,
        samples=10 if key == "imdb" else 8,
        sigma_relative=_PAPER_SIGMA[key] / embedding_std,
        vote=rule,
    )
    return DefenseSettings(_PAPER_FUSE[key], FuseConfig(rule), five)


def composed_name(defense: str, model: str = PLAIN) -> str:
    """The name of a defence around a model: ``plain``, ``fuse``, ``imdb-fact``, ``fuse:imdb-fact``."""
    if defense == PLAIN:
        return model
    return defense if model == PLAIN else f"{defense}:{model}"


def composed_title(defense: str, title: str = PLAIN_TITLE) -> str:
    """The same for a reader, from the model's title: Plain, FuSE, FACT, FuSE(FACT)."""
    if defense == PLAIN:
        return title
    name = {"fuse": "FuSE", "five": "FIVE"}[defense]
    return name if title == PLAIN_TITLE else f"{name}({title})"


def build_defense(
    name: str,
    classifier: GradientClassifier,
    lexicon: Lexicon,
    preset: Preset = "shipped",
    seed: int = 0,
    settings: DefenseSettings | None = None,
) -> Classifier:
    """``plain`` is the classifier itself, ``fuse`` and ``five`` wrap it; ``settings`` override the preset's."""
    chosen = settings or preset_settings(classifier.task, preset, classifier.embedding_std)
    if name == "plain":
        return classifier
    if name == "fuse":
        return Fuse(classifier, Switch(classifier, lexicon, chosen.switch), replace(chosen.fuse, seed=seed))
    if name == "five":
        return Five(classifier, lexicon, replace(chosen.five, seed=seed))
    raise UnknownNameError("defence", name, DEFENSES)
