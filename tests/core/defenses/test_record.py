"""``defense.json``: what is written is read, what does not fit is told in a line, and no model is loaded for it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.defenses import record as record_module
from core.defenses.fuse import Fuse, FuseConfig
from core.defenses.record import FILE, DefenseRecord, plain_core, read_record, record_of
from core.errors import ConfigError, ModelError, UnknownNameError
from core.perturbation.switch import Switch, SwitchConfig
from core.tasks import IMDB, MNLI, Task


@pytest.fixture
def fuse(tiny_classifier: Any, toy_lexicon: Any) -> Fuse:
    switch = SwitchConfig(perturb_words=2, total_alternatives=5, gate="off")
    return Fuse(tiny_classifier, Switch(tiny_classifier, toy_lexicon, switch), FuseConfig(seed=7))


@pytest.fixture
def record(fuse: Fuse) -> DefenseRecord:
    return record_of(fuse, "mine", {"title": "T", "base": "owner/base", "accuracy": {}, "training": {"seed": 4}})


@pytest.fixture
def folder(record: DefenseRecord, tmp_path: Path) -> Path:
    """A folder with the record alone: reading it needs no checkpoint."""
    (tmp_path / FILE).write_text(record.to_json(), encoding="utf-8")
    return tmp_path


def change(folder: Path, **changes: Any) -> None:
    content = json.loads((folder / FILE).read_text())
    (folder / FILE).write_text(json.dumps({**content, **changes}))


def test_what_is_written_is_read(record: DefenseRecord, folder: Path) -> None:
    found = read_record(folder)
    assert found == record
    assert found.to_json() == record.to_json()
    assert (found.kind, found.settings["fuse"].seed, found.settings["switch"].total_alternatives) == ("fuse", 7, 5)
    assert found.sources == {"neighbors": "toy neighbours", "tagger": "toy tagger", "encoder": "toy encoder"}
    assert found.own_task is None
    assert next(iter(json.loads(record.to_json()))) == "format", "the version comes first"


def test_around_another_model_it_is_the_defence_again(
    record: DefenseRecord, fuse: Fuse, tiny_classifier: Any, toy_lexicon: Any, reviews: Any
) -> None:
    again = record.around(tiny_classifier, toy_lexicon)
    assert again.settings == fuse.settings
    assert again.predict(reviews) == fuse.predict(reviews)
    assert record_of(tiny_classifier, "bare", {}).around(tiny_classifier) is tiny_classifier


def test_a_plain_model_has_no_settings_and_no_sources(tiny_classifier: Any) -> None:
    bare = record_of(tiny_classifier, "bare", {})
    assert (bare.kind, bare.settings, bare.sources) == ("plain", {}, {})
    assert bare.labels == IMDB.labels
    assert bare.resolve_task() == IMDB


def test_the_recorded_lexicon_is_asked_for(
    record: DefenseRecord, tiny_classifier: Any, toy_lexicon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(record_module, "load_lexicon", lambda *names: asked.append(names) or toy_lexicon)
    sources = {
        "encoder": "all-MiniLM-L6-v2", "tagger": "NLTK averaged perceptron", "neighbors": "toy neighbours"
    }  # fmt: skip
    assert replace(record, sources=sources).around(tiny_classifier).lexicon is toy_lexicon
    assert asked == [("minilm", "perceptron")]
    with pytest.raises(ModelError, match=r"table 'counter-fitted of 2019', here it is 'toy.*Set FIREBERT_NEIGHBORS"):
        replace(record, sources={**sources, "neighbors": "counter-fitted of 2019"}).around(tiny_classifier)
    for what in ("encoder", "tagger"):
        with pytest.raises(UnknownNameError, match=rf"Unknown {what} 'elmo'.*It stands in defense\.json"):
            replace(record, sources={**sources, what: "elmo"}).around(tiny_classifier)
        missing = {name: source for name, source in sources.items() if name != what}
        with pytest.raises(UnknownNameError, match=f"Unknown {what} 'None'"):
            replace(record, sources=missing).around(tiny_classifier)


def test_a_task_of_ones_own_is_registered(tiny_factory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tasks._TASKS", {"imdb": IMDB, "mnli": MNLI})
    own = Task("weather", "Weather", ("dry", "wet", "snow"), "text_a", 64, ("text",))
    record = record_of(tiny_factory(own), "mine", {})
    written = DefenseRecord(**{**json.loads(record.to_json()), "labels": own.labels})
    assert written.resolve_task() == own
    with pytest.raises(ModelError, match=r"has labels \['dry', 'wet'\], task 'weather' has .*save it again"):
        replace(record, labels=("dry", "wet")).resolve_task()


def test_what_has_no_checkpoint_inside(fuse: Fuse, scripted_classifier: Any, tiny_factory: Any) -> None:
    assert plain_core(fuse) is fuse.classifier
    assert plain_core(fuse.classifier) is fuse.classifier
    with pytest.raises(ModelError, match="was given ScriptedClassifier"):
        plain_core(scripted_classifier())
    with pytest.raises(ModelError, match="This FuSE ranks words with another model than it asks"):
        record_of(Fuse(tiny_factory(IMDB, seed=1), fuse.switch), "x", {})


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"kind": "shield"}, UnknownNameError, "Unknown defence 'shield'. Known: five, fuse, plain"),
        ({"format": 2}, ModelError, "has format 2; this program reads up to 1. Update the program"),
        ({"format": "new"}, ModelError, "is no record of a defence"),
        ({"colour": 1}, ModelError, "has an unknown 'colour'"),
        ({"settings": {}}, ConfigError, r"settings of 'fuse' must be \['fuse', 'switch'\]"),
        (
            {"settings": {"switch": {"wrods": 1}, "fuse": {}}},
            UnknownNameError,
            r"Unknown setting 'switch\.wrods'. Known: .*gate",
        ),
        (
            {"settings": {"switch": {"stop_words": "no"}, "fuse": {}}},
            ConfigError,
            "must be true or false, was given 'no'",
        ),
        ({"settings": {"switch": {"perturb_words": 0}, "fuse": {}}}, ConfigError, "perturb_words must be between"),
        ({"settings": {"switch": 3, "fuse": {}}}, ConfigError, "switch must hold settings, was given 3"),
    ],
)
def test_a_record_that_does_not_fit(folder: Path, changes: Any, error: type[Exception], message: str) -> None:
    change(folder, **changes)
    with pytest.raises(error, match=message):
        read_record(folder)


def test_a_record_with_a_part_missing(folder: Path) -> None:
    (folder / FILE).write_text('{"format": 1, "kind": "plain"}')
    with pytest.raises(ModelError, match="lacks labels, model, name"):
        read_record(folder)


def test_an_unknown_task(record: DefenseRecord) -> None:
    with pytest.raises(UnknownNameError, match="Unknown task 'chess'"):
        replace(record, task="chess").resolve_task()


def test_a_folder_without_a_record(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no defense\.json.*opened with --model"):
        read_record(tmp_path)
