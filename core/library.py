"""The library in four verbs, for those who write a few lines of Python: load, explain, defend, attack.

Each is a short way to a value that the rest of ``core`` takes as well: what ``load`` and ``defend`` give is a
``Classifier``. ``from core import load`` reaches them; torch is paid for when the first is used.
"""

from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.events import AttackFinished
from core.attacks.presets import attack_config
from core.defenses.declaration import Preset
from core.defenses.registry import build_defense
from core.errors import UnknownNameError
from core.labels import match_label
from core.language.lexicon import load_lexicon
from core.models.black_box import open_classifier, takes_embeddings
from core.models.classifier import Classifier
from core.models.importance import ImportanceConfig, word_importance
from core.tasks import Example, get_task


def load(task: str, model: str = "", device: str = "cpu") -> Classifier:
    """A classifier of ``task``: its built-in plain one, or ``model``.

    That is a built-in name, a folder or a Hub name; or a black box, as ``http://host/path`` or ``module:function``.
    """
    found = get_task(task)
    return open_classifier(model or found.plain_model, found, device)


def explain(classifier: Classifier, example: Example) -> list[tuple[str, float]]:
    """The words that an answer hangs on, with their scores, most important first.

    Costs one gradient pass; of a black box 1 + one answer a word.
    """
    config = ImportanceConfig() if takes_embeddings(classifier) else ImportanceConfig("leave_one_out")
    found = word_importance(classifier, [example], config)[0]
    return [(found.words[i].text, found.scores[i]) for i in found.order]


def defend(classifier: Classifier, defense: str, preset: Preset = "shipped", seed: int = 0) -> Classifier:
    """``classifier`` inside the defence ``fuse`` or ``five``; an answer asks it several times."""
    return build_defense(defense, classifier, load_lexicon(), preset, seed)


def attack(
    classifier: Classifier, example: Example, label: str = "", preset: str = "paper", seed: int = 0
) -> AttackFinished:
    """What TextFooler makes of ``example``: status, text, swaps, queries. ``label``: the true one, by default its own.

    Changes words of the task's text only. Asks the classifier at most once, plus once a word, plus once a candidate.
    """
    labels = classifier.task.labels
    truth = match_label(label, labels, {}) if label else None
    if label and truth is None:
        raise UnknownNameError("label", label, labels)
    config = attack_config(preset, classifier.task.name, seed=seed)
    *_, end = step_attack(Attack(config, load_lexicon()), classifier, example, truth)
    assert isinstance(end, AttackFinished)
    return end
