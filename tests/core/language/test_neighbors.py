"""The neighbour table: cosines worked out by hand, errors that name the mending command, and the table that ships."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, DamagedResourceError, DataFileError, MissingResourceError
from core.language import neighbor_building
from core.language.neighbor_building import build_neighbors, near_first, nearest, read_vectors, stream_build
from core.language.neighbors import BUILT_IN, TABLE_VARIABLE, Neighbor, NeighborTable, load_neighbors

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


def pairs(table: NeighborTable, word: str, limit: int = 100) -> list[tuple[str, float]]:
    return [(near.word, near.cosine) for near in table.neighbors(word, limit)]


def test_four_words_by_hand(table_file: Path) -> None:
    table = load_neighbors(table_file)
    assert pairs(table, "up") == [("slant", 0.6), ("side", 0.0), ("down", -1.0)]
    assert pairs(table, "slant") == [("side", 0.8), ("up", 0.6), ("down", -0.6)]
    assert pairs(table, "SIDE", 1) == [("slant", 0.8)]
    assert set(pairs(table, "down")) == {("side", 0.0), ("slant", -0.6), ("up", -1.0)}
    assert table.neighbors("up", 0) == table.neighbors("nowhere") == ()
    assert "Up" in table
    assert "nowhere" not in table
    assert len(table) == 4
    assert set(table.words()) == {"up", "slant", "side", "down"}
    with pytest.raises(ConfigError, match="was given -1"):
        table.neighbors("up", -1)


def test_npz_and_text_give_the_same_neighbours(vectors: Path, table_file: Path, tmp_path: Path) -> None:
    words, rows = read_vectors(vectors)
    np.savez(tmp_path / "v.npz", words=np.array(words), vectors=rows.astype(np.float16))
    other = load_neighbors(build_neighbors(tmp_path / "v.npz", tmp_path / "other.npz"))
    table = load_neighbors(table_file)
    assert all(set(pairs(other, word)) == set(pairs(table, word)) for word in words)


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


def test_a_word_is_never_its_own_neighbour_in_any_casing(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("Cat 1 0\ncat 1 0.1\ndog 0.5 1\n", encoding="utf-8")
    table = load_neighbors(build_neighbors(path, tmp_path / "t.npz"))
    assert [near.word for near in table.neighbors("CAT")] == ["dog"]


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


def test_the_environment_variable_names_another_table(table_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TABLE_VARIABLE, str(table_file))
    assert load_neighbors().name == "counter-fitted neighbours"
    assert load_neighbors() is load_neighbors(table_file)
    assert load_neighbors(BUILT_IN).name == "rebuilt counter-fitted neighbours"


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_a_missing_file_names_itself_and_the_command(suffix: str, table_file: Path) -> None:
    gone = table_file.with_suffix(suffix)
    gone.unlink()
    with pytest.raises(MissingResourceError, match=f"Missing file .*{gone.name}.*python -m core assets neighbors"):
        load_neighbors(table_file)


def test_a_damaged_file_names_itself_and_the_command(table_file: Path) -> None:
    load_neighbors(table_file)
    content = bytearray(table_file.read_bytes())
    content[len(content) // 2] ^= 1
    table_file.write_bytes(content)
    with pytest.raises(DamagedResourceError, match=r"Damaged file .*table\.npz.*sha256.*-m core assets neighbors"):
        load_neighbors(table_file)


@pytest.mark.parametrize("content", ["{", "[]", '{"name": "x"}', '{"sha256": "x"}'])
def test_a_damaged_sidecar_names_itself_and_the_command(content: str, table_file: Path) -> None:
    table_file.with_suffix(".json").write_text(content, encoding="utf-8")
    with pytest.raises(DamagedResourceError, match=r"table\.json.*python -m core assets neighbors"):
        load_neighbors(table_file)


@pytest.mark.parametrize("change", ["missing", "shape", "id", "not npz"])
def test_arrays_that_are_no_table_are_refused_even_if_the_hash_fits(change: str, table_file: Path) -> None:
    with np.load(table_file) as stored:
        arrays = dict(stored)
    if change == "missing":
        del arrays["gap0"]
    elif change == "shape":
        arrays["below_one0"] = arrays["below_one0"][:, :1]
    else:
        arrays["gap1"] = arrays["gap1"] + 1
    np.savez_compressed(table_file, **arrays)
    if change == "not npz":
        table_file.write_bytes(b"no zip")
    sidecar = table_file.with_suffix(".json")
    record = {**json.loads(sidecar.read_text()), "sha256": hashlib.sha256(table_file.read_bytes()).hexdigest()}
    sidecar.write_text(json.dumps(record))
    with pytest.raises(DamagedResourceError, match="not a neighbour table"):
        load_neighbors(table_file)


def test_the_table_that_ships() -> None:
    table = load_neighbors(BUILT_IN)
    assert table.name == "rebuilt counter-fitted neighbours"
    assert "SimLex-999 0.65" in table.provenance["note"]
    assert BUILT_IN.stat().st_size < 15e6
    assert len(table) == 65_713
    for word in list(table.words())[::400]:
        near = table.neighbors(word)
        assert len(near) == 100
        assert len({n.word for n in near}) == 100
        assert word not in {n.word for n in near}
        assert [n.cosine for n in near] == sorted((n.cosine for n in near), reverse=True)
        assert near[:10] == table.neighbors(word.upper(), 10)
    assert table.neighbors("terrible", 2) == (Neighbor("dreadful", 0.988), Neighbor("horrible", 0.983))


@pytest.mark.data
def test_the_table_that_ships_holds_the_published_top_50(data_folder: Path) -> None:
    """Every listed neighbour is among our 100.

    Cosines agree but for a few: the list caps some rebuilt neighbours just below the published ones.
    """
    import pyarrow.parquet

    listed = pyarrow.parquet.read_table(data_folder / "neighbours" / "neighbours_top50.parquet")
    table = load_neighbors(BUILT_IN)
    columns = (listed[name].to_pylist()[:100_000] for name in ("word", "neighbor", "cos_x1000"))
    near: dict[str, dict[str, float]] = {}
    same = 0
    for word, neighbor, thousandths in zip(*columns, strict=True):
        if word not in near:
            near[word] = {n.word: n.cosine for n in table.neighbors(word)}
        same += abs(near[word][neighbor] * 1000 - thousandths) < 1.5
    assert same > 99_000
