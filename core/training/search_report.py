"""The result of a search as a record, and as a table for a reader: what was measured, how, and which trials are best.

A record holds settings and shares, no text of the data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.evaluation.statistics import Estimate
from core.training.study import Trial
from core.training.trial import Outcome

FIXED = 4
"""Columns before those of the settings."""


@dataclass(frozen=True)
class Report:
    """``made_by`` is what all trials share, ``commands`` made them."""

    study: str
    made_by: Mapping[str, Any]
    commands: tuple[str, ...]
    plain: Outcome
    trials: tuple[Trial, ...]

    @property
    def complete(self) -> list[Trial]:
        """Trials measured to the end, those of the front first, the most robust first."""
        done = [trial for trial in self.trials if trial.point is not None]
        return sorted(done, key=lambda t: (not t.front, -(t.point.under_attack if t.point else 0.0), t.number))

    @property
    def counts(self) -> dict[str, int]:
        """Trials by state."""
        states = [trial.state for trial in self.trials]
        return {state: states.count(state) for state in sorted(set(states))}


def to_record(report: Report) -> dict[str, Any]:
    """JSON-ready; a killed trial and its second try are both there."""
    return {
        "study": report.study, "commands": list(report.commands), "made_by": dict(report.made_by),
        "counts": report.counts,
        "plain": {"clean": asdict(report.plain.clean), "under_attack": asdict(report.plain.under_attack)},
        "front": [trial.number for trial in report.complete if trial.front],
        "trials": [asdict(trial) for trial in report.trials],
    }  # fmt: skip


def columns(report: Report) -> list[str]:
    """The names of the settings, in the order of the space."""
    names = [name for trial in report.complete for name in trial.settings]
    return list(dict.fromkeys(names))


def lines(report: Report) -> list[list[str]]:
    """A row for the plain model and for each complete trial; the first line names the columns."""
    names = columns(report)
    head = ["trial", "front", "clean (95 %)", "under attack (95 %)", *(name.replace("_", " ") for name in names)]
    plain = ["plain", "", _shown(report.plain.clean), _shown(report.plain.under_attack), *[""] * len(names)]
    found = [head, plain]
    for trial in report.complete:
        label = f"{trial.number} ({trial.known})" if trial.known else str(trial.number)
        values = [_value(trial.settings.get(name)) for name in names]
        found.append([label, "yes" if trial.front else "", _shown(trial.clean), _shown(trial.under_attack), *values])
    return found


def to_markdown(report: Report) -> str:
    """The table with what made it, to be kept in a repository."""
    made, counts = report.made_by, report.counts
    clean_n, attack_n = report.plain.clean.n, report.plain.under_attack.n
    head, *rest = lines(report)
    table = [head, ["---"] * len(head), *rest]
    said = [
        f"# Search for settings: {made['what']} on {made['task']}", "",
        f"Clean accuracy on n = {clean_n:,} rows, accuracy under attack on n = {attack_n:,} of them; intervals are "
        f"Wilson's, 95 %. Rows: {made['data']}. Model: {made['model']}. Attack: preset `{made['attack']['preset']}`, "
        f"success = the majority of fresh draws is wrong. Seed {made['seed']}. "
        f"Trials: {', '.join(f'{count} {state}' for state, count in counts.items())}.", "",
        "A trial is on the front if no other is at least as good in both columns and better in one. With these n, "
        "values whose intervals overlap are not told apart.", "",
        *("| " + " | ".join(row) + " |" for row in table), "",
        *_pruned(report), "Made by:", "", *(f"    {command}" for command in report.commands), "",
    ]  # fmt: skip
    return "\n".join(said)


def _pruned(report: Report) -> list[str]:
    found = [f"- trial {t.number}: {t.reason}" for t in report.trials if t.state == "pruned"]
    return ["Given up early:", "", *found, ""] if found else []


def _shown(estimate: Estimate | None) -> str:
    if estimate is None or estimate.n == 0:
        return ""
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _value(value: Any) -> str:
    return "none" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)


def to_markers(report: Report) -> Sequence[tuple[str, str, Estimate, Estimate]]:
    """(kind, label, clean, under attack) of everything in the figure; kinds: trial, front, shipped, paper, plain.

    What was attacked on no row (where every answer was wrong already) has no place there.
    """
    found = [("plain", "plain model", report.plain.clean, report.plain.under_attack)]
    for trial in reversed(report.complete):
        if trial.clean is None or trial.under_attack is None:
            continue
        names = trial.known.split(", ")
        kind = next((name for name in ("shipped", "paper") if name in names), "front" if trial.front else "trial")
        label = f"{trial.known} ({trial.number})" if trial.known else str(trial.number)
        label += ", on the front" if trial.front and trial.known else ""
        found.append((kind, label, trial.clean, trial.under_attack))
    return [marker for marker in found if marker[3].n]
