"""Options that say who does long work: this process, several of this machine, or a Ray cluster."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import ConfigError, UnknownNameError

if TYPE_CHECKING:
    from core.work.engine import Engine

PROCESSES, RAY = "processes", "ray"
WorkersOption = Annotated[
    int, typer.Option(min=1, help="Processes of one thread each (or Ray actors) that share the groups of rows out.")
]
EngineOption = Annotated[str, typer.Option(help="Who the workers are: processes of this machine, or ray.")]
GpusOption = Annotated[float, typer.Option(min=0, help="With ray: cards of each worker; 0.25 puts four on a card.")]
ClusterOption = Annotated[
    str, typer.Option(metavar="ADDRESS", help="With ray: a cluster that runs, or auto; by default one starts here.")
]


@dataclass(frozen=True)
class EngineOptions:
    """How many workers, and of which kind."""

    workers: WorkersOption = 1
    engine: EngineOption = PROCESSES
    gpus: GpusOption = 0.0
    cluster: ClusterOption = ""

    @property
    def is_here(self) -> bool:
        """Whether this process does the work itself."""
        return self.engine == PROCESSES and self.workers == 1

    def check(self, threads: int) -> None:
        """Raise ConfigError or UnknownNameError for options that do not go together; ``threads`` were asked for."""
        if self.engine not in (PROCESSES, RAY):
            raise UnknownNameError("engine", self.engine, (PROCESSES, RAY))
        if self.engine != RAY and (self.gpus or self.cluster):
            raise ConfigError("--gpus and --cluster belong to --engine ray.")
        if not self.is_here and threads > 1:
            raise ConfigError(f"A worker has one thread: give --workers {self.workers} or --threads {threads}.")

    def pick(self) -> "Engine":
        """The engine."""
        from core.work.cluster import Ray
        from core.work.engine import HERE, Processes

        if self.engine == RAY:
            return Ray(self.workers, self.gpus, self.cluster)
        return HERE if self.is_here else Processes(self.workers)
