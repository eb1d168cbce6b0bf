"""A million attacks in hours and dollars: by hand, and the file that ships."""

from pathlib import Path

import pytest

from core.errors import DamagedResourceError
from core.evaluation.price import FILE, Machine, Price, Speed, price_results, read_prices
from core.evaluation.results import read_tables


def test_hours_and_dollars_by_hand() -> None:
    price = Price(
        Speed("an attack", "big", "mnli", 0.36, 10, "measure"), Machine("big", 2.0, 4, "here", "today"), 40_000
    )
    assert price.hours == pytest.approx(1.0)
    assert price.dollars == pytest.approx(2.0)


def test_the_page_shows_what_the_file_comes_to() -> None:
    prices = read_prices()
    assert {one.speed.machine for one in prices} == {"cpu-upgrade", "h200"}
    assert all(one.machine.source.startswith("https://") and one.machine.read >= "2026" for one in prices)
    assert read_tables()["price"].results == price_results(prices)


def test_a_speed_of_a_machine_without_a_price_is_told(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(FILE.read_text(encoding="utf-8").replace('"h200": {', '"other": {'), encoding="utf-8")
    with pytest.raises(DamagedResourceError, match="prices and speeds"):
        read_prices(path)
