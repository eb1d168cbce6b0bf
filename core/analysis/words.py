"""A reader as the attacker: a word's neighbours, what each would lead to, and what the rules of an attack say.

The paper's figures 5 and 6, for one word of one text.
Swaps are pairs of a word's number (from 0, in the text that may be perturbed) and what stands in its place; the premise
of a pair is never touched. Used by the Words tab and by the ``words`` and ``swap`` endpoints.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.analysis.word_map import places
from core.attacks.gates import Gates
from core.attacks.presets import AttackConfig, changes_allowed
from core.errors import InputError
from core.language.lexicon import Lexicon
from core.language.text import Word, find_words, is_number
from core.models.classifier import Classifier, Prediction
from core.perturbation.constraints import Candidate, Neighbors, PartOfSpeech, Refusal
from core.perturbation.draft import Draft
from core.perturbation.neighborhood import NearWord, neighbors_of_word
from core.tasks import Example, Task

Swaps = tuple[tuple[int, str], ...]
LISTED = 18
"""Neighbours shown of a word unless said otherwise: what a map holds with whole words."""


@dataclass(frozen=True)
class Option:
    """A neighbour in the word's place.

    ``cosine`` of the two words, ``tag`` is its part of speech there, ``refusal`` why the rules do not let it stand
    there; an answer of each classifier; x and y on the map, within 1 of the word itself at 0, 0.
    """

    word: str
    cosine: float | None
    tag: str
    refusal: Refusal | None
    answers: tuple[Prediction, ...]
    x: float
    y: float


@dataclass(frozen=True)
class Around:
    """A word among its neighbours. ``answers`` are those to the text with the word as it was, the other swaps made.

    ``note`` says what a reader should know about the gates on this text; empty for nothing unusual.
    """

    index: int
    word: Word
    tag: str
    answers: tuple[Prediction, ...]
    options: tuple[Option, ...]
    note: str


@dataclass(frozen=True)
class Judged:
    """A swap that was made: the word as it was, what stands there, their cosine, why the rules refuse it if they do."""

    word: Word
    replacement: str
    cosine: float | None
    refusal: Refusal | None


def swapped(text: str, swaps: Swaps) -> Draft:
    """``text`` with the swaps made, each cased as the word it replaces.

    Raises InputError for a word that is not there or is swapped twice, or for a replacement that is not one word.
    """
    draft, done = Draft(text), set()
    for index, replacement in swaps:
        if not 0 <= index < len(draft.words) or index in done:
            twice = "it is swapped twice" if index in done else f"the text has words 0 to {len(draft.words) - 1}"
            raise InputError(f"Word {index} cannot be swapped: {twice}.")
        found = find_words(replacement)
        if len(found) != 1 or found[0].text != replacement:
            raise InputError(f"A word is replaced by one word, was given {replacement!r:.60}.")
        draft.swap(index, draft.cased(index, replacement))
        done.add(index)
    return draft


def with_swaps(task: Task, example: Example, swaps: Swaps) -> Example:
    """The example that the classifiers see. Raises as :func:`swapped`."""
    return task.with_text(example, swapped(task.text(example), swaps).text)


def look_around(
    classifiers: Sequence[Classifier],
    lexicon: Lexicon,
    example: Example,
    swaps: Swaps,
    index: int,
    config: AttackConfig,
    limit: int = LISTED,
) -> Around:
    """The ``limit`` nearest neighbours of word ``index``, whatever the rules of ``config`` say, which are told.

    The other swaps stay, the word's own is left out. Cost: a question to each classifier for the word and for every
    neighbour, in one batch each, and what the gates cost. Raises InputError for a word that is not there.
    """
    task = classifiers[0].task
    gates, draft, found = _judged(lexicon, task.text(example), swaps, index, config, limit)
    tags = _tags(lexicon, config)
    examples = [
        task.with_text(example, t) for t in (draft.text, *(draft.with_word(index, n.candidate.word) for n in found))
    ]
    answers = list(zip(*(classifier.predict(examples) for classifier in classifiers), strict=True))
    own, left_out = draft.spans[index], _left_out(draft.originals[index], lexicon, config)
    where = places([n.candidate.word for n in found], [n.candidate.cosine or 0.0 for n in found], lexicon.neighbors)
    options = tuple(
        Option(near.candidate.word, near.candidate.cosine, near.tag, left_out or _outside(rank, config) or near.refusal,
               answer, float(x), float(y))
        for rank, (near, answer, (x, y)) in enumerate(zip(found, answers[1:], where, strict=True))
    )  # fmt: skip
    return Around(index, own, tags.tags(draft, index, ())[0], answers[0], options, gates.note)


def options(
    lexicon: Lexicon, text: str, swaps: Swaps, index: int, config: AttackConfig, limit: int = LISTED
) -> tuple[tuple[str, Refusal | None], ...]:
    """The same neighbours, nearest first, and why the rules refuse each if they do; no classifier is asked."""
    _, draft, found = _judged(lexicon, text, swaps, index, config, limit)
    left_out = _left_out(draft.originals[index], lexicon, config)
    return tuple((near.candidate.word, left_out or _outside(rank, config) or near.refusal)
                 for rank, near in enumerate(found))  # fmt: skip


def _judged(
    lexicon: Lexicon, text: str, swaps: Swaps, index: int, config: AttackConfig, limit: int
) -> tuple[Gates, Draft, tuple[NearWord, ...]]:
    """The gates, the text with the other swaps made, the neighbours of word ``index`` as the gates judge them there."""
    draft = swapped(text, tuple(swap for swap in swaps if swap[0] != index))
    if not 0 <= index < len(draft.words):
        raise InputError(f"There is no word {index}: the text has words 0 to {len(draft.words) - 1}.")
    gates = Gates(config, lexicon, text)
    near = neighbors_of_word(draft, index, Neighbors(lexicon.neighbors, limit), _tags(lexicon, config),
                             gates.constraints)  # fmt: skip
    return gates, draft, near


def judge_swaps(lexicon: Lexicon, text: str, swaps: Swaps, config: AttackConfig) -> tuple[Judged, ...]:
    """What the rules say about each swap, in the order in which they were made. Asks no classifier.

    Raises as :func:`swapped`.
    """
    swapped(text, swaps)
    gates, draft, judged = Gates(config, lexicon, text), Draft(text), []
    for index, replacement in swaps:
        word, new = draft.spans[index], draft.cased(index, replacement)
        near = lexicon.neighbors.neighbors(word.text)
        rank = next((i for i, one in enumerate(near) if one.word.lower() == new.lower()), None)
        cosine = None if rank is None else near[rank].cosine
        refusal = _left_out(word.text, lexicon, config) or _outside(rank, config)
        for constraint in () if refusal else gates.constraints:
            one = next(iter(constraint.judge(draft, index, [Candidate(new, cosine)])))
            if isinstance(one, Refusal):
                refusal = one
                break
        judged.append(Judged(word, new, cosine, refusal))
        draft.swap(index, new)
    return tuple(judged)


def words_allowed(text: str, config: AttackConfig) -> int | None:
    """How many words of ``text`` the rules let change; None for all of them."""
    share = config.max_changed_share
    return None if share is None else changes_allowed(share, len(find_words(text)))


def _tags(lexicon: Lexicon, config: AttackConfig) -> PartOfSpeech:
    """Who names the parts of speech: as the rules do, and in universal tags where they do not ask."""
    tagset = "universal" if config.pos == "none" else config.pos
    return PartOfSpeech(lexicon.tagger, tagset, context=config.pos_context)


def _left_out(word: str, lexicon: Lexicon, config: AttackConfig) -> Refusal | None:
    """Why the rules leave a word alone, whatever would stand in its place."""
    if config.stop_words != "none" and word.lower() in lexicon.stop_words:
        return Refusal("word", "the word itself is a stop word, which these rules leave alone")
    if is_number(word):
        return Refusal("word", "the word itself is a number, and another number is another fact")
    return None


def _outside(rank: int | None, config: AttackConfig) -> Refusal | None:
    """Why a word is too far down the list of neighbours (counted from 0), or not in it at all."""
    most = config.candidates_per_word
    if rank is not None and rank < most:
        return None
    return Refusal("word", f"not among the {most} nearest neighbours of the word")
