"""The card of an audit: one verdict a check, as JSON, Markdown or a page of several cards.

It holds figures only, never a text that was asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import DamagedResourceError
from core.evaluation.audit.finding import Finding
from core.strict_json import object_of, to_json

CARDS = "audit-"
"""How the files of cards begin, beside the tables of results."""
SIGNS = {"pass": "pass", "fail": "**fail**", "cannot say": "cannot say"}


@dataclass(frozen=True)
class Card:
    """Of one classifier. ``rows``: where the texts came from; ``made_by``: what decides its answers; ``command``."""

    classifier: str
    task: str
    rows: str
    command: str
    made_by: Mapping[str, Any]
    findings: tuple[Finding, ...]

    def count(self, verdict: str) -> int:
        """How many checks came to that verdict."""
        return sum(finding.verdict == verdict for finding in self.findings)

    @property
    def summary(self) -> str:
        """The verdicts counted."""
        return ", ".join(f"{self.count(verdict)} {verdict}" for verdict in SIGNS)

    def to_json(self) -> str:
        """As a file holds it."""
        return to_json(asdict(self), indent=1) + "\n"


def read_card(path: Path) -> Card:
    """The card in a file. Raises DamagedResourceError."""
    try:
        given: dict[str, Any] = object_of(path.read_text(encoding="utf-8"))
        findings = [
            Finding(**{**one, "figures": tuple((name, float(x)) for name, x in one["figures"])})
            for one in given.pop("findings")
        ]
        return Card(findings=tuple(findings), **given)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise DamagedResourceError(f"Damaged file {path} (the card of an audit): {error}") from error


def read_cards(folder: Path) -> list[Card]:
    """All cards of a folder, by file name."""
    return [read_card(path) for path in sorted(folder.glob(f"{CARDS}*.json"))]


def to_markdown(card: Card) -> str:
    """One card, a line a check."""
    lines = [f"**{card.classifier}** on {card.task}: {card.summary}. Texts: {card.rows}.", ""]
    lines += ["| check | verdict | n | what was measured |", "| --- | --- | --- | --- |"]
    lines += [f"| {one.title} | {SIGNS[one.verdict]} | {one.n} | {_cell(_told(one))} |" for one in card.findings]
    return "\n".join([*lines, "", f"    {card.command}", ""])


def to_page(cards: Sequence[Card]) -> str:
    """All cards of a task side by side, then each by itself."""
    parts = [_HEAD]
    for task in dict.fromkeys(card.task for card in cards):
        own = [card for card in cards if card.task == task]
        titles = list(dict.fromkeys(one.title for card in own for one in card.findings))
        rows = [["", *(card.classifier for card in own)], ["---"] * (1 + len(own))]
        rows += [[title, *(_verdict(card, title) for card in own)] for title in titles]
        parts.append(f"## {task}\n\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n")
        parts += [f"### {card.classifier}, {task}\n\n{to_markdown(card)}" for card in own]
    return "\n".join(parts)


def _verdict(card: Card, title: str) -> str:
    return next((SIGNS[one.verdict] for one in card.findings if one.title == title), "")


def _told(finding: Finding) -> str:
    return finding.said if finding.verdict == "pass" else f"{finding.said} What a failure means: {finding.means}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


_HEAD = """# Audit cards

Does a classifier's number under attack mean anything? `python -m core audit` asks fourteen questions of it and gives a
verdict a question: pass, fail, or cannot say, where too few texts were asked or nothing was told about its evaluation.
Drawn from the files beside this page by `python -m core assets results`. The texts are examples that ship with the
program, few and short: the cards say whether numbers can be trusted, not how high they are.
"""
