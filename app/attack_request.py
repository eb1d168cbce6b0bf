"""What a visitor asks of the Attack tab: a frozen request, from the form, from a link and back to one. Pure.

``?tab=attack&task=imdb&text=...&rules=adjusted&method=saliency&against=plain,five&seed=3&gate=0.9&queries=200``

The two dials are cosines, whatever scale the preset's own threshold is on, and 0 switches a gate off. A dial that
stands where the preset has it changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.permalink import MAX_LINK, parse_seed
from app.settings import USUAL_LIMITS, RequestLimits
from core.analysis.request import make_example
from core.attacks.presets import MENU, PRESETS, AttackConfig, attack_config
from core.errors import ConfigError, InputError, UnknownNameError
from core.language.similarity import cosine_of
from core.ranges import number
from core.tasks import Example, get_task

MAX_QUERIES, MAX_SECONDS = 1000, 120.0
"""Budgets of a visitor's attack unless changed: a class should not wait longer."""
VERDICT_DRAWS = 21
"""A visitor waits for the verdict on each randomised defence twice; a measurement takes 101."""
FIRST_PRESET, FIRST_METHOD = "paper", "textfooler"


@dataclass(frozen=True)
class AttackRequest:
    """One text, the rules of the attack, and whom it goes against, by name (:mod:`app.entrants`)."""

    task: str
    example: Example
    config: AttackConfig
    against: tuple[str, ...]
    gate: float
    word_gate: float


def dials(preset: str) -> tuple[float, float]:
    """Where a preset has the sentence gate and the word gate, as cosines rounded to hundredths; 0 is off."""
    if preset not in PRESETS:
        raise UnknownNameError("attack preset", preset, PRESETS)
    config = attack_config(preset)
    gate = round(cosine_of(config.min_similarity, config.scale), 2) if config.sentence_gate else 0.0
    return gate, round(config.min_word_cosine or 0.0, 2)


def read_form(
    task: str, text: str, hypothesis: str, preset: str, method: str, against: Sequence[str], gate: Any, word_gate: Any,
    max_queries: Any, max_seconds: Any, seed: Any, *,
    limits: RequestLimits = USUAL_LIMITS,
) -> AttackRequest:  # fmt: skip
    """The request that the form shows. Raises a FireBertError that says what is wrong with it."""
    if method not in {entry.method for entry in MENU}:
        raise UnknownNameError("attack", method, [entry.method for entry in MENU])
    example = make_example(task, text, hypothesis, limits.characters)
    usual = dials(preset)
    chosen = _given("The sentence gate", gate, usual[0], -1, 1), _given("The synonym gate", word_gate, usual[1], -1, 1)
    if not against:
        raise InputError("Choose at least one classifier to attack.")
    questions, seconds = _budgets(max_queries, max_seconds, len(set(against)), limits)
    changes: dict[str, Any] = {"max_queries": questions, "max_seconds": seconds, "verdict_draws": VERDICT_DRAWS}
    if chosen[0] != usual[0]:
        changes |= {"sentence_gate": chosen[0] > 0}
        if chosen[0] > 0:
            changes |= {"scale": "cosine", "min_similarity": chosen[0], "short_text": "keep"}
    if chosen[1] != usual[1]:
        changes["min_word_cosine"] = chosen[1] or None
    config = attack_config(preset, task, method=method, seed=parse_seed(seed), **changes)
    return AttackRequest(task, example, config, tuple(dict.fromkeys(against)), *chosen)


def to_query(request: AttackRequest) -> str:
    """The query string that restores the form; empty when the text is too long for a link."""
    config, (gate, word_gate) = request.config, dials(request.config.preset)
    pairs = {
        "tab": "attack", "task": request.task, "text": request.example.text_a,
        "hypothesis": request.example.text_b or "", "rules": config.preset,
        "method": config.method if config.method != FIRST_METHOD else "", "against": ",".join(request.against),
        "seed": str(config.seed or ""), "gate": f"{request.gate:g}" if request.gate != gate else "",
        "word_gate": f"{request.word_gate:g}" if request.word_gate != word_gate else "",
        "queries": str(config.max_queries) if config.max_queries != MAX_QUERIES else "",
        "seconds": f"{config.max_seconds:g}" if config.max_seconds != MAX_SECONDS else "",
    }  # fmt: skip
    query = urlencode({name: value for name, value in pairs.items() if value})
    return query if len(query) <= MAX_LINK else ""


def from_query(params: Mapping[str, str], limits: RequestLimits = USUAL_LIMITS) -> AttackRequest | None:
    """What a link asks for; None if it is no link to an attack. Raises a FireBertError for one that cannot be."""
    if params.get("tab") != "attack" or not params.get("text"):
        return None
    task, preset = params.get("task", "imdb"), params.get("rules", FIRST_PRESET)
    get_task(task)
    gate, word_gate = dials(preset)
    against = [name for name in params.get("against", "plain").split(",") if name]
    return read_form(
        task, params["text"], params.get("hypothesis", ""), preset, params.get("method", FIRST_METHOD), against,
        params.get("gate", gate), params.get("word_gate", word_gate), params.get("queries"), params.get("seconds"),
        params.get("seed"), limits=limits,
    )  # fmt: skip


def _budgets(questions: Any, seconds: Any, classifiers: int, limits: RequestLimits) -> tuple[int, float]:
    """Questions and seconds for each classifier, within what the page allows a request."""
    asked = _given("The budget of questions", questions, min(MAX_QUERIES, limits.questions), 1, 10**7, whole=True)
    if asked > limits.questions:
        raise ConfigError(f"An attack may ask each classifier {limits.questions:,} questions here, not {asked:,}.")
    share = limits.seconds / classifiers
    spent = _given("The time budget", seconds, min(MAX_SECONDS, share), 0, 10**6)
    if spent > share:
        raise ConfigError(
            f"{classifiers} classifiers at {spent:g} seconds each may take {classifiers * spent:g} seconds; a request "
            f"may take {limits.seconds:g} here. At most {int(share)} seconds each would fit."
        )
    return asked, spent


def _given(name: str, given: Any, usual: float, low: float, high: float, whole: bool = False) -> Any:
    """The number that a box of the form or a link holds; ``usual`` if it is empty."""
    return number(name, usual if given in (None, "") else given, low, high, whole)
