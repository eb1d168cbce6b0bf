"""TextAttack's CSV, written and read: what comes back is the attack that was written; what is none is refused."""

import csv
import io
from typing import Any

import pytest

from core.attacks.events import AttackFinished, SwapAccepted
from core.attacks.recording import read_recording, write_recording
from core.attacks.view import view_at
from core.errors import DataFileError
from core.interop.results_sheet import COLUMNS, is_results_sheet, read_results_sheet, results_sheet
from core.tasks import IMDB, MNLI

TEXT = "=A good film,\nwith a boring plot."
RECORD: dict[str, Any] = {
    "status": "success", "text": TEXT, "adversarial": "=A fine film,\nwith a dull plot.", "label": 1, "predicted": 0,
    "predicted_before": 1, "probability_before": 0.9, "probability": 0.2, "queries": 31,
    "swaps": [[5, "boring", "slow"], [1, "good", "fine"], [5, "slow", "dull"]],
}  # fmt: skip
# As TextAttack 0.3.11's CSVLogger writes: numbers bare, texts quoted; words of our own.
HEAD = ",".join(f'"{name}"' for name in COLUMNS) + "\n"
THEIRS = f"""{HEAD}\
"A fine day.","A fine day.",0.7,0.7,0.0,0.0,1.0,1,"Skipped"
"A [[dull]] day.","A [[rainy]] day.",0.1,0.3,0.0,0.0,0.0,9,"Failed"
"A [[dull]] film about a [[fox]].","A [[dlul]] film about a [[fxo cub]].",0.02,0.7,0.0,1.0,0.0,41,"Successful"
"""


def rows(sheet: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet.lstrip("\ufeff"), newline="")))


def events(sheet: str) -> list[Any]:
    recording = read_results_sheet(sheet)
    again = read_recording(write_recording(recording.lined_up, recording.steps))  # it stands the page's own check
    assert again == recording
    return recording.lane(0)


def test_ours_has_their_columns_and_marks() -> None:
    (row,) = rows(results_sheet([RECORD], IMDB))
    assert tuple(row) == COLUMNS
    assert row["original_text"] == "'=A [[good]] film,<SPLIT>with a [[boring]] plot."
    assert row["perturbed_text"] == "'=A [[fine]] film,<SPLIT>with a [[dull]] plot."
    assert [float(row[name]) for name in COLUMNS[2:4]] == [pytest.approx(0.1), pytest.approx(0.8)]
    assert [row[name] for name in COLUMNS[4:]] == ["1", "0", "1", "31", "Successful"]


def test_ours_comes_back_as_the_attack_it_was() -> None:
    found = view_at(events(results_sheet([RECORD], IMDB)))
    assert (found.original, found.text) == (TEXT, RECORD["adversarial"])
    assert found.swaps == (("good", "fine"), ("boring", "dull"))
    assert found.probabilities == pytest.approx((0.8, 0.2))
    assert (found.label, found.predicted, found.queries, found.status) == (1, 0, 31, "success")


def test_a_pair_has_both_texts_and_only_one_that_changes() -> None:
    record = {**RECORD, "text": "It is wet.", "adversarial": "It is damp.", "swaps": [[2, "wet", "damp"]],
              "other_text": "It rains [[a lot]].", "label": 0, "predicted": 2, "predicted_before": 0}  # fmt: skip
    sheet = results_sheet([record], MNLI)
    assert rows(sheet)[0]["original_text"] == (
        "[[[[Premise]]]]: It rains [[a lot]].<SPLIT>[[[[Hypothesis]]]]: It is [[wet]]."
    )
    found = view_at(events(sheet))
    assert (found.original, found.text, found.other_text) == ("It is wet.", "It is damp.", "It rains [[a lot]].")
    assert found.labels == ("0", "1", "2")


def test_what_has_no_place_in_such_a_file_is_left_out() -> None:
    statuses = ("error", "stopped", "exhausted", "skipped", "failed")
    found = rows(results_sheet([{**RECORD, "status": status} for status in statuses], IMDB))
    assert [row["result_type"] for row in found] == ["Failed", "Skipped", "Failed"]


def test_swaps_that_do_not_make_the_text_are_not_marked() -> None:
    (row,) = rows(results_sheet([{**RECORD, "adversarial": "Another text."}], IMDB))
    assert "[[" not in row["original_text"] + row["perturbed_text"]


def test_theirs_is_replayed_from_the_first_success() -> None:
    assert is_results_sheet(THEIRS)
    found = events(THEIRS)
    end = found[-1]
    assert isinstance(end, AttackFinished)
    assert end.reason == "As TextAttack's file says, line 4."
    assert [e.replacement for e in found if isinstance(e, SwapAccepted)] == ["dlul", "fxo cub"]
    assert view_at(found).text == "A dlul film about a fxo cub."
    assert found[0].probabilities == pytest.approx((0.98, 0.02))
    assert "One of 3 attacks" in found[0].note


def test_without_a_success_the_first_failure_is_replayed() -> None:
    found = view_at(events(THEIRS.rsplit("\n", 2)[0] + "\n"))
    assert (found.status, found.text) == ("failed", "A rainy day.")


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("text,label\na,1\n", "no column original_text"), (HEAD, "the file has none"),
        (HEAD + '"a","b",0.1,0.9,0,1,0,3,"Broken"\n', "Line 2: result_type 'Broken'"),
        (HEAD + '"a","b",much,0.9,0,1,0,3,"Failed"\n', "Line 2: original_score 'much'"),
        (HEAD + '"a","b",nan,0.9,0,1,0,3,"Failed"\n', "Line 2: original_score"),
        (HEAD + '"a","b",0.1,0.9,0,1.5,0,3,"Failed"\n', "Line 2: perturbed_output must be"),
        (HEAD + '"a","b",0.1,0.9,0,1,999,3,"Failed"\n', "ground_truth_output must be"),
        (HEAD + '"a [[b]]","a b c",0.1,0.9,0,1,0,3,"Failed"\n', "inserts or deletes"),
        (HEAD + '"a [[]]","a [[b]]",0.1,0.9,0,1,0,3,"Failed"\n', "inserts or deletes"),
        (HEAD + '"a","a",0.1,0.9,0,1,0,3,"Skipped"\n', "skipped"),
        (HEAD + '"a', "never closed"),
        (HEAD + '"[[[[Q]]]]: a","b",0.1,0.9,0,1,0,3,"Failed"\n', "no names that fit"),
        (HEAD + '"[[[[Q]]]]: a<SPLIT>[[[[R]]]]: b","[[[[Q]]]]: c<SPLIT>[[[[R]]]]: d",0.1,0.9,0,1,0,3,"Failed"\n',
         "more than one"),
    ],
)  # fmt: skip
def test_what_cannot_be_replayed_says_why(sheet: str, said: str) -> None:
    with pytest.raises(DataFileError, match=said.replace("(", r"\(")):
        read_results_sheet(sheet)
