"""JSON as every reader takes it: what is written to the screen, to result files and to sidecars goes through here.

Python would write ``NaN`` and ``Infinity``, which are no JSON, and half characters, which are no UTF-8; and on reading
it has more kinds of error than one.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

_LONE = re.compile("[\ud800-\udfff]")


def to_json(value: Any, indent: int | None = None, ascii: bool = False) -> str:
    """``value`` as JSON: dataclasses become objects, numbers that are not finite null, lone surrogates escapes.

    ``ascii`` escapes every other letter too, for a reader of another encoding.
    """
    text = json.dumps(_plain(value), indent=indent, ensure_ascii=ascii, allow_nan=False)
    return _LONE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def from_json(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError for what is none, also for one that is nested without end."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def object_of(text: str | bytes) -> dict[str, Any]:
    """The JSON object in a text. Raises ValueError for anything else."""
    found = from_json(text)
    if not isinstance(found, dict):
        raise ValueError(f"expected a JSON object, found {type(found).__name__}")
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value
