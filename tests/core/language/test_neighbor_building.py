"""Making a neighbour table: the same from any file and in any blocks, its order settled, wrong files told by line."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, DataFileError
from core.language import neighbor_building
from core.language.neighbor_building import build_neighbors, near_first, nearest, read_vectors, stream_build
from core.language.neighbors import load_neighbors


def test_npz_and_text_give_the_same_neighbours(vectors: Path, table_file: Path, tmp_path: Path) -> None:
    words, rows = read_vectors(vectors)
    np.savez(tmp_path / "v.npz", words=np.array(words), vectors=rows.astype(np.float16))
    other = load_neighbors(build_neighbors(tmp_path / "v.npz", tmp_path / "other.npz"))
    table = load_neighbors(table_file)
    assert all(set(other.neighbors(word)) == set(table.neighbors(word)) for word in words)


def test_the_same_vectors_give_the_same_bytes(vectors: Path, table_file: Path, tmp_path: Path) -> None:
    again = build_neighbors(vectors, tmp_path / "again.npz")
    assert again.read_bytes() == table_file.read_bytes()


def test_names_say_which_vectors(
    vectors: Path, table_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    official = load_neighbors(table_file)
    assert official.name == "counter-fitted neighbours"
    assert official.provenance["vectors"] == "counter-fitted-vectors.txt"
    other = vectors.rename(tmp_path / "glove.txt")
    assert load_neighbors(build_neighbors(other, tmp_path / "b.npz")).name == "neighbours from glove.txt"
    assert load_neighbors(build_neighbors(other, tmp_path / "c.npz", name="mine")).name == "mine"
    monkeypatch.setattr(neighbor_building, "REBUILT_SHA256", official.provenance["vectors_sha256"])
    rebuilt = load_neighbors(build_neighbors(other, tmp_path / "d.npz"))
    assert rebuilt.name == "rebuilt counter-fitted neighbours"
    assert "93 %" in rebuilt.provenance["note"]


@given(st.integers(2, 40), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_blocks_give_what_one_full_product_gives(count: int, stored: int, seed: int) -> None:
    rows = np.random.default_rng(seed).standard_normal((count, 5)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    full = rows @ rows.T
    np.fill_diagonal(full, -np.inf)
    expected = np.argsort(-full, axis=1)[:, : min(stored, count - 1)]
    for block in (1, 7, count):
        parts = [nearest(rows, start, min(start + block, count), stored) for start in range(0, count, block)]
        cosines = np.concatenate([part[1] for part in parts])
        np.testing.assert_allclose(cosines, np.take_along_axis(full, expected, axis=1), atol=1e-6)
    assert sorted(near_first(rows)) == list(range(count))


@given(st.integers(3, 30), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_equal_cosines_go_by_row_number(count: int, stored: int, seed: int) -> None:
    """Also where only some of the equal ones are stored: of a few directions only, most cosines are equal."""
    directions = np.eye(3, dtype=np.float32)[np.random.default_rng(seed).integers(3, size=count)]
    found, cosines = nearest(directions, 0, count, stored)
    for row in range(count):
        others = sorted((j for j in range(count) if j != row), key=lambda j: (-(directions[row] @ directions[j]), j))
        assert found[row].tolist() == others[:stored]
        assert cosines[row].tolist() == [directions[row] @ directions[j] for j in others[:stored]]


def test_near_vectors_are_put_near_each_other() -> None:
    """Two far apart heaps, mixed: each comes out in one piece, in the order that the next call gives too."""
    rng = np.random.default_rng(0)
    heap = rng.permutation(np.repeat([0, 1], 32))
    rows = np.where(heap[:, None] == 1, 5.0, -5.0) + rng.normal(size=(64, 4))
    order = near_first(rows)
    assert sorted(order) == list(range(64))
    assert sorted(map(tuple, (heap[order[:32]], heap[order[32:]]))) == [(0,) * 32, (1,) * 32]
    assert order.tolist() == near_first(rows.copy()).tolist()


def test_progress_reaches_the_end(vectors: Path, tmp_path: Path) -> None:
    steps = list(stream_build(vectors, tmp_path / "t.npz", block=3))
    assert [(step.done, step.total) for step in steps] == [(3, 4), (4, 4)]


def test_a_header_line_and_repeated_words_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("3 2\na 1 0\nb 0 1\na 5 5\n", encoding="utf-8")
    words, rows = read_vectors(path)
    assert words == ["a", "b"]
    np.testing.assert_allclose(rows, [[1, 0], [0, 1]])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a 1 0\nb one 2\n", "line 2: expected a word and its numbers"),
        (b"a 1 0\nb 1\n", "line 2: expected 2 numbers, found 1"),
        (b"a 1 0\n\xff 1 2\n", "line 2"),
        (b"a 1 0\n\nb 1 1\n", "line 2"),
        (b"a 1 0\nb 0 0\n", "'b' is zero"),
        (b"a 1 0\nb nan 0\n", "'b' is zero or not a number"),
        (b"a 1 0\n", "holds 1 words"),
        (b"", "holds 0 words"),
    ],
)
def test_a_wrong_vector_file_is_refused_with_its_line(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes(content)
    with pytest.raises(DataFileError, match=says):
        build_neighbors(path, tmp_path / "t.npz")


def test_wrong_requests_are_refused(vectors: Path, tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"No file .*nowhere\.txt"):
        build_neighbors(tmp_path / "nowhere.txt", tmp_path / "t.npz")
    with pytest.raises(ConfigError, match=r"ending in \.npz"):
        build_neighbors(vectors, tmp_path / "t.bin")
    with pytest.raises(ConfigError, match="1 or more"):
        build_neighbors(vectors, tmp_path / "t.npz", stored=0)
    (tmp_path / "bad.npz").write_bytes(b"PK nothing")
    with pytest.raises(DataFileError, match=r"bad\.npz is not an \.npz with words and vectors"):
        build_neighbors(tmp_path / "bad.npz", tmp_path / "t.npz")
    np.savez(tmp_path / "short.npz", words=np.array(["a", "b"]), vectors=np.ones((3, 2)))
    with pytest.raises(DataFileError, match="one vector for each of 2"):
        build_neighbors(tmp_path / "short.npz", tmp_path / "t.npz")
