"""What a table comes to: a fold over whatever lines the log holds, beside the paper's numbers, with what differs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from core.attacks.events import right_after
from core.evaluation.answer_jobs import answered
from core.evaluation.attack_summary import AttackSummary, summarise
from core.evaluation.flags import flags_of_answers, flags_of_attack, flags_of_words, in_order
from core.evaluation.metrics import PAPER_BATCH
from core.evaluation.paper import PRINTED, Printed
from core.evaluation.surface import surface_of
from core.evaluation.table import Measure, Table, TableRow, against, measure
from core.evaluation.table_differences import differences
from core.evaluation.table_plan import RowPlan, TablePlan
from core.evaluation.table_rows import RowSpec, how_to_make
from core.evaluation.tally import Tally
from core.work.job import Job
from core.work.log import Log

CLEAN, MACRO_F1, PAPER_F1 = "accuracy", "macro F1", "paper_f1"
FOOLED, FOOLED_F1, FOOLED_PAPER_F1 = "texts that fool plain", "their macro F1", "their paper_f1"
ATTACKED, COST, COMMONEST = "after attack", "model rows an answer", "commonest answer"
FIVE_BATCH = 8
"""Rows a batch of the paper's FIVE; it decides its paper_f1 (METHODS, section 11)."""

Right = Mapping[Any, bool]
Folded = tuple[TableRow, dict[str, Right]]
"""A row, and for its paired measures whether each sample is right."""


def fold_table(
    plan: TablePlan, log: Log, title: str, command: str = "", about: Mapping[str, Any] | None = None
) -> Table:
    """The table of what is there: any rows may be missing, and any jobs of a row."""
    planned = {row.spec.key: row for row in plan.rows}
    seconds = log.seconds()
    folded = {key: (_attacked if row.attack else _answered)(plan, row, log, seconds) for key, row in planned.items()}
    rights = {key: right for key, (_, right) in folded.items()}
    rows = [
        _paired(folded[spec.key][0], rights) if spec.key in folded else _missing(plan, spec)
        for spec in plan.asked.specs
    ]
    jobs = [*plan.first(), *plan.second(log)]
    done = sum(job in log for job in jobs)
    return Table(plan.asked.number, title, plan.asked.task.name, command, about or {}, tuple(rows), done, len(jobs))


def _answered(plan: TablePlan, row: RowPlan, log: Log, seconds: Mapping[str, float]) -> Folded:
    """A row of table 1 or 2."""
    asked, printed = plan.asked, _printed(plan, row.spec)
    clean_jobs, fooled_jobs = plan.clean(row), list(plan.fooled(row, log))
    classes = len(asked.task.labels)
    (clean, right), (fooled, recovered) = (answered(jobs, log, classes) for jobs in (clean_jobs, fooled_jobs))
    batch = FIVE_BATCH if row.spec.defense == "five" else PAPER_BATCH
    own = (printed.accuracy, printed.paper_f1) if printed else None
    theirs = (printed.attacked, printed.attacked_f1) if printed else None
    measures = [
        *_scored((CLEAN, MACRO_F1, PAPER_F1), clean, batch, own),
        *_scored((FOOLED, FOOLED_F1, FOOLED_PAPER_F1), fooled, batch, theirs),
    ]
    flags: tuple[str, ...] = ()
    if clean.truth:
        measures.append(Measure(COMMONEST, clean.commonest, len(clean.truth)))
        measures.append(Measure(COST, clean.model_rows / len(clean.truth) / clean.draws, len(clean.truth)))
        flags = flags_of_answers(clean, clean.scores())
    if fooled.truth:
        flags += flags_of_answers(fooled, fooled.scores())
    config = row.answers.config if row.answers else {}
    flags += flags_of_words({**(plan.fooling.made_by if plan.fooling else {}), **config})
    made = _row(plan, row, config, measures, flags, _seconds([*clean_jobs, *fooled_jobs], log, seconds))
    return made, {CLEAN: right, FOOLED: recovered}


def _scored(
    names: tuple[str, str, str], tally: Tally, batch: int, printed: tuple[float, float | None] | None
) -> Iterator[Measure]:
    if not tally.truth:
        return
    scores, n = tally.scores(batch), len(tally.truth)
    accuracy, f1 = printed or (None, None)
    yield measure(names[0], tally.accuracy, accuracy)
    yield measure(names[1], scores.macro_f1)
    yield Measure(names[2], scores.paper_f1, n, paper=f1)


