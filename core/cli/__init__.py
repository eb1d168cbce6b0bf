"""The command line, ``python -m core``: every result of the library, as a readable table or as JSON lines.

Each module adds its commands through ``register(app)`` and imports torch, transformers and the lexicon inside the
command that needs them, so that ``--help`` answers at once. Results go to stdout, progress and errors to stderr.
"""

import importlib
import importlib.util
import sys
from types import ModuleType

from core.errors import FireBertError

MODULES = ("answer", "measure", "attack", "overhead", "paired", "record", "train", "fact", "tune", "hub", "assets")


def main() -> None:
    """Run the command line. A FireBertError becomes one line on stderr and exit code 2, here and nowhere else."""
    import typer

    app = typer.Typer(
        name="python -m core",
        help="Attack, defend, explain, evaluate and fine-tune BERT-family classifiers.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for module in _modules():
        module.register(app)
    try:
        app(prog_name="python -m core")
    except FireBertError as error:
        print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)


def _modules() -> list[ModuleType]:
    names = [f"core.cli.{name}" for name in MODULES]
    return [importlib.import_module(name) for name in names if importlib.util.find_spec(name)]
