"""A classifier and the defence around it as plain values, built where it runs: another process, another machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from core.defenses.registry import PLAIN, NoSettings, build_defense, parts_of, settings_type
from core.errors import ConfigError
from core.language.lexicon import Lexicon, load_lexicon
from core.models.black_box import open_classifier
from core.models.classifier import Classifier
from core.settings import from_record
from core.strict_json import from_json, to_json
from core.tasks import Task, register, register_record


@dataclass(frozen=True)
class Recipe:
    """What decides the answers of a defended classifier. Can be pickled, and written as JSON.

    ``model`` is a built-in name, a folder, a Hub name at ``revision`` or a black box, whose labels ``names`` maps onto
    the task's where they are called otherwise; ``settings`` are the defence's, complete; ``encoder`` and ``tagger``
    name the sources of its words, beside the neighbour table that is at hand.
    """

    task: Task
    model: str
    defense: str = PLAIN
    settings: Any = field(default_factory=NoSettings)
    seed: int = 0
    revision: str | None = None
    encoder: str = "use"
    tagger: str = "perceptron"
    device: str = "cpu"
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        expected = settings_type(self.defense)
        if not isinstance(self.settings, expected):
            given = type(self.settings).__name__
            raise ConfigError(f"Defence '{self.defense}' takes {expected.__name__}, was given {given}.")

    def build(self) -> Classifier:
        """The classifier, model and words loaded. Same recipe, same answers. Raises as the loaders do."""
        core = self.core()
        return core if self.defense == PLAIN else self.around(core, self.words())

    def core(self) -> Classifier:
        """The model alone, loaded. Raises ModelError."""
        register(self.task)
        return open_classifier(self.model, self.task, self.device, self.revision, self.names)

    def words(self) -> Lexicon:
        """The sources of words, loaded. Raises MissingResourceError or DamagedResourceError."""
        return load_lexicon(self.encoder, self.tagger, device=self.device)

    def around(self, core: Classifier, lexicon: Lexicon) -> Classifier:
        """The defence around a model that is loaded already, with words that are."""
        return build_defense(self.defense, core, lexicon, seed=self.seed, settings=self.settings)

    def to_json(self) -> str:
        """The recipe as a text that :meth:`from_json` reads back."""
        return to_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """The recipe in a text. Raises ConfigError or UnknownNameError for what is none."""
        try:
            given = from_json(text)
            known = {one.name for one in fields(cls)}
            if not isinstance(given, Mapping) or set(given) != known:
                raise ValueError(f"expected {', '.join(sorted(known))}")
            task = register_record(given["task"])
            kinds = parts_of(given["defense"])
            parts: dict[str, Any] = {
                name: from_record(kind, given["settings"][name], name) for name, kind in kinds.items()
            }
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"This is no recipe of a classifier ({error}). Write one with Recipe.to_json.") from error
        return cls(**{**given, "task": task, "settings": settings_type(given["defense"])(**parts)})
