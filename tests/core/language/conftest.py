"""What the tests of the neighbour table share: four word vectors, and the table made of them."""

from pathlib import Path

import pytest

from core.language.neighbor_building import build_neighbors

# Lengths 2, 1, 3 and 1. Cosines: up-slant 0.6, up-side 0, up-down -1, slant-side 0.8, slant-down -0.6, side-down 0.
VECTORS = "up 2 0\nslant 0.6 0.8\nside 0 3\ndown -1 0\n"


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    path = tmp_path / "counter-fitted-vectors.txt"
    path.write_text(VECTORS, encoding="utf-8")
    return path


@pytest.fixture
def table_file(vectors: Path, tmp_path: Path) -> Path:
    return build_neighbors(vectors, tmp_path / "table.npz")
