"""Tables of the attack commands: one attack step by step, a run summed up, a measurement."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.tasks import Task

if TYPE_CHECKING:
    from core.attacks.events import AttackEvent, AttackFinished
    from core.evaluation.attack_bench import AttackBench
    from core.evaluation.attack_summary import AttackSummary


def attack_view(events: "Sequence[AttackEvent]", task: Task) -> list[Any]:
    """One attack as a table of its swaps and the outcome in words."""
    from core.attacks.view import view_at
    from core.cli.output import table

    view = view_at(events)
    end = view.finished
    assert end is not None
    head = f"{end.status}: {end.reason} {end.queries} queries, {len(end.swaps)} of {end.words} words changed."
    if end.draws > 1:
        head += f" {verdict_words(end)}"
    parts: list[Any] = [head]
    if view.note:
        parts.append(view.note)
    if end.swaps:
        rows = [(old, new, view.words[index].score or 0.0) for index, old, new in end.swaps]
        parts.append(table("Swaps, in the order they were made", ["word", "became", "importance"], rows))
        label = task.labels[end.label]
        parts.append(f"probability of {label}: {end.probability_before:.3f} → {end.probability:.3f}")
        parts.append(end.text)
    return parts


def verdict_words(end: "AttackFinished") -> str:
    """The verdict on a randomised classifier, each share with its interval."""
    from core.evaluation.statistics import share

    found = share(end.wrong, end.draws)
    said = f"Verdict: wrong in {end.wrong} of {end.draws} fresh draws (95 % {found.low:.2f} to {found.high:.2f})"
    if end.draws_before:
        said += f", on the original in {end.wrong_before} of {end.draws_before}"
    return f"{said}; {end.fresh_draws} draws beside the attacker's queries."


def summary_view(summary: "AttackSummary") -> list[Any]:
    """A run as a table: each number with its interval and n."""
    from core.cli.output import table

    one_draw = f"… expected of one draw ({summary.draws} in each verdict)"
    drawn = summary.draws > 1
    shown = [
        ("clean accuracy", summary.clean_accuracy),
        *([(one_draw, summary.expected_clean)] if drawn else []),
        ("after-attack accuracy", summary.after_attack_accuracy),
        *[(f"… within {100 * b.share:g} % of the words", b.accuracy) for b in summary.budgets],
        *([("… if any single wrong answer counted", summary.naive_accuracy)] if drawn else []),
        *([(one_draw, summary.expected_accuracy)] if drawn else []),
        ("attack success rate", summary.success_rate),
        ("words changed (successes)", summary.changed),
        ("queries", summary.queries),
        ("queries of the eager original", summary.paper_queries),
        ("sentence gate on", summary.gate_on),
    ]
    rows = [(name, f"{e.value:.4f}", f"{e.low:.4f} to {e.high:.4f}", e.n) for name, e in shown if e is not None]
    if summary.success_rate is None:
        rows.append(("attack success rate", "none attacked", "", 0))
    word, tag, sentence = summary.refused
    made = summary.made_by
    title = f"{made['method']}, preset {made['preset']}, against {made['classifier']}"
    changed = ", ".join(f"{k}={v}" for k, v in made["overrides"].items())
    notes = [
        f"refused by the gates: word {word:,}, part of speech {tag:,}, sentence {sentence:,}; "
        f"model rows {summary.model_rows:,}"
        + (f", and {summary.fresh_rows:,} for confirmations and verdicts" if summary.fresh_rows else "")
        + f"; out of budget {summary.exhausted}; errors {summary.errors}",
        f"{made['neighbors']}; {made['encoder']}; {made['tagger']}; seed {made['seed']}"
        + (f"; changed settings: {changed}" if changed else ""),
    ]
    return [table(title, ["", "value", "95 % interval", "n"], rows), *notes]


def bench_view(found: "Sequence[AttackBench]") -> list[Any]:
    """Measurements as a table."""
    from core.cli.output import table

    rows = [
        (
            b.samples,
            b.rows,
            b.pieces,
            b.attack_s,
            b.forward_s,
            b.ratio,
            b.cpu_ratio,
            f"{100 * b.gates:.1f} %",
            b.per_sample,
            b.few.shapes,
            f"{100 * (b.few.padding - 1):.1f} %",
        )
        for b in found
    ]
    columns = [
        "samples",
        "rows",
        "pieces",
        "attack s",
        "forward s",
        "ratio",
        "cpu ratio",
        "outside model",
        "cpu s/sample",
        "shapes on a GPU",
        "padding there",
    ]
    growth = found[-1].per_sample / max(found[0].per_sample, 1e-9)
    return [
        table("Batch attack against a bare forward pass over the same rows", columns, rows),
        f"processor time per sample at {found[-1].samples} against {found[0].samples} samples: x{growth:.2f}",
    ]
