"""The endpoints of the figures that explain: the gate dial, the illusion, before and after, a word beside another.

What the panels of those names show, as records.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, cast

import gradio as gr

from app import work
from app.boundary import declare
from app.catalog import Catalog
from app.play import read_swaps
from app.requested import requested
from app.visitors import visitor_of
from app.words_record import answer_record
from core.analysis.request import make_example
from core.defenses.registry import PLAIN
from core.errors import InputError
from core.language.text import find_words
from core.models.importance import Importances
from core.projection import Method
from core.ranges import number
from core.tasks import get_task

QUESTIONS = 600
"""That each attack of the gate dial and of the illusion may ask, unless said otherwise; the panels ask as many."""


def register(catalog: Catalog) -> None:
    """Declare the endpoints inside the page's context."""
    for handler in (*_dials(catalog), *_words(catalog)):
        declare(handler, **catalog.shelf.settings.model_queue)


def most_questions(catalog: Catalog, wanted: Any = QUESTIONS) -> int:
    """How many questions an attack of a dial may ask here. Raises ConfigError for more than the page allows."""
    return int(number("questions", wanted, 1, catalog.shelf.settings.limits.questions, whole=True))


def _dials(catalog: Catalog) -> tuple[Callable[..., Any], ...]:
    limits = catalog.shelf.settings.limits

    def gate_dial(
        task: str, text: str, hypothesis: str = "", questions: int = QUESTIONS, seed: int = 0,
        page: gr.Request | None = None,
    ) -> Iterator[dict[str, Any]]:  # fmt: skip
        """TextFooler on the plain classifier by every set of rules, from strict to none: success rises, meaning falls.

        A stream of six records, each with one set of rules more under "steps": whether the answer turned, the swaps,
        the questions asked, and the cosine of the sentence vectors before and after. At most six times "questions"
        rows; a request ends after 900 seconds unless the page says otherwise. What our own texts gave is the table
        "gates" of the endpoint benchmark.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair; it is what changes.
            questions: Rows that each of the six attacks may ask, 1 to 5000 unless the page says otherwise.
            seed: Of every draw, 0 to 2147483647.
            page: The session that asks; Gradio fills it in.
        """
        from core.evaluation.dials import at_each_gate

        example, steps = make_example(task, text, hypothesis, limits.characters), list[dict[str, Any]]()
        most, start = most_questions(catalog, questions), number("seed", seed, 0, 2**31 - 1, whole=True)
        classifier, lexicon = catalog.models(task, PLAIN, visitor_of(page))
        for one in at_each_gate(classifier, lexicon, example, most, int(start)):
            steps.append(_fall_record(task, one))
            yield {"task": task, "questions": most, "seed": start, "steps": steps}

    def illusion(
        task: str, text: str, hypothesis: str = "", temperature: float = 0.003, calibrate: bool = False,
        questions: int = QUESTIONS, seed: int = 0, page: gr.Request | None = None,
    ) -> Iterator[dict[str, Any]]:  # fmt: skip
        """TextFooler, by rules that allow anything, on the plain classifier's scores and on the same ones made sharper.

        Logits divided by a small temperature leave every answer as it is, but the attacker no longer sees which swap
        helps. With "calibrate" the attacker first fits a temperature to our own labelled texts and sees again. A stream
        of two records under "attacks": the classifier's own scores, then also what the attacker sees. At most twice
        "questions" rows, and some forty to fit.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair; it is what changes.
            temperature: What the logits are divided by, 0.000001 to 1000000; small is sharp.
            calibrate: Whether the attacker fits a temperature to what it sees.
            questions: Rows that each attack may ask, 1 to 5000 unless the page says otherwise.
            seed: Of every draw, 0 to 2147483647.
            page: The session that asks; Gradio fills it in.
        """
        from core.evaluation.dials import COLDEST, HOTTEST, fall, seen_through

        example, most = make_example(task, text, hypothesis, limits.characters), most_questions(catalog, questions)
        sharp = number("temperature", temperature, COLDEST, HOTTEST)
        start = int(number("seed", seed, 0, 2**31 - 1, whole=True))
        classifier, lexicon = catalog.models(task, PLAIN, visitor_of(page))
        attacks = [{"seen": 1.0, **_fall_record(task, fall(classifier, lexicon, example, "ungated", most, start))}]
        yield {"task": task, "temperature": sharp, "fitted": None, "attacks": attacks}
        fitted = seen_through(classifier, sharp) if calibrate else None
        seen = sharp * (fitted or 1.0)
        found = fall(classifier, lexicon, example, "ungated", most, start, temperature=seen)
        attacks.append({"seen": seen, **_fall_record(task, found)})
        yield {"task": task, "temperature": sharp, "fitted": fitted, "attacks": attacks}

    return gate_dial, illusion


