"""``python -m core assets``: what is wrong is said for each file, and a built table can be used at once."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from core.cli import assets
from core.errors import FireBertError, ResourceError
from core.language.neighbors import TABLE_VARIABLE, load_neighbors


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    assets.register(app)
    return app


def test_neighbors_builds_a_table_beside_the_vectors(app: typer.Typer, tmp_path: Path) -> None:
    vectors = tmp_path / "counter-fitted-vectors.txt"
    vectors.write_text("up 2 0\nslant 0.6 0.8\nside 0 3\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["assets", "neighbors", "--vectors", str(vectors)])
    assert result.exit_code == 0, result.output
    written = tmp_path / "counter-fitted-vectors-neighbors.npz"
    assert f"{TABLE_VARIABLE}={written}" in result.output
    assert [near.word for near in load_neighbors(written).neighbors("up")] == ["slant", "side"]


def test_neighbors_of_no_file_is_one_clear_error(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["assets", "neighbors", "--vectors", str(tmp_path / "none.txt")])
    assert isinstance(result.exception, FireBertError)
    assert "No file" in str(result.exception)


def test_check_goes_on_after_a_wrong_file_and_fails_in_the_end(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TABLE_VARIABLE, str(tmp_path / "none.npz"))
    result = CliRunner().invoke(app, ["assets", "check", "--json"])
    checks = [json.loads(line) for line in result.output.splitlines() if line.startswith("{")]
    states = {check["name"]: check["ok"] for check in checks}
    assert states["neighbours (none.npz)"] is False
    assert "python -m core assets neighbors" in checks[0]["note"]
    assert states["stop words (textfooler)"] is states["sentence encoder (use)"] is True
    assert len(checks) >= 10
    assert isinstance(result.exception, ResourceError)
    assert "neighbours (none.npz)" in str(result.exception)


def test_check_shows_a_table(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["assets", "check"], env={"COLUMNS": "200"})
    assert "rebuilt counter-fitted neighbours" in result.output
    assert "in order" in result.output