def _attacked(plan: TablePlan, row: RowPlan, log: Log, seconds: Mapping[str, float]) -> Folded:
    """A row of table 3."""
    assert row.attack is not None
    records = [_slim(record) for record in row.attack.records(log)]
    printed = _printed(plan, row.spec)
    if not records:
        return _row(plan, row, row.attack.made_by, (), (), 0.0), {}
    found = summarise(records)
    counted = {r["i"]: r for r in records if right_after(r["status"]) is not None}
    rights: dict[str, Right] = {
        CLEAN: {i: r["status"] != "skipped" for i, r in counted.items()},
        ATTACKED: {i: right_after(r["status"]) is True for i, r in counted.items()},
    }
    flags = flags_of_attack(records, row.attack.made_by, len(plan.asked.task.labels))
    measures = list(_of_summary(found, printed))
    spent = _seconds(row.attack.jobs, log, seconds)
    made = _row(plan, row, row.attack.made_by, measures, flags, spent)
    return replace(made, surface=surface_of(records)), rights


def _of_summary(found: AttackSummary, printed: Printed | None) -> Iterator[Measure]:
    yield measure(CLEAN, found.clean_accuracy, printed.accuracy if printed else None)
    yield measure(ATTACKED, found.after_attack_accuracy, printed.attacked if printed else None)
    drawn = found.draws > 1
    shown = (
        ("accuracy, one draw", found.expected_clean if drawn else None),
        ("after attack, one draw", found.expected_accuracy if drawn else None),
        ("if any wrong answer counts", found.naive_accuracy if drawn else None),
        ("attack success rate", found.success_rate),
        ("queries", found.queries),
        ("words changed", found.changed),
        ("sentence gate on", found.gate_on),
    )
    yield from (measure(name, estimate) for name, estimate in shown if estimate is not None)
    attacked = found.queries.n if found.queries else 0
    if attacked:
        yield Measure("model rows an attack", (found.model_rows + found.fresh_rows) / attacked, attacked)


def _slim(record: dict[str, Any]) -> dict[str, Any]:
    """Without the texts, which a fold does not need."""
    return {name: value for name, value in record.items() if name not in ("text", "adversarial", "other_text")}


def _row(
    plan: TablePlan, row: RowPlan, made_by: Mapping[str, Any], measures: Iterable[Measure], flags: Iterable[str],
    seconds: float,
) -> TableRow:  # fmt: skip
    spec, printed = row.spec, _printed(plan, row.spec)
    return TableRow(
        spec.key, spec.title, spec.settings_of, row.recipe.model, str(made_by.get("weights", "")), tuple(measures),
        in_order(flags), differences(plan, row) if printed else (), printed.void if printed else "", seconds,
        {k: v for k, v in made_by.items() if k != "labels"},
    )  # fmt: skip


def _missing(plan: TablePlan, spec: RowSpec) -> TableRow:
    how = how_to_make(spec, plan.asked.task)
    measures = []
    if printed := _printed(plan, spec):
        names = (CLEAN, ATTACKED if plan.asked.number == 3 else FOOLED)
        values = (printed.accuracy, printed.attacked)
        measures = [Measure(n, float("nan"), 0, paper=v) for n, v in zip(names, values, strict=True)]
    return TableRow(
        spec.key, spec.title, spec.settings_of, measures=tuple(measures), missing=f"No such model ships: {how}."
    )


def _paired(row: TableRow, rights: Mapping[str, Mapping[str, Right]]) -> TableRow:
    """The row with its paired tests: against plain, on texts that fool plain against plain trained anew."""
    measures = []
    for one in row.measures:
        base = "retrained" if one.name == FOOLED else "plain"
        own, other = rights[row.key].get(one.name), rights.get(base, {}).get(one.name)
        if own and other and base != row.key and row.key != "plain":
            one = replace(one, against=against(base, own, other))
        measures.append(one)
    return replace(row, measures=tuple(measures))


def _printed(plan: TablePlan, spec: RowSpec) -> Printed | None:
    return PRINTED[plan.asked.number].get(spec.paper)


def _seconds(jobs: Iterable[Job], log: Log, seconds: Mapping[str, float]) -> float:
    return round(sum(seconds.get(job.key, 0.0) for job in jobs if job in log), 3)
