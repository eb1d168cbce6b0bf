"""The endpoints of the Words tab: a word's neighbours, and everybody's answers to a text with some words swapped."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from app import words_run
from app.answered import key_of, recalled
from app.boundary import declare
from app.catalog import Catalog
from app.entrants import at_one_table
from app.play import Play, new_play, read_swaps
from app.remembered import Remembered
from app.visitors import visitor_of
from app.words_record import answer_record, judged_record, why
from app.words_seen import Keys, usual
from core.analysis.words import LISTED, Around, judge_swaps, look_around, swapped
from core.models.classifier import Prediction
from core.ranges import number
from core.tasks import get_task

MOST_LISTED = 100
"""Neighbours that the table holds of a word."""


def register(catalog: Catalog, known: Remembered) -> None:
    """Declare the endpoints inside the page's context; what is ``known`` is asked of nobody again."""
    for handler in (_words(catalog), _swap(catalog, known)):
        declare(handler, **catalog.shelf.settings.model_queue)


def _words(catalog: Catalog) -> Any:
    def words(
        task: str, text: str, hypothesis: str = "", word: int = 0, rules: str = "paper", limit: int = LISTED,
        swaps: dict[str, Any] | None = None, against: str = "", page: gr.Request | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """The neighbours of one word: what each would make of the answers, and which the rules of an attack refuse.

        Each has its cosine to the word, its part of speech in the word's place, a label and probabilities by
        classifier, the reason why the rules refuse it (null if they do not), and a place x, y on a map around the word
        by similarity. The premise of a pair is never touched. Costs limit + 1 rows a classifier.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair; it is its words that can be swapped.
            word: The number of the word, from 0 in order of the text.
            rules: adjusted, paper, textattack, jia2019, bench2021 or ungated, from strict to loose.
            limit: How many neighbours, 1 to 100, nearest first.
            swaps: Words swapped before, as a mapping from a word's number to what stands there, such as {"5": "fine"}.
            against: Whose answers, names with commas between, such as plain,imdb-fact; plain and FACT if empty.
            page: The session that asks; Gradio fills it in.
        """
        play, visitor = _play(catalog, task, text, hypothesis, rules, swaps), visitor_of(page)
        place = number("word", word, 0, 10**6, whole=True)
        count = number("limit", limit, 1, MOST_LISTED, whole=True)
        names = _names(against) or [choice.name for choice in catalog.choices(task, visitor)[:2]]
        words_run.afford(catalog, play, count, len(names), 1)

        def look() -> dict[str, Any]:
            table = at_one_table(catalog, task, names, play.seed, visitor)
            lexicon = catalog.models(task)[1]
            config = words_run.rules_of(play)
            found = look_around(list(table.values()), lexicon, play.example, play.swaps, place, config, count)
            return _around_record(found, list(table), get_task(task).labels)

        return recalled(catalog, key_of(catalog, "words", task, names, play, place, count), look)

    return words


def _swap(catalog: Catalog, known: Remembered) -> Any:
    def swap(
        task: str, text: str, hypothesis: str = "", swaps: dict[str, Any] | None = None, against: str = "",
        rules: str = "paper", seed: int = 0, page: gr.Request | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Swap words of a text and ask every classifier: what they say now, what they said before, who was fooled.

        A classifier is fooled if its answer is another one than before the swaps. Each swap is judged by the rules of
        an attack; one that they refuse is made all the same, and told. FuSE and FIVE answer with the draw of the seed.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair; it is its words that can be swapped.
            swaps: A mapping from a word's number, from 0 in order of the text, to one word, such as {"5": "fine"}.
            against: Names with commas between, such as plain,fuse,five,imdb-fact,five:imdb-fact; these if empty.
            rules: adjusted, paper, textattack, jia2019, bench2021 or ungated, from strict to loose.
            seed: Of the draws of FuSE and FIVE.
            page: The session that asks; Gradio fills it in.
        """
        play = _play(catalog, task, text, hypothesis, rules, swaps, seed)
        names = _names(against) or usual(catalog, task)
        words_run.afford(catalog, play, 0, 0, len(names))
        visitor = visitor_of(page)
        key = key_of(catalog, "swap", task, names, play)
        return recalled(catalog, key, lambda: _swapped_record(catalog, known, play, names, visitor))

    return swap


def _swapped_record(
    catalog: Catalog, known: Remembered, play: Play, names: Sequence[str], visitor: str
) -> dict[str, Any]:
    """What everybody says before the swaps and after; an answer that was given before is given again."""
    table, keys = at_one_table(catalog, play.task, names, play.seed, visitor), Keys(play, visitor, ())
    task, lexicon = get_task(play.task), catalog.models(play.task)[1]
    answers = {name: words_run.answers(known, keys, table, name) for name in table}
    judged = judge_swaps(lexicon, play.text, play.swaps, words_run.rules_of(play))
    return {
        "text": swapped(play.text, play.swaps).text,
        "swaps": [judged_record(one, index) for one, (index, _) in zip(judged, play.swaps, strict=True)],
        "before": {name: answer_record(task.labels, before) for name, (before, _) in answers.items()},
        "now": {name: answer_record(task.labels, now) for name, (_, now) in answers.items()},
        "fooled": [name for name, (before, now) in answers.items() if before.label != now.label],
    }


def _play(
    catalog: Catalog, task: str, text: str, hypothesis: str, rules: str, swaps: dict[str, Any] | None, seed: int = 0
) -> Play:
    limits = catalog.shelf.settings.limits
    return new_play(task, text, hypothesis, rules, [], seed, limits, read_swaps(swaps or {}))


def _names(against: str) -> list[str]:
    return [name.strip() for name in against.split(",") if name.strip()]


def _around_record(found: Around, names: Sequence[str], labels: tuple[str, ...]) -> dict[str, Any]:
    def answers(given: Sequence[Prediction]) -> dict[str, Any]:
        return {name: answer_record(labels, one) for name, one in zip(names, given, strict=True)}

    return {
        "word": found.word.text, "number": found.index, "part_of_speech": found.tag, "note": found.note,
        "answers": answers(found.answers),
        "neighbors": [
            {"word": one.word, "cosine": one.cosine, "part_of_speech": one.tag, "refused": why(one.refusal),
             "answers": answers(one.answers), "x": one.x, "y": one.y}
            for one in found.options
        ],
    }  # fmt: skip
