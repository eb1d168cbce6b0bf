"""Options in groups: a group is the same in every command, and a command sees what was given or the defaults."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Annotated, Any

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from core.cli import MODULES, make_app
from core.cli.groups import FieldsOf, grouped
from core.cli.options import MachineOptions, ModelOptions

NO_MACHINE = ("hub save",)
"""It writes weights, which is the same work anywhere."""


def commands() -> dict[str, Any]:
    """Every command by the words that call it."""

    def walk(command: Any, path: str) -> Iterator[tuple[str, Any]]:
        if not hasattr(command, "commands"):
            yield path, command
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk(inner, f"{path} {name}".strip())

    return dict(walk(get_command(make_app()), ""))


COMMANDS = commands()


def options(command: str) -> dict[str, Any]:
    return {param.name: param for param in COMMANDS[command].params}


@pytest.mark.parametrize("command", [name for name in COMMANDS if "model" in options(name) and name != "assets merge"])
def test_every_command_that_takes_a_classifier_has_the_same_options_for_it(command: str) -> None:
    names = ["task", *(one.name for one in fields(ModelOptions))]
    names += [] if command in NO_MACHINE else [one.name for one in fields(MachineOptions)]
    own, reference = options(command), options("classify")
    assert {name: (own[name].opts, own[name].help) for name in names} == {
        name: (reference[name].opts, reference[name].help) for name in names
    }


def test_these_take_a_classifier() -> None:
    takers = {name for name in COMMANDS if "model" in options(name)}
    assert {"classify", "explain", "switch", "defend", "evaluate", "attack", "premade", "record", "tune"} <= takers


def test_no_module_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.cli.MODULES", (*MODULES, "nowhere"))
    with pytest.raises(ModuleNotFoundError, match=r"core\.cli\.nowhere"):
        make_app()


@dataclass(frozen=True)
class Where:
    device: Annotated[str, typer.Option(help="Of the group.")] = "auto"
    threads: Annotated[int, typer.Option(min=0)] = 0


@dataclass(frozen=True)
class Config:
    """Of a run."""

    task: str
    rate: float = 0.5
    rows: int = 8


def ran(command: Any, *arguments: str) -> Any:
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, list(arguments))


def test_a_group_arrives_as_it_was_given() -> None:
    @grouped
    def show(*, name: str = "x", where: Where, more: Annotated[bool, typer.Option("--more")] = False) -> None:
        typer.echo(f"{name} {where} {more}")

    assert ran(show).stdout == f"x {Where()} False\n"
    assert ran(show, "--threads", "2", "--more", "--device", "cpu").stdout == f"x {Where('cpu', 2)} True\n"
    assert ran(show, "--threads", "-1").exit_code == 2


def test_a_command_may_have_defaults_of_its_own() -> None:
    @grouped
    def show(*, where: Where = Where(threads=1)) -> None:
        typer.echo(str(where))

    assert ran(show).stdout == f"{Where(threads=1)}\n"


def test_a_config_gives_an_option_a_field() -> None:
    @grouped
    def train(*, settings: Annotated[dict[str, Any], FieldsOf(Config, ["rows"], {"rate": 0.25})], where: Where) -> None:
        """Train."""
        typer.echo(f"{settings} {where.threads}")

    assert ran(train, "--task", "imdb").stdout == "{'task': 'imdb', 'rate': 0.25, 'rows': None} 0\n"
    assert ran(train, "--task", "imdb", "--rows", "3").stdout == "{'task': 'imdb', 'rate': 0.25, 'rows': 3} 0\n"
    assert ran(train).exit_code == 2, "a field without a default is a required option"
    assert train.__doc__ == "Train.\n\nSettings of the run. Of a run."


def test_two_groups_with_one_name_are_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="duplicate parameter name"):

        @grouped
        def show(*, device: str = "x", where: Where) -> None: ...
