"""Flags: what a reader has to know before a number is believed. Each has a key, a title and a text to unfold.

Shown beside the number they are about, by the tables, the ladder, the audit and the page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.evaluation.metrics import Scores
from core.evaluation.tally import SATURATED, Tally
from core.language.neighbor_building import OFFICIAL
from core.language.tagging import PerceptronTagger

Record = Mapping[str, Any]
FEW = 100
MOST = 0.5


@dataclass(frozen=True)
class Flag:
    """``key`` in files and links, ``title`` beside a number, ``text`` when it is unfolded."""

    key: str
    title: str
    text: str


FLAGS: dict[str, Flag] = {
    flag.key: flag
    for flag in (
        Flag(
            "constant",
            "constant answer",
            "Every text got the same answer, so the accuracy is the share of one class and says nothing about the "
            "classifier. An attack cannot lower it: that is no robustness.",
        ),
        Flag(
            "saturated",
            "saturated scores",
            f"More than half of the answers have a probability of {SATURATED} or more. An attack that follows "
            "probabilities sees no slope there and looks weaker than it is.",
        ),
        Flag(
            "gate-off",
            "sentence gate mostly off",
            "For most samples the attack's check of the sentence was off or lowered, as the preset does for short "
            "texts. The attack is stronger than its name says, and the texts it makes may mean something else.",
        ),
        Flag("few", f"under {FEW} samples", f"Fewer than {FEW} samples: the interval is wide. Read it, not the value."),
        Flag(
            "abstains",
            "abstains",
            "Some answers are no label at all. An abstention is never right, on clean and on attacked texts alike.",
        ),
        Flag(
            "other-tagger",
            "another tagger",
            f"Parts of speech come from another tagger than the reference's ({PerceptronTagger.name}), so the gate "
            "lets other words pass.",
        ),
        Flag(
            "other-encoder",
            "another sentence encoder",
            "The reference attack compares sentences by the English Universal Sentence Encoder (large). This one is "
            "another, so the same threshold accepts other sentences.",
        ),
        Flag(
            "other-neighbours",
            "another neighbour table",
            "The reference attack takes neighbours from the published counter-fitted vectors. This table is another, "
            "or a rebuild of them: most of a word's nearest neighbours are the same, not all.",
        ),
        Flag("errors", "rows left out", "Some rows ended in an error. They are left out of every share."),
    )
}
"""All there are, the gravest first."""


def flags_of_answers(tally: Tally, scores: Scores) -> tuple[str, ...]:
    """The keys that belong to a set of answers."""
    n = len(tally.truth)
    raised = {
        "constant": scores.constant,
        "saturated": tally.saturated > MOST * n,
        "few": n < FEW,
        "abstains": tally.abstained > 0,
    }
    return in_order(key for key, on in raised.items() if on)


def flags_of_attack(records: Iterable[Record], made_by: Mapping[str, Any], classes: int) -> tuple[str, ...]:
    """The keys that belong to a run of an attack; needs its records once."""
    n = errors = attacked = gated = sure = abstained = 0
    answers: set[int] = set()
    truths: set[Any] = set()
    for record in records:
        n += 1
        if record["status"] == "error":
            errors += 1
            continue
        answers.add(record["predicted_before"])
        truths.add(record["given"])
        abstained += not {record["predicted_before"], record["predicted"]} <= set(range(classes))
        if record["status"] != "skipped":
            attacked += 1
            gated += record["sentence_gate"] == "on"
            sure += record["probability_before"] >= SATURATED
    raised = {
        "constant": len(answers) == 1 and len(truths) > 1,
        "saturated": sure > MOST * attacked,
        "gate-off": attacked > 0 and gated < MOST * attacked,
        "few": n < FEW,
        "abstains": abstained > 0,
        "errors": errors > 0,
    }
    return in_order((*(key for key, on in raised.items() if on), *flags_of_words(made_by)))


def flags_of_words(made_by: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that belong to sources of words which are not the reference's; where none is named, none."""
    raised = {
        "other-tagger": made_by.get("tagger", PerceptronTagger.name) != PerceptronTagger.name,
        "other-encoder": "encoder" in made_by,  # the reference's is not among ours
        "other-neighbours": made_by.get("neighbors", OFFICIAL) != OFFICIAL,
    }
    return in_order(key for key, on in raised.items() if on)


def in_order(keys: Iterable[str]) -> tuple[str, ...]:
    """Each key once, the gravest first. Raises KeyError for an unknown one."""
    found = {FLAGS[key].key for key in keys}
    return tuple(key for key in FLAGS if key in found)
