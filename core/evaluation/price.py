"""What a million attacks cost: measured seconds of one, times the public price of the machine's hour.

Prices and speeds stand in ``assets/prices.json``, each with its source and date, or its n and command. A machine's
``parts`` are what works at a time at the speed that was measured: cores for a processor (two virtual CPUs are one
core), cards for a GPU. Nothing here is a promise: an attack's cost goes with the length of its text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import DamagedResourceError
from core.evaluation.results import Result
from core.resources import ASSETS
from core.strict_json import object_of

FILE = ASSETS / "prices.json"
MANY = 1_000_000
COMMAND = "python -m core bench price"
COLUMNS = ("seconds an attack, each part", "hours for a million", "dollars for a million")


@dataclass(frozen=True)
class Machine:
    """What is rented by the hour, in US dollars, with where and when the price was read."""

    title: str
    dollars: float
    parts: int
    source: str
    read: str


@dataclass(frozen=True)
class Speed:
    """Seconds that one attack took on one part of a machine, measured over ``n`` by ``command``."""

    what: str
    machine: str
    task: str
    seconds: float
    n: int
    command: str
    attack: str = "paper"
    defense: str = "plain"
    seed: int = 0


@dataclass(frozen=True)
class Price:
    """Of ``attacks`` of them."""

    speed: Speed
    machine: Machine
    attacks: int = MANY

    @property
    def hours(self) -> float:
        """With all parts of one machine at work."""
        return self.attacks * self.speed.seconds / self.machine.parts / 3600

    @property
    def dollars(self) -> float:
        """The same, paid; with more machines it is no dearer, only sooner."""
        return self.hours * self.machine.dollars


def read_prices(path: Path = FILE, attacks: int = MANY) -> list[Price]:
    """A price for every speed that was measured. Raises DamagedResourceError."""
    try:
        given: dict[str, Any] = object_of(path.read_text(encoding="utf-8"))
        machines = {name: Machine(**one) for name, one in given["machines"].items()}
        speeds = [Speed(**one) for one in given["speeds"]]
        return [Price(one, machines[one.machine], attacks) for one in speeds]
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedResourceError(f"Damaged file {path} (prices and speeds): {error}") from error


def price_results(prices: Sequence[Price]) -> tuple[Result, ...]:
    """The figures for the results page; the commands that measured stand beside the one that multiplied."""
    found = []
    for price in prices:
        speed = price.speed
        row = f"{speed.what}, {price.machine.title}"
        for column, value, command in zip(
            COLUMNS, (speed.seconds, price.hours, price.dollars), (speed.command, COMMAND, COMMAND), strict=True
        ):
            found.append(
                Result(row, column, speed.task, column, round(value, 4), command, speed.n, defense=speed.defense,
                       attack=speed.attack, seed=speed.seed)
            )  # fmt: skip
    return tuple(found)
