"""The Attack tab without a browser: its requests and links, whom it attacks, stopping, uploads, its endpoint."""

import itertools
import json
from collections.abc import Iterator
from urllib.parse import parse_qsl

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from app.attack_request import MAX_QUERIES, AttackRequest, dials, from_query, read_form, to_query
from app.attack_run import Stops, run_attack
from app.catalog import Catalog
from app.entrants import choices, line_up
from app.present import attack as present
from app.settings import RequestLimits, Settings
from app.tabs import Site
from app.tabs.attack_form import build_form, restored, settled
from app.visitors import VisitorModels
from app.watch import WatchedClassifier
from core.attacks.presets import MENU, PRESETS
from core.attacks.recording import read_recording
from core.errors import DataFileError, FireBertError, UnknownNameError
from core.tasks import IMDB
from tests.page import own_model, tiny_shelf

TEXT = "A good film about a man who walks to the river, and a great story that is never boring."


def form(**changes: object) -> list[object]:
    """What the form holds when nothing was touched, with some of it changed."""
    preset = str(changes.get("preset"))
    usual = dials(preset if preset in PRESETS else "paper")
    values = {
        "task": "imdb", "text": TEXT, "hypothesis": "", "preset": "paper", "method": "textfooler", "against": ["plain"],
        "gate": usual[0], "word_gate": usual[1], "max_queries": MAX_QUERIES, "max_seconds": 120, "seed": 0,
    }  # fmt: skip
    return list({**values, **changes}.values())


def test_dials_of_other_rules_than_the_chosen_ones_do_not_count() -> None:
    quick = settled("paper", *form(preset="ungated", gate=0.84, word_gate=0.5))
    assert read_form(*quick) == read_form(*form(preset="ungated"))
    assert settled("ungated", *form(preset="ungated", gate=0.3)) == tuple(form(preset="ungated", gate=0.3))


@pytest.mark.parametrize("preset", PRESETS)
def test_dials_left_alone_change_nothing_of_a_preset(preset: str) -> None:
    config = read_form(*form(preset=preset)).config
    budgets = {"max_queries", "max_seconds", "max_changed_share", "verdict_draws"}
    assert {name for name, _ in config.overrides} <= budgets


def test_a_dial_is_a_cosine_and_zero_is_off() -> None:
    config = read_form(*form(gate=0.9, word_gate=0.0)).config
    assert (config.scale, config.min_similarity, config.short_text) == ("cosine", 0.9, "keep")
    assert config.min_word_cosine is None
    assert not read_form(*form(gate=0)).config.sentence_gate


@pytest.mark.parametrize("method", [entry.method for entry in MENU])
@pytest.mark.parametrize("preset", PRESETS)
def test_a_link_restores_the_request(preset: str, method: str) -> None:
    usual = dials(preset)
    given = form(preset=preset, method=method, seed=7, against=["plain", "five"], gate=min(usual[0] + 0.01, 1))
    asked = read_form(*given)
    assert from_query(dict(parse_qsl(to_query(asked)))) == asked


def test_a_link_of_a_pair_keeps_both_texts_and_budgets() -> None:
    asked = read_form(*form(task="mnli", hypothesis="A man is out.", max_queries=50, max_seconds=2.5))
    assert from_query(dict(parse_qsl(to_query(asked)))) == asked
    assert from_query({"tab": "analyse", "text": TEXT}) is None
    assert from_query({}) is None


def test_a_text_too_long_for_a_link_has_none() -> None:
    assert to_query(read_form(*form(text=TEXT * 100))) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "  "}, {"text": "\ud800"}, {"task": "poems"}, {"preset": "soft"}, {"method": "magic"}, {"against": []},
        {"gate": "high"}, {"gate": float("nan")}, {"gate": 2}, {"word_gate": -3}, {"max_queries": 0}, {"seed": -1},
        {"max_queries": "many"}, {"max_seconds": float("inf")}, {"seed": "x"}, {"text": "a" * 200_001},
        {"task": "mnli", "hypothesis": ""},
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_says_why(changes: dict[str, object]) -> None:
    with pytest.raises(FireBertError):
        read_form(*form(**changes))


def test_budgets_stay_within_what_the_page_allows_and_say_what_fits() -> None:
    limits = RequestLimits(questions=200, seconds=90)
    usual = read_form(*form(max_queries=None, max_seconds=None, against=["plain", "fuse", "five"]), limits=limits)
    assert (usual.config.max_queries, usual.config.max_seconds) == (200, 30)
    with pytest.raises(FireBertError, match="200 questions here, not 201"):
        read_form(*form(max_queries=201), limits=limits)
    with pytest.raises(FireBertError, match="At most 45 seconds each would fit"):
        read_form(*form(max_seconds=60, max_queries=9, against=["plain", "five"]), limits=limits)
    with pytest.raises(FireBertError, match="whole number"):
        read_form(*form(max_queries=2.5), limits=limits)


def test_a_link_that_cannot_be_says_why() -> None:
    with pytest.raises(FireBertError):
        from_query({"tab": "attack", "text": TEXT, "rules": "nothing"})
    with pytest.raises(FireBertError):
        from_query({"tab": "attack", "text": TEXT, "task": "nothing"})


def catalog() -> Catalog:
    return Catalog(tiny_shelf(), VisitorModels())


def test_co_tuned_models_can_be_attacked_alone_and_defended(monkeypatch: pytest.MonkeyPatch) -> None:
    there = catalog()
    monkeypatch.setattr(there.shelf, "co_tuned", lambda task: (f"{task}-fact",))
    assert choices(there, "imdb") == [
        ("Plain", "plain"), ("FuSE", "fuse"), ("FIVE", "five"),
        ("FACT", "imdb-fact"), ("FuSE(FACT)", "fuse:imdb-fact"), ("FIVE(FACT)", "five:imdb-fact"),
    ]  # fmt: skip
    lined = line_up(there, "imdb", ["five:imdb-fact", "plain", "imdb-fact"], 0)
    assert [entrant.title for entrant in lined] == ["Plain", "FACT", "FIVE(FACT)"]


