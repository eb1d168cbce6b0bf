"""The error boundary: the one place where an error becomes something a visitor reads.

A :class:`FireBertError` is shown as it is, since its message was written for users. Anything else is logged with its
trace and shown as a neutral sentence. The page's handlers are wrapped with :func:`guarded`, the endpoints' with
:func:`endpoint`.
"""

import functools
import inspect
import logging
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from app.arguments import check_arguments
from core.errors import FireBertError

log = logging.getLogger("firebert.page")
NEUTRAL = "Something went wrong on our side. The text may be unusual; please try another one, or report this text."


def message_for(error: Exception) -> str:
    """What a visitor reads about ``error``, as text that can be sent; logs it when it was not raised on purpose."""
    if isinstance(error, FireBertError):
        return str(error).encode("utf-8", "replace").decode()
    log.error("unexpected error", exc_info=error)
    return NEUTRAL


def declare(handler: Callable[..., Any], **options: Any) -> None:
    """Declare an endpoint of the handler's name, inside the page's context; ``options`` are those of gr.api.

    The whole docstring is its description, arguments included: it is all that a program is told (/gradio_api/info,
    openapi.json, agents.md).
    """
    gr.api(endpoint(handler), api_name=handler.__name__, api_description=_told(handler), **options)


def _told(handler: Callable[..., Any]) -> str:
    """A handler's docstring without what Gradio fills in itself."""
    lines = inspect.cleandoc(handler.__doc__ or "").split("\n")
    own = [line for line in lines if not line.strip().startswith(("page:", "request:"))]
    return "\n".join(own).strip()


def endpoint(handler: Callable[..., Any]) -> Callable[..., Any]:
    """``guarded`` for what programs call: arguments of another kind than declared are refused by name."""
    if inspect.isgeneratorfunction(handler):

        @functools.wraps(handler)
        def generator(*args: Any, **kwargs: Any) -> Iterator[Any]:
            check_arguments(handler, args, kwargs)
            yield from handler(*args, **kwargs)

        return guarded(generator)

    @functools.wraps(handler)
    def function(*args: Any, **kwargs: Any) -> Any:
        check_arguments(handler, args, kwargs)
        return handler(*args, **kwargs)

    return guarded(function)


def guarded(handler: Callable[..., Any], notice: Callable[[str], Any] | None = None) -> Callable[..., Any]:
    """``handler`` (a function or a generator function) with its errors turned into messages.

    With ``notice``, the message is shown inside the page: ``notice(message)`` is the handler's (last) output. Without,
    it becomes a gr.Error. Signature, docstring and type hints are kept for the API page.
    """
    if inspect.isgeneratorfunction(handler):

        @functools.wraps(handler)
        def generator(*args: Any, **kwargs: Any) -> Iterator[Any]:
            try:
                yield from handler(*args, **kwargs)
            except gr.Error:
                raise
            except Exception as error:
                if notice is None:
                    raise gr.Error(message_for(error), print_exception=False) from None
                yield notice(message_for(error))

        return generator

    @functools.wraps(handler)
    def function(*args: Any, **kwargs: Any) -> Any:
        try:
            return handler(*args, **kwargs)
        except gr.Error:
            raise
        except Exception as error:
            if notice is None:
                raise gr.Error(message_for(error), print_exception=False) from None
            return notice(message_for(error))

    return function
