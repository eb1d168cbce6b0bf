"""``serve``: a classifier or a defence for other programs on this machine, over HTTP."""

from typing import Annotated

import typer

from core.cli import options as opt
from core.cli.groups import grouped
from core.defenses.registry import PLAIN

PortOption = Annotated[int, typer.Option(min=0, max=65535, help="Where to listen on 127.0.0.1; 0 takes a free port.")]


def register(app: typer.Typer) -> None:
    """Add ``serve``."""
    app.command()(serve)


@grouped
def serve(
    *,
    task: opt.TaskOption = "imdb",
    model: opt.ModelOptions,
    defense: opt.DefenseOption = PLAIN,
    chosen: opt.DefenseOptions,
    port: PortOption = 8900,
    machine: opt.MachineOptions,
    seed: opt.SeedOption = 0,
) -> None:
    """Answer texts that are POSTed as JSON, as --model http://... asks them; until Ctrl-C.

    For programs that cannot share an environment with this one, TextAttack for instance: tests/peer/README.md has both
    sides. There is no sign-in, so it listens on 127.0.0.1 alone.
    """
    from core.cli.defended import ELSEWHERE, build, defense_settings
    from core.cli.output import note
    from core.cli.views import list_only
    from core.interop.serving import HOST, open_server

    session = opt.session(task, model, machine)
    if chosen.settings:
        settings = defense_settings(session, chosen.preset, defense, chosen.changes)
        return list_only(f"{defense}, {chosen.preset} settings for {task}", settings, False, ELSEWHERE)
    classifier = build(session, defense, chosen, seed).classifier
    with open_server(classifier, port) as server:
        note(f"{classifier.name} answers at http://{HOST}:{server.server_address[1]}/ until Ctrl-C.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            note("Stopped.")
