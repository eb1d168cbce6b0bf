"""Core values to HTML: nothing of a text is lost, nothing of it becomes markup, every number is there."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.permalink import Link
from app.present.alternatives import excerpt
from app.present.analysis import panels
from app.present.footer import data_uri, footer
from app.present.html import percent
from app.present.importance import segments, strength
from app.present.votes import decision, tally
from app.theme import look_of, looks_of
from core.analysis.records import to_csv, to_record
from core.analysis.request import AnalysisRequest, make_example
from core.analysis.stages import Analysis, analyse
from core.defenses.ballot import Member, count
from core.defenses.registry import preset_settings
from core.defenses.voting import VoteConfig
from core.language.text import find_words
from core.models.importance import Importances
from core.perturbation.switch import Swap
from core.tasks import get_task

LONGER = "A good film about a man who walks to the river and a story that is never boring."
HOSTILE = '<script>alert(1)</script> a good film & a "bad" <img src=x onerror=alert(2)> story'


def analysed(classifier: object, lexicon: object, text: str, hypothesis: str = "") -> list[Analysis]:
    name = classifier.task.name
    settings = preset_settings(get_task(name), "shipped", classifier.embedding_std)
    return list(analyse(classifier, lexicon, AnalysisRequest(name, make_example(name, text, hypothesis), settings)))


class Tags(HTMLParser):
    """Collects the tags and the text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.said += data


@given(st.text(max_size=200), st.data())
def test_segments_put_together_are_the_text(raw: str, data: st.DataObject) -> None:
    words = find_words(raw)
    order = data.draw(st.permutations(range(len(words)))) if words else []
    read = tuple(order[: data.draw(st.integers(0, len(words)))])
    found = Importances(words, tuple(0.5 for _ in words), read, tuple(() for _ in words))
    pieces = list(segments(raw, found))
    assert "".join(piece.text for piece in pieces) == raw
    assert sum(piece.rank > 0 for piece in pieces) == len(read)


def test_strength_is_a_share_of_the_strongest_word() -> None:
    assert strength(-2.0, 4.0) == 0.5
    assert strength(0.0, 0.0) == 0.0


def test_hostile_text_stays_text_in_every_panel(tiny_classifier: object, toy_lexicon: object) -> None:
    final = analysed(tiny_classifier, toy_lexicon, HOSTILE)[-1]
    html = "".join(panels(final, built_in=True).values())
    tags = Tags(html)
    assert not {"script", "img"} & set(tags.tags)
    assert "<script>alert(1)</script>" in tags.said


def test_panels_fill_stage_by_stage(tiny_classifier: object, toy_lexicon: object) -> None:
    shown = [set(panels(known, False)) for known in analysed(tiny_classifier, toy_lexicon, "A good film.")]
    assert shown[0] == {"answer"}
    assert shown[1] == {"answer", "importance", "votes"}
    assert shown[3] == {"answer", "importance", "votes", "alternatives"}


def test_votes_say_the_counts_and_draw_a_mark_for_each(tiny_classifier: object, toy_lexicon: object) -> None:
    final = analysed(tiny_classifier, toy_lexicon, "A good film about a man who walks outside.")[-1]
    votes = panels(final, False)["votes"]
    counts = final.fuse.votes(2)
    assert sum(counts) == len(final.fuse.members)
    assert f"{counts[0]:g} negative · {counts[1]:g} positive" in votes
    assert votes.count("fb-mark ") == len(final.fuse.members) + len(final.five.members)


@given(
    st.integers(0, 10_000),
    st.integers(2, 9),
    st.sampled_from(["mean_logits", "mean_probabilities", "majority"]),
    st.sampled_from([0.0, 1.0, 2.5, 4.0]),
)
def test_what_the_votes_say_wins_is_the_outcome_or_why_not(seed: int, size: int, rule: str, weight: float) -> None:
    labels = ("entailment", "neutral", "contradiction")
    rows = np.random.default_rng(seed).normal(size=(size, 3)).round(1)
    members = [
        Member("noised", "", (), None, tuple(map(float, row)), int(row.argmax()), 1.0 if i else weight)
        for i, row in enumerate(rows)
    ]
    ballot = count(members, (), 0, VoteConfig(rule, weight), (), True, "")
    said = {part.split(" ")[1]: float(part.split(" ")[0]) for part in tally(ballot, labels).split(" · ")}
    assert sum(said.values()) == pytest.approx(size - 1 + weight)
    leaders = [label for label in labels if said[label] == max(said.values())]
    told = decision(ballot, labels)
    if labels[ballot.prediction.label] not in leaders:
        assert "not the count" in told
        assert any(f"Counted, {leader} would win" in told for leader in leaders)
    if rule == "majority":
        assert labels[ballot.prediction.label] in leaders
        assert "Counted" not in told


def test_the_text_s_weight_is_said_and_marked(tiny_pair_classifier: object, toy_lexicon: object) -> None:
    shipped = preset_settings(get_task("mnli"), "shipped", 0.05)
    free = replace(shipped, switch=replace(shipped.switch, gate="off", min_word_cosine=None))
    asked = AnalysisRequest("mnli", make_example("mnli", "A man walks.", "A good man walks outside."), free)
    final = list(analyse(tiny_pair_classifier, toy_lexicon, asked))[-1]
    html = panels(final, False)["votes"]
    assert final.fuse.members[0].weight == 4.0, "MNLI's shipped FuSE"
    assert "the text itself (4 votes)" in html
    assert "×4" in html


