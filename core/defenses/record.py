"""A defended classifier as data: ``defense.json``, which lies beside a plain checkpoint (see :mod:`core.defenses.hub`).

It names the defence and every setting of it, the seed, the word sources it asked, the task, and where the weights came
from. Reading it runs nothing and loads no model.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from core.defenses.registry import PLAIN, declared, defense_names, get_defense, parts_of
from core.errors import ConfigError, ModelError, UnknownNameError
from core.language.lexicon import Lexicon, load_lexicon
from core.language.similarity import ENCODERS
from core.language.tagging import PatternTagger, PerceptronTagger
from core.models.classifier import Classifier
from core.models.transformer import TransformersClassifier
from core.settings import from_record
from core.strict_json import from_json, to_json
from core.tasks import BUILT_IN_TASKS, Task, get_task, register_record

FILE = "defense.json"
FORMAT = 1


@dataclass(frozen=True)
class DefenseRecord:
    """What ``defense.json`` says. ``settings`` holds a config for each part of the defence, complete.

    ``sources`` names neighbour table, tagger and sentence encoder; empty for ``plain``. ``model`` says where the
    weights came from, as far as known: ``title``, ``base``, ``accuracy``, ``training`` (command and data).
    """

    kind: str
    name: str
    task: str
    labels: tuple[str, ...]
    settings: Mapping[str, Any]
    sources: Mapping[str, str]
    model: Mapping[str, Any]
    own_task: Mapping[str, Any] | None = None
    format: int = field(default=FORMAT)

    def resolve_task(self) -> Task:
        """The task, registered first if it is one of the model's own. Raises ModelError when labels differ."""
        task = register_record(self.own_task) if self.own_task is not None else get_task(self.task)
        if task.labels != self.labels:
            raise ModelError(
                f"{FILE} of '{self.name}' has labels {list(self.labels)}, task '{task.name}' has {list(task.labels)}. "
                "The model was saved for another version of the task: save it again with this one."
            )
        return task

    def around(self, core: TransformersClassifier, lexicon: Lexicon | None = None) -> Classifier:
        """The defence around ``core``. A ``lexicon`` that is given is used as it is; else the one that was recorded.

        Raises ModelError if a recorded source is not the one at hand, since other words give other answers.
        """
        if self.kind == PLAIN:
            return core
        defense = get_defense(self.kind)
        return defense.wrap(core, lexicon or _recorded_lexicon(self), defense.settings(**self.settings))

    def to_json(self) -> str:
        """The content of the file."""
        content = {key: value for key, value in asdict(self).items() if value is not None}
        return to_json({"format": content.pop("format"), **content}, indent=2) + "\n"


def plain_core(classifier: Classifier) -> TransformersClassifier:
    """The classifier inside a defence, or ``classifier`` itself.

    Raises ModelError for anything else: there is no checkpoint to write for it.
    """
    found = declared(classifier)
    core = found[1].classifier if found else classifier
    if found and found[1].ranker is not core:
        title = found[0].title
        raise ModelError(f"This {title} ranks words with another model than it asks; only one can be saved. Use one.")
    if not isinstance(core, TransformersClassifier):
        raise ModelError(
            f"Only a TransformersClassifier, or a defence around one, can be saved; was given {type(core).__name__}."
        )
    return core


def record_of(classifier: Classifier, name: str, model: Mapping[str, Any]) -> DefenseRecord:
    """The record of a classifier, or of a defence around one; raises as :func:`plain_core`."""
    task = plain_core(classifier).task
    own = None if task.name in BUILT_IN_TASKS else asdict(task)
    found = declared(classifier)
    if found is None:
        return DefenseRecord(PLAIN, name, task.name, task.labels, {}, {}, model, own)
    defense, defended = found
    settings = {part: getattr(defended.settings, part) for part in parts_of(defense.name)}
    sources = _names(defended.lexicon)
    return DefenseRecord(defense.name, name, task.name, task.labels, settings, sources, model, own)


def read_record(folder: str | Path) -> DefenseRecord:
    """The record in a folder. Raises ModelError, UnknownNameError or ConfigError with what to do."""
    path = Path(folder) / FILE
    if not path.is_file():
        raise ModelError(
            f"'{folder}' has no {FILE}, so no defended classifier was saved there. "
            "A plain checkpoint is opened with --model; python -m core hub save makes a defended one of it."
        )
    try:
        given = from_json(path.read_text(encoding="utf-8"))
        version, labels = int(given["format"]), tuple(given.get("labels", ()))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ModelError(f"{path} is no record of a defence ({error!r}). Save it again.") from error
    if not 1 <= version <= FORMAT:
        raise ModelError(f"{path} has format {version}; this program reads up to {FORMAT}. Update the program.")
    names = {one.name for one in fields(DefenseRecord)}
    missing = sorted(names - set(given) - {"own_task"})
    if missing or set(given) - names:
        wrong = f"lacks {', '.join(missing)}" if missing else f"has an unknown {sorted(set(given) - names)[0]!r}"
        raise ModelError(f"{path} {wrong}. Expected: {', '.join(sorted(names))}. Save it again.")
    if given["kind"] not in defense_names():
        raise UnknownNameError("defence", given["kind"], defense_names(), f"It stands in {path}.")
    parts = parts_of(given["kind"])
    if not isinstance(given["settings"], dict) or set(given["settings"]) != set(parts):
        raise ConfigError(f"{path}: settings of '{given['kind']}' must be {sorted(parts)}, no more and no less.")
    settings: dict[str, Any] = {part: from_record(of, given["settings"][part], part) for part, of in parts.items()}
    return DefenseRecord(**{**given, "labels": labels, "settings": settings})


def _names(lexicon: Lexicon) -> dict[str, str]:
    return {"neighbors": lexicon.neighbors.name, "tagger": lexicon.tagger.name, "encoder": lexicon.encoder.name}


def _recorded_lexicon(record: DefenseRecord) -> Lexicon:
    encoders = {name: kind for kind, name in ENCODERS.items()}
    taggers = {PerceptronTagger.name: "perceptron", PatternTagger.name: "pattern"}
    wanted = record.sources
    for what, known in (("encoder", encoders), ("tagger", taggers)):
        if wanted.get(what) not in known:
            raise UnknownNameError(what, str(wanted.get(what)), known, f"It stands in {FILE}; or give a lexicon.")
    lexicon = load_lexicon(encoders[wanted["encoder"]], taggers[wanted["tagger"]])
    if lexicon.neighbors.name != wanted.get("neighbors"):
        raise ModelError(
            f"'{record.name}' was saved with the neighbour table '{wanted.get('neighbors')}', here it is "
            f"'{lexicon.neighbors.name}'. Set FIREBERT_NEIGHBORS to the table it names, or give a lexicon yourself."
        )
    return lexicon
