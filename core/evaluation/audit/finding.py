"""A check and what it found: the nouns of the audit, as plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from core.evaluation.audit.bench import Bench

Verdict = Literal["pass", "fail", "cannot say"]
ENOUGH = 10
"""Texts under which a check about shares cannot say anything."""


@dataclass(frozen=True)
class Measured:
    """What a check found: its verdict, the number of texts behind it, a sentence, and the figures in the sentence."""

    verdict: Verdict
    n: int
    said: str
    figures: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Check:
    """A question to a classifier. ``means`` is what a failure would say about published numbers.

    ``measure`` asks; it is a function of the bench alone, so checks may be run in any order or by themselves.
    """

    key: str
    title: str
    means: str
    measure: "Callable[[Bench], Measured]"


@dataclass(frozen=True)
class Finding:
    """A check's verdict with all that a reader needs to judge it."""

    key: str
    title: str
    verdict: Verdict
    n: int
    said: str
    means: str
    figures: tuple[tuple[str, float], ...] = ()


def passed(yes: bool) -> Verdict:
    """The verdict of a check that can always say."""
    return "pass" if yes else "fail"
