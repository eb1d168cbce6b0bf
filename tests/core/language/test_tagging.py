"""The taggers: one tag for each word given, in context, always the same; and which one answers when."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, DamagedResourceError, MissingResourceError, UnknownNameError
from core.language import tagging
from core.language.tagging import (
    PERCEPTRON,
    Tagger,
    load_tagger,
    perceptron_folder,
    split_contractions,
    tags_in_place,
    universal_tag,
)

UNIVERSAL = {"NOUN", "VERB", "ADJ", "ADV", "PRON", "DET", "ADP", "NUM", "CONJ", "PRT", ".", "X"}
WORDS = st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8), max_size=12)


def taggers() -> list[str]:
    return ["pattern", "perceptron"] if perceptron_folder() else ["pattern"]


@pytest.fixture(params=["pattern", "perceptron"])
def tagger(request: pytest.FixtureRequest) -> Tagger:
    if request.param == "perceptron" and perceptron_folder() is None:
        pytest.skip("NLTK's perceptron data is not on this machine")
    return load_tagger(request.param)


def test_known_sentences(tagger: Tagger) -> None:
    words = ["The", "old", "man", "walked", "in", "the", "garden"]
    assert tagger.tag(words, "universal") == ["DET", "ADJ", "NOUN", "VERB", "ADP", "DET", "NOUN"]
    assert tagger.tag(words, "penn") == ["DT", "JJ", "NN", "VBD", "IN", "DT", "NN"]
    assert tagger.tag([]) == []


def test_contractions_and_hyphens_get_one_tag_each(tagger: Tagger) -> None:
    words = ["She", "didn’t", "like", "the", "state-of-the-art", "kitchen", "and", "can't", "say", "it's", "cheap"]
    tags = tagger.tag(words, "universal")
    assert len(tags) == len(words)
    assert [tags[i] for i in (1, 4, 7, 9)] == ["VERB", "ADJ", "VERB", "PRON"]


@given(WORDS)
def test_any_words_get_one_tag_each_and_always_the_same(words: list[str]) -> None:
    for name in taggers():
        tags = load_tagger(name).tag(words, "universal")
        assert len(tags) == len(words)
        assert set(tags) <= UNIVERSAL
        assert load_tagger(name).tag(tuple(words), "universal") == tags


def test_context_decides_in_the_perceptron() -> None:
    if perceptron_folder() is None:
        pytest.skip("NLTK's perceptron data is not on this machine")
    tagger = load_tagger("perceptron")
    assert tagger.tag(["We", "like", "to", "watch", "films"])[3] == "VERB"
    assert tagger.tag(["His", "watch", "is", "old"])[1] == "NOUN"


def test_a_contraction_is_two_parts_and_its_first_part_counts() -> None:
    words = ["don't", "n't", "IT’S", "o'clock", "well-being"]
    assert split_contractions(words) == (
        ["do", "n't", "n't", "IT", "'S", "o'clock", "well-being"],
        [0, 2, 3, 5, 6],
    )


@pytest.mark.parametrize(
    ("penn", "universal"),
    [
        ("NNPS", "NOUN"),
        ("MD", "VERB"),
        ("JJR", "ADJ"),
        ("WRB", "ADV"),
        ("PRP$", "PRON"),
        ("WDT", "DET"),
        ("IN", "ADP"),
        ("CD", "NUM"),
        ("CC", "CONJ"),
        ("TO", "PRT"),
        ("``", "."),
        ("UH", "X"),
        ("never heard of", "X"),
    ],
)
def test_universal_tags_of_penn_tags(penn: str, universal: str) -> None:
    assert universal_tag(penn) == universal


@pytest.mark.data
def test_the_universal_map_is_the_published_one(data_folder: Path) -> None:
    lines = (data_folder / "nltk_data/taggers/universal_tagset/en-ptb.map").read_text(encoding="utf-8").splitlines()
    published = dict(line.split("\t") for line in lines if line.strip())
    plain = {penn: universal for penn, universal in published.items() if "|" not in penn and penn in tagging._UNIVERSAL}
    assert {penn: universal_tag(penn) for penn in plain} == plain
    assert len(plain) > 36


def test_wrong_names_are_refused(tagger: Tagger) -> None:
    with pytest.raises(ConfigError, match="'universal' or 'penn', was given 'brown'"):
        tagger.tag(["a"], "brown")
    with pytest.raises(UnknownNameError, match=r"tagger 'spacy'. Known: auto, pattern, perceptron"):
        load_tagger("spacy")


def test_auto_takes_the_perceptron_only_where_its_data_is(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = perceptron_folder()
    if folder:
        assert load_tagger().name == "NLTK averaged perceptron"
        monkeypatch.setenv(tagging.NLTK_VARIABLE, str(folder.parent.parent))
        assert load_tagger().name == "NLTK averaged perceptron"
    monkeypatch.setattr(tagging, "_places", lambda: iter([Path("/nowhere")]))
    assert load_tagger().name == "TextBlob PatternTagger"
    with pytest.raises(MissingResourceError, match=f"{PERCEPTRON}.*python -m nltk.downloader"):
        load_tagger("perceptron")


def test_missing_or_damaged_data_names_the_file_and_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "taggers" / PERCEPTRON
    folder.mkdir(parents=True)
    monkeypatch.setenv(tagging.NLTK_VARIABLE, str(tmp_path))
    with pytest.raises(MissingResourceError, match=r"weights\.json.*nltk\.downloader"):
        load_tagger()
    for part in ("weights", "tagdict", "classes"):
        (folder / f"{PERCEPTRON}.{part}.json").write_text('{"cut', encoding="utf-8")
    with pytest.raises(DamagedResourceError, match=r"weights\.json.*nltk\.downloader"):
        load_tagger()


SENTENCES = ("I didn't see the well-made film she's talking about", "Nobody runs a 1999 bank like that", "good", "")


@pytest.mark.parametrize("tagset", ["universal", "penn"])
def test_tags_in_place_are_the_tags_of_the_whole_list(tagger: Tagger, tagset: str) -> None:
    for sentence in SENTENCES:
        words = sentence.split()
        for index in range(len(words)):
            options = [words[index], "run", "quickly", "isn't", "1984", "x-ray", "Paris"]
            whole = [tagger.tag([*words[:index], o, *words[index + 1 :]], tagset)[index] for o in options]
            assert list(tags_in_place(tagger, words, index, options, tagset)) == whole


def test_the_sums_in_whole_numbers_are_nltks_own() -> None:
    """Labels differ from NLTK's only where whole sums are equal, which its rounded ones may tell apart."""
    from nltk.tag.perceptron import AveragedPerceptron

    if perceptron_folder() is None:
        pytest.skip("NLTK's perceptron data is not on this machine")
    ours = load_tagger("perceptron")._tagger
    theirs = AveragedPerceptron(ours.model.weights)
    theirs.classes = ours.model.classes
    words = [*SENTENCES[0].split(), *SENTENCES[1].split(), ",", "", "Paris", "!"]
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
