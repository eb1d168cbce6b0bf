"""TextFooler the eager way, as its authors wrote it: query every neighbour of a word first, filter afterwards.

Slow, plain and separate from the product's code, so that the two can be compared. It shares only the lexicon's parts
and the editing of spans.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.language.lexicon import Lexicon
from core.language.text import Word, find_words, match_case, replace_words

Ask = Callable[[Sequence[str]], list[tuple[float, ...]]]


@dataclass(frozen=True)
class Rules:
    """What differs between the presets."""

    floor: float  # of the sentence similarity, as an angle in radians: at most this far apart
    short_floor: float | None  # for texts under 15 words; None: no sentence gate there
    original_context: bool  # tags and acceptance in TextAttack's manner
    blank: str  # "" deletes


PAPER = Rules(0.3, 0.9, False, "<oov>")
TEXTATTACK = Rules((1 - 0.840845057) * math.pi, None, True, "")


def eager_textfooler(text: str, label: int, ask: Ask, lexicon: Lexicon, rules: Rules) -> tuple[str, str, int]:
    """(outcome, last text, queries) of the attack on ``text``."""
    words = find_words(text)
    (before,) = ask([text])
    if before.index(max(before)) != label:
        return "skipped", text, 0
    queries = 1
    short = len(words) < 15
    allowed = rules.short_floor if short else rules.floor
    tags = lexicon.tagger.tag([w.text for w in words], "universal")
    left_out = ask([blanked(text, word, rules.blank) for word in words])
    queries += len(words)
    scores = []
    for answer in left_out:
        winner = answer.index(max(answer))
        score = before[label] - answer[label]
        if not rules.original_context and winner != label:
            score += answer[winner] - before[winner]
        scores.append(score)
    swaps: dict[Word, str] = {}
    now = before
    for place in sorted(range(len(words)), key=lambda i: -scores[i]):
        word = words[place]
        if word.text.lower() in lexicon.stop_words:
            continue
        near = [n.word for n in lexicon.neighbors.neighbors(word.text, 50) if n.cosine >= 0.5]
        if not near:
            continue
        texts = [replace_words(text, {**swaps, word: other}) for other in near]
        answers = ask(texts)
        queries += len(texts)
        current = replace_words(text, swaps)
        turns = angles(lexicon, current, texts, words, swaps, place, near) if allowed is not None else None
        fits = [fits_tag(lexicon, words, swaps, tags, place, other, rules.original_context) for other in near]
        near_enough = [True] * len(near) if turns is None else [turn <= allowed for turn in turns]
        flips = [a.index(max(a)) != label and t and n for a, t, n in zip(answers, fits, near_enough, strict=True)]
        if any(flips):
            chosen = [i for i in range(len(near)) if flips[i]]
            best = min(chosen, key=lambda i: turns[i] if turns is not None else answers[i][label])
            return "success", texts[best], queries
        penalties = [a[label] + (not n) + (not t) for a, t, n in zip(answers, fits, near_enough, strict=True)]
        best = int(np.argmin(penalties))
        if penalties[best] < (now if rules.original_context else before)[label]:
            swaps[word] = near[best]
            now = answers[best]
    return "failed", replace_words(text, swaps), queries


def blanked(text: str, word: Word, blank: str) -> str:
    """The text with a word left out."""
    if blank:
        return text[: word.start] + blank + text[word.end :]
    if text[word.end : word.end + 1] == " ":
        return text[: word.start] + text[word.end + 1 :]
    head = text[: word.start]
    return (head[:-1] if head.endswith(" ") and not text[word.end : word.end + 1].isalnum() else head) + text[
        word.end :
    ]


def fits_tag(
    lexicon: Lexicon,
    words: Sequence[Word],
    swaps: dict[Word, str],
    tags: list[str],
    place: int,
    other: str,
    original_context: bool,
) -> bool:
    """The same part of speech, or noun and verb."""
    now = [w.text if original_context or w not in swaps else match_case(w.text, swaps[w]) for w in words]
    first, last = max(0, place - 4), place + 5
    if len(words) <= 10 and not original_context:
        first, last = 0, len(words)
    context = now[first:last]
    context[place - first] = match_case(words[place].text, other)
    new = lexicon.tagger.tag(context, "universal")[place - first]
    old = tags[place]
    if original_context:
        old = lexicon.tagger.tag(now[first:last], "universal")[place - first]
    return new == old or {new, old} == {"NOUN", "VERB"}


def angles(
    lexicon: Lexicon,
    current: str,
    texts: list[str],
    words: Sequence[Word],
    swaps: dict[Word, str],
    place: int,
    near: list[str],
) -> list[float]:
    """Angles between the 15 words around ``place`` in the current text and in each candidate's."""
    source, *others = (
        cut(words, {**swaps, **extra}, place, text)
        for extra, text in zip([{}, *({words[place]: other} for other in near)], [current, *texts], strict=True)
    )
    rows = lexicon.encoder.encode([source, *others])
    return [math.acos(min(1.0, max(-1.0, float(row @ rows[0])))) for row in rows[1:]]


def cut(words: Sequence[Word], swaps: dict[Word, str], place: int, text: str) -> str:
    """The 15 words around ``place``, with what lies between them; the whole text if it has no more."""
    if len(words) <= 15:
        return text
    first = min(max(place - 7, 0), len(words) - 15)
    shift = [0]
    for word in words:
        new = match_case(word.text, swaps[word]) if word in swaps else word.text
        shift.append(shift[-1] + len(new) - len(word.text))
    return text[words[first].start + shift[first] : words[first + 14].end + shift[first + 15]]
