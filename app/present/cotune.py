"""What the Co-tune tab says: the data, the cost, how the run stands, and what it came to."""

from collections.abc import Sequence

from app.cotune_request import ATTACKED_ROWS, MAX_QUERIES, Cost
from app.cotune_rows import Sheet, counts
from app.cotune_view import CotuneView, Message, Queued
from app.present.answer import waiting
from app.present.html import class_name, notice, panel, percent, text
from app.settings import CotuneLimits
from app.theme import looks_of
from core.evaluation.comparison import ALTERNATIVES, ATTACKED, ROWS, Comparing, Measure
from core.evaluation.statistics import Estimate
from core.events import Preparing
from core.tasks import Task

LEAD = (
    "The paper’s FACT: the classifier learns from every text together with SWITCH’s re-worded versions of it, "
    "so that a swapped word should no longer change its mind. Start from the small built-in model, watch it learn, and "
    "attack what comes out."
)
_WHAT = {
    ROWS: ("Held-out rows, as they stand", "right answers"),
    ALTERNATIVES: ("Their alternatives by SWITCH", "right answers, one re-worded version of each row"),
    ATTACKED: ("Held-out rows under attack", f"still right after TextFooler, at most {MAX_QUERIES} questions a row"),
}


def heading() -> str:
    """Title and lead of the tab."""
    return f'<div class="fb-cotune-head"><h2>Co-tune your own model</h2><p class="fb-lead">{text(LEAD)}</p></div>'


def switched_off() -> str:
    """In the place of the whole tab."""
    lead = (
        "Co-tuning is switched off on this page: FIREBERT_COTUNE_JOBS is 0, or its tasks have no built-in sample. "
        "Run the page yourself to use it."
    )
    return panel("Co-tune your own model", lead, "")


def rules(task: Task, limits: CotuneLimits) -> str:
    """What an upload must look like, with an example in the task's own words."""
    header = "text,text2,label" if task.is_pair else "text,label"
    row = '"A man sleeps.","A man is awake.",contradiction' if task.is_pair else '"Slow, but I loved it.",positive'
    return (
        f'<details class="fb-cotune-rules"><summary>What the file must look like</summary>'
        f"<pre>{text(header)}\n{text(row)}</pre>"
        f'<p class="fb-quiet">CSV in UTF-8, at most {limits.rows:,} rows and {limits.bytes:,} bytes, at least 20 '
        f"rows. Labels: {text(', '.join(task.labels))}. Separated by comma, semicolon or tab; a text that holds the "
        "separator stands between double quotes. The file is used for this run and not kept.</p></details>"
    )


def data_said(sheet: Sheet, task: Task, source: str) -> str:
    """How many rows of which label."""
    looks = looks_of(task.labels)
    shares = " ".join(
        f"{class_name(label, look)} {n}" for (label, n), look in zip(counts(sheet.rows, task), looks, strict=True)
    )
    twice = f" {sheet.repeated} repeated rows were left out." if sheet.repeated else ""
    twice += "".join(f" {text(note)}" for note in sheet.notes)
    return (
        f'<p class="fb-said" role="status"><strong>{text(source)}: {len(sheet.rows)} rows.</strong> {shares}{twice}</p>'
    )


def cost_said(cost: Cost, minutes: float) -> str:
    """What the run costs, before it starts."""
    sums = (
        f"{cost.learned} rows × (1 + {cost.alternatives} alternatives) × {cost.epochs} "
        f"{'epoch' if cost.epochs == 1 else 'epochs'} = <strong>{cost.model_rows:,}</strong> rows to learn from; "
        f"{cost.held_out} rows are held out."
    )
    if cost.seconds is None or cost.comparing is None:
        time = "How long that takes is measured once the models are ready."
    else:
        time = (f"That takes <strong>{text(about(cost.seconds))}</strong> of training on this machine, if it is not "
                f"busy, and {text(about(cost.comparing))} for the comparison.")  # fmt: skip
        if cost.seconds > 60 * minutes:
            time += f" A run ends after {minutes:g} minutes and keeps its best so far: make it smaller."
    return f'<div class="fb-cost" role="status"><strong>Before you start.</strong> {sums}<br>{time}</div>'


def about(seconds: float) -> str:
    """A duration as one says it."""
    if seconds < 10:
        return "about ten seconds" if seconds > 4 else "a few seconds"
    if seconds < 90:
        return f"about {round(seconds, -1):.0f} seconds"
    return f"about {seconds / 60:.0f} minutes" if seconds < 5400 else f"about {seconds / 3600:.1f} hours"


def status(view: CotuneView) -> str:
    """One line: what is going on."""
    latest = view.latest
    if isinstance(latest, Message) and latest.trouble:
        return notice(latest.text)
    if view.over and isinstance(latest, Message):
        return f'<p class="fb-said" role="status">{text(latest.text)}</p>'
    if view.over:
        return f'<p class="fb-said" role="status"><strong>Done.</strong> {text(_ended(view))}</p>'
    return waiting(_doing(view))


