"""The documents tell the truth: front matter, commands, options, snippets, paths, numbers of examples."""

import functools
import io
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
import yaml

from core.cli import main
from core.examples import load_examples

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES, RESULTS = "core/cli/README.md", "assets/results/README.md"
DOCUMENTS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENCES.md", "SECURITY.md", EXAMPLES, RESULTS)
NEEDS_NO_FILE = r"--text\b|--premise|--settings|assets check"
SPACE_COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


def front_matter() -> dict[str, object]:
    return yaml.safe_load(README.split("---\n")[1])


def pinned(package: str) -> str:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return next(line.partition("==")[2] for line in lines if line.startswith(f"{package}=="))


def core_commands(*documents: str) -> list[str]:
    """Every ``python -m core`` command of the fenced blocks, once; continuation lines joined, chained ones apart."""
    texts = [(ROOT / document).read_text(encoding="utf-8") for document in documents]
    blocks = [block for text in texts for block in re.findall(r"```bash\n(.*?)```", text, flags=re.DOTALL)]
    lines = "\n".join(blocks).replace("\\\n", " ").replace(" && ", "\n").splitlines()
    found = [re.split(r" # | > ", line)[0].strip() for line in lines if line.startswith("python -m core")]
    return list(dict.fromkeys(found))


def shapes(commands: list[str]) -> list[str]:
    """One command of each kind: the same words before the options, the same options."""
    return list({(command_path(c), *re.findall(r"(?<=\s)--?[a-z-]+", c)): c for c in commands}.values())


@functools.lru_cache(maxsize=32)
def run_core(*arguments: str) -> str:
    """Standard output of a core command that has to succeed, wide and without colour; run in this process."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(ROOT)
        patch.setattr("sys.argv", ["core", *arguments])
        for name, value in {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}.items():
            patch.setenv(name, value)
        try:
            main()
        except SystemExit as left:
            code = int(left.code or 0)
    assert code == 0, f"{shlex.join(arguments)}: {err.getvalue()[-2000:]}"
    return out.getvalue()


def command_path(command: str) -> tuple[str, ...]:
    """The words after ``python -m core`` that name a command: one, or two for a group such as ``assets``."""
    words = shlex.split(command)[3:]
    own = [word for word in words[:2] if re.fullmatch(r"[a-z-]+", word) and not word.startswith("-")]
    return tuple(own[:2] if own[:1] in (["assets"], ["bench"], ["hub"], ["space"]) else own[:1])


def listed_commands(help_text: str) -> list[str]:
    """Names in the Commands table of a help page."""
    table = help_text.partition(" Commands ")[2]
    return re.findall(r"^│ ([a-z][a-z-]*) ", table, flags=re.MULTILINE)


def test_the_front_matter_fits_a_space() -> None:
    head = front_matter()
    assert head["sdk"] == "gradio"
    assert head["sdk_version"] == pinned("gradio")
    assert head["python_version"] in ("3.11", "3.12")
    assert (ROOT / str(head["app_file"])).is_file()
    assert 10 <= len(str(head["short_description"])) <= 60
    assert {head["colorFrom"], head["colorTo"]} <= SPACE_COLOURS
    assert head["license"] == "mit"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def test_it_opens_with_a_sentence_a_picture_and_two_commands() -> None:
    opening = README.split("# FireBERT Lab\n", 1)[1]
    assert opening.index("![") < opening.index("make demo") < opening.index("make test") < 800


@pytest.mark.parametrize("command", shapes(core_commands("README.md", EXAMPLES, RESULTS)))
def test_every_command_and_its_options_exist(command: str) -> None:
    path = command_path(command)
    assert path
    help_text = run_core(*path, "--help")
    for option in (word for word in shlex.split(command) if word.startswith("-") and word not in ("-m", "-")):
        assert re.search(rf"(^|[\s,]){re.escape(option.partition('=')[0])}\b", help_text, re.MULTILINE), option


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in core_commands("README.md", EXAMPLES) if re.search(NEEDS_NO_FILE, c)])
def test_commands_that_need_no_file_run_as_written(command: str) -> None:
    assert run_core(*shlex.split(command)[3:]).strip()


def test_every_command_is_shown() -> None:
    names = listed_commands(run_core("--help"))
    assert len(names) >= 6
    shown = {command_path(command)[0] for command in core_commands(EXAMPLES)}
    assert set(names) <= shown


def test_a_newcomer_reads_it_in_three_minutes() -> None:
    assert len(README.split("---\n", 2)[2]) < 8_000


@pytest.mark.slow
def test_the_python_example_runs_as_written() -> None:
    snippet = re.search(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert snippet
    done = subprocess.run(
        [sys.executable, "-c", snippet[1]], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    words, outcome, probabilities = done.stdout.splitlines()
    assert "dull" in words
    assert outcome.startswith("success")
    assert probabilities.startswith("(")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_points_to_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if not link.startswith("http")]
    links = [(ROOT / document).parent / link for link in links]
    paths = re.findall(r"`((?:app|assets|core|tests)/[\w./-]*|[\w-]+\.(?:md|toml|txt|py))`", text)
    missing = sorted({str(path) for path in [*links, *paths] if not (ROOT / path).exists()})
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS)
def test_prose_is_plain(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert not re.findall("[\u2012-\u2015\u00a0\u200b]", text)


def test_make_targets_in_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE)[0].split())
    texts = [(ROOT / document).read_text(encoding="utf-8") for document in DOCUMENTS]
    used = {target for text in texts for target in re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)}
    assert {"demo", "test"} <= used <= targets


def test_the_number_of_examples_is_right() -> None:
    reviews, pairs = len(load_examples("imdb")), len(load_examples("mnli"))
    assert f"{reviews} reviews and {pairs} pairs" in README


def test_supported_pythons_are_the_same_everywhere() -> None:
    assert "Python 3.10 to 3.13" in README
    assert "(3, 10) <= v <= (3, 13)" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert 'target-version = "py310"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
