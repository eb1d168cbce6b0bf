"""The budget surface: accuracy after an attack over the queries and the share of the words that it may spend.

Read off the records of one run: an attack of a deterministic classifier goes the same way until a budget ends it, so a
success counts if it came within both. Running it again with ``max_changed_share`` gives the same; with ``max_queries``
the same or a little less, since a budget that ends among a word's candidates may have met a flip before. For a
randomised classifier the verdict is on the run's final text, and the surface is what those texts come to.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.attacks.events import right_after
from core.attacks.presets import attack_config, changes_allowed
from core.errors import DataFileError
from core.evaluation.statistics import Estimate, share
from core.tasks import IMDB, MNLI

Record = Mapping[str, Any]
QUERIES = (10, 20, 50, 100, 200, 500, None)
SHARES = (0.05, 0.1, 0.2, 0.3, 0.5, None)
"""None: as much as the run itself was allowed."""


@dataclass(frozen=True)
class Budget:
    """What an attack may spend on a text; ``queries_per_word`` times its words bounds the queries too. None: no bound.

    ``share`` of the words may be changed, at least one.
    """

    queries: int | None = None
    share: float | None = None
    queries_per_word: int | None = None

    def covers(self, record: Record) -> bool:
        """Whether a success came within it."""
        words = record["words"]
        bounds = [
            bound
            for bound in (self.queries, None if self.queries_per_word is None else self.queries_per_word * words)
            if bound is not None
        ]
        enough = all(record["queries"] <= bound for bound in bounds)
        return enough and record["changed"] <= changes_allowed(self.share, words)


@dataclass(frozen=True)
class Cell:
    """A point of the surface; ``name`` is the published setting whose caps these are, where they are one's."""

    budget: Budget
    accuracy: Estimate
    name: str = ""


@dataclass(frozen=True)
class Surface:
    """``cells`` over all pairs of queries and shares, ``points`` at published settings; ``left_out`` ended in an error.

    ``preset`` names the run's gates: a point with the caps of another setting has these gates all the same.
    """

    preset: str
    n: int
    left_out: int
    cells: tuple[Cell, ...]
    points: tuple[Cell, ...]


def published() -> dict[str, Budget]:
    """The caps of published settings: TextFooler and TextAttack have none, the 2021 benchmark has two of shares."""
    found = {}
    for name, preset, task in (
        ("paper, textattack: no caps", "paper", ""),
        ("bench2021, 10 % (IMDB)", "bench2021", IMDB.name),
        ("bench2021, 30 %", "bench2021", MNLI.name),
    ):
        config = attack_config(preset, task)
        found[name] = Budget(config.max_queries, config.max_changed_share, config.max_queries_per_word)
    return found


def surface_of(
    records: Iterable[Record],
    queries: Sequence[int | None] = QUERIES,
    shares: Sequence[float | None] = SHARES,
) -> Surface:
    """The surface of one run; budgets above what the run was allowed are left away, since it says nothing about them.

    Guarantees: a larger budget never has a higher accuracy. Raises DataFileError without records, or for two settings.
    """
    every = list(records)
    if not every:
        raise DataFileError("There are no results, so there is no surface.")
    made_by = every[0]["made_by"]
    if any(record["made_by"] != made_by for record in every):
        raise DataFileError("The results were made by different settings; look at them apart.")
    counted = [record for record in every if right_after(record["status"]) is not None]
    config = attack_config(made_by["preset"], made_by["task"], **dict(made_by["overrides"]))
    allowed = Budget(config.max_queries, config.max_changed_share, config.max_queries_per_word)

    def cell(budget: Budget, name: str = "") -> Cell:
        held = sum(
            bool(right_after(r["status"])) or (r["status"] == "success" and not budget.covers(r)) for r in counted
        )
        return Cell(budget, share(held, len(counted)), name)

    cells = tuple(
        cell(Budget(q, s))
        for s in shares
        for q in queries
        if _at_most(q, allowed.queries, q is None) and _at_most(s, allowed.share, s is None)
    )
    points = tuple(cell(budget, name) for name, budget in published().items() if _knows(allowed, budget))
    return Surface(made_by["preset"], len(counted), len(every) - len(counted), cells, points)


def _knows(allowed: Budget, budget: Budget) -> bool:
    """Whether a run that was ``allowed`` so much reached every success within ``budget``."""
    return (
        _at_most(budget.queries, allowed.queries)
        and _at_most(budget.share, allowed.share)
        and _at_most(budget.queries_per_word, allowed.queries_per_word)
    )


def _at_most(bound: float | None, allowed: float | None, own: bool = False) -> bool:
    """Whether a bound is not above the run's; None is no bound, or with ``own`` the run's own."""
    return own or allowed is None or (bound is not None and bound <= allowed)


def budget_name(budget: Budget) -> str:
    """For a reader: ``100 queries, 10 % of the words``."""
    queries = "any number of queries" if budget.queries is None else f"{budget.queries:,} queries"
    return f"{queries}, {share_name(budget.share)}"


def share_name(allowed: float | None) -> str:
    """For a reader: ``10 % of the words``."""
    return "any share of the words" if allowed is None else f"{100 * allowed:g} % of the words"
