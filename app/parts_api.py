"""The endpoints for one question at a time: which words mattered, which texts SWITCH makes, what a defence votes.

And the audit of a classifier that is here. What :mod:`app.api` analyses together is asked here part by part.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import gradio as gr

from app import work
from app.boundary import declare
from app.catalog import Catalog
from app.entrants import line_up
from app.requested import requested
from app.visitors import visitor_of
from core.analysis.records import to_record
from core.defenses.registry import PLAIN
from core.errors import InputError
from core.ranges import number
from core.tasks import get_task

QUICK = "batch,padding,object,agreement,fresh,abstention,constant,saturation,decision"
"""The checks that need no attack."""
MOST_TEXTS, MOST_ATTACKED = 40, 12
SHARED = ("task", "model", "text", "hypothesis", "seed", "settings", "sources", "flags", "plain")
"""What every answer about a text holds."""


def register(catalog: Catalog) -> None:
    """Declare the endpoints inside the page's context."""
    for handler in (*_of_a_text(catalog), _audit(catalog)):
        declare(handler, **catalog.shelf.settings.model_queue)


def _of_a_text(catalog: Catalog) -> tuple[Callable[..., Any], ...]:
    def explain(
        task: str, text: str, hypothesis: str = "", method: str = "gradient", model: str = PLAIN,
        page: gr.Request | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """The words that the answer hangs on, most important first, each with its score and its place in the text.

        Costs one pass with gradients; leave_one_out costs a row for each word-piece. At most 200,000 characters unless
        the page says otherwise.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair; it is its words that are scored.
            method: gradient, integrated_gradients or leave_one_out.
            model: plain, a FACT model that ships such as imdb-fact, or one of your own such as own-1.
            page: The session that asks; Gradio fills it in.
        """
        visitor = visitor_of(page)
        asked = requested(catalog, task, text, hypothesis, "shipped", 0, {"importance.method": method}, model, visitor)
        return _parts(to_record(work.importance(catalog, asked, visitor)), "importance")

    def switch(
        task: str, text: str, hypothesis: str = "", preset: str = "shipped", seed: int = 0,
        settings: dict[str, Any] | None = None, model: str = PLAIN, page: gr.Request | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Re-worded texts that SWITCH makes: important words become near-synonyms. The model is not asked about them.

        Each has its swaps and its sentence similarity; refused ones come with the reason. Settings of its own are
        switch.total_alternatives (texts), switch.perturb_words (words of a text) and others; what would cost more than
        the page allows is refused with what would fit.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair; it is what is re-worded.
            preset: shipped (ours) or paper.
            seed: Of every draw, 0 to 2147483647.
            settings: Changes of the preset by dotted name, such as {"switch.perturb_words": 5}.
            model: Whose important words are replaced: plain, imdb-fact, own-1 and the like.
            page: The session that asks; Gradio fills it in.
        """
        visitor = visitor_of(page)
        asked = requested(catalog, task, text, hypothesis, preset, seed, settings, model, visitor)
        found = work.alternatives(catalog, asked, visitor)
        return {
            "text": found.text, "ended": found.ended,
            "chosen": [asdict(word) for word in found.chosen],
            "skipped": [{"word": word.text, "start": word.start, "why": why} for word, why in found.skipped],
            "alternatives": [asdict(one) for one in found.alternatives],
            "refused": [{**asdict(one), "why": why} for one, why in found.refused],
        }  # fmt: skip

    def defend(
        task: str, text: str, hypothesis: str = "", defense: str = "fuse", preset: str = "shipped", seed: int = 0,
        settings: dict[str, Any] | None = None, model: str = PLAIN, page: gr.Request | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """What a defence around a model answers, with every member of its vote, beside the model's own answer.

        Rows times word-pieces may be a million unless the page says otherwise; more is refused with what would fit.

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair.
            defense: fuse (a vote over re-worded texts) or five (a vote over noised embeddings).
            preset: shipped (ours) or paper.
            seed: Of every draw, 0 to 2147483647; another one can give another answer.
            settings: Changes of the preset by dotted name, such as {"five.samples": 16}.
            model: What stands inside: plain, imdb-fact, own-1 and the like.
            page: The session that asks; Gradio fills it in.
        """
        visitor = visitor_of(page)
        asked = requested(catalog, task, text, hypothesis, preset, seed, settings, model, visitor)
        record = to_record(work.vote(catalog, asked, visitor, defense))
        return {**_parts(record), "defense": defense, **record[defense]}

    return explain, switch, defend


def _parts(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: record[name] for name in (*SHARED, *names)}


def _audit(catalog: Catalog) -> Callable[..., Any]:
    def audit(
        task: str, classifier: str = PLAIN, checks: str = QUICK, texts: int = 12, attacked: int = 4, seed: int = 0,
        page: gr.Request | None = None,
    ) -> Iterator[dict[str, Any]]:  # fmt: skip
        """Whether a classifier's numbers mean anything: mixed batches, kept draws, hidden scores, and so on.

        A stream: the card so far, one finding more each time; a verdict is pass, fail or cannot say. Asked are our own
        example texts. The usual checks need no attack; the others attack, for minutes, and end with the time that a
        request may take (900 seconds unless the page says otherwise).

        Args:
            task: imdb or mnli.
            classifier: A name such as plain, fuse, five, imdb-fact, five:imdb-fact or own-1.
            checks: Names with commas between; also scores, temperature, budget, ungated and transfer, which attack.
            texts: How many example texts are asked, 2 to 40.
            attacked: Of these, the shortest ones that are attacked, 1 to 12.
            seed: Of every draw, 0 to 2147483647.
            page: The session that asks; Gradio fills it in.
        """
        from core.datasets import Row
        from core.evaluation.audit.bench import AuditConfig, Bench, Subject
        from core.evaluation.audit.card import Card
        from core.evaluation.audit.checks import audit as findings_of
        from core.evaluation.audit.checks import chosen_checks
        from core.evaluation.evaluate import sample_rows
        from core.examples import load_examples

        only = [check.key for check in chosen_checks([word.strip() for word in checks.split(",") if word.strip()])]
        n = number("texts", texts, 2, MOST_TEXTS, whole=True)
        config = AuditConfig(
            attacked=number("attacked", attacked, 1, MOST_ATTACKED, whole=True),
            seed=number("seed", seed, 0, 2**31 - 1, whole=True),
        )
        visitor, labels = visitor_of(page), get_task(task).labels
        if not (examples := load_examples(task)):
            raise InputError(f"Task '{task}' has no example texts to audit with.")
        rows = sample_rows([Row(one.example, labels.index(one.label)) for one in examples], n, config.seed)
        (entrant,) = line_up(catalog, task, [classifier], config.seed, visitor)
        plain, lexicon = catalog.models(task, PLAIN, visitor)
        bench = Bench(Subject(entrant.classifier, None if classifier == PLAIN else plain), tuple(rows), lexicon, config)
        about = f"the examples that ship, n = {len(rows)}; {len(bench.attacked)} attacked"
        made_by, found = {"classifier": classifier, "audit": asdict(config)}, []
        for finding in findings_of(bench, only):
            found.append(finding)
            card = Card(entrant.title, task, about, "", made_by, tuple(found))
            yield {**asdict(card), "summary": card.summary}

    return audit
