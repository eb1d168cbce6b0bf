"""What answers alone allow: importance by leaving words out, a vote of FuSE; what needs more is refused in words."""

from typing import Any

import pytest

from core.defenses.registry import build_defense
from core.errors import ConfigError, ModelError
from core.models.black_box import is_black_box, open_black_box, open_classifier, takes_embeddings
from core.models.function import FunctionClassifier
from core.models.importance import ImportanceConfig, word_importance
from core.models.loading import load_classifier
from core.tasks import IMDB, MNLI, Example


def counting_good(texts: list[Any]) -> list[Any]:
    """Of one text the share of "good" speaks for the second label; of a pair, its hypothesis' alone."""
    return [{"logits": [0.0, float((t if isinstance(t, str) else t[1]).lower().count("good"))]} for t in texts]


BOX = FunctionClassifier(counting_good, IMDB, "mine")


def test_a_model_is_no_black_box(tiny_classifier: Any) -> None:
    assert takes_embeddings(tiny_classifier)
    assert not takes_embeddings(BOX)
    assert not is_black_box("imdb-plain")
    assert is_black_box("https://a.example/x")
    assert is_black_box("os.path:basename")


def test_importance_is_what_the_answer_loses_without_a_word() -> None:
    asked: list[Any] = []

    def remember(texts: list[Any]) -> list[Any]:
        asked.append(texts)
        return counting_good(texts)

    (found,) = word_importance(
        FunctionClassifier(remember, IMDB, "mine"), [Example("A good film, a dull plot.")],
        ImportanceConfig("leave_one_out"),
    )  # fmt: skip
    assert [len(texts) for texts in asked] == [7]
    assert asked[0][2] == "A [UNK] film, a dull plot."
    before, without = 1 / (1 + 2.718281828459045**-1), 0.5
    # logits (0, 1) become (0, 0): the label loses, and the tie goes to the first label, which gains as much.
    assert found.scores[1] == pytest.approx(2 * (before - without))
    assert [found.scores[i] for i in (0, 2, 3, 4, 5)] == [0.0] * 5
    assert found.ranked[0].text == "good"
    assert len(found.order) == 6


def test_only_the_hypothesis_is_left_out_word_by_word() -> None:
    box = FunctionClassifier(lambda pairs: [{"logits": [0, len(h), len(p)]} for p, h in pairs], MNLI, "mine")
    (found,) = word_importance(box, [Example("One two three.", "Four five.")], ImportanceConfig("leave_one_out"))
    assert [word.text for word in found.words] == ["Four", "five"]


def test_no_texts_and_no_words_are_no_trouble() -> None:
    config = ImportanceConfig("leave_one_out")
    assert word_importance(BOX, [], config) == []
    assert word_importance(BOX, [Example("!!!")], config)[0].order == ()


@pytest.mark.parametrize("method", ["gradient", "gradient_x_input", "integrated_gradients"])
def test_a_gradient_of_a_black_box_is_refused(method: Any) -> None:
    with pytest.raises(ConfigError, match="is a black box: choose leave_one_out or reading_order"):
        word_importance(BOX, [Example("Good.")], ImportanceConfig(method))


def test_fuse_goes_around_a_black_box_and_five_does_not(toy_lexicon: Any) -> None:
    fuse = build_defense("fuse", BOX, toy_lexicon)
    ballot = fuse.ballots([Example("A good film, a boring story.")])[0]  # type: ignore[attr-defined]
    assert ballot.words[0].text == "good"
    assert len(ballot.members) > 1
    with pytest.raises(ConfigError, match="FIVE needs the word embeddings, and mine is a black box"):
        build_defense("five", BOX, toy_lexicon)


def test_an_abstaining_function_has_no_vote(toy_lexicon: Any) -> None:
    fuse = build_defense("fuse", FunctionClassifier(lambda texts: [None] * len(texts), IMDB, "mine"), toy_lexicon)
    with pytest.raises(ModelError, match="abstains"):
        fuse.predict([Example("A good film.")])


def test_what_needs_the_model_says_that_this_is_none() -> None:
    with pytest.raises(ModelError, match=r"needs the model itself, and os\.path:basename is a black box"):
        load_classifier("os.path:basename", IMDB)


def test_a_revision_is_of_the_hub() -> None:
    with pytest.raises(ConfigError, match="revision"):
        open_classifier("http://a.example", IMDB, revision="main")
    assert open_black_box("http://a.example#batch=3", IMDB).name == "http://a.example"
