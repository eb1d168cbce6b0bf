"""The papers of the house: licences of what ships, the citation, what is promised about security."""

import importlib.metadata
import re
from pathlib import Path

import pytest
import yaml

from core import __version__

ROOT = Path(__file__).resolve().parent.parent
LICENCES = (ROOT / "LICENCES.md").read_text(encoding="utf-8")
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
FAMILIES = {"MIT": "MIT", "BSD": "BSD", "Apache": "Apache"}
"""A licence's family, and the word by which a package's own metadata says it."""


def listed(heading: str) -> dict[str, str]:
    """First cell -> the whole line, of the table under a heading of the licences' page."""
    section = LICENCES.partition(f"## {heading}")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return {line.split("|")[1].strip(): line for line in rows}


def required() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [re.split(r"[<>=]", line)[0] for line in lines if line and not line.startswith("#")]


def test_every_folder_of_assets_has_its_licence() -> None:
    assert sorted(listed("In `assets/`")) == sorted(path.name for path in (ROOT / "assets").iterdir() if path.is_dir())


def test_every_package_has_its_licence() -> None:
    assert list(listed("Packages")) == required()


@pytest.mark.parametrize("package", required())
def test_a_package_says_the_same_of_itself(package: str) -> None:
    about = importlib.metadata.metadata(package)
    said = [about.get("License-Expression") or "", about.get("License") or "", *about.get_all("Classifier", [])]
    ours = listed("Packages")[package].split("|")[2]
    families = [word for word in FAMILIES if word in ours]
    assert families, ours
    assert any(word in line for word in families for line in said if not line.startswith("Topic")), said


def test_the_citation_is_that_of_the_readme() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "title", "message", "authors", "license"} <= set(citation)
    paper = citation["preferred-citation"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = " and ".join(f"{a['given-names']} {a['family-names']}" for a in paper["authors"])
    assert f"author = {{{names}}}" in readme
    assert f"title  = {{{paper['title']}}}" in readme
    assert f"eprint = {{{paper['url'].rsplit('/', 1)[1]}}}" in readme


def test_the_version_is_one_in_every_place() -> None:
    """``core.__version__``, the newest dated part of the CHANGELOG, under what is not released, and the citation."""
    changes = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert changes[:2] == ["Unreleased", f"{__version__} ({citation['date-released']})"]
    assert citation["version"] == __version__


def test_what_is_promised_is_kept_somewhere() -> None:
    """Every file named is there, and every environment variable is one the page reads."""
    files = set(re.findall(r"`((?:app|core)/[\w/]+\.py)`", SECURITY))
    assert len(files) >= 10
    assert [name for name in files if not (ROOT / name).is_file()] == []
    settings = (ROOT / "app" / "settings.py").read_text(encoding="utf-8")
    assert [name for name in re.findall(r"FIREBERT_\w+", SECURITY) if name not in settings] == []
