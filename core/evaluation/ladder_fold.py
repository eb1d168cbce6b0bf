"""What a climb comes to: a fold over whatever lines the log holds. What is left standing is the honest number.

A rung's accuracy is the share of rows that it and all before it left right, over the groups that have come so far; rows
that nothing broke but about which some rung says nothing (an error) are left out of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.defenses.registry import PLAIN, PLAIN_TITLE, composed_title
from core.evaluation.attack_jobs import Setup
from core.evaluation.flags import FEW, MOST, flags_of_words, in_order
from core.evaluation.ladder_plan import CLEAN, LadderPlan, Step, walk
from core.evaluation.ladder_rungs import RUNGS, title_of
from core.evaluation.results import Result, ResultTable, replaced
from core.evaluation.statistics import Estimate, share
from core.tasks import Task
from core.work.log import Log
from core.work.run import WHOLE, Shard

ORIGINALS = "the texts as they are"
STANDING, BREAKS = "still right", "broke"
_OF_ONE_RUNG = ("method", "overrides", "searched")
QUERIES, MODEL_ROWS, SECONDS = "questions a row", "model rows a row", "processor seconds"


@dataclass(frozen=True)
class RungTold:
    """One rung over all groups that came so far; counts as in :class:`core.evaluation.ladder_plan.Step`.

    ``standing``: accuracy after it. ``seconds`` of processor time where it was done, shared attacks of other models
    included.
    """

    key: str
    title: str
    standing: Estimate
    attacked: int
    breaks: int
    unconfirmed: int
    unsure: int
    queries: int
    model_rows: int
    fresh_rows: int
    seconds: float


@dataclass(frozen=True)
class Ladder:
    """``rungs`` begins with the originals. ``whole``: every group is at the top."""

    title: str
    task: str
    model: str
    weights: str
    defense: str
    settings: Mapping[str, Any]
    rungs: tuple[RungTold, ...]
    flags: tuple[str, ...]
    whole: bool
    command: str
    about: Mapping[str, Any]

    @property
    def lowest(self) -> Estimate:
        """The per-sample minimum: what no rung broke."""
        return self.rungs[-1].standing


def fold_ladder(
    plan: LadderPlan, log: Log, command: str = "", about: Mapping[str, Any] | None = None, shard: Shard = WHOLE
) -> Ladder:
    """The ladder of what is there, of the groups of a shard."""
    walks = [walk(plan, rows, log) for rows in plan.groups(shard)]
    seconds = log.seconds()
    names = [CLEAN, *(spec.key for spec in plan.rungs)]
    rungs = []
    for height, key in enumerate(names):
        groups = [steps[: height + 1] for steps, _ in walks if len(steps) > height]
        if groups:
            rungs.append(_told(key, plan.randomised, groups, seconds))
    target, made_by = plan.asked.target, _made_by(plan)
    flags = in_order((*_flags([step for steps, _ in walks for step in steps], rungs), *flags_of_words(made_by)))
    return Ladder(
        composed_title(target.defense, _title(target.task, target.model)), target.task.name, target.model,
        str(plan.bench.where["weights"]), target.defense, {k: v for k, v in made_by.items() if k not in _OF_ONE_RUNG},
        tuple(rungs), flags, all(job is None for _, job in walks), command, about or {},
    )  # fmt: skip


def _flags(steps: Sequence[Step], rungs: Sequence[RungTold]) -> Iterator[str]:
    """What has to be said of the rows and of the searches on what is attacked itself."""
    searched = sum(step.searched for step in steps)
    if sum(step.sure for step in steps) > MOST * searched:
        yield "saturated"
    if searched and sum(step.gated for step in steps) < MOST * searched:
        yield "gate-off"
    if rungs and rungs[0].standing.n < FEW:
        yield "few"
    if any(rung.unsure for rung in rungs):
        yield "errors"


def _title(task: Task, model: str) -> str:
    """As the paper calls the two that ship, and by its name any other."""
    return {task.plain_model: PLAIN_TITLE, f"{task.settings_of}-fact": "FACT"}.get(model, model)


def _made_by(plan: LadderPlan) -> Mapping[str, Any]:
    own: Setup = plan.setups[plan.rungs[-1].key]
    return own.made_by


def _told(key: str, randomised: bool, groups: list[list[Step]], seconds: Mapping[str, float]) -> RungTold:
    """``groups``: the steps of each up to this rung."""
    last = [steps[-1] for steps in groups]
    n = right = 0
    for steps in groups:
        broken = {i for step in steps for i in step.broken}
        unsure = {i for step in steps for i in step.unsure} - broken
        rows = len(steps[0].attacked) - len(unsure)
        n, right = n + rows, right + rows - len(broken)
    jobs = {job for step in last for job in step.jobs}
    return RungTold(
        key, ORIGINALS if key == CLEAN else title_of(RUNGS[key], randomised), share(right, n),
        sum(len(step.attacked) for step in last), sum(len(step.broken) for step in last),
        sum(step.unconfirmed for step in last), sum(len(step.unsure) for step in last),
        sum(step.queries for step in last), sum(step.model_rows for step in last),
        sum(step.fresh_rows for step in last), round(sum(seconds.get(job, 0.0) for job in jobs), 3),
    )  # fmt: skip


def add_to(table: ResultTable, ladder: Ladder, preset: str, seed: int) -> ResultTable:
    """The table with this ladder's figures in the place of those it had of the same classifier; a row for each rung."""
    name = name_of(ladder)
    found = []
    for rung in ladder.rungs:
        for column, measure, value, n in _cells(rung):
            low, high = _between(value) if isinstance(value, Estimate) else (None, None)
            number = value.value if isinstance(value, Estimate) else value
            found.append(Result(
                f"{name}: {rung.title}", column, ladder.task, measure, round(number, 6), ladder.command, n, low, high,
                ladder.model, ladder.weights, ladder.defense, str(ladder.about.get("defense_preset", "shipped")),
                preset, int(ladder.settings.get("verdict_draws", 1)), seed,
            ))  # fmt: skip
    return replaced(table, name, found, ladder.flags)


