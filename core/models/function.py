"""Any Python function as a classifier, so that somebody else's model or defence can be asked as it stands.

The function takes a list of texts (of ``(premise, hypothesis)`` for a task of pairs) and returns an answer a text
(:mod:`core.models.answers`). It is named ``package.module:function``, or ``folder/file.py:function``.
"""

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from core.errors import ConfigError, ModelError
from core.models.answers import ABSTAINED, Answers
from core.models.classifier import Prediction
from core.tasks import Example, Task

__all__ = ["ABSTAINED", "FunctionClassifier", "is_function", "load_function"]
_NAMED = re.compile(r"(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|.+\.py):[A-Za-z_]\w*")


def is_function(where: str) -> bool:
    """Whether ``where`` reads as ``module:function`` or ``file.py:function``; nothing is imported."""
    return bool(_NAMED.fullmatch(where)) and not Path(where).is_dir()


def load_function(where: str) -> Callable[..., Any]:
    """The function called so. Its module is run. Raises ConfigError with what is missing."""
    module, colon, name = where.rpartition(":")
    if not (module and colon and name):
        raise ConfigError(f"Expected module:function or file.py:function, as in mymodel:predict, was given {where!r}.")
    try:
        found = getattr(_module(module), name)
    except AttributeError as error:
        raise ConfigError(f"Module '{module}' has nothing called '{name}'.") from error
    if not callable(found):
        raise ConfigError(f"'{where}' is no function.")
    return found


def _module(name: str) -> ModuleType:
    try:
        return _of_file(Path(name)) if name.endswith(".py") else importlib.import_module(name)
    except Exception as error:  # whatever a module does while it is imported
        raise ConfigError(
            f"Cannot import '{name}' ({type(error).__name__}: {error}). Run from the folder it lies in."
        ) from error


def _of_file(path: Path) -> ModuleType:
    """The module in a file, run once in this process; a file may import those beside it."""
    where = path.resolve(strict=True)
    name = f"_function_{where.stem}_{abs(hash(where))}"
    if name not in sys.modules:
        if str(where.parent) not in sys.path:
            sys.path.append(str(where.parent))
        spec = importlib.util.spec_from_file_location(name, where)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(sys.modules[name])
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


class FunctionClassifier:
    """A function as a classifier of ``task``; ``names`` are labels that it calls otherwise.

    Guarantees: one call for all that is asked at once, in order. Whether it draws is not known. With ``abstains`` it
    may answer None.
    """

    def __init__(
        self,
        function: Callable[[list[Any]], Sequence[Any]],
        task: Task,
        name: str,
        names: Mapping[str, str] | None = None,
        abstains: bool = False,
    ) -> None:
        self.function, self.task, self.name = function, task, name
        self._answers = Answers(task, name, names or {}, abstains)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """One call for all. Raises ModelError for answers that are none, and for what the function raises."""
        if not examples:
            return []
        texts = [(e.text_a, e.text_b) if self.task.is_pair else e.text_a for e in examples]
        try:
            answers = list(self.function(texts))
        except Exception as error:
            raise ModelError(f"{self.name} raised {type(error).__name__}: {error}") from error
        if len(answers) != len(texts):
            raise ModelError(f"{self.name} gave {len(answers)} answers to {len(texts)} texts.")
        return [self._answers.read(answer, place) for place, answer in enumerate(answers)]
