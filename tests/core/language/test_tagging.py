"""The taggers: one tag for each word given, in context, always the same; the perceptron's are NLTK's own.

``nltk_tags.jsonl`` holds our own sentences as NLTK's ``PerceptronTagger`` tagged them with the weights it downloads.
"""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, DamagedResourceError, MissingResourceError, UnknownNameError
from core.language import tagging
from core.language.lexicon import load_lexicon
from core.language.tagging import (
    WEIGHTS,
    PerceptronTagger,
    Tagger,
    load_tagger,
    split_contractions,
    tags_in_place,
    universal_tag,
)

UNIVERSAL = {"NOUN", "VERB", "ADJ", "ADV", "PRON", "DET", "ADP", "NUM", "CONJ", "PRT", ".", "X"}
WORDS = st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8), max_size=12)


NLTK_TAGS = Path(__file__).with_name("nltk_tags.jsonl")
PACKAGE = "averaged_perceptron_tagger_eng"


@pytest.fixture(params=["pattern", "perceptron"])
def tagger(request: pytest.FixtureRequest) -> Tagger:
    return load_tagger(request.param)


def nltk_tags() -> list[tuple[list[str], list[str]]]:
    """Words and tags of each sentence; contractions are two words, as NLTK wants them."""
    lines = map(json.loads, NLTK_TAGS.read_text(encoding="utf-8").splitlines())
    return [(line["words"].split(" "), line["tags"].split(" ")) for line in lines]


def test_the_perceptron_tags_every_word_as_nltk_does() -> None:
    tagger = load_tagger("perceptron")
    assert isinstance(tagger, PerceptronTagger)
    golden = nltk_tags()
    assert sum(len(words) for words, _ in golden) > 4_000
    assert {tag for _, tags in golden for tag in tags} >= {"NN", "VBN", "RBR", "POS", "WP$", "EX", "PDT", "RP"}
    for words, tags in golden:
        assert tagger.tag(words, "penn") == tags


@pytest.mark.data
def test_the_weights_that_ship_are_the_ones_that_nltk_downloads(data_folder: Path) -> None:
    stored = json.loads(gzip.decompress(WEIGHTS.read_bytes()))
    folder = data_folder / "nltk_data" / "taggers" / PACKAGE
    theirs = {part: json.loads((folder / f"{PACKAGE}.{part}.json").read_text(encoding="utf-8")) for part in stored}
    assert stored == {**theirs, "classes": sorted(theirs["classes"])}


def test_the_default_is_the_tagger_of_the_results() -> None:
    assert load_tagger() is load_tagger("perceptron") is load_lexicon().tagger
    assert load_tagger().name == json.loads(WEIGHTS.with_suffix(".json").read_text(encoding="utf-8"))["name"]
    assert load_tagger("pattern").name == "TextBlob PatternTagger"


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
    for name in ("pattern", "perceptron"):
        tags = load_tagger(name).tag(words, "universal")
        assert len(tags) == len(words)
        assert set(tags) <= UNIVERSAL
        assert load_tagger(name).tag(tuple(words), "universal") == tags


def test_context_decides_in_the_perceptron() -> None:
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
    with pytest.raises(UnknownNameError, match=r"tagger 'spacy'. Known: pattern, perceptron"):
        load_tagger("spacy")


@pytest.mark.parametrize("name", [WEIGHTS.name, "perceptron.json"])
def test_a_missing_or_damaged_file_names_itself_and_the_command(name: str, tmp_path: Path) -> None:
    for file in WEIGHTS.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / name).write_text('{"cut', encoding="utf-8")
    with pytest.raises(DamagedResourceError, match=f"{name}.*git checkout -- assets/tagger"):
        PerceptronTagger(tmp_path / WEIGHTS.name)
    (tmp_path / name).unlink()
    with pytest.raises(MissingResourceError, match=f"{name}.*git checkout -- assets/tagger"):
        PerceptronTagger(tmp_path / WEIGHTS.name)


SENTENCES = ("I didn't see the well-made film she's talking about", "Nobody runs a 1999 bank like that", "good", "")


@pytest.mark.parametrize("tagset", ["universal", "penn"])
def test_tags_in_place_are_the_tags_of_the_whole_list(tagger: Tagger, tagset: str) -> None:
    for sentence in SENTENCES:
        words = sentence.split()
        for index in range(len(words)):
            options = [words[index], "run", "quickly", "isn't", "1984", "x-ray", "Paris"]
            whole = [tagger.tag([*words[:index], o, *words[index + 1 :]], tagset)[index] for o in options]
            assert list(tags_in_place(tagger, words, index, options, tagset)) == whole
