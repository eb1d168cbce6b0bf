"""Whatever is typed ends in an answer or in one line and exit code 2; a trace is a fault of ours.

Whatever model is named, a tiny one answers, so that a command gets as far as what was typed lets it.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from core.cli import make_app

ROUNDS, A_ROUND = 6, 12
LONG = {
    ("assets", "check"),
    ("assets", "calibrate"),
    ("finetune",),
    ("fact",),
    ("bench", "fact"),
    ("bench", "load"),
    ("space", "try"),
    ("serve",),
}
"""These begin long work as soon as they can."""
SHORT = {("tune",): ["--trials", "1", "--n", "2"], ("bench", "defenses"): ["--rounds", "1", "--texts", "2"],
         ("audit",): ["--n", "2", "--checks", "batch,decision"]}  # fmt: skip
"""What makes others short."""


def commands(command: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every command by its words."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return {} if path in LONG else {path: command}
    return {words: one for name, below in inner.items() for words, one in commands(below, (*path, name)).items()}


COMMANDS = commands(get_command(make_app()))
NUMBERS = ("0", "1", "2", "-1", "2.5", "nan", "1e999", "9" * 400, "x")
WORDS = (
    "", " ", "a good film", "imdb", "mnli", "plain", "fuse", "five", "paper", "shipped", "ungated", "none", "true", "1",
    "a=b", "perturb_words=2.5", "stop_words=no", "samples=99999999", "=", "[/x]", "caf\u00e9", "\udce9", "\u0000",
    "nowhere.csv", "nowhere/", "/", ".", "cuda:99", "cpu", "owner/name", "imdb-plain", "rows.csv", "rows.csv",
    "bytes.csv", "empty.json", "torn.parquet", "folder", "-", "--help", "--nothing", "out/x.jsonl", "t.md", "f.svg",
)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_factory: Callable[..., Any], toy_lexicon: Any) -> Path:
    """A folder with a good file and bad ones, no data; a tiny model and a toy lexicon whatever is asked for."""
    (tmp_path / "rows.csv").write_text("text,label\na good film,1\na bad film,0\n")
    (tmp_path / "bytes.csv").write_bytes(b"text,label\n\xff\xfe\x00,1\n")
    (tmp_path / "empty.json").write_text("")
    (tmp_path / "torn.parquet").write_bytes(b"PAR1" + bytes(20))
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("FIREBERT_DATA", "FIREBERT_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    kept: dict[str, Any] = {}

    def load_classifier(_source: str, task: Any, *_: Any) -> Any:
        return kept.setdefault(task.name, tiny_factory(task))

    monkeypatch.setattr("core.models.loading.load_classifier", load_classifier)
    for name in ("core.cli.defended.load_lexicon", "core.language.lexicon.load_lexicon"):
        monkeypatch.setattr(name, lambda *_, **__: toy_lexicon)
    return tmp_path


def typed(chance: random.Random) -> list[str]:
    """A command with some of its options, right and wrong words behind them, in any order."""
    words, command = chance.choice(sorted(COMMANDS.items(), key=lambda item: item[0]))
    line: list[str] = []
    for param in chance.sample(command.params, min(len(command.params), chance.randint(0, 4))):
        said = WORDS if param.min is None and not isinstance(param.default, int | float) else NUMBERS
        value = [] if getattr(param, "is_flag", False) else [chance.choice(said)]
        line += [*([chance.choice(param.opts)] if param.param_type_name == "option" else []), *value]
    line += [chance.choice(WORDS)] if chance.random() < 0.1 else []
    return [*words, *SHORT.get(words, []), *line]


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_whatever_is_typed(cli: Callable[..., Any], desk: Path, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(A_ROUND):
        line = typed(chance)
        ran = cli(*line)
        assert ran.code in (0, 2), (line, ran.code, ran.err)
        if ran.code == 2 and ran.err.startswith("Error: "):
            assert ran.err.count("\n") == 1, line
        assert "Traceback" not in ran.err, line