def _words(catalog: Catalog) -> tuple[Callable[..., Any], ...]:
    def before_after(
        task: str, text: str, hypothesis: str = "", swaps: dict[str, Any] | None = None, method: str = "gradient",
        seed: int = 0, page: gr.Request | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """What swaps did to the importance of every word, which swap decided, and whether the importance is faithful.

        Of the plain classifier. "decisive" is the swap whose undoing gives the first answer the most back, null where
        the answer did not turn. "deletion" has the probability of the first answer as more and more words are taken
        out, most important first, by each measure, and by 20 orders at random. Costs two importances, 2 rows and one a
        swap, and 24 orders of up to 12 rows; what would cost more than the page allows is refused.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair; it is its words that can be swapped.
            swaps: A mapping from a word's number, from 0 in order of the text, to one word, such as {"5": "fine"}.
            method: gradient, gradient_x_input, integrated_gradients or leave_one_out.
            seed: Of the orders at random, 0 to 2147483647.
            page: The session that asks; Gradio fills it in.
        """
        from core.analysis.before_after import METHODS

        example = make_example(task, text, hypothesis, catalog.shelf.settings.limits.characters)
        made = read_swaps(swaps or {})
        if method not in METHODS:
            raise InputError(f"There is no measure {method!r:.40}; there are {', '.join(METHODS)}.")
        start = int(number("seed", seed, 0, 2**31 - 1, whole=True))
        found = work.before_after(catalog, task, example, made, method)
        faith, labels = work.faithfulness(catalog, task, example, start), get_task(task).labels
        return {
            "swaps": [{"number": index, "to": word} for index, word in made], "decisive": found.decisive,
            "answer_before": answer_record(labels, found.answer_before),
            "answer_after": answer_record(labels, found.answer_after),
            "undone": [answer_record(labels, one) for one in found.undone],
            "before": _scores(found.before), "after": _scores(found.after),
            "deletion": {**asdict(faith), "label": labels[faith.label],
                         "areas": {curve.method: faith.area(curve.left) for curve in faith.curves}},
        }  # fmt: skip

    def noise_beside(
        task: str, text: str, hypothesis: str = "", word: int = 0, other: str = "", sigma: float = 1.0,
        draws: int = 60, method: str = "pca", seed: int = 0, model: str = PLAIN, page: gr.Request | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """A word and a neighbour in its place, each in its noise, in two dimensions; and the way from one to the other.

        "points" has both clouds together and the other neighbours, each with the class it leads to; "line" the classes
        on the straight line between the two vectors, without noise and for 20 noised copies at each of 17 places. Both
        are null for a word without neighbours. Rows times word-pieces may be a million unless the page says otherwise.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair; it is its words that are noised.
            word: The number of the word, from 0 in order of the text.
            other: The neighbour beside it; the one that decides if empty or none of the twelve nearest.
            sigma: How strong the noise is, in units of the embedding table's coordinate standard deviation, 0 to 1000.
            draws: Copies of each, 1 to 1000; with umap or tsne at most 200.
            method: How many dimensions become two: pca, umap or tsne.
            seed: Of every draw, 0 to 2147483647.
            model: plain, a FACT model that ships such as imdb-fact, or one of your own such as own-1.
            page: The session that asks; Gradio fills it in.
        """
        visitor = visitor_of(page)
        asked = requested(catalog, task, text, hypothesis, "shipped", seed, None, model, visitor)
        words = find_words(asked.text)
        if not words:
            raise InputError("The text has no words.")
        chosen = words[int(number("word", word, 0, len(words) - 1, whole=True))]
        near, found = work.beside(catalog, asked, visitor, chosen, other, sigma, draws, cast(Method, method))
        labels = get_task(task).labels
        answers = {name: answer_record(labels, one) for name, one in zip(near.names, near.answers, strict=True)}
        line = None if found is None else work.line(catalog, asked, visitor, chosen, found.other, sigma, LINE_DRAWS)
        return {
            "word": chosen.text, "number": words.index(chosen), "other": found.other if found else None,
            "neighbors": answers, "labels": labels, "sigma": sigma,
            "sigma_absolute": found.sigma_absolute if found else None,
            "points": [asdict(point) for point in found.points] if found else None,
            "line": [asdict(point) for point in line] if line is not None else None,
        }  # fmt: skip

    return before_after, noise_beside


LINE_DRAWS = 20
"""Noised copies at each place of the line."""


def _scores(found: Importances) -> list[dict[str, Any]]:
    """The words in order of the text."""
    return [{"word": word.text, "score": score} for word, score in zip(found.words, found.scores, strict=True)]


def _fall_record(task: str, one: Any) -> dict[str, Any]:
    labels, end = get_task(task).labels, one.end
    return {
        "rules": one.rules, "fooled": one.fooled, "status": end.status, "text": end.text,
        "answer_before": labels[end.predicted_before], "answer": labels[end.predicted],
        "probability_before": end.probability_before, "probability": end.probability, "words": end.words,
        "swaps": [{"number": index, "from": old, "to": new} for index, old, new in end.swaps],
        "questions": end.queries, "similarity": one.similarity,
    }  # fmt: skip
