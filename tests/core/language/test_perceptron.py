"""The perceptron in whole numbers: NLTK's sums, its choice among equals, and one place tagged as the whole list is."""

import random
from typing import Any

import pytest

from core.language import perceptron
from core.language.perceptron import Place, WholePerceptron
from core.language.tagging import load_tagger

SENTENCE = "I didn't see the well-made film she's talking about and nobody runs a 1999 bank like that"


def test_the_sums_in_whole_numbers_are_nltks_own() -> None:
    """Labels differ from NLTK's only where whole sums are equal, which its rounded ones may tell apart."""
    from nltk.tag.perceptron import AveragedPerceptron

    ours = load_tagger("perceptron")._tagger
    theirs = AveragedPerceptron(ours.model.weights)
    theirs.classes = ours.model.classes
    words = [*SENTENCE.split(), ",", "", "Paris", "!"]
    context = [*ours.START, *map(ours.normalize, words), *ours.END]
    labels = ours.model.labels
    assert labels == sorted(theirs.classes, reverse=True)
    for place, word in enumerate(words):
        for prev, prev2 in (("DT", "-START-"), ("NN", "JJ"), ("VBD", "PRP")):
            features = ours._get_features(place, word, context, prev, prev2)
            scores = {label: 0.0 for label in labels}
            for feature in features:
                for label, weight in theirs.weights.get(feature, {}).items():
                    scores[label] += weight
            total = ours.model.total(features)
            assert dict(zip(labels, total / 1000, strict=True)) == pytest.approx(scores, abs=1e-9)
            (found, _), (due, _) = ours.model.predict(features), theirs.predict(features)
            assert found == due or total[labels.index(found)] == total[labels.index(due)]


def test_rows_and_sums_by_hand() -> None:
    model = WholePerceptron({"i word cat": {"NN": 1.5, "JJ": -0.25}, "bias": {"VB": 2.0}}, ["JJ", "NN", "VB"])
    assert model.labels == ["VB", "NN", "JJ"]
    assert model.row("i word cat").tolist() == [0, 1500, -250]
    assert model.row("i word dog").tolist() == [0, 0, 0]
    assert model.total(["i word cat", "bias", "i word cat"]).tolist() == [2000, 3000, -500]
    assert model.predict(["i word cat", "bias", "i word cat"]) == ("NN", None)
    assert model.total([]).tolist() == [0, 0, 0]
    assert model.row("i word cat").tolist() == [0, 1500, -250], "a sum writes into no row"


def test_of_equals_the_last_by_alphabet_wins() -> None:
    model = WholePerceptron({"bias": {"JJ": 1.0, "NN": 1.0, "DT": 1.0, "VB": 0.5}}, ["DT", "JJ", "NN", "VB"])
    assert model.predict(["bias"]) == ("NN", None)


def test_the_memory_of_words_is_bounded_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perceptron, "_WORDS_KEPT", 3)
    model = WholePerceptron({f"i suffix {c}": {"NN": n} for n, c in enumerate("abcdefg")}, ["NN"])
    for _ in range(2):
        assert [model.of_word(c, c)[0].tolist() for c in "abcdefg"] == [[1000 * n] for n in range(7)]
        assert len(model._words) <= 3


def random_tagger(seed: int) -> Any:
    """NLTK's tagger with made-up weights for whatever feature is asked of it."""
    from nltk.tag.perceptron import PerceptronTagger

    draw, labels = random.Random(seed), ["DT", "JJ", "NN", "VB"]

    class Weights(dict[str, dict[str, float]]):
        def get(self, feature: str, default: Any = None) -> dict[str, float]:
            if feature not in self:
                self[feature] = {label: draw.randint(-3000, 3000) / 1000 for label in draw.sample(labels, 2)}
            return self[feature]

    tagger = PerceptronTagger(load=False)
    tagger.model, tagger.tagdict, tagger.classes = WholePerceptron(Weights(), labels), {"the": "DT"}, set(labels)
    return tagger


@pytest.mark.parametrize("ahead", [0, 1, 2])
def test_a_place_scores_as_the_whole_list_does(ahead: int) -> None:
    """Every feature that reads the replaced word is taken out of what is kept and put back for the new one."""
    words = ["a", "dog", "runs", "past", "cats"]
    for seed in range(20):
        tagger = random_tagger(seed)
        normal = [tagger.normalize(word) for word in words]
        place = Place(tagger, [*tagger.START, *normal, *tagger.END], 2, "" if ahead == 0 else words[2], ahead)
        for replacement in ("hen", "1999", "the", "Zebras", "x-ray"):
            changed = [replacement if i == 2 + ahead else word for i, word in enumerate(words)]
            context = [*tagger.START, *map(tagger.normalize, changed), *tagger.END]
            for prev, prev2 in (("DT", "JJ"), ("NN", "DT")):
                features = tagger._get_features(2, changed[2], context, prev, prev2)
                due = tagger.tagdict.get(changed[2]) or tagger.model.predict(features)[0]
                assert place.tag(replacement, tagger.normalize(replacement), prev, prev2) == due