def test_an_own_model_is_attacked_by_its_visitor_alone() -> None:
    there, model = catalog(), own_model(IMDB)
    there.visitors.add("ann", "Mine", model)
    everybody = choices(there, "imdb")
    assert choices(there, "imdb", "ann")[len(everybody) :] == [
        ("Mine", "own-1"), ("FuSE(Mine)", "fuse:own-1"), ("FIVE(Mine)", "five:own-1"),
    ]  # fmt: skip
    (mine,) = line_up(there, "imdb", ["own-1"], 0, "ann")
    assert isinstance(mine.classifier, WatchedClassifier)
    assert mine.classifier.inner is model
    for visitor in ("bob", ""):
        assert choices(there, "imdb", visitor) == everybody
        with pytest.raises(UnknownNameError, match="fuse:own-1"):
            line_up(there, "imdb", ["fuse:own-1"], 0, visitor)
    asked = read_form(*form(against=["five:own-1"], preset="ungated"))
    last = list(run_attack(there, asked, lambda: False, "ann"))[-1]
    assert read_recording(last.recording).lined_up.classifiers == ("FIVE(Mine)",)


def test_a_link_to_models_that_are_gone_restores_the_rest_and_says_so() -> None:
    site = Site(Settings(), tiny_shelf(), None)
    with gr.Blocks():
        built = build_form(site)

    def against(asked: AttackRequest) -> list[str]:
        updates = restored(site, built.texts, asked, "ann")
        assert len(updates) == len(built.restored) + 1
        return list(updates[built.restored.index(built.values[6])].value)

    asked = read_form(*form(against=["fuse", "five:own-1"]))
    assert against(asked) == ["fuse"]
    assert "five:own-1" in restored(site, built.texts, asked, "ann")[-1]
    assert against(read_form(*form(against=["own-1"]))) == ["plain"]
    site.visitors.add("ann", "Mine", own_model(IMDB))
    assert against(asked) == ["fuse", "five:own-1"]
    assert len(restored(site, built.texts, None, "ann")) == len(built.restored) + 1


def test_an_unknown_classifier_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="nobody"):
        line_up(catalog(), "imdb", ["nobody"], 0)


def test_an_attack_streams_a_text_that_only_grows_and_can_be_read() -> None:
    asked = read_form(*form(against=["plain", "fuse"], preset="ungated"))
    seen = [progress.recording for progress in run_attack(catalog(), asked, lambda: False)]
    assert all(after.startswith(before) for before, after in itertools.pairwise(seen))
    recording = read_recording(seen[-1])
    assert recording.lined_up.classifiers == ("Plain", "FuSE")
    assert all(recording.outcome(lane) for lane in (0, 1))


def test_stop_ends_what_runs_and_what_waits_but_not_what_comes_after() -> None:
    stops = Stops()
    stops.arm("a")
    flag = stops.flag("a")
    stops.stop("b")
    assert not flag()
    stops.stop("a")
    assert flag()
    assert stops.flag("a")()
    stops.arm("a")
    assert not stops.flag("a")()
    assert flag()
    last = list(run_attack(catalog(), read_form(*form()), lambda: True))[-1]
    assert last.over


def test_an_upload_is_checked_and_written_as_our_own() -> None:
    asked = read_form(*form(preset="ungated", text="<script>alert(1)</script> good film"))
    content = list(run_attack(catalog(), asked, lambda: False))[-1].recording
    assert present.checked(content.encode()) == content
    bare = content.partition("\n")[2].replace("\\u003c", "<")
    assert "<" not in present.checked(b"\xef\xbb\xbf" + bare.encode())
    with pytest.raises(DataFileError, match="UTF-8"):
        present.checked(b"\xff\xfe\x00")


def test_recordings_that_ship_are_real_and_within_reach() -> None:
    """Each is one that the engine could have made, on a text of ours."""
    for title, content in present.replays().items():
        recording = read_recording(content)
        assert recording.lined_up.title == title
        assert all(recording.outcome(lane) for lane in range(len(recording.lined_up.classifiers)))
        assert present.replay_of(title) == content
    with pytest.raises(DataFileError):
        present.replay_of("no such recording")


def test_words_for_every_rule_and_attack() -> None:
    for name in PRESETS:
        assert PRESETS[name].title in present.preset_words(name)
    for entry in MENU:
        assert entry.title in present.method_words(entry.method)
    assert json.dumps(present.catalog())
    assert "&lt;b&gt;" in present.said("<b>")


@pytest.fixture(scope="module")
def client(page_url: str) -> Iterator[Client]:
    with_client = Client(page_url, verbose=False)
    yield with_client
    with_client.close()


def test_the_endpoint_attacks_several_and_gives_every_event(client: Client) -> None:
    answer = client.predict(
        task="imdb", text=TEXT, preset="ungated", against="plain, five", max_queries=60, api_name="/attack"
    )
    assert set(answer["outcomes"]) == {"Plain", "FIVE"}
    assert all(end["queries"] <= 60 for end in answer["outcomes"].values())
    content = "\n".join(json.dumps(line) for line in answer["recording"])
    assert read_recording(content).lined_up.preset == "ungated"


def test_the_endpoint_says_what_is_wrong(client: Client) -> None:
    with pytest.raises(AppError, match="Unknown attack preset"):
        client.predict(task="imdb", text=TEXT, preset="soft", api_name="/attack")
