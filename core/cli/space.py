"""``space``: the tree of a Hugging Face Space, and a trial of it in an environment of its own."""

import os
import shutil
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli import options as opt
from core.cli.groups import grouped
from core.errors import ConfigError

ROOT = Path(__file__).parents[2]
OutOption = Annotated[Path, typer.Option("--out", "-o", help="A new folder for the tree.")]
NameOption = Annotated[
    str, typer.Option(metavar="OWNER/SPACE", help="The Space's name: its card then shows the picture.")
]
UseOption = Annotated[
    Path | None, typer.Option("--use", help="A Python that has the requirements; by default a new environment is made.")
]
PipOption = Annotated[str, typer.Option(help="Options for pip, such as --no-index.")]
KeepOption = Annotated[
    Path | None, typer.Option("--environment", help="Make the environment in this folder and keep it for other trials.")
]
TOLD = ("Collecting", "Installing", "Successfully", "ERROR")
"""Beginnings of pip's lines that show how far it is."""
READY = 300.0
"""Seconds that the page may take until it answers."""


def register(app: typer.Typer) -> None:
    """Add the group ``space``."""
    group = opt.group(app, "space", "A Hugging Face Space of this repository: its files, and a trial.")
    group.command()(build)
    group.command(name="try")(trial)


@grouped
def build(*, out: OutOption, name: NameOption = "", json: opt.JsonOption = False) -> None:
    """Write the exact files that a Space needs, checked against what the Hub refuses.

    Push the folder as it is: git init, git lfs install, git add, git push to https://huggingface.co/spaces/OWNER/SPACE.
    """
    from core.cli.output import emit, show
    from core.interop.space import space_tree

    tree = space_tree(ROOT, name)
    tree.write(out)
    found = {"files": len(tree.made) + len(tree.copied), "bytes": tree.bytes, "python": tree.front["python_version"]}
    if json:
        return emit(found)
    return show(f"{found['files']} files, {tree.bytes / 1e6:.1f} MB, Python {found['python']}: {out}")


@grouped
def trial(
    *, use: UseOption = None, environment: KeepOption = None, pip: PipOption = "", json: opt.JsonOption = False
) -> None:
    """Build the tree, start it as the Hub would and ask every endpoint once.

    A new environment is made with the Python that the front matter names, with the gradio and its extras that the Hub
    installs by itself; a new home, nothing of this machine's settings. pip tells on stderr what it takes, gigabytes
    the first time (its cache is kept). Exit code 2 if an endpoint fails.
    """
    from core.cli.output import emit, note, show, table
    from core.interop.page_check import ask_every_endpoint
    from core.interop.space import space_tree

    with tempfile.TemporaryDirectory() as temporary:
        folder, tree = Path(temporary) / "space", space_tree(ROOT)
        tree.write(folder)
        kept = environment or Path(temporary) / "venv"
        python = use or _environment(kept.resolve(), folder, tree.front, pip.split())
        note(f"{len(tree.made) + len(tree.copied)} files, {tree.bytes / 1e6:.1f} MB; {python}")
        with _served(python, folder, Path(temporary) / "home") as url:
            found = list(ask_every_endpoint(url))
    rows = [(one.endpoint, one.problem or "answers", f"{one.seconds:.1f}") for one in found]
    for one in found if json else ():
        emit(asdict(one))
    if not json:
        show(table("Every endpoint, once", ["endpoint", "", "seconds"], rows))
    if failed := [one.endpoint for one in found if one.problem]:
        raise ConfigError(f"{len(failed)} of {len(found)} endpoints failed: {', '.join(failed)}.")


def _environment(folder: Path, tree: Path, front: Any, options: list[str]) -> Path:
    """The Python of a new environment with what the Hub installs. Raises ConfigError."""
    named = f"python{front['python_version']}"
    python = shutil.which(named)
    if python is None:
        raise ConfigError(f"There is no {named}, which the front matter names. Install it, or give --use PYTHON.")
    made, theirs = folder / "bin" / "python", f"gradio[oauth,mcp]=={front['sdk_version']}"
    if not made.exists():
        _step([python, "-m", "venv", str(folder)])
    _step([str(made), "-m", "pip", "install", *options, theirs, "spaces", "-r", str(tree / "requirements.txt")])
    return made


def _step(words: list[str]) -> None:
    """A step of making the environment, told line by line. Raises ConfigError with the last of what it said."""
    from core.cli.output import note

    last: deque[str] = deque(maxlen=5)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8") as step:
        for line in step.stdout or ():
            last.append(line.strip())
            if line.startswith(TOLD):
                note(line.strip())
    if step.returncode:
        raise ConfigError(f"{words[1:4]} failed: {' '.join(last)[-500:]}")


@contextmanager
def _served(python: Path, folder: Path, home: Path) -> Iterator[str]:
    """The page of a tree with an environment as bare as a Space's; its address."""
    import httpx

    from core.cli.load import free_port

    home.mkdir()
    port = free_port()
    settings = {
        "HOME": str(home), "PATH": os.environ["PATH"], "SPACE_ID": "owner/space", "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_SERVER_PORT": str(port), "SYSTEM": "spaces",
    }  # fmt: skip
    page = subprocess.Popen([str(python), "app.py"], cwd=folder, env=settings, stdout=subprocess.DEVNULL)
    try:
        until, url = time.monotonic() + READY, f"http://127.0.0.1:{port}"
        while True:
            try:
                httpx.get(f"{url}/gradio_api/info", timeout=5).raise_for_status()
                break
            except httpx.HTTPError:
                if page.poll() is not None or time.monotonic() > until:
                    raise ConfigError("The page of the Space did not start; what it said stands above.") from None
                time.sleep(0.5)
        yield url
    finally:
        page.terminate()
        page.wait()
