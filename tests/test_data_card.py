"""The data card tells of everything in assets that is data, with counts that are those of the files."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from core.models.adapters import adapter_names

ASSETS = Path(__file__).resolve().parent.parent / "assets"
CARD = " ".join((ASSETS / "DATA.md").read_text(encoding="utf-8").split())


def read(name: str) -> dict[str, list[dict[str, str]]]:
    return json.loads((ASSETS / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "folder", ["examples", "twins", "samples", "replays", "levels", "neighbors", "similarity", "models"]
)
def test_each_kind_of_data_has_its_section(folder: str) -> None:
    assert f"(`{folder}`)" in CARD
    assert (ASSETS / folder).is_dir()


def test_its_counts_are_those_of_the_files() -> None:
    reviews, pairs = (
        Counter(one["label"] for one in read(f"examples/{task}.json")["examples"]) for task in ("imdb", "mnli")
    )
    assert f"{reviews.total()} reviews ({reviews['positive']} positive, {reviews['negative']} negative)" in CARD
    assert f"{pairs.total()} pairs" in CARD
    assert set(pairs.values()) == {13}
    twins = [len(read(f"twins/{task}.json")["twins"]) for task in ("imdb", "mnli")]
    assert f"{twins[0]} twins of reviews and {twins[1]} of pairs" in CARD
    for task, kind in (("imdb", "reviews"), ("mnli", "pairs")):
        with (ASSETS / "samples" / f"{task}.csv").open(encoding="utf-8", newline="") as file:
            assert f"{len(list(csv.DictReader(file)))} labelled {kind}" in CARD
    assert f"{len(list((ASSETS / 'replays').glob('*.jsonl')))} attacks on example texts" in CARD
    assert f"{len(read('levels/levels.json')['levels'])} challenges" in CARD
    table = json.loads((ASSETS / "neighbors" / "rebuilt.json").read_text(encoding="utf-8"))
    assert f"The {table['neighbors_per_word']} nearest neighbours of {table['words']:,} English words" in CARD


def test_every_model_that_ships_has_its_card() -> None:
    for name in adapter_names():
        card = (ASSETS / "models" / name / "README.md").read_text(encoding="utf-8")
        assert all(f"## {heading}" in card for heading in ("Accuracy", "Training", "Limits", "Licences")), name
