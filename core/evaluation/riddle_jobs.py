"""Why was FuSE a coin flip on reviews in the paper? The answers of all members of its votes, as jobs of the work log.

The released code took a text's alternatives by its place in the data, and the data were shuffled twice: the vote was a
text with the alternatives of another. A line holds the logits of a text and of its own alternatives;
:mod:`core.evaluation.riddle` lets them vote, each text with its own or with another's, without asking the model again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.datasets import Row
from core.defenses.fuse import FUSE, FuseSettings
from core.defenses.recipe import Recipe
from core.defenses.registry import preset_of
from core.evaluation.attack_jobs import config_of, plain, row_from, same_weights
from core.evaluation.shelf import Shelf
from core.models.classifier import Classifier
from core.models.importance import word_importance
from core.perturbation.config import SwitchConfig
from core.perturbation.switch import Switch
from core.tasks import Example, Task
from core.work.job import Job, Line, jobs_of

RIDDLE = "riddle"
TOGETHER = 32
WORDS = (1, 3, 10)
"""Words replaced in an alternative, beside the paper's own number."""
_SIGN = re.compile(r"([(),!?`])")
_CLITIC = re.compile(r"(n't|'(?:s|ve|re|d|ll))\b")


def paper_switch(task: Task) -> SwitchConfig:
    """What FuSE's members are in the paper's settings for the task."""
    found: FuseSettings = preset_of(FUSE.name, task, "paper", 1.0)
    return found.switch


def words_asked(task: Task) -> tuple[int, ...]:
    """Numbers of words that are tried, the paper's among them."""
    return tuple(sorted({*WORDS, paper_switch(task).perturb_words}))


def cleaned(text: str) -> str:
    r"""As the released code wrote every alternative: lower case, full stops, hyphens and quotes gone, signs set off.

    >>> cleaned('It isn\'t "bad" - just long, he\'s told.')
    "it is n't bad just long , he 's told"
    """
    kept = re.sub(r"[^A-Za-z0-9(),!?'`]", " ", text.lower())
    return " ".join(_CLITIC.sub(r" \1", _SIGN.sub(r" \1 ", kept)).split())


def plan_riddle(recipe: Recipe, rows: Iterable[Row], shelf: Shelf, together: int = TOGETHER) -> list[Job]:
    """The jobs over labelled rows; ``recipe`` is of the model alone. Loads it, to know its weights."""
    words = shelf.words(recipe)
    made_by: dict[str, Any] = {
        "switch": asdict(paper_switch(recipe.task)), "words": list(words_asked(recipe.task)), "seed": recipe.seed,
        "weights": shelf.weights(recipe), "encoder": words.encoder.name, "tagger": words.tagger.name,
        "neighbors": words.neighbors.name,
    }  # fmt: skip
    config = config_of(made_by, recipe.task.labels, recipe.device, task=recipe.task.name)
    where = {"recipe": recipe, "weights": shelf.weights(recipe)}
    return list(jobs_of(RIDDLE, config, map(plain, rows), together, where))


@dataclass(frozen=True)
class Riddles:
    """Opens doers of riddle jobs; ``shelf`` has what this process has loaded. Can be pickled."""

    shelf: Shelf

    def __call__(self) -> Callable[[Job], Iterator[Line]]:
        """Opened. Raises ModelError if a folder holds other weights by now than when the job was made."""

        def do(job: Job) -> Iterator[Line]:
            recipe: Recipe = job.where["recipe"]
            same_weights(self.shelf, recipe, job)
            rows = [row_from(row) for row in job.rows]
            return member_lines(self.shelf.core(recipe), self.shelf.words(recipe), rows, recipe.seed)

        return do


def member_lines(classifier: Classifier, lexicon: Any, rows: Sequence[Row], seed: int = 0) -> Iterator[Line]:
    """A line a row: ``own`` logits; ``members`` by number of words; ``cleaned``, those of the paper's number, cleaned.

    Logits have six digits. Cost: as many alternatives as in the paper, for each number of words and once more, with
    the gate's encodings.
    """
    task, base = classifier.task, paper_switch(classifier.task)
    examples = [row.example for row in rows]
    ranked = word_importance(classifier, examples, base.importance)
    asked: list[list[tuple[str, Example]]] = [[("own", example)] for example in examples]
    for count in words_asked(task):
        switch = Switch(classifier, lexicon, replace(base, perturb_words=count))
        for place, drawn in enumerate(switch.draw(examples, switch.plans(examples, ranked), seed)):
            for one in drawn.alternatives:
                asked[place].append((str(count), task.with_text(examples[place], one.text)))
                if count == base.perturb_words:
                    asked[place].append(("cleaned", task.with_text(examples[place], cleaned(one.text))))
    answers = iter(classifier.predict([example for members in asked for _, example in members]))
    for row, members in zip(rows, asked, strict=True):
        found: dict[str, list[list[float]]] = {str(count): [] for count in words_asked(task)}
        found |= {"own": [], "cleaned": []}
        for name, _ in members:
            found[name].append([round(logit, 6) for logit in next(answers).logits])
        own, tidy = found.pop("own")[0], found.pop("cleaned")
        yield {"given": row.label, "own": own, "members": found, "cleaned": tidy}
