"""The tree of a Space: what runs is in it, what does not is not, and what the Hub would refuse is told beforehand."""

import shutil
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.interop.space import MOST_PLAIN, MOST_SAID, front_matter, space_tree

ROOT = Path(__file__).parents[3]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A repository with everything that a Space needs and little else."""
    for folder in ("app", "core", "assets", "tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.py").write_text("1\n")
    for path in ROOT.iterdir():
        if path.is_file() and path.name != "pyproject.toml":
            shutil.copy(path, tmp_path / path.name)
    return tmp_path


def test_what_runs_is_sent_and_nothing_else(small: Path, tmp_path: Path) -> None:
    (small / "app" / "__pycache__").mkdir()
    (small / "app" / "__pycache__" / "one.pyc").write_bytes(b"1")
    tree = space_tree(small, "owner/space")
    tree.write(out := tmp_path / "made" / "space")
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {"app.py", "app/one.py", "core/one.py", "assets/one.py", "README.md", "requirements.txt"} <= found
    assert not [name for name in found if name.startswith(("tests", ".ci")) or "pycache" in name]
    assert "Makefile" not in found
    assert tree.bytes == sum((out / name).stat().st_size for name in found)
    assert "owner/space/resolve/main/assets/screenshot.png" in front_matter(out / "README.md")["thumbnail"]
    with pytest.raises(ConfigError, match="not empty"):
        tree.write(out)


def test_weights_are_stored_apart_and_nothing_else_may_be_large(small: Path) -> None:
    (small / "assets" / "big.npz").write_bytes(bytes(MOST_PLAIN + 1))
    tree = space_tree(small)
    assert "*.npz filter=lfs" in tree.made[".gitattributes"]
    (small / "assets" / "big.csv").write_bytes(bytes(MOST_PLAIN + 1))
    with pytest.raises(ConfigError, match=r"assets/big.csv has 10,000,001 bytes"):
        space_tree(small)


@pytest.mark.parametrize(
    ("line", "changed", "said"),
    [
        ("sdk: gradio", "sdk: docker", "sdk of the front matter"),
        ("sdk_version: ", "sdk_version: 5", "the gradio of requirements.txt"),
        ('python_version: "3.12"', "python_version: 3.1", "in quotes"),
        ("app_file: app.py", "app_file: start.py", "a file that is sent"),
        ("short_description: ", f"short_description: {'x' * MOST_SAID}", "at most 60 characters"),
        ("colorFrom: red", "colorFrom: brown", "of the Hub's"),
    ],
)
def test_what_the_hub_would_refuse_is_told(small: Path, line: str, changed: str, said: str) -> None:
    readme = (small / "README.md").read_text(encoding="utf-8")
    assert line in readme
    (small / "README.md").write_text(readme.replace(line, changed, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        space_tree(small)


def test_this_repository_can_be_a_space() -> None:
    tree = space_tree(ROOT)
    assert tree.bytes < 60_000_000
    assert "assets/neighbors/rebuilt.npz" in tree.copied
