"""``bench price``: what a million attacks cost on machines that are rented by the hour."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.cli import options as opt
from core.cli.groups import grouped

AttacksOption = Annotated[int, typer.Option(min=1, help="How many attacks.")]
FileOption = Annotated[
    Path | None, typer.Option("--prices", help="Prices and speeds of your own, as assets/prices.json.")
]
ResultsOption = Annotated[Path | None, typer.Option(help="Write the figures for the results page to this file.")]
TITLE = "What a million attacks cost: measured seconds times the public price of the machine's hour"


def register(app: typer.Typer) -> None:
    """Add it to the group ``bench``."""
    opt.group(app, "bench", opt.BENCH_HELP).command()(price)


@grouped
def price(
    *, attacks: AttacksOption = 1_000_000, prices: FileOption = None, results: ResultsOption = None,
    json: opt.JsonOption = False,
) -> None:  # fmt: skip
    """Hours and dollars of many attacks, from seconds that were measured and prices that are public and dated.

    Measures nothing itself: assets/prices.json has the speeds with their commands and the prices with their sources.
    """
    from core.cli.output import emit, show, table
    from core.evaluation.price import FILE, MANY, price_results, read_prices
    from core.evaluation.results import ResultTable, write_results

    found = read_prices(prices or FILE, attacks)
    if results is not None:
        write_results(
            results, ResultTable(results.stem, TITLE, price_results(read_prices(prices or FILE, MANY)), digits=3)
        )
    if json:
        for one in found:
            emit({**asdict(one), "hours": one.hours, "dollars": one.dollars})
        return None
    rows = [
        (one.speed.what, one.machine.title, one.speed.n, one.speed.seconds, round(one.hours, 2), round(one.dollars, 2))
        for one in found
    ]
    columns = ["attack", "machine", "n", "seconds of one", "hours", "dollars"]
    sources = dict.fromkeys(f"{one.machine.title}: {one.machine.source}, read {one.machine.read}" for one in found)
    return show(table(f"{attacks:,} attacks", columns, rows), *sources)
