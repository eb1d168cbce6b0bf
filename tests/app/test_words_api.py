"""The endpoints of the Words tab, through gradio's own client, over tiny models."""

from collections.abc import Iterator
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

TEXT = "A good film about a man who walks to the river."
PAIR = ("A man walks on the street.", "A good man is outside.")
GOOD = 1


@pytest.fixture(scope="module")
def client(page_url: str) -> Iterator[Client]:
    with_client = Client(page_url, verbose=False)
    yield with_client
    with_client.close()


def test_words_lists_the_neighbours_with_answers_and_reasons(client: Client) -> None:
    found = client.predict("imdb", TEXT, word=GOOD, limit=5, api_name="/words")
    assert found["word"] == "good"
    assert [one["word"] for one in found["neighbors"]] == ["nice", "fine", "great", "kind", "well"]
    assert all(set(one["answers"]) == {"plain", "imdb-fact"} for one in found["neighbors"])
    assert [bool(one["refused"]) for one in found["neighbors"]] == [False, False, False, False, True]
    assert "part of speech" in found["neighbors"][-1]["refused"]


def test_what_words_foretells_is_what_swap_answers(client: Client) -> None:
    found = client.predict("imdb", TEXT, word=GOOD, against="plain", api_name="/words")
    answer = client.predict("imdb", TEXT, swaps={"1": "fine"}, against="plain", api_name="/swap")
    assert answer["text"] == TEXT.replace("good", "fine")
    assert answer["before"]["plain"]["probabilities"] == pytest.approx(found["answers"]["plain"]["probabilities"])
    fine = next(one for one in found["neighbors"] if one["word"] == "fine")
    assert answer["now"]["plain"]["probabilities"] == pytest.approx(fine["answers"]["plain"]["probabilities"])
    changed = answer["now"]["plain"]["label"] != answer["before"]["plain"]["label"]
    assert answer["fooled"] == (["plain"] if changed else [])


def test_swap_asks_the_five_and_tells_what_the_rules_say(client: Client) -> None:
    answer = client.predict("imdb", TEXT, swaps={"1": "Bad", "2": "movie"}, api_name="/swap")
    assert list(answer["now"]) == ["plain", "fuse", "five", "imdb-fact", "five:imdb-fact"]
    assert [(one["from"], one["to"]) for one in answer["swaps"]] == [("good", "Bad"), ("film", "movie")]
    assert "too far apart" in answer["swaps"][0]["refused"]
    again = client.predict("imdb", TEXT, swaps={"1": "Bad", "2": "movie"}, api_name="/swap")
    assert again == answer, "the same seed, the same draw"


def test_the_words_of_a_pair_are_the_hypothesis(client: Client) -> None:
    found = client.predict("mnli", *PAIR, word=1, api_name="/words")
    assert found["word"] == "good"
    answer = client.predict("mnli", *PAIR, swaps={"1": "kind"}, against="plain", api_name="/swap")
    assert answer["text"] == "A kind man is outside."


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("/words", {"word": 99}, "no word 99"),
        ("/words", {"limit": 0}, "limit must be between 1 and 100"),
        ("/words", {"rules": "kind"}, "Unknown attack preset 'kind'"),
        ("/words", {"against": "nobody"}, "nobody"),
        ("/swap", {"swaps": {"x": "fine"}}, "number of a word"),
        ("/swap", {"swaps": {"1": "two words"}}, "one word"),
        ("/swap", {"swaps": {"99": "fine"}}, "words 0 to 10"),
    ],
)
def test_what_is_wrong_is_said_in_words(client: Client, name: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(AppError, match=said):
        client.predict("imdb", TEXT, api_name=name, **arguments)
