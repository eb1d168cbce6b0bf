"""The endpoints of the figures that explain, through gradio's own client, over tiny models."""

from collections.abc import Iterator

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from core.attacks.presets import PRESETS

TEXT = "A good film about a man who walks to the river."


@pytest.fixture(scope="module")
def client(page_url: str) -> Iterator[Client]:
    with_client = Client(page_url, verbose=False)
    yield with_client
    with_client.close()


def test_the_gate_dial_grows_by_a_set_of_rules_each_time(client: Client) -> None:
    job = client.submit("imdb", TEXT, questions=60, api_name="/gate_dial")
    last = job.result()
    assert [len(one["steps"]) for one in job.outputs()] == [1, 2, 3, 4, 5, 6]
    assert [one["rules"] for one in last["steps"]] == list(PRESETS)
    assert all(one["questions"] <= 60 for one in last["steps"])
    for one in last["steps"]:
        assert one["fooled"] == (one["answer"] != one["answer_before"])
        assert bool(one["swaps"]) or one["text"] == TEXT


def test_the_illusion_tells_what_the_attacker_sees_before_and_after_the_fit(client: Client) -> None:
    blind = client.predict("imdb", TEXT, temperature=0.001, questions=60, api_name="/illusion")
    own, sharp = blind["attacks"]
    assert (own["seen"], sharp["seen"], blind["fitted"]) == (1.0, 0.001, None)
    assert own["answer_before"] == sharp["answer_before"]
    fitted = client.predict("imdb", TEXT, temperature=0.001, calibrate=True, questions=60, api_name="/illusion")
    assert fitted["attacks"][1]["seen"] == pytest.approx(0.001 * fitted["fitted"])


def test_before_and_after_tells_every_words_importance_and_how_faithful_it_is(client: Client) -> None:
    found = client.predict("imdb", TEXT, swaps={"1": "bad"}, api_name="/before_after")
    assert [one["word"] for one in found["after"]] == TEXT.replace("good", "bad").strip(".").split()
    turned = found["answer_before"]["label"] != found["answer_after"]["label"]
    assert found["decisive"] == (1 if turned else None)
    assert found["undone"] == [found["answer_before"]], "the one swap undone is the text as it was"
    assert set(found["deletion"]["areas"]) == {one["method"] for one in found["deletion"]["curves"]}


def test_a_word_stands_in_its_noise_beside_a_neighbour(client: Client) -> None:
    found = client.predict("imdb", TEXT, word=1, other="fine", draws=5, api_name="/noise_beside")
    assert (found["word"], found["other"], len(found["line"])) == ("good", "fine", 17)
    kinds = [one["kind"] for one in found["points"]]
    assert (kinds.count("noised"), kinds.count("noised_other")) == (5, 5)
    assert all(sum(one["counts"]) == 20 for one in found["line"])
    alone = client.predict("imdb", "A nice dog.", word=2, api_name="/noise_beside")
    assert (alone["other"], alone["points"], alone["line"], alone["neighbors"]) == (None, None, None, {})


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("gate_dial", {"questions": 10**6}, "questions"),
        ("illusion", {"temperature": 0.0}, "temperature"),
        ("before_after", {"method": "guess"}, "leave_one_out"),
        ("noise_beside", {"word": 99}, "word"),
    ],
)
def test_what_is_out_of_reach_is_said(client: Client, name: str, arguments: dict[str, object], said: str) -> None:
    with pytest.raises(AppError, match=said):
        client.predict("imdb", TEXT, **arguments, api_name=f"/{name}")
