"""The tree of a Hugging Face Space: which files of this repository go there, and what the Hub asks of them.

A Space is a Git repository that the Hub runs: README.md says how in its front matter, requirements.txt what is
installed beside the gradio that it names. Only what runs, and what tells of it, is sent: no tests, no tools.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigError

FOLDERS = ("app", "core", "assets")
FILES = (
    "app.py",
    "README.md",
    "requirements.txt",
    "LICENSE",
    "LICENCES.md",
    "SECURITY.md",
    "CITATION.cff",
    "CHANGELOG.md",
)
LEFT_OUT = ("__pycache__", ".pyc")
MOST_PLAIN, MOST_FILE, MOST_TREE = 10_000_000, 50_000_000, 1_000_000_000
"""Bytes: of a file in Git itself, of any file, of all; above the first the Hub wants large-file storage."""
STORED_APART = ("*.npz", "*.safetensors", "*.gz")
ATTRIBUTES = "assets/** -text\n" + "".join(
    f"{pattern} filter=lfs diff=lfs merge=lfs -text\n" for pattern in STORED_APART
)
COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
MOST_SAID = 60
"""Characters of a short description."""


@dataclass(frozen=True)
class Tree:
    """What a Space is made of: ``made`` are contents by path, ``copied`` files of the repository by path."""

    made: Mapping[str, str]
    copied: Mapping[str, Path]
    front: Mapping[str, Any]

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(len(content.encode()) for content in self.made.values()) + sum(
            path.stat().st_size for path in self.copied.values()
        )

    def write(self, folder: Path) -> None:
        """Write it into a new folder. Raises ConfigError for one that holds anything."""
        if folder.exists() and any(folder.iterdir()):
            raise ConfigError(f"{folder} is not empty. Give a new folder with --out.")
        for name, content in self.made.items():
            _under(folder, name).write_text(content, encoding="utf-8", newline="\n")
        for name, path in self.copied.items():
            _under(folder, name).write_bytes(path.read_bytes())


def space_tree(root: Path, name: str = "") -> Tree:
    """The tree of this repository, checked; ``name`` (owner/space) puts the picture into its card.

    Raises ConfigError that says what the Hub would refuse.
    """
    readme = (root / "README.md").read_text(encoding="utf-8")
    front = front_matter(root / "README.md")
    if name:
        picture = f"https://huggingface.co/spaces/{name}/resolve/main/assets/screenshot.png"
        readme = readme.replace("\npinned:", f"\nthumbnail: {picture}\npinned:", 1)
    requirements = (root / "requirements.txt").read_text(encoding="utf-8")
    made = {
        "README.md": readme,
        "requirements.txt": requirements,
        ".gitattributes": ATTRIBUTES,
    }
    paths = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*")) if path.is_file()]
    paths += [root / name for name in FILES if name not in made]
    copied = {
        path.relative_to(root).as_posix(): path
        for path in paths
        if not any(part in path.as_posix() for part in LEFT_OUT)
    }
    tree = Tree(made, copied, front)
    _check(tree, requirements)
    return tree


def front_matter(readme: Path) -> dict[str, Any]:
    """What stands between the two lines of dashes. Raises ConfigError."""
    from huggingface_hub.repocard import metadata_load

    found = metadata_load(readme)
    if not isinstance(found, dict):
        raise ConfigError("README.md has no front matter between two lines of ---.")
    return found


def _check(tree: Tree, requirements: str) -> None:
    front = tree.front
    pinned = re.search(r"^gradio==(\S+)", requirements, re.MULTILINE)
    said = str(front.get("short_description", ""))
    wrong = [
        ("sdk", front.get("sdk") != "gradio", "gradio"),
        ("sdk_version", not pinned or front.get("sdk_version") != pinned[1], "the gradio of requirements.txt"),
        ("python_version", not re.fullmatch(r"3\.1[0-3]", str(front.get("python_version"))), "3.10 to 3.13, in quotes"),
        ("app_file", front.get("app_file") not in tree.copied, "a file that is sent"),
        ("short_description", not 0 < len(said) <= MOST_SAID, f"at most {MOST_SAID} characters"),
        ("colorFrom and colorTo", not {front.get("colorFrom"), front.get("colorTo")} <= set(COLOURS), "of the Hub's"),
    ]
    for field, is_wrong, expected in wrong:
        if is_wrong:
            raise ConfigError(f"README.md: {field} of the front matter must be {expected}.")
    for name, path in tree.copied.items():
        size, apart = path.stat().st_size, any(path.match(pattern) for pattern in STORED_APART)
        if size > (MOST_FILE if apart else MOST_PLAIN):
            raise ConfigError(f"{name} has {size:,} bytes; at most {MOST_FILE if apart else MOST_PLAIN:,} may be sent.")
    if tree.bytes > MOST_TREE:
        raise ConfigError(f"The tree has {tree.bytes:,} bytes; a Space may have {MOST_TREE:,}.")


def _under(folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