def _doing(view: CotuneView) -> str:
    latest = view.latest
    if isinstance(latest, Queued):
        others = "one run is" if latest.place == 1 else f"{latest.place} runs are"
        return f"In the line, place {latest.place}: {others} before you. It starts by itself; Stop leaves the line."
    if isinstance(latest, Preparing):
        return f"Ranking the words and finding what may replace them: {latest.done} of {latest.total} texts."
    if isinstance(latest, Comparing):
        under = " in a short attack" if latest.what == ATTACKED else ""
        return f"Comparing before and after{under}: {latest.done} of {latest.total}. Stop leaves the rest out."
    if isinstance(latest, Measure):
        return "Comparing before and after."
    if view.finished is not None or not view.steps:
        return latest.text if isinstance(latest, Message) else "Preparing the first step."
    return "Training. Stop ends it and keeps the best so far."


def _ended(view: CotuneView) -> str:
    end = view.finished
    if end is None:
        return ""
    early = f" {view.remark}" if view.remark else " You stopped it." if end.stopped else ""
    return f"Trained for {about(end.seconds)}; the model of step {end.best_step} was kept.{early}"


def numbers(view: CotuneView) -> str:
    """The same as the curves, in words."""
    if view.started is None or not view.steps:
        return ""
    step, total = view.steps[-1], view.started.steps
    items = [("Step", f"{step.step} of {total}"), ("Loss", f"{step.clean_loss:.3f}")]
    if step.synthetic_loss is not None:
        items.append(("on alternatives", f"{step.synthetic_loss:.3f}"))
    if view.evaluations:
        last = view.evaluations[-1]
        items.append(("Held-out accuracy", f"{percent(last.accuracy)} (n = {last.n})"))
        if last.synthetic_accuracy is not None:
            items.append(("on alternatives", percent(last.synthetic_accuracy)))
    if view.finished is None:
        items.append(("Time left", about(step.seconds_left)))
    cells = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in items)
    return f'<dl class="fb-numbers">{cells}</dl>'


def result(view: CotuneView) -> str:
    """Before and after, and where the model can be used."""
    if not view.measures and view.made is None:
        return ""
    rows = "".join(map(_measured, view.measures))
    table = (
        '<table class="fb-table fb-cotune-table"><thead><tr><th scope="col">Measured on</th><th scope="col">Before'
        f'</th><th scope="col">Co-tuned</th><th scope="col">Change</th></tr></thead><tbody>{rows}</tbody></table>'
    )
    missing = (
        ""
        if len(view.measures) == 3 or not view.over
        else "<p>The comparison was stopped; the rest is not measured.</p>"
    )
    lead = "Before is the built-in plain model. Under each number stand its 95 % interval (Wilson) and n."
    return panel("Before and after", lead, table + missing + _honest(view.measures) + _usable(view))


def _measured(measure: Measure) -> str:
    name, note = _WHAT[measure.what]
    return (
        f'<tr><td data-label="Text"><strong>{name}</strong><br><span class="fb-quiet">{note}</span></td>'
        f'<td data-label="Before">{_estimate(measure.before)}</td>'
        f'<td data-label="Co-tuned">{_estimate(measure.after)}</td>'
        f'<td data-label="Change">{_change(measure)}</td></tr>'
    )


def _change(measure: Measure) -> str:
    if not (measure.before.n and measure.after.n):
        return "not measured"
    change = round(100 * (measure.after.value - measure.before.value))
    sign = "▲" if change > 0 else "▼" if change < 0 else "="
    moved = f"{abs(change)} {'point' if abs(change) == 1 else 'points'}" if change else "no change"
    apart = measure.after.low > measure.before.high or measure.after.high < measure.before.low
    return f'{sign} {moved}<br><span class="fb-quiet">intervals {"apart" if apart else "overlap"}</span>'


def _estimate(found: Estimate) -> str:
    if not found.n:
        return "not measured"
    return (f'<strong>{percent(found.value)}</strong><br><span class="fb-quiet">{percent(found.low)} to '
            f"{percent(found.high)}, n = {found.n}</span>")  # fmt: skip


def _honest(measures: Sequence[Measure]) -> str:
    if not measures:
        return ""
    return (
        '<p class="fb-quiet fb-honest">So few rows give wide intervals: where they overlap, a difference may be luck. '
        "The held-out rows also chose the checkpoint, which flatters the co-tuned model a little, and the attack sees "
        f"at most {ATTACKED_ROWS} rows. For numbers to rely on, run <code>python -m core fact</code> and "
        "<code>python -m core attack</code> on more.</p>"
    )


def _usable(view: CotuneView) -> str:
    if view.made is None:
        return ""
    return (
        f'<p class="fb-usable"><strong>“{text(view.made.title)}”</strong> can be chosen in <strong>Attack</strong> and '
        "<strong>Analyse</strong> now, by you alone, until you close or reload this page. Download it below to keep "
        "it: unpacked, it answers to <code>python -m core classify --model FOLDER</code>.</p>"
    )
