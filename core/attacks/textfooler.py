"""TextFooler (Jin et al. 2020): swap the words that matter most for the synonym that hurts most, until it flips.

Guarantees: changes only the task's perturbed text, only words outside the stop list, each at most once, and only to
candidates that pass every gate. Cost: at most 1 + n + n * candidates_per_word queries for n words; words beyond the
classifier's cut, stop words and words without a near neighbour cost none.

Decided here, where sources differ (METHODS, section 8): gates come before queries, which leaves the outcome as it is
when they come after, since a candidate that fails a gate could never be chosen; a word is ranked by the loss it leaves,
over the words that can be attacked at all; equal scores keep the order of the text. Unlike the released code,
neighbours are looked up without regard to case (it cannot attack a capitalised word), words beyond the classifier's cut
are left alone, and the window of words around a change always holds the change.
"""

from collections.abc import Generator

from core.attacks.events import WordPassed, WordsRanked
from core.attacks.flow import Answers, Halt, Query
from core.attacks.search import Search, Steps
from core.perturbation.draws import generator

BLANKS = {"oov": "<oov>", "unk": "[UNK]"}


def textfooler(search: Search) -> Steps:
    """Rank by leaving each word out, then go through the words greedily."""
    words, left_out = search.attackable()
    search.paper_queries += len(search.draft.words)
    scores = yield from leave_one_out(search, words)
    order = sorted(scores, key=lambda index: -scores[index])
    yield ranked(search, order, scores, left_out, words)
    yield from greedy(search, order)


def random_order(search: Search) -> Steps:
    """The same search with the words in random order: what the ranking is worth. At most 1 + n * candidates queries."""
    words, left_out = search.attackable()
    order = shuffled(search, words)
    yield WordsRanked(tuple(order), (), left_out, search.asker.queries)
    yield from greedy(search, order)


def ranked(
    search: Search, order: list[int], scores: dict[int, float], left_out: tuple[tuple[int, str], ...], words: list[int]
) -> WordsRanked:
    """The event; words without a score are those that the query budget did not reach."""
    unreached = tuple((index, "not reached by the query budget") for index in words if index not in scores)
    return WordsRanked(
        tuple(order), tuple(scores[index] for index in order), (*left_out, *unreached), search.asker.queries
    )


def shuffled(search: Search, words: list[int]) -> list[int]:
    """``words`` in an order drawn from (seed, text)."""
    drawn = generator(search.config.seed, search.example, "order").permutation(len(words))
    return [words[place] for place in drawn.tolist()]


def leave_one_out(search: Search, words: list[int]) -> Generator[Query, Answers | None, dict[int, float]]:
    """By word: how much probability the label loses when it is left out; words beyond the query budget are missing.

    With ``flip_bonus``, a word that changes the answer adds what the new answer gains.
    """
    config, draft, label = search.config, search.draft, search.label
    texts = (
        draft.without_word(i) if config.blank == "delete" else draft.with_word(i, BLANKS[config.blank]) for i in words
    )
    answers = (yield from search.ask(texts)) if words else []
    scores = {}
    for index, answer in zip(words, answers, strict=False):
        probabilities = answer.probabilities
        score = search.before[label] - probabilities[label]
        if config.flip_bonus and answer.label != label:
            score += probabilities[answer.label] - search.before[answer.label]
        scores[index] = score
    return scores


def greedy(search: Search, order: list[int]) -> Steps:
    """Each word in turn, from where the text stands; ends by raising Halt, or quietly when all words were tried."""
    for index in order:
        search.check_cap()
        candidates = search.source(index)
        search.paper_queries += sum(map(search.gates.passes_word_gate, candidates))
        passed = yield from search.passing(search.draft, index, candidates)
        if not passed:
            yield WordPassed(index, "every replacement was refused")
            continue
        tried = yield from search.try_candidates(index, passed)
        yield from search.settle_flips(index, tried)
        yield from search.keep_best(index, tried)
    raise Halt("failed", "Every word was tried and the answer held.")