def name_of(ladder: Ladder) -> str:
    """The classifier, with whose settings it has, at which temperature, and under which rules where not the paper's."""
    about = ladder.about
    parts = [ladder.title]
    if ladder.defense != PLAIN and about.get("defense_preset") == "paper":
        parts.append("the paper's settings")
    if about.get("temperature", 1.0) != 1.0:
        parts.append(f"temperature {about['temperature']:g}")
    if about.get("preset", "paper") != "paper":
        parts.append(f"rules {about['preset']}")
    return ", ".join([*parts, *([about["changed"]] if about.get("changed") else [])])


def _between(value: Estimate) -> tuple[float, float]:
    """The interval, rounded as the value is and still holding it."""
    middle = round(value.value, 6)
    return min(round(value.low, 6), middle), max(round(value.high, 6), middle)


def _cells(rung: RungTold) -> list[tuple[str, str, Estimate | float, int]]:
    """(column, measure, value, n) of a rung; costs are over the rows that it attacked, all verdicts included."""
    told: list[tuple[str, str, Estimate | float, int]] = [
        (STANDING, "share of the rows that this and all earlier rungs left right", rung.standing, rung.standing.n)
    ]
    if rung.key == CLEAN or not rung.attacked:
        return told
    n = rung.attacked
    return [
        *told,
        (BREAKS, "share of the rows attacked, which no earlier rung had broken", share(rung.breaks, n), n),
        (QUERIES, "the attacker's questions, mean over the rows attacked", rung.queries / n, n),
        (MODEL_ROWS, "rows the model read, verdicts included", (rung.model_rows + rung.fresh_rows) / n, n),
        (SECONDS, "processor seconds of the rung, where it was run", rung.seconds, n),
    ]
