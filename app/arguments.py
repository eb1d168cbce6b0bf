"""Arguments of an endpoint as programs send them: JSON of any kind, checked against what the endpoint declares."""

import inspect
import math
from collections.abc import Callable
from typing import Any, get_args, get_origin, get_type_hints

from core.errors import InputError


def check_arguments(handler: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Raise InputError that names the argument which is no text, no finite number or no mapping where one is declared.

    A number may be written as text; ranges are the handler's to check.
    """
    hints = get_type_hints(handler)
    for name, value in inspect.signature(handler).bind_partial(*given, **named).arguments.items():
        hint = hints.get(name)
        if hint is str:
            _check_text(name, value)
        elif hint in (int, float):
            finite = isinstance(value, (int, str)) or (isinstance(value, float) and math.isfinite(value))
            if not finite:
                raise InputError(f"{name} must be a finite number, was given {value!r:.60}.")
        elif _is_mapping(hint) and not isinstance(value, dict | None):
            raise InputError(f"{name} must be a mapping from names to values, was given {value!r:.60}.")


def _is_mapping(hint: Any) -> bool:
    """Whether a mapping is declared, of whatever kind, which may be left out."""
    return any(kind is dict or get_origin(kind) is dict for kind in (hint, *get_args(hint)))


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise InputError(f"{name} must be a text, was given {value!r:.60}.")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(f"{name} holds half a character (a lone surrogate at {error.start}). Take it out.") from None
