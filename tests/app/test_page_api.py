"""The endpoints, through gradio's own client, against the whole page over tiny models."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from app.boundary import NEUTRAL
from app.main import SESSIONS
from core.evaluation.results import RESULTS_FOLDER
from core.tasks import IMDB
from tests.page import LINGER, own_model, served_page, served_visitors

TEXT = "A good film about a man who walks to the river."
PAIR = ("A man walks on the street.", "A man is outside.")


@pytest.fixture(scope="module")
def client(page_url: str) -> Iterator[Client]:
    with_client = Client(page_url, verbose=False)
    yield with_client
    with_client.close()


def test_every_public_endpoint_has_a_name_and_a_docstring(client: Client) -> None:
    endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert {"/classify", "/analyse", "/noise_cloud", "/noise_curve", "/roll_dice", "/benchmark"} <= set(endpoints)
    for name, info in endpoints.items():
        assert info["description"], name


def test_what_an_agent_reads_names_every_endpoint_and_what_it_takes(page_url: str, client: Client) -> None:
    names = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    base = f"{page_url.rstrip('/')}/gradio_api"
    paths = httpx.get(f"{base}/openapi.json").json()["paths"]
    assert {name.strip("/") for name in names} == {path.rsplit("/", 1)[1] for path in paths if "/call/v2/" in path}
    for name, told in httpx.get(f"{base}/info").json()["named_endpoints"].items():
        arguments = {one["parameter_name"] for one in told["parameters"]}
        described = set(re.findall(r"^    (\w+): .", told["description"], re.MULTILINE))
        assert described == arguments, name
        assert len(told["description"].partition("\n")[0]) > 20, name


def test_classify_answers_a_label_and_probabilities_that_add_up(client: Client) -> None:
    answer = client.predict("imdb", TEXT, api_name="/classify")
    assert answer["label"] in ("negative", "positive")
    assert sum(answer["probabilities"].values()) == pytest.approx(1.0)


def test_analyse_streams_stages_and_ends_complete(client: Client) -> None:
    job = client.submit("imdb", TEXT, "", "shipped", 3, {"five.samples": 5}, api_name="/analyse")
    final = job.result()
    stages: list[dict[str, Any]] = job.outputs()
    assert [stage["fuse"] is not None for stage in stages] == [False, False, True, True]
    assert final["seed"] == 3
    assert len(final["five"]["members"]) == 6
    assert {word["word"] for word in final["importance"]} >= {"good", "film"}
    assert final["sources"]["neighbors"] == "toy neighbours"


def test_analyse_takes_a_pair_and_leaves_the_premise_alone(client: Client) -> None:
    final = client.submit("mnli", *PAIR, api_name="/analyse").result()
    assert final["text"] == PAIR[0]
    assert {word["word"] for word in final["importance"]} == {"A", "man", "is", "outside"}


def test_the_papers_preset_changes_the_settings(client: Client) -> None:
    ours = client.submit("imdb", TEXT, "", "shipped", api_name="/analyse").result()["settings"]
    paper = client.submit("imdb", TEXT, "", "paper", api_name="/analyse").result()["settings"]
    assert paper["switch.min_word_cosine"] is None
    assert paper != ours


def test_cloud_curve_and_dice_count_what_they_drew(client: Client) -> None:
    cloud = client.predict("imdb", TEXT, "", 2.0, 12, api_name="/noise_cloud")
    assert sum(point["kind"] == "noised" for point in cloud["points"]) == 12
    curve = client.submit("imdb", TEXT, "", 5, api_name="/noise_curve").result()
    assert [sum(point["counts"]) for point in curve] == [5] * 10
    dice = client.submit("imdb", TEXT, "", "five", 12, api_name="/roll_dice").result()
    assert sum(dice["counts"].values()) == 12


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("imdb", "   "), "The review is empty"),
        (("mnli", "A man walks.", ""), "The hypothesis is empty"),
        (("sst2", TEXT), "Unknown task 'sst2'"),
        (("imdb", "x" * 300_000), "at most 200,000"),
        (("imdb", TEXT, "", "shipped", 0, {"five.sigma": 1}), "Unknown setting 'five.sigma'"),
        (("imdb", TEXT, "", "shipped", 0, {"five.samples": -1}), "samples must be between 0 and 10000"),
        (("imdb", TEXT, "", "best"), "Unknown defence preset 'best'"),
        (("imdb", TEXT, "", "shipped", -5), "The seed must be between"),
    ],
)
def test_what_is_wrong_is_said_in_words(client: Client, arguments: tuple[Any, ...], said: str) -> None:
    with pytest.raises(AppError, match=said):
        client.submit(*arguments, api_name="/analyse").result()


@pytest.mark.parametrize(
    "text",
    [
        "!!! ... ???",
        "😀😀 good 👍",
        "<script>alert(1)</script> good film",
        "פילם טוב מאוד",
        "good [SEP] film [CLS]",
        "a " * 50_000,
    ],
)
def test_unusual_texts_get_an_answer(client: Client, text: str) -> None:
    final = client.submit("imdb", text, api_name="/analyse").result()
    assert final["text"] == text
    assert final["five"]["label"] in ("negative", "positive")


def test_a_stored_table_is_given_as_its_file_holds_it(client: Client) -> None:
    stored = (RESULTS_FOLDER / "budget-3.json").read_text(encoding="utf-8")
    assert client.predict("budget-3", api_name="/benchmark") == json.loads(stored)
    with pytest.raises(AppError, match="Did you mean 'budget-3'"):
        client.predict("budget3", api_name="/benchmark")


def test_every_endpoint_takes_a_model_of_the_session_and_of_no_other(client: Client, page_url: str) -> None:
    served_visitors().add(client.session_hash, "Mine", own_model(IMDB))
    final = client.submit("imdb", TEXT, model="own-1", api_name="/analyse").result()
    plain = client.submit("imdb", TEXT, api_name="/analyse").result()
    assert (final["model"], plain["model"]) == ("own-1", "plain")
    assert final["plain"]["probabilities"] != plain["plain"]["probabilities"]
    alone = client.predict("imdb", TEXT, model="own-1", api_name="/classify")
    assert alone["probabilities"] == pytest.approx(final["plain"]["probabilities"])
    assert client.predict("imdb", TEXT, draws=3, model="own-1", api_name="/noise_cloud")["points"]
    assert len(client.submit("imdb", TEXT, draws=2, model="own-1", api_name="/noise_curve").result()) == 10
    assert client.submit("imdb", TEXT, draws=2, model="own-1", api_name="/roll_dice").result()["winners"]
    answer = client.predict(
        "imdb", TEXT, preset="ungated", against="own-1,fuse:own-1", max_queries=20, api_name="/attack"
    )
    assert set(answer["outcomes"]) == {"Mine", "FuSE(Mine)"}
    other = Client(page_url, verbose=False)
    with pytest.raises(AppError, match="Unknown imdb model 'own-1'"):
        other.submit("imdb", TEXT, model="own-1", api_name="/analyse").result()
    with pytest.raises(AppError, match="Unknown classifier to attack 'own-1'"):
        other.predict("imdb", TEXT, against="own-1", api_name="/attack")
    other.close()


def test_each_part_of_an_analysis_can_be_asked_by_itself(client: Client) -> None:
    whole = client.submit("imdb", TEXT, "", "shipped", 3, {"five.samples": 5}, api_name="/analyse").result()
    explained = client.predict("imdb", TEXT, api_name="/explain")
    assert explained["importance"] == whole["importance"]
    assert explained["plain"] == whole["plain"]
    left_out = client.predict("imdb", TEXT, method="leave_one_out", api_name="/explain")
    assert left_out["importance"] != whole["importance"]
    drawn = client.predict("imdb", TEXT, seed=3, api_name="/switch")
    made = [member["text"] for member in whole["fuse"]["members"] if member["kind"] == "alternative"]
    assert [one["text"] for one in drawn["alternatives"]] == made
    for defense in ("fuse", "five"):
        voted = client.predict("imdb", TEXT, "", defense, "shipped", 3, {"five.samples": 5}, api_name="/defend")
        assert {name: voted[name] for name in whole[defense]} == whole[defense]
    with pytest.raises(AppError, match="Unknown defence with a vote to show 'plain'"):
        client.predict("imdb", TEXT, "", "plain", api_name="/defend")


def test_an_audit_is_a_card_that_grows(client: Client) -> None:
    job = client.submit("imdb", "fuse", "batch,fresh,constant", 8, api_name="/audit")
    last = job.result()
    assert [len(card["findings"]) for card in job.outputs()] == [1, 2, 3]
    assert [one["key"] for one in last["findings"]] == ["batch", "fresh", "constant"]
    assert all(one["verdict"] in ("pass", "fail", "cannot say") for one in last["findings"])
    assert last["classifier"] == "FuSE"
    assert "n = 8" in last["rows"]
    attacked = client.submit("imdb", "plain", "budget", 2, 1, api_name="/audit").result()
    assert "1 attacked" in attacked["rows"]
    with pytest.raises(AppError, match="Unknown check 'bath'"):
        client.predict("imdb", "plain", "bath", api_name="/audit")


def test_an_attack_is_told_as_it_goes(client: Client) -> None:
    text = f"A {LINGER} good film about a man who walks to the river."
    job = client.submit("imdb", text, preset="ungated", method="random_order", max_queries=3, api_name="/attack")
    last, told = job.result(), job.outputs()
    assert len(told) > 1
    parts = [event for part in told[:-1] for event in part["recording"]]
    assert parts
    assert parts == last["recording"][: len(parts)]
    assert not any(part["outcomes"] for part in told[:-1])
    assert last["outcomes"]["Plain"]["queries"] <= 3


STRANGE = (float("nan"), "\ud800 good", [])
ENDPOINTS: dict[str, dict[str, Any]] = {
    "classify": {"task": "imdb", "text": TEXT, "model": "plain"},
    "analyse": {"task": "imdb", "text": TEXT, "preset": "shipped", "seed": 0, "settings": {}, "model": "plain"},
    "noise_cloud": {"task": "imdb", "text": TEXT, "sigma": 1.0, "draws": 3, "method": "pca", "seed": 0},
    "noise_curve": {"task": "imdb", "text": TEXT, "draws": 3, "seed": 0},
    "roll_dice": {"task": "imdb", "text": TEXT, "defense": "five", "draws": 3, "preset": "shipped"},
    "explain": {"task": "imdb", "text": TEXT, "method": "gradient", "model": "plain"},
    "switch": {"task": "imdb", "text": TEXT, "preset": "shipped", "seed": 0, "settings": {}, "model": "plain"},
    "defend": {"task": "imdb", "text": TEXT, "defense": "five", "preset": "shipped", "seed": 0, "settings": {}},
    "audit": {"task": "imdb", "classifier": "plain", "checks": "batch,constant", "texts": 4, "attacked": 1, "seed": 0},
    "words": {"task": "imdb", "text": TEXT, "word": 1, "rules": "paper", "limit": 4, "swaps": {}},
    "swap": {"task": "imdb", "text": TEXT, "swaps": {"1": "fine"}, "against": "plain", "rules": "paper", "seed": 0},
    "co_tune": {"task": "imdb", "csv": "", "epochs": 1, "weight": 1.0, "seed": 0},
    "benchmark": {"table": "page"},
    "attack": {"task": "imdb", "text": TEXT, "preset": "paper", "method": "saliency", "max_queries": 9, "seed": 0},
}  # fmt: skip


CURL = httpx.Client(timeout=60)
"""One for all requests: to make one costs more than a request."""


def raw(url: str, name: str, body: dict[str, Any]) -> tuple[str, str]:
    """The last event of a request as curl would make it, and its data."""
    base = f"{url.rstrip('/')}/gradio_api/call"
    asked = CURL.post(f"{base}/v2/{name}", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert asked.status_code == 200, asked.text
    lines = CURL.get(f"{base}/{name}/{asked.json()['event_id']}").text.strip().splitlines()
    return lines[-2].removeprefix("event: "), lines[-1].removeprefix("data: ")


@pytest.mark.parametrize("name", ENDPOINTS)
def test_what_is_no_number_and_no_text_is_answered_with_our_own_words(page_url: str, name: str) -> None:
    usual = ENDPOINTS[name]
    assert raw(page_url, name, usual)[0] == "complete"
    for argument in usual:
        for strange in STRANGE:
            if argument == "settings":
                strange = {"five.samples": strange}
            event, data = raw(page_url, name, {**usual, argument: strange})
            assert event == "error", (argument, strange, data)
            said = json.loads(data)["error"]
            assert said, (argument, strange)
            assert said != NEUTRAL, (argument, strange)


def test_visits_are_forgotten_before_they_fill_the_memory(page_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = served_page().state_holder
    assert holder.capacity == SESSIONS
    kept = list(holder.session_data)
    monkeypatch.setattr(holder, "capacity", len(kept) + 2)
    for number in range(5):
        assert holder[f"visit {number}"] is holder[f"visit {number}"]
    assert list(holder.session_data)[-2:] == ["visit 3", "visit 4"]
    assert len(holder.session_data) == len(kept) + 2
    for name in list(holder.session_data):
        if name.startswith("visit "):
            del holder.session_data[name]
