"""The endpoints: what the page can do, as plain JSON for programs (gradio_client, curl, MCP).

Each has a name and a docstring; ``Use via API`` at the foot of the page lists them. Settings are given as a mapping
from dotted names to values, on top of a preset: ``{"switch.perturb_words": 5, "five.samples": 16}``. ``model`` is
``plain``, a FACT model that ships (``imdb-fact``), or one that the same session co-tuned.

A request ends when its client leaves. What would cost more than the page allows is refused before it starts, and the
message says what would fit (:mod:`app.settings` lists the limits). Numbers must be finite, texts without half
characters (lone surrogates): gradio_client itself refuses others before they are sent, curl is told by us.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, cast

import gradio as gr

from app import work
from app.boundary import declare
from app.catalog import Catalog
from app.requested import requested
from app.visitors import visitor_of
from core.analysis.records import to_record
from core.analysis.request import make_example
from core.defenses.registry import PLAIN
from core.projection import Method
from core.tasks import get_task


def register(catalog: Catalog) -> None:
    """Declare the endpoints inside the page's context."""
    for handler in endpoints(catalog):
        declare(handler, **catalog.shelf.settings.model_queue)


def endpoints(catalog: Catalog) -> tuple[Callable[..., Any], ...]:
    """The endpoints over ``catalog``; a function's name is its endpoint's."""
    limits = catalog.shelf.settings.limits

    def classify(
        task: str, text: str, hypothesis: str = "", model: str = PLAIN, page: gr.Request | None = None
    ) -> dict[str, Any]:
        """Classify one text, or a premise (text) and a hypothesis, with the task's plain classifier or another one.

        Texts have at most 200,000 characters here unless the page says otherwise, and no half characters (lone
        surrogates); what the model does not read of them is told in flags.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair.
            model: plain, a FACT model that ships such as imdb-fact, or one of your own such as own-1.
            page: The session that asks; Gradio fills it in.
        """
        example = make_example(task, text, hypothesis, limits.characters)
        prediction = work.answer(catalog, task, example, model, visitor_of(page))
        labels = get_task(task).labels
        probabilities = dict(zip(labels, prediction.probabilities, strict=True))
        return {"label": labels[prediction.label], "probabilities": probabilities, "flags": list(prediction.flags)}

    def analyse(
        task: str, text: str, hypothesis: str = "", preset: str = "shipped", seed: int = 0,
        settings: dict[str, Any] | None = None, model: str = PLAIN, page: gr.Request | None = None,
    ) -> Iterator[dict[str, Any]]:  # fmt: skip
        """Analyse a text: answer, word importance, SWITCH's alternatives, the votes of FuSE and FIVE.

        A stream of four records, each with one part more than the last; the final one is complete. Settings are by
        dotted name on top of the preset, such as five.samples; numbers must be finite. Rows times word-pieces may be
        a million unless the page says otherwise; more is refused with what would fit.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair.
            preset: shipped (ours) or paper.
            seed: Of every draw, 0 to 2147483647.
            settings: Changes of the preset by dotted name, such as {"five.samples": 16, "switch.perturb_words": 5}.
            model: plain, a FACT model that ships such as imdb-fact, or one of your own such as own-1.
            page: The session that asks; Gradio fills it in.
        """
        visitor = visitor_of(page)
        for known in work.analysis(
            catalog, requested(catalog, task, text, hypothesis, preset, seed, settings, model, visitor), visitor
        ):
            yield to_record(known)

    def noise_cloud(
        task: str,
        text: str,
        hypothesis: str = "",
        sigma: float = 1.0,
        draws: int = 100,
        method: str = "pca",
        seed: int = 0,
        model: str = PLAIN,
        page: gr.Request | None = None,
    ) -> dict[str, Any]:
        """Noised copies of the chosen words' vectors in two dimensions, with the class each leads to.

        Sigma is in units of the embedding table's coordinate standard deviation, 0 to 1000; method is pca with 1 to
        1000 draws, or umap or tsne with 1 to 400. Draws times word-pieces of the text may be a million unless the page
        says otherwise.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair.
            sigma: How strong the noise is.
            draws: How many copies.
            method: How many dimensions become two: pca, umap or tsne.
            seed: Of every draw, 0 to 2147483647.
            model: plain, a FACT model that ships such as imdb-fact, or one of your own such as own-1.
            page: The session that asks; Gradio fills it in.
        """
        visitor = visitor_of(page)
        given = requested(catalog, task, text, hypothesis, "shipped", seed, None, model, visitor)
        return asdict(work.cloud(catalog, given, visitor, sigma, draws, cast(Method, method)))

    def noise_curve(
        task: str,
        text: str,
        hypothesis: str = "",
        draws: int = 40,
        seed: int = 0,
        model: str = PLAIN,
        page: gr.Request | None = None,
    ) -> Iterator[list[dict[str, Any]]]:
        """How many noised copies each class wins at ten sigmas; a stream of ever longer lists.

        1 to 1000 draws a sigma; all draws times word-pieces of the text may be a million unless the page says
        otherwise.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair.
            draws: Copies at each of the ten sigmas.
            seed: Of every draw, 0 to 2147483647.
            model: plain, a FACT model that ships such as imdb-fact, or one of your own such as own-1.
            page: The session that asks; Gradio fills it in.
        """
        visitor, points = visitor_of(page), []
        given = requested(catalog, task, text, hypothesis, "shipped", seed, None, model, visitor)
        for point in work.curve(catalog, given, visitor, draws):
            points.append(asdict(point))
            yield points

    def roll_dice(
        task: str,
        text: str,
        hypothesis: str = "",
        defense: str = "five",
        draws: int = 100,
        preset: str = "shipped",
        model: str = PLAIN,
        page: gr.Request | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Ask a randomised defence (fuse or five) again and again, each time with another seed.

        1 to 1000 draws; draws times the defence's members times word-pieces of the text may be a million unless the
        page says otherwise.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair.
            defense: fuse or five.
            draws: How often it is asked.
            preset: shipped (ours) or paper.
            model: plain, a FACT model that ships such as imdb-fact, or one of your own such as own-1.
            page: The session that asks; Gradio fills it in.
        """
        visitor = visitor_of(page)
        given = requested(catalog, task, text, hypothesis, preset, 0, None, model, visitor)
        for found in work.dice(catalog, given, visitor, defense, draws):
            yield {**asdict(found), "counts": dict(zip(found.labels, found.counts, strict=True))}

    return classify, analyse, noise_cloud, noise_curve, roll_dice
