"""``jobs``: long work in parts as Hugging Face Jobs, one a part, by their own command line ``hf jobs run``.

A job mounts a Space of this repository (``space build``), which is all it needs to run, and a bucket, where its work
log stays: the same job started again goes on where its log ends, and ``merge`` makes one of all logs.
"""

import shlex
import shutil
import subprocess
from collections.abc import Sequence
from typing import Annotated

import typer

from core.errors import ConfigError, MissingResourceError

IMAGE, CODE, KEPT = "python:3.12", "/lab", "/results"
IN_PARTS = ("table", "ladder", "riddle")
"""Commands with --shard and --log."""
WordsArgument = Annotated[
    list[str], typer.Argument(metavar="-- COMMAND...", help="The command and its words, after --; files in the bucket.")
]
SpaceOption = Annotated[str, typer.Option(metavar="OWNER/SPACE", help="A Space of this repository: the code.")]
BucketOption = Annotated[
    str, typer.Option(metavar="OWNER/BUCKET", help="Where logs stay: in a job the folder /results.")
]
FlavorOption = Annotated[str, typer.Option(help="Hardware of a job, as hf jobs run calls it: cpu-upgrade, l4x1, h200.")]
PartsOption = Annotated[int, typer.Option(min=1, max=1000, help="How many jobs share the work.")]
TimeoutOption = Annotated[str, typer.Option(help="Longest that a job may run, such as 90m or 6h.")]
StartOption = Annotated[bool, typer.Option("--start", help="Start the jobs; without it they are only shown.")]


def register(app: typer.Typer) -> None:
    """Add ``jobs``."""
    app.command()(jobs)


def jobs(
    words: WordsArgument,
    space: SpaceOption,
    bucket: BucketOption,
    flavor: FlavorOption = "cpu-upgrade",
    parts: PartsOption = 4,
    timeout: TimeoutOption = "2h",
    start: StartOption = False,
) -> None:
    """Show, or start, Hugging Face Jobs that each do a part of table, ladder or riddle; their logs stay in a bucket.

    Jobs cost money by the second; `python -m core bench price` says what a million attacks come to. A job that ended
    early is started again as it was. Then: hf buckets sync hf://buckets/OWNER/BUCKET runs/parts, and merge.
    """
    lines = [job(words, space, bucket, flavor, f"{part}/{parts}", timeout) for part in range(1, parts + 1)]
    if not start:
        for line in lines:
            typer.echo(shlex.join(line))
        return
    if shutil.which("hf") is None:
        raise MissingResourceError("There is no hf on the path. Install huggingface_hub, then hf auth login.")
    for number, line in enumerate(lines, 1):
        done = subprocess.run(line, capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())[-300:]
            raise ConfigError(f"Job {number} of {parts} was not started: {said} Those before it run.")
        typer.echo(f"{number}/{parts} {' '.join(done.stdout.split())}")


def job(words: Sequence[str], space: str, bucket: str, flavor: str, part: str, timeout: str) -> list[str]:
    """The words of ``hf jobs run`` for one part. Raises ConfigError for a command that has no parts."""
    if not words or words[0] not in IN_PARTS:
        raise ConfigError(
            f"Only {', '.join(IN_PARTS)} can be done in parts, was given {' '.join(words[:1]) or 'nothing'}."
        )
    for name, given in (("--space", space), ("--bucket", bucket)):
        if given.count("/") != 1 or not all(given.split("/")):
            raise ConfigError(f"{name} must be OWNER/NAME, was given {given!r}.")
    log = f"{KEPT}/log-{part.replace('/', '-of-')}"
    inner = f"cp -r {CODE}/. . && pip install -q -r requirements.txt && python -m core "
    inner += shlex.join([*words, "--shard", part, "--log", log])
    return [
        "hf", "jobs", "run", "--detach", "--flavor", flavor, "--timeout", timeout, "--secrets", "HF_TOKEN",
        "-v", f"hf://spaces/{space}:{CODE}", "-v", f"hf://buckets/{bucket}:{KEPT}",
        IMAGE, "bash", "-c", inner,
    ]  # fmt: skip
