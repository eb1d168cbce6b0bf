"""The command line, ``python -m core``: every result of the library, as a readable table or as JSON lines.

Each module adds its commands through ``register(app)`` and imports torch, transformers and the lexicon inside the
command that needs them, so that ``--help`` answers at once. Results go to stdout, progress and errors to stderr.
"""

import importlib
import sys
from typing import TYPE_CHECKING

from core.errors import FireBertError

if TYPE_CHECKING:
    import typer

MODULES = (
    "answer",
    "measure",
    "attack",
    "table",
    "ladder",
    "riddle",
    "gates",
    "transfer",
    "surface",
    "worklog",
    "jobs",
    "bench",
    "load",
    "price",
    "paired",
    "obstinacy",
    "audit",
    "record",
    "train",
    "fact",
    "tune",
    "serve",
    "hub",
    "space",
    "assets",
)


def main() -> None:
    """Run the command line. A FireBertError or a fault of the machine becomes one line on stderr and exit code 2.

    Here and nowhere else.
    """
    from core.cli.faults import let_go, sentence
    from core.cli.streams import settle

    settle()
    try:
        make_app()(prog_name="python -m core")
    except FireBertError as error:
        print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(f"Error: {' '.join(sentence(error).split())}", file=sys.stderr)
        let_go()
        sys.exit(2)


def make_app() -> "typer.Typer":
    """The command line with the commands of all its modules."""
    import typer

    app = typer.Typer(
        name="python -m core",
        help="Attack, defend, explain, evaluate and fine-tune BERT-family classifiers.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in MODULES:
        importlib.import_module(f"core.cli.{name}").register(app)
    return app
