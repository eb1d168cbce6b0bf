"""An analysis as records: every voter once, with what made it, at any stage."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from core.analysis.records import COLUMNS, to_csv, to_record
from core.analysis.request import AnalysisRequest, to_flat
from core.analysis.stages import Analysis, analyse


@pytest.fixture
def final(tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest) -> Analysis:
    *_, last = analyse(tiny_classifier, toy_lexicon, request_for)
    return last


def read_csv(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.lstrip("\ufeff"))))


def test_records_hold_every_voter_once(tiny_classifier: Any, toy_lexicon: Any, request_for: AnalysisRequest) -> None:
    *_, final = analyse(tiny_classifier, toy_lexicon, request_for)
    record, table = to_record(final), to_csv(final).splitlines()
    assert len(table) == 2 + len(final.fuse.members) + len(final.five.members)
    assert record["settings"] == to_flat(request_for.settings)
    assert len(record["fuse"]["members"]) == len(final.fuse.members)


def test_a_record_is_json_and_its_probabilities_are_some(final: Analysis) -> None:
    record = to_record(final)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    for answer in (record["plain"], record["fuse"], record["five"], *record["five"]["members"]):
        assert sum(answer["probabilities"].values()) == pytest.approx(1.0)
        assert set(answer["probabilities"]) == {"negative", "positive"}
    assert record["plain"]["label"] == max(record["plain"]["probabilities"], key=record["plain"]["probabilities"].get)
    for name in ("fuse", "five"):
        assert sum(record[name]["votes"].values()) == pytest.approx(sum(m["weight"] for m in record[name]["members"]))


def test_words_lie_where_the_record_says(final: Analysis) -> None:
    record = to_record(final)
    text = record["text"]
    assert len(record["importance"]) > 5
    assert all(text[word["start"] : word["end"]] == word["word"] for word in record["importance"])
    scores = [word["score"] for word in record["importance"]]
    assert scores == sorted(scores, reverse=True), "most important first"
    alternatives = [member for member in record["fuse"]["members"] if member["kind"] == "alternative"]
    assert len(alternatives) == record["switch"]["alternatives"] > 0
    for member in alternatives:
        again = text
        for swap in sorted(member["swaps"], key=lambda swap: -swap["start"]):
            assert again[swap["start"] :].startswith(swap["from"])
            again = again[: swap["start"]] + swap["to"] + again[swap["start"] + len(swap["from"]) :]
        assert again == member["text"]


def test_the_table_says_what_the_record_says(final: Analysis) -> None:
    record, table = to_record(final), read_csv(to_csv(final))
    assert list(table[0]) == [*COLUMNS, "p_negative", "p_positive"]
    members = [record["plain"], *record["fuse"]["members"], *record["five"]["members"]]
    for row, member in zip(table, members, strict=True):
        assert row["label"] == member["label"]
        assert float(row["p_positive"]) == pytest.approx(member["probabilities"]["positive"], abs=1e-6)
        assert row["swaps"] == "; ".join(f"{s['from']} -> {s['to']}" for s in member.get("swaps", ()))


def test_voters_are_named_with_the_model_that_was_asked(final: Analysis) -> None:
    assert {row["classifier"] for row in read_csv(to_csv(final))} == {"plain", "fuse", "five"}
    other = replace(final, request=replace(final.request, model="imdb-fact"))
    assert {row["classifier"] for row in read_csv(to_csv(other))} == {"imdb-fact", "fuse:imdb-fact", "five:imdb-fact"}
    assert to_record(other)["model"] == "imdb-fact"


def test_after_the_first_stage_there_is_the_plain_answer(final: Analysis) -> None:
    begun = replace(final, importances=None, switch=None, fuse=None, five=None)
    record = to_record(begun)
    assert (record["importance"], record["switch"], record["fuse"], record["five"]) == ([], None, None, None)
    assert record["plain"] == to_record(final)["plain"]
    assert [row["voter"] for row in read_csv(to_csv(begun))] == ["original"]
