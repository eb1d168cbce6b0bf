"""A table of the paper as jobs: what is asked of whom.

Tables 1 and 2: every row answers the clean rows, and the texts that an attack on the plain model made of them. Table 3:
every row is attacked itself; clean and attacked numbers come from the same object by the same verdicts. Two tables that
need the same jobs share them through the log.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from core.attacks.driver import TOGETHER
from core.attacks.presets import AttackConfig
from core.datasets import Row
from core.defenses.recipe import Recipe
from core.errors import ConfigError
from core.evaluation.answer_jobs import ANSWERS, AnswerPlan, Answers, plan_answers
from core.evaluation.attack_jobs import ATTACK, AttackPlan, Attacks, plan_attack, row_from
from core.evaluation.attack_recipe import AttackRecipe
from core.evaluation.shelf import Shelf
from core.evaluation.table_rows import ROWS, RowSpec
from core.models.black_box import takes_embeddings
from core.tasks import Task
from core.work.engine import HERE, Engine
from core.work.job import Job, Kinds
from core.work.log import Log
from core.work.run import WHOLE, Done, Shard, run


@dataclass(frozen=True)
class Asked:
    """What a table is made of. ``models`` has a model for each role that is at hand, ``plain`` among them.

    ``draws``, an odd number, is how often tables 1 and 2 ask a randomised defence for a row; table 3 has the verdict's
    draws. ``source`` says where the rows come from, for the reader.
    """

    number: int
    task: Task
    rows: Sequence[Row]
    specs: Sequence[RowSpec]
    models: Mapping[str, str]
    attack: AttackConfig
    draws: int = 1
    seed: int = 0
    together: int = TOGETHER
    encoder: str = "use"
    device: str = "cpu"
    revision: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.number not in (1, 2, 3):
            raise ConfigError(f"The paper has tables 1, 2 and 3, was asked for {self.number}.")
        if self.draws % 2 == 0:
            raise ConfigError(f"A majority needs an odd number of draws, was given {self.draws}.")


@dataclass(frozen=True)
class RowPlan:
    """A row of the table: what answers, and either how it is asked or how it is attacked."""

    spec: RowSpec
    recipe: Recipe
    answers: AnswerPlan | None
    attack: AttackPlan | None


@dataclass(frozen=True)
class TablePlan:
    """The rows whose model is at hand; ``fooling`` is the attack that makes the texts of tables 1 and 2."""

    asked: Asked
    rows: tuple[RowPlan, ...]
    fooling: AttackPlan | None

    def first(self) -> list[Job]:
        """What needs no lines of others: attacks, the dearest, before answers.

        The first group of every row comes before the second of any, so that what is there at any time is paired.
        """
        attacks = [row.attack for row in self.rows if row.attack] + ([self.fooling] if self.fooling else [])
        turns = (*zip_longest(*(one.jobs for one in attacks)), *zip_longest(*map(self.clean, self.rows)))
        return [job for turn in turns for job in turn if job is not None]

    def clean(self, row: RowPlan) -> list[Job]:
        """The jobs that ask for the rows as they are."""
        return row.answers.jobs(self.asked.rows) if row.answers else []

    def second(self, log: Log, shard: Shard = WHOLE) -> list[Job]:
        """What asks for the texts that fooled plain, of those groups that are attacked and belong to the shard."""
        own = set(shard.of(self.first()))
        return [job for row in self.rows for job in self.fooled(row, log, own)]

    def fooled(self, row: RowPlan, log: Log, own: set[Job] | None = None) -> Iterator[Job]:
        """The jobs of a row over these texts, a group of them for every group that was attacked."""
        if row.answers is None or self.fooling is None:
            return
        for job in self.fooling.jobs:
            if job in log and (own is None or job in own):
                yield from row.answers.jobs(_flipped(self.asked.task, job, log))


def _flipped(task: Task, job: Job, log: Log) -> Iterator[Row]:
    """The texts of a group that turned a right answer into a wrong one, under the labels of their originals."""
    for given, line in zip(job.rows, log.lines(job), strict=True):
        row = row_from(given)
        if line["status"] == "success":
            yield Row(task.with_text(row.example, line["adversarial"]), row.label)


def plan_table(asked: Asked, shelf: Shelf) -> TablePlan:
    """Loads the models, to know their weights. Raises as the loaders do."""
    rows, active = [], asked.number == 3
    for spec in asked.specs:
        if spec.role in asked.models:
            recipe = recipe_for(asked, spec, shelf)
            seeds = range(asked.seed, asked.seed + asked.draws)
            attack = _attack(asked, recipe, shelf) if active else None
            rows.append(RowPlan(spec, recipe, None if active else plan_answers(recipe, shelf, seeds), attack))
    fooling = None if active else _attack(asked, recipe_for(asked, ROWS["plain"], shelf), shelf)
    return TablePlan(asked, tuple(rows), fooling)


def _attack(asked: Asked, recipe: Recipe, shelf: Shelf) -> AttackPlan:
    return plan_attack(AttackRecipe(asked.attack, recipe), asked.rows, shelf, asked.together)


def recipe_for(asked: Asked, spec: RowSpec, shelf: Shelf) -> Recipe:
    """What answers in a row. Loads its model. Raises ConfigError for a black box."""
    model = asked.models[spec.role]
    revision = asked.revision if spec.role == "plain" else None
    bare = Recipe(asked.task, model, seed=asked.seed, revision=revision, encoder=asked.encoder, device=asked.device,
                  names=asked.names)  # fmt: skip
    core = shelf.core(bare)
    if not takes_embeddings(core):
        raise ConfigError(f"The paper's tables hold FIVE, which needs the word embeddings; {model} is a black box.")
    settings = spec.settings(asked.task, core.embedding_std)
    return replace(bare, defense=spec.defense, settings=settings)


def run_table(plan: TablePlan, log: Log, shelf: Shelf, engine: Engine = HERE, shard: Shard = WHOLE) -> Iterator[Done]:
    """Do what the log does not hold; of a shard what belongs to it."""
    work = Kinds({ATTACK: Attacks(shelf), ANSWERS: Answers(shelf)})
    yield from run(work, plan.first(), log, engine, shard)
    yield from run(work, plan.second(log, shard), log, engine)
