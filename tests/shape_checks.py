"""What the tests check of core's annotations: arrays and tensors, their shapes and dtypes.

pyproject.toml hands :func:`checked` to jaxtyping's import hook, which puts it on every function and dataclass of the
modules named there, under pytest alone. Everything else that annotations say is mypy's business: a fake that answers
like a classifier need not be one.
"""

from collections.abc import Callable
from typing import Any, get_args

from beartype import beartype
from jaxtyping import AbstractArray


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` with its arrays checked when it is called and when it returns; itself where it has none."""
    hints = {name: hint for name, hint in function.__annotations__.items() if speaks_of_arrays(hint)}
    if not hints:
        return function
    function.__annotations__ = hints
    return beartype(function)


def speaks_of_arrays(hint: Any) -> bool:
    """Whether ``hint`` is a jaxtyping array, or a container or union of some."""
    if isinstance(hint, type) and issubclass(hint, AbstractArray):
        return True
    return any(map(speaks_of_arrays, get_args(hint)))
