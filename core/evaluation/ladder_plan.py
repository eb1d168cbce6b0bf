"""The attack ladder as jobs: rung after rung, each attacks only the rows that no earlier one has broken (METHODS, 10).

The minimum over the rungs needs no more, and so it is affordable. A group of rows climbs by itself: what it is asked
next follows from its own lines alone, so a run may be killed, taken up and shared out like any other.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.attacks.driver import TOGETHER
from core.attacks.presets import AttackConfig
from core.attacks.verdict import FINAL, ORIGINAL
from core.datasets import Row
from core.defenses.recipe import Recipe
from core.defenses.registry import PLAIN
from core.errors import ConfigError
from core.evaluation.attack_jobs import ATTACK, Attacks, Setup, set_up
from core.evaluation.attack_recipe import AttackRecipe
from core.evaluation.ladder_rungs import RungSpec, chosen_rungs
from core.evaluation.shelf import Shelf
from core.evaluation.tally import SATURATED
from core.evaluation.verdict_jobs import CONFIRMED, VERDICT, Bench, Verdicts, bench_of
from core.models.slopes import why_black
from core.work.engine import HERE, Engine
from core.work.job import Job, Kinds, Line
from core.work.log import Log
from core.work.run import WHOLE, Done, Shard, run

CLEAN = "clean"
"""What stands before the first rung: the originals, judged as every attacked text is."""


@dataclass(frozen=True)
class Asked:
    """``target`` climbs; texts are transferred from the model ``plain``. ``rungs`` as :func:`chosen_rungs` takes them.

    Whoever attacks the target itself sees the scores of logits divided by ``temperature``; its answers are the same.
    ``source`` says where the rows come from, for the reader.
    """

    target: Recipe
    plain: str
    attack: AttackConfig
    rows: Sequence[Row]
    rungs: str = ""
    together: int = TOGETHER
    temperature: float = 1.0
    source: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(row.label is None for row in self.rows):
            raise ConfigError("The ladder needs a label for every row.")


@dataclass(frozen=True)
class Step:
    """What one rung did to a group; rows are named by their place in it.

    ``attacked`` stood before; ``broken`` and ``unsure`` (errors) of them do not count as standing for this rung.
    ``unconfirmed`` were broken by the verdict and not by the second one. ``model_rows`` were read for the attacker's
    ``queries``, ``fresh_rows`` for confirmations and verdicts. ``jobs`` are the keys behind it.
    Of the rows ``searched`` on what is attacked itself the sentence gate was on for ``gated``, and the first answer was
    as ``sure`` as one that shows an attacker no slope.
    """

    rung: str
    attacked: tuple[int, ...]
    broken: tuple[int, ...]
    unsure: tuple[int, ...] = ()
    unconfirmed: int = 0
    queries: int = 0
    model_rows: int = 0
    fresh_rows: int = 0
    jobs: tuple[str, ...] = ()
    searched: int = 0
    gated: int = 0
    sure: int = 0


@dataclass(frozen=True)
class LadderPlan:
    """``bench`` judges; ``setups`` has the attack of each rung. ``black`` says why there are none that need weights."""

    asked: Asked
    rungs: tuple[RungSpec, ...]
    bench: Bench
    setups: Mapping[str, Setup]
    black: str = ""

    @property
    def randomised(self) -> bool:
        """Whether what is attacked draws."""
        return self.bench.draws > 1

    def groups(self, shard: Shard = WHOLE) -> list[Sequence[Row]]:
        """The rows that climb together."""
        size = self.asked.together
        every = [self.asked.rows[begin : begin + size] for begin in range(0, len(self.asked.rows), size)]
        return every[shard.number - 1 :: shard.parts]


def plan_ladder(asked: Asked, shelf: Shelf) -> LadderPlan:
    """Loads the models, to know their weights. Raises as the loaders do."""
    target, config = asked.target, asked.attack
    bench = bench_of(target, shelf, config.verdict_draws, config.seed)
    plain = replace(target, model=asked.plain, defense=PLAIN, settings=Recipe(target.task, "").settings, revision=None)
    core = replace(plain, model=target.model, revision=target.revision)
    same = shelf.weights(core) == shelf.weights(plain)
    wrapped, black = target.defense != PLAIN or asked.temperature != 1.0, why_black(shelf.core(core))
    rungs = chosen_rungs(asked.rungs, bench.draws > 1, wrapped, same, black)
    sources = {"plain": plain, "core": core, "": target}
    setups = {
        spec.key: set_up(
            AttackRecipe(
                replace(config, method=spec.method), sources[spec.source], spec.average, spec.fixed,
                1.0 if spec.source else asked.temperature,
            ),
            shelf, asked.together,
        )
        for spec in rungs
    }  # fmt: skip
    return LadderPlan(asked, rungs, bench, setups, black)


def run_ladder(plan: LadderPlan, log: Log, shelf: Shelf, engine: Engine = HERE, shard: Shard = WHOLE) -> Iterator[Done]:
    """Do what the log does not hold, for the groups of the shard; all groups climb a rung before any the next."""
    work = Kinds({ATTACK: Attacks(shelf), VERDICT: Verdicts(shelf)})
    while due := [job for rows in plan.groups(shard) if (job := walk(plan, rows, log)[1]) is not None]:
        yield from run(work, due, log, engine)


def walk(plan: LadderPlan, rows: Sequence[Row], log: Log) -> tuple[list[Step], Job | None]:
    """How far a group has come by what the log holds, and the job that is next; None at the top."""
    flow = climb(plan, rows)
    steps: list[Step] = []
    lines: list[Line] | None = None
    while True:
        try:
            item = flow.send(lines) if lines is not None else next(flow)
        except StopIteration:
            return steps, None
        lines = None
        if isinstance(item, Step):
            steps.append(item)
        elif item in log:
            lines = log.lines(item)
        else:
            return steps, item


def climb(plan: LadderPlan, rows: Sequence[Row]) -> Generator[Job | Step, list[Line] | None, None]:
    """One group: yields jobs and is sent their lines; everything else that it yields is a step it has made."""
    job = plan.bench.job(rows, ORIGINAL)
    lines = yield job
    assert lines is not None, "whoever drives a ladder answers every job"
    wrong, unsure = _wrong(range(len(rows)), lines)
    fresh = sum(line["rows"] for line in lines)
    yield Step(CLEAN, tuple(range(len(rows))), wrong, unsure, fresh_rows=fresh, jobs=(job.key,))
    standing = tuple(i for i in range(len(rows)) if i not in {*wrong, *unsure})
    for spec in plan.rungs:
        step = (yield from _rung(plan, spec, rows, standing)) if standing else Step(spec.key, (), ())
        yield step
        standing = tuple(i for i in standing if i not in step.broken)


def _rung(
    plan: LadderPlan, spec: RungSpec, rows: Sequence[Row], standing: tuple[int, ...]
) -> Generator[Job | Step, list[Line] | None, Step]:
    """Attack the rows that stand, or judge texts that were made of them elsewhere; confirm what broke."""
    attacked = tuple(range(len(rows))) if spec.source else standing
    jobs = plan.setups[spec.key].jobs([rows[i] for i in attacked])
    ends: list[Line] = []
    for job in jobs:
        ends += (yield job) or []
    found = {i: end for i, end in zip(attacked, ends, strict=True) if i in standing}
    task = plan.asked.target.task
    texts = {i: Row(task.with_text(rows[i].example, end["adversarial"]), rows[i].label) for i, end in found.items()}
    unsure = [i for i, end in found.items() if end["status"] == "error"]
    fresh, believed = 0, tuple(i for i, end in found.items() if end["status"] in ("success", "skipped"))
    if spec.source:
        believed = tuple(i for i, end in found.items() if end["changed"])
    else:
        fresh = sum(end["fresh_rows"] for end in found.values())
    hit = believed
    for judged in ((FINAL,) if spec.source else ()) + ((CONFIRMED,) if plan.randomised else ()):
        believed = hit
        if hit:
            job = plan.bench.job([texts[i] for i in hit], judged)
            lines = (yield job) or []
            jobs.append(job)
            fresh += sum(line["rows"] for line in lines)
            hit, failed = _wrong(hit, lines)
            unsure += failed
    lost = len(believed) - len(hit) if plan.randomised else 0
    own = [] if spec.source else [end for end in found.values() if end["status"] not in ("error", "skipped")]
    return Step(
        spec.key, standing, hit, tuple(sorted(set(unsure))), lost,
        sum(end["queries"] for end in found.values()), sum(end["model_rows"] for end in found.values()),
        fresh, tuple(job.key for job in jobs), len(own), sum(end["sentence_gate"] == "on" for end in own),
        sum(end["probability_before"] >= SATURATED for end in own),
    )  # fmt: skip


def _wrong(places: Sequence[int], lines: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Which rows a wrong majority answers, and which said nothing."""
    found = list(zip(places, lines, strict=True))
    wrong = tuple(i for i, line in found if 2 * line["wrong"] > line["draws"])
    return wrong, tuple(i for i, line in found if not line["draws"])
