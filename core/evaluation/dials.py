"""Two dials of an attack on one text: how strict the rules are, and how sharp the scores are that the attacker sees.

The stricter the rules, the fewer texts fall and the more of the meaning stays. Scores of logits divided by a small
temperature leave every answer as it is and blind the attacker; who fits a temperature first sees again (Raina et al.
2024, the illusion of adversarial robustness).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.events import AttackFinished
from core.attacks.presets import PRESETS, attack_config
from core.errors import ConfigError
from core.evaluation.audit.views import cooled
from core.examples import load_examples
from core.language.lexicon import Lexicon
from core.models.classifier import Classifier, Prediction
from core.tasks import Example

COLDEST, HOTTEST = 1e-6, 1e6
"""Between these a temperature is fitted, and may be set."""


@dataclass(frozen=True)
class Fall:
    """How an attack went: ``rules`` by name, the ``temperature`` of the scores that the attacker saw, the ``end``.

    ``similarity`` is the cosine of the sentence vectors of the text as it was and as the attack left it.
    """

    rules: str
    temperature: float
    end: AttackFinished
    similarity: float

    @property
    def fooled(self) -> bool:
        """Whether the classifier answers otherwise now."""
        return self.end.status == "success"


def at_each_gate(
    classifier: Classifier, lexicon: Lexicon, example: Example, questions: int, seed: int = 0,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Fall]:  # fmt: skip
    """TextFooler by every set of rules, strictest first. Costs at most ``questions`` rows each."""
    for rules in PRESETS:
        yield fall(classifier, lexicon, example, rules, questions, seed, stop=stop)


def fall(
    classifier: Classifier, lexicon: Lexicon, example: Example, rules: str, questions: int, seed: int = 0,
    temperature: float = 1.0, stop: Callable[[], bool] = lambda: False,
) -> Fall:  # fmt: skip
    """One attack whose attacker sees the scores at ``temperature``; the answers are the classifier's own.

    Raises ConfigError for a temperature outside COLDEST to HOTTEST.
    """
    if not COLDEST <= temperature <= HOTTEST:
        raise ConfigError(f"A temperature is {COLDEST:g} to {HOTTEST:g} here, was given {temperature:g}.")
    config = attack_config(rules, classifier.task.name, max_queries=questions, seed=seed)
    seen = classifier if temperature == 1.0 else cooled(classifier, temperature)
    *_, end = step_attack(Attack(config, lexicon), seen, example, None, stop=stop)
    if not isinstance(end, AttackFinished):
        raise TypeError(f"An attack ended with {type(end).__name__}.")
    before, after = lexicon.encoder.encode([classifier.task.text(example), end.text])
    return Fall(rules, temperature, end, float(before @ after))


def seen_through(classifier: Classifier, temperature: float) -> float:
    """What an attacker who sees scores at ``temperature`` fits to our own labelled texts, to see again.

    Costs a row for each of them. Raises ConfigError for a task without texts of ours.
    """
    ours, labels = load_examples(classifier.task.name), classifier.task.labels
    answers = cooled(classifier, temperature).predict([one.example for one in ours]) if ours else []
    return fitted_temperature(answers, [labels.index(one.label) for one in ours])


def fitted_temperature(answers: Sequence[Prediction], labels: Sequence[int]) -> float:
    """The temperature at which the answers give the labels the highest likelihood, by bounded search on its logarithm.

    Raises ConfigError where there are no answers.
    """
    from scipy.optimize import minimize_scalar

    if not answers:
        raise ConfigError("A temperature is fitted to labelled texts, and there are none for this task.")
    logits = np.array([answer.logits for answer in answers], dtype=np.float64)
    rows, right = np.arange(len(logits)), np.array(labels)

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        scaled -= scaled.max(axis=1, keepdims=True)
        return float((np.log(np.exp(scaled).sum(axis=1)) - scaled[rows, right]).mean())

    found = minimize_scalar(loss, bounds=(np.log(COLDEST), np.log(HOTTEST)), method="bounded")
    return float(np.exp(found.x))
