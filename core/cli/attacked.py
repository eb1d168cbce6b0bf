"""What is attacked, and by which rules, as typed: shared by every command that attacks."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.errors import InputError

if TYPE_CHECKING:
    from core.attacks.presets import AttackConfig
    from core.datasets import Row

NOption = Annotated[
    int, typer.Option("--n", min=0, help="So many rows of the split (or of --input), chosen by --rows-seed.")
]
TogetherOption = Annotated[
    int, typer.Option(min=0, help="Attacks that advance together, with shared batches; 0: 64, on a GPU 512.")
]


@dataclass(frozen=True)
class SampleOptions:
    """Which rows: a file, or so many of it or of a split."""

    input: opt.InputOption = None
    n: NOption = 0
    split: opt.SplitOption = "test"
    rows_seed: opt.RowsSeedOption = 0


@dataclass(frozen=True)
class Rows:
    """What is attacked: rows, how many if known, and where they came from."""

    rows: "Iterator[Row]"
    total: int | None
    source: dict[str, Any]


def attack_settings(rules: opt.AttackOptions, task: str, seed: int) -> "AttackConfig":
    """The configuration that the options stand for; ``task`` is the name of a task, not a file or a folder."""
    from core.attacks.presets import attack_config
    from core.cli.settings import with_settings

    config = attack_config(rules.preset, task, method=rules.method, seed=seed)
    return with_settings(config, rules.changes, ("preset", "seed", "method"))


def usual(together: int, session: opt.Session) -> int:
    """``together``, or where it is 0 as many as suit the device."""
    from core.attacks.driver import TOGETHER, TOGETHER_ON_A_GPU

    on_cpu = opt.pick_device(session.device).startswith("cpu")
    return together or (TOGETHER if on_cpu else TOGETHER_ON_A_GPU)


def attack_rows(session: opt.Session, sample: SampleOptions) -> Rows:
    """The rows that the options stand for. Raises InputError when there are none to attack."""
    from core.cli.inputs import told
    from core.datasets import load_split, read_rows
    from core.evaluation.evaluate import sample_rows
    from core.evaluation.premade import source_name

    (file, n, split, seed), task = astuple(sample), session.task
    if file is None and n == 0:
        raise InputError("Nothing to attack. Give --input FILE, or --n N to take N rows of the split.")
    opened = None if file is None else read_rows(file, task, session.names)
    rows = load_split(task, split) if opened is None else told(opened, opened.labelled())
    source = {**source_name(file, split, task), "n": n or None, "rows_seed": seed if n else None}
    if opened is not None and n == 0:
        return Rows(iter(rows), opened.total, source)
    chosen = sample_rows(rows, n, seed)
    return Rows(iter(chosen), len(chosen), source)