def test_a_small_built_in_model_says_so(tiny_classifier: object, toy_lexicon: object) -> None:
    known = analysed(tiny_classifier, toy_lexicon, "A good film.")[0]
    assert "not BERT-base" in panels(known, built_in=True)["answer"]
    assert "not BERT-base" not in panels(known, built_in=False)["answer"]


def test_columns_and_files_are_named_by_composition(tiny_classifier: object, toy_lexicon: object) -> None:
    final = analysed(tiny_classifier, toy_lexicon, LONGER)[-1]
    named = replace(final, request=replace(final.request, model="own-1"))
    html = panels(named, True, "<b>Mine</b>")
    for title in ("&lt;b&gt;Mine&lt;/b&gt;", "FuSE(&lt;b&gt;Mine&lt;/b&gt;)", "FIVE(&lt;b&gt;Mine&lt;/b&gt;)"):
        assert f"<h3>{title} " in html["votes"]
    assert "Answered by &lt;b&gt;Mine&lt;/b&gt;: " in html["answer"]
    assert [f"<h3>{title} " in panels(final, True)["votes"] for title in ("Plain", "FuSE", "FIVE")] == [True] * 3
    assert to_record(named)["model"] == "own-1"
    names = {row.partition(",")[0] for row in to_csv(named).splitlines()[1:]}
    assert names == {"own-1", "fuse:own-1", "five:own-1"}
    assert {row.partition(",")[0] for row in to_csv(final).splitlines()[1:]} == {"plain", "fuse", "five"}


def test_flags_reach_the_page(tiny_classifier: object, toy_lexicon: object) -> None:
    cut = analysed(tiny_classifier, toy_lexicon, "boring " * 400)[-1]
    assert "cut at 256 pieces" in panels(cut, False)["answer"]
    assert "fb-unread" in panels(cut, False)["importance"]
    nothing = analysed(tiny_classifier, toy_lexicon, "!!!")[-1]
    assert "No word could be perturbed: none has a fitting near-synonym" in panels(nothing, False)["votes"]
    assert "No word could be noised" in panels(nothing, False)["votes"]
    assert "No word could be perturbed: none has a fitting" in panels(nothing, False)["alternatives"]
    assert "no word to weigh" in panels(nothing, False)["importance"]


def test_randomised_defences_and_polarity_are_flagged(tiny_classifier: object, toy_lexicon: object) -> None:
    final = analysed(tiny_classifier, toy_lexicon, LONGER)[-1]
    html = panels(final, False)
    assert html["votes"].count("randomised: another seed may answer differently") == 2
    assert "does not see polarity" not in html["alternatives"]
    use = replace(final, sources=replace(final.sources, encoder="Universal Sentence Encoder (multilingual, numpy)"))
    assert "does not see polarity" in panels(use, False)["alternatives"]


def test_excerpt_marks_swaps_in_the_words_casing() -> None:
    raw = "Great <b>film</b>."
    word = find_words(raw)[0]
    assert excerpt(raw, (Swap(word, "fine", 0.9),)) == "<del>Great</del> <mark>Fine</mark> &lt;b&gt;film&lt;/b&gt;."


def test_excerpt_of_a_long_text_keeps_the_words_around_a_swap() -> None:
    raw = "one two " * 100 + "good" + " three four" * 100
    word = next(w for w in find_words(raw) if w.text == "good")
    shown = Tags(excerpt(raw, (Swap(word, "nice", 0.9),))).said
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert "two good nice three" in shown
    assert len(shown) < 200


@pytest.mark.parametrize(
    ("share", "said"), [(0.5, "50%"), (0.997, "99.7%"), (0.004, "0.4%"), (1.0, "100%"), (0.0, "0%")]
)
def test_percentages_near_the_ends_keep_a_decimal(share: float, said: str) -> None:
    assert percent(share) == said


def test_classes_have_colours_and_symbols_of_their_own() -> None:
    for labels in (("negative", "positive"), ("entailment", "neutral", "contradiction"), ("a", "b", "c", "d")):
        looks = looks_of(labels)
        assert len({look.symbol for look in looks}) == len({look.key for look in looks}) == len(labels)
    assert look_of("positive", 0) == look_of("positive", 1)


def test_footer_names_the_sources_and_offers_link_and_files(tiny_classifier: object, toy_lexicon: object) -> None:
    final = analysed(tiny_classifier, toy_lexicon, "A good film.")[-1]
    html = footer(final, Link("analyse", "imdb", "A good film.", "", "paper", 7, {"five.samples": "5"}), 0.42)
    for said in ("toy neighbours", "toy encoder", "toy tagger", "the paper&#x27;s, 1 changed", "0.4 s"):
        assert said in html
    assert len(re.findall(r'download="firebert-[a-z]+\.(?:json|csv)"', html)) == 2
    assert "too long for a link" in footer(final, Link("analyse", "imdb", "x" * 20_000), 0.1)


def test_a_data_uri_holds_any_character() -> None:
    assert data_uri("text/csv", 'a"<é') == "data:text/csv;charset=utf-8,a%22%3C%C3%A9"
