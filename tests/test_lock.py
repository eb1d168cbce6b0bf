"""The lock file says what requirements.txt says, exactly and with hashes, for every Python that is supported."""

import re
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
ENTRY = re.compile(r"^([a-z0-9][\w.-]*==[^\\\n]+?)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PYTHONS = ("3.10", "3.11", "3.12", "3.13")


def asked() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def locked(python: str) -> dict[str, str]:
    """Versions by name, as pip takes them on Linux under that Python."""
    here = {
        **default_environment(), "python_version": python, "python_full_version": f"{python}.0",
        "sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64", "os_name": "posix",
    }  # fmt: skip
    found = [Requirement(line) for line, _ in ENTRY.findall(LOCK)]
    return {
        canonicalize_name(one.name): str(one.specifier).removeprefix("==")
        for one in found
        if one.marker is None or one.marker.evaluate(here)
    }


def test_nothing_in_it_goes_without_a_hash() -> None:
    lines = [line for line in LOCK.splitlines() if line and not line.startswith("#")]
    entries = ENTRY.findall(LOCK)
    assert len(lines) == sum(1 + hashes.count("--hash") for _, hashes in entries)
    assert len(entries) > 80


@pytest.mark.parametrize("python", PYTHONS)
def test_it_agrees_with_the_requirements(python: str) -> None:
    versions = locked(python)
    for one in asked():
        assert one.specifier.contains(versions[canonicalize_name(one.name)]), f"{one}: make lock"
