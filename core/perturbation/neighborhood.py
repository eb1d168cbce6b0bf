"""The neighbours of a word in its place, each with the reason why it may not stand there, for a reader.

Where SWITCH and the attacks stop at the first candidates that will do, this lists them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.perturbation.constraints import Candidate, CandidateSource, Constraint, PartOfSpeech, Refusal
from core.perturbation.draft import Draft


@dataclass(frozen=True)
class NearWord:
    """A candidate, its part of speech in the word's place, and the first constraint that refuses it, if one does."""

    candidate: Candidate
    tag: str
    refusal: Refusal | None


def neighbors_of_word(
    draft: Draft, index: int, source: CandidateSource, part_of_speech: PartOfSpeech, constraints: Sequence[Constraint]
) -> tuple[NearWord, ...]:
    """All candidates for word ``index``, in the source's order; the constraints judge in theirs.

    ``part_of_speech`` names the tags, whether it is among the constraints or not. Cost: a tag each, and what the
    constraints cost for the candidates that the ones before let through.
    """
    found = source.candidates(draft, index)
    judged: list[Candidate | Refusal] = list(found)
    for constraint in constraints:
        places = [place for place, one in enumerate(judged) if isinstance(one, Candidate)]
        left = [one for one in judged if isinstance(one, Candidate)]
        for place, one in zip(places, constraint.judge(draft, index, left), strict=True):
            judged[place] = one
    _, tags = part_of_speech.tags(draft, index, [candidate.word for candidate in found])
    return tuple(
        NearWord(candidate, tag, one) if isinstance(one, Refusal) else NearWord(one, tag, None)
        for candidate, tag, one in zip(found, tags, judged, strict=True)
    )
