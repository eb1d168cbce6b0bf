"""Options in groups: a command takes a frozen dataclass of options, the command line sees its fields one by one.

So a group is declared once, and an option that is added to it is there in every command that takes the group::

    @grouped
    def classify(*, texts: TextOptions, machine: MachineOptions = MachineOptions(threads=1)) -> None: ...
"""

import functools
import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Annotated, Any, get_type_hints

import typer

Command = Callable[..., None]


@dataclass(frozen=True)
class FieldsOf:
    """Annotates a command's mapping of settings: one option for each field of a config dataclass.

    Names, types and defaults are the dataclass's, unless ``defaults`` has another default; a field without a default
    is a required option. Those named in ``undecided`` are None unless they were given.
    """

    config: type
    undecided: Collection[str] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def parameters(self) -> list[inspect.Parameter]:
        """An option each."""
        hints = get_type_hints(self.config)
        return [self._parameter(one, hints[one.name]) for one in fields(self.config)]

    def _parameter(self, one: Any, kind: Any) -> inspect.Parameter:
        if one.name in self.undecided:
            return _parameter(one.name, Annotated[kind | None, typer.Option(help="Default: ours for the task.")], None)
        usual = inspect.Parameter.empty if one.default is MISSING else one.default
        return _parameter(one.name, Annotated[kind, typer.Option()], self.defaults.get(one.name, usual))


def grouped(command: Command) -> Command:
    """The command with the fields of each group in the group's place; without a default, a group has its own."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, tuple[Callable[..., Any], list[inspect.Parameter]]] = {}
    spread: list[inspect.Parameter] = []
    doc = inspect.getdoc(command) or ""
    for parameter in inspect.signature(command).parameters.values():
        kind = hints[parameter.name]
        if config := next((m for m in getattr(kind, "__metadata__", ()) if isinstance(m, FieldsOf)), None):
            groups[parameter.name] = dict, config.parameters()
            doc += f"\n\nSettings of the run. {inspect.getdoc(config.config)}"
        elif is_dataclass(kind):
            assert isinstance(kind, type)
            groups[parameter.name] = kind, _parameters_of(kind, parameter.default)
        spread += groups[parameter.name][1] if parameter.name in groups else [parameter.replace(annotation=kind)]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        made = {name: kind(**{p.name: given.pop(p.name) for p in own}) for name, (kind, own) in groups.items()}
        return command(**made, **given)

    run.__signature__ = inspect.Signature(spread)  # type: ignore[attr-defined]  # as inspect documents it
    run.__doc__ = doc
    return run


def _parameters_of(group: type, usual: Any) -> list[inspect.Parameter]:
    """The fields of a group; ``usual`` is the group that holds the command's own defaults, if there is one."""
    hints = get_type_hints(group, include_extras=True)
    made = group() if usual is inspect.Parameter.empty else usual
    return [_parameter(one.name, hints[one.name], getattr(made, one.name)) for one in fields(group)]


def _parameter(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
