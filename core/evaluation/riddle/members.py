"""The voters of FuSE on each review, asked once and kept, so that every experiment is a count over what they said.

For each review: its own logits, and those of its alternatives by arm, in the order they were drawn. An arm says how
many words are swapped, and whether that is done in place or in a cleaned copy, as the released code made them.
Settings are the paper's for IMDB (METHODS, section 4). One line a review in an append-only file that survives a kill.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from core.datasets import Row
from core.errors import ConfigError
from core.evaluation.attack_run import read_records, text_sha
from core.language.lexicon import Lexicon
from core.language.text import find_words
from core.models.fingerprint import short_weights_of
from core.models.gradients import GradientClassifier
from core.models.importance import Importances, word_importance
from core.perturbation.config import SwitchConfig
from core.perturbation.switch import Switch
from core.strict_json import to_json
from core.tasks import Example

MOST = 12
"""Alternatives of a text: the paper's number for IMDB."""
TOGETHER = 16
"""Reviews in a group: they share batches, and a killed run takes up at the start of a group."""
_FOREIGN = re.compile(r"[^A-Za-z0-9(),!?'`]")
_CLITIC = re.compile(r"(?i)('s|'ve|n't|'re|'d|'ll)\b")
_MARK = re.compile(r"([(),!?])")


@dataclass(frozen=True)
class Arm:
    """``words`` are swapped in every alternative; ``cleaned``: in a lower-case copy without most punctuation."""

    words: int
    cleaned: bool = False

    @property
    def name(self) -> str:
        """As the file of answers calls it."""
        return f"{'cleaned' if self.cleaned else 'in place'}, {self.words}"


ARMS = (Arm(1), Arm(3), Arm(10), Arm(3, cleaned=True))


@dataclass(frozen=True)
class Asked:
    """What a review's voters said: ``own`` logits, and the alternatives' by arm."""

    label: int
    own: tuple[float, ...]
    arms: dict[str, tuple[tuple[float, ...], ...]]


def clean(text: str) -> str:
    """The text as the released SWITCH spells it: lower case, no periods, quotes or markup, punctuation set off.

    Kept are letters, digits and ``( ) , ! ? ' ```; English clitics stand by themselves
    (``background`` of the code: TextFooler's cleaner).
    """
    kept = _MARK.sub(r" \1 ", _CLITIC.sub(r" \1 ", _FOREIGN.sub(" ", text)))
    return " ".join(kept.split()).lower()


def short_rows(rows: Iterable[Row], words: int) -> list[Row]:
    """The rows whose text has at most so many words."""
    return [row for row in rows if len(find_words(row.example.text_a)) <= words]


def gather(
    core: GradientClassifier, lexicon: Lexicon, rows: Sequence[Row], path: Path, arms: Sequence[Arm] = ARMS
) -> Iterator[int]:
    """Ask the voters of each row and append a line a row; yields how many rows are in the file.

    Goes on with a file of the same settings and rows. Cost: a review's 1 + arms x 12 rows, and a gradient pass or two.
    Raises ConfigError for a file of other settings or rows.
    """
    made_by = {"weights": short_weights_of(core), "arms": [arm.name for arm in arms], "encoder": lexicon.encoder.name,
               "tagger": lexicon.tagger.name, "neighbors": lexicon.neighbors.name}  # fmt: skip
    done = 0
    if path.exists():
        for record, row in zip(read_records(path, mend=True), rows, strict=False):
            if record["made_by"] != made_by or record["text_sha"] != text_sha(row.example.text_a):
                raise ConfigError(f"{path.name} was made by other settings or of other rows. Give another name.")
            done += 1
    path.parent.mkdir(parents=True, exist_ok=True)
    yield done
    stream = iter(rows[done - done % TOGETHER :])
    at = done - done % TOGETHER
    with path.open("a", encoding="utf-8", newline="\n") as file:
        while group := list(islice(stream, TOGETHER)):
            for row, answered in zip(group, ask(core, lexicon, group, arms), strict=True):
                if at >= done:
                    file.write(to_json(_line(at, row, answered, made_by)) + "\n")
                at += 1
            file.flush()
            yield at


def ask(core: GradientClassifier, lexicon: Lexicon, rows: Sequence[Row], arms: Sequence[Arm]) -> list[Asked]:
    """What the voters of each row say; all in one flat batch."""
    examples = [row.example for row in rows]
    cleaned = [Example(clean(example.text_a)) for example in examples]
    ranked = {False: word_importance(core, examples, _config(1).importance)}
    if any(arm.cleaned for arm in arms):
        ranked[True] = word_importance(core, cleaned, _config(1).importance)
    texts = {arm.name: _alternatives(core, lexicon, cleaned if arm.cleaned else examples, ranked[arm.cleaned], arm)
             for arm in arms}  # fmt: skip
    wanted = dict.fromkeys([*examples, *(e for found in texts.values() for one in found for e in one)])
    logits = dict(zip(wanted, (p.logits for p in core.predict(list(wanted))), strict=True))
    return [
        Asked(
            -1 if row.label is None else row.label,
            logits[row.example],
            {name: tuple(logits[e] for e in found[place]) for name, found in texts.items()},
        )
        for place, row in enumerate(rows)
    ]


def read_asked(path: Path) -> list[Asked]:
    """The answers in a file."""
    return [
        Asked(r["label"], tuple(r["own"]), {k: tuple(map(tuple, v)) for k, v in r["arms"].items()})
        for r in read_records(path)
    ]


def _config(words: int) -> SwitchConfig:
    return SwitchConfig(perturb_words=words, total_alternatives=MOST, multiplier=17)


def _alternatives(
    core: GradientClassifier, lexicon: Lexicon, examples: Sequence[Example], ranked: Sequence[Importances], arm: Arm
) -> list[list[Example]]:
    switch = Switch(core, lexicon, _config(arm.words))
    drawn = switch.draw(examples, switch.plans(examples, ranked), 0)
    return [[Example(alternative.text) for alternative in one.alternatives] for one in drawn]


def _line(at: int, row: Row, answered: Asked, made_by: dict[str, Any]) -> dict[str, Any]:
    return {
        "i": at,
        "text_sha": text_sha(row.example.text_a),
        "words": len(find_words(row.example.text_a)),
        "label": answered.label,
        "own": _short(answered.own),
        "arms": {name: [_short(logits) for logits in found] for name, found in answered.arms.items()},
        "made_by": json.loads(json.dumps(made_by)),
    }


def _short(logits: Sequence[float]) -> list[float]:
    return [round(x, 4) for x in logits]
