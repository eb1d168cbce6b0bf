"""Every reader of what a stranger may hand us: a file is read, or refused with a sentence, whatever is in it."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import attack_request, permalink, play
from app.controls import linked_settings
from app.cotune_rows import read_sheet as read_upload
from app.present.attack import checked
from app.settings import CotuneLimits, RequestLimits, read_settings
from core.analysis.request import setting_specs, with_changes
from core.attacks.events import read_events, write_events
from core.attacks.recording import read_recording, to_csv
from core.datasets import read_rows, task_of_file
from core.defenses.recipe import Recipe
from core.defenses.record import DefenseRecord, read_record
from core.defenses.registry import parts_of, preset_of, preset_settings
from core.evaluation.attack_run import read_records
from core.evaluation.audit.card import Card, read_card
from core.evaluation.audit.finding import Finding
from core.evaluation.obstinacy import parse_twins
from core.evaluation.paired import compare_files
from core.evaluation.premade import read_provenance
from core.evaluation.results import RESULTS_FOLDER, read_table
from core.examples import EXAMPLES_FOLDER, parse_examples
from core.interop.results_sheet import COLUMNS, read_results_sheet
from core.interop.serving import RefusedError, read_question
from core.labels import parse_label_names
from core.models.adapters import MODELS_FOLDER, parse_card
from core.models.remote import HttpClassifier, parse_address
from core.resources import ASSETS
from core.tasks import IMDB, MNLI, Example
from core.work.log import LINES, Log
from tests.conftest import ScriptedClassifier
from tests.fuzz.mangled import chance_of, mangle_json, share, spoiled, tried, value

STD = 0.0556
ROWS = "text,label\n" + "".join(f'"A film, number {n}",{n % 2}\n' for n in range(24))
PAIRS = "premise\thypothesis\tlabel\nIt rains.\tIt is wet.\tentailment\nIt rains.\tIt is dry.\tcontradiction\n"
RECORDS = [{"text": f"A {n} film", "label": n % 2} for n in range(24)]
JSONL = "\n".join(map(json.dumps, RECORDS))
SHEET = ",".join(COLUMNS) + '\n"A [[dull]] film.","A [[slow]] film.",0.1,0.7,0.0,1.0,0.0,41,"Successful"\n'
REPLAY = min((ASSETS / "replays").glob("*.jsonl"), key=lambda path: path.stat().st_size).read_text(encoding="utf-8")
LINE = {"i": 0, "status": "success", "text_sha": "ab", "other_text": None, "given": 1, "label": 1}
ENTRY = {"job": "k1", "kind": "attack", "lines": [{"i": 0}]}
FINDING = Finding("batch", "Batches", "pass", 12, "The same.", "Mixed rows.", (("differ", 0.0),))
FUSE = preset_of("fuse", IMDB, "shipped", STD)
PARTS = {part: getattr(FUSE, part) for part in parts_of("fuse")}
CONTENT = {
    "audit": Card("plain", "imdb", "12 rows", "python -m core audit", {"seed": 0}, (FINDING,)).to_json(),
    "recipe": Recipe(IMDB, "imdb-plain", "fuse", FUSE).to_json(),
    "defense": DefenseRecord("fuse", "mine", "imdb", IMDB.labels, PARTS, {"tagger": "x"}, {"title": "T"}).to_json(),
    "events": "\n".join(write_events(read_recording(REPLAY).lane(0)[:40])),
    "csv": ROWS, "tsv": PAIRS, "jsonl": JSONL, "json": json.dumps(RECORDS), "textattack": SHEET, "replay": REPLAY,
    "lines": json.dumps(LINE) + "\n", "log": json.dumps(ENTRY) + "\n",
    "table": (RESULTS_FOLDER / "budget-3.json").read_text(encoding="utf-8"),
    "examples": (EXAMPLES_FOLDER / "imdb.json").read_text(encoding="utf-8"),
    "twins": (ASSETS / "twins" / "imdb.json").read_text(encoding="utf-8"),
    "card": (MODELS_FOLDER / "imdb-plain" / "model.json").read_text(encoding="utf-8"),
    "question": '{"task": "imdb", "texts": ["A good film."]}', "reply": '{"probabilities": [[0.9, 0.1]]}',
}  # fmt: skip


def rows(content: bytes, name: str, task: Any = IMDB) -> None:
    found = read_rows(content, task, name=name)
    list(found.labelled())
    found.notes()


def file_of(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape" if b"\0" in content else "replace")


def ask_server(body: bytes, _: Path) -> None:
    with suppress(RefusedError):
        read_question(body, ScriptedClassifier(IMDB, lambda example: 0))


def hear_server(body: bytes, _: Path) -> None:
    remote = HttpClassifier("http://127.0.0.1:9/", IMDB)
    remote._reply = lambda _: body  # type: ignore[method-assign]
    remote.predict([Example("A good film.")])


def look_at_log(content: bytes, folder: Path) -> None:
    file_of(folder, f"a{LINES}", content)
    log = Log(folder)
    list(log.entries())
    log.seconds()


def look_at_provenance(content: bytes, folder: Path) -> None:
    file_of(folder, "set.provenance.json", content)
    read_provenance(file_of(folder, "set.jsonl", b"{}\n"))


FILES: dict[str, tuple[str, Callable[[bytes, Path], object]]] = {
    "rows.csv": ("csv", lambda b, _: rows(b, "rows.csv")),
    "rows.tsv": ("tsv", lambda b, _: rows(b, "rows.tsv", MNLI)),
    "rows.jsonl": ("jsonl", lambda b, _: rows(b, "rows.jsonl")),
    "rows.json": ("json", lambda b, _: rows(b, "rows.json")),
    "task of a csv": ("csv", lambda b, f: task_of_file(file_of(f, "own.csv", b))),
    "task of a jsonl": ("jsonl", lambda b, f: task_of_file(file_of(f, "own.jsonl", b))),
    "uploaded csv": ("csv", lambda b, _: read_upload(b, IMDB, CotuneLimits(), ".csv")),
    "uploaded jsonl": ("jsonl", lambda b, _: read_upload(b, IMDB, CotuneLimits(), ".jsonl")),
    "uploaded json": ("json", lambda b, _: read_upload(b, IMDB, CotuneLimits(), ".json")),
    "TextAttack's sheet": ("textattack", lambda b, _: read_results_sheet(text(b))),
    "replay": ("replay", lambda b, _: to_csv(read_recording(text(b)))),
    "uploaded replay": ("replay", lambda b, _: checked(b)),
    "uploaded sheet": ("textattack", lambda b, _: checked(b)),
    "events": ("events", lambda b, _: read_events(text(b).split("\n"))),
    "results of an attack": ("lines", lambda b, f: list(read_records(file_of(f, "a.jsonl", b), mend=True))),
    "paired results": ("lines", lambda b, f: compare_files(file_of(f, "a.jsonl", b), file_of(f, "b.jsonl", b))),
    "work log": ("log", look_at_log),
    "provenance": ("lines", look_at_provenance),
    "table of results": ("table", lambda b, f: read_table(file_of(f, "t.json", b))),
    "card of an audit": ("audit", lambda b, f: read_card(file_of(f, "t.json", b))),
    "card of a model": ("card", lambda b, f: parse_card(file_of(f, "model.json", b))),
    "example texts": ("examples", lambda b, _: parse_examples(text(b), IMDB, "imdb.json")),
    "twins": ("twins", lambda b, _: parse_twins(text(b), IMDB, "imdb.json")),
    "record of a defence": ("defense", lambda b, f: read_record(file_of(f, "defense.json", b).parent)),
    "recipe": ("recipe", lambda b, _: Recipe.from_json(text(b))),
    "question over HTTP": ("question", ask_server),
    "answer over HTTP": ("reply", hear_server),
}  # fmt: skip
SETTINGS = {"five.samples": 5, "switch.perturb_words": "7", "fuse.rule": "majority"}
QUERY = {
    "tab": "attack", "task": "imdb", "text": "A good film.", "hypothesis": "", "preset": "paper", "rules": "paper",
    "seed": "3",
    "method": "saliency", "against": "plain,five", "gate": "0.9", "word_gate": "0", "queries": "20", "seconds": "3",
    "word": "1",
    "swaps": "1:fine", "model": "imdb-fact", "set": "five.samples:3",
}  # fmt: skip
ENVIRON = {"FIREBERT_PORT": "7860", "FIREBERT_MAX_PIECES": "1000", "FIREBERT_TOGETHER": "2"}


def as_texts(given: Mapping[str, Any]) -> dict[str, str]:
    """As a web server hands query parameters over, whatever was typed."""
    return dict(parse_qsl("&".join(f"{k}={v}" for k, v in given.items()), keep_blank_values=True, errors="replace"))


def told(given: Mapping[str, Any]) -> str:
    return ",".join(f"{name}={value}" for name, value in given.items())


def follow(given: Mapping[str, Any]) -> None:
    link = permalink.from_query(as_texts(given))
    linked_settings(link, STD)


MAPPINGS: dict[str, tuple[Mapping[str, Any], Callable[[Any], object]]] = {
    "settings": (SETTINGS, lambda it: with_changes(preset_settings(IMDB, "shipped", STD), it)),
    "swaps": ({"1": "fine", "3": "movie"}, play.read_swaps),
    "link to an analysis": (QUERY, follow),
    "link to an attack": (QUERY, lambda it: attack_request.from_query(as_texts(it), RequestLimits())),
    "link to a play": ({**QUERY, "tab": "words"}, lambda it: play.from_query(as_texts(it), RequestLimits())),
    "environment": (ENVIRON, lambda it: read_settings({k: str(v) for k, v in it.items()})),
    "label names": (
        {"LABEL_0": "negative", "LABEL_1": "positive"},
        lambda it: parse_label_names(told(it), IMDB.labels),
    ),
    "address": ({"batch": 4}, lambda it: parse_address(f"http://a/#{told(it)}")),
}
TARGETS = 2 * (len(FILES) + len(MAPPINGS))
"""These are one half of all inputs; the endpoints are the other."""


@pytest.mark.parametrize("name", FILES)
def test_a_spoiled_file_is_read_or_refused(name: str, tmp_path: Path) -> None:
    kind, reader = FILES[name]
    good, chance = CONTENT[kind].encode("utf-8"), chance_of(name)
    for _ in range(share(TARGETS)):
        content = spoiled(good, chance)
        tried(lambda content=content: reader(content, tmp_path), content)


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_spoiled_mapping_is_read_or_refused(name: str) -> None:
    good, reader = MAPPINGS[name]
    chance = chance_of(name)
    for _ in range(share(TARGETS)):
        given = mangle_json(good, chance, depth=1)
        if not isinstance(given, dict):
            given = {**good, chance.choice(list(good)): value(chance)}
        tried(lambda given=given: reader(given), given)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=share(8))
@given(st.dictionaries(st.sampled_from(sorted(setting_specs())) | st.text(max_size=8), JSON, max_size=4))
def test_whatever_is_said_of_the_settings(given: dict[str, Any]) -> None:
    tried(lambda: with_changes(preset_settings(IMDB, "shipped", STD), given), given)


@settings(max_examples=share(8))
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_a_file_of_rows_holds(content: bytes) -> None:
    for name in ("rows.csv", "rows.jsonl"):
        tried(lambda name=name: rows(b"text,label\n" + content if name == "rows.csv" else content, name), content)


def test_a_good_one_of_each_kind_is_read(tmp_path: Path) -> None:
    """So that what is spoiled above is not refused before it is looked at."""
    for name in FILES.keys() - {"provenance"}:
        kind, reader = FILES[name]
        assert tried(lambda r=reader, k=kind: r(CONTENT[k].encode("utf-8"), tmp_path), name), name
    for good, reader in MAPPINGS.values():
        assert tried(lambda r=reader, g=good: r(g), good)
