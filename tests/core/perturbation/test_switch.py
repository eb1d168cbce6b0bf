"""SWITCH: alternatives differ in their swaps alone, draws repeat, companions don't matter, every setting is live."""

from dataclasses import replace

import pytest

from core.language.text import find_words, replace_words
from core.perturbation.switch import Switch, SwitchConfig
from core.tasks import Example

FREE = SwitchConfig(gate="off", pos="none", stop_words=False)
LONG = Example("The good film - a GREAT story! - was bad, boring; small actors<br />and a movie. A man walks outside.")


def run(classifier, lexicon, config, examples=(LONG,), seed=0):
    return Switch(classifier, lexicon, config).run(list(examples), seed)


def test_an_alternative_is_its_source_with_the_swaps_applied(tiny_classifier, toy_lexicon):
    result = run(tiny_classifier, toy_lexicon, replace(FREE, perturb_words=3, total_alternatives=10))[0]
    assert len(result.alternatives) == 10
    for alternative in result.alternatives:
        assert len(alternative.swaps) <= 3
        assert alternative.text == replace_words(LONG.text_a, {s.word: s.replacement for s in alternative.swaps})
        before, after = find_words(LONG.text_a), find_words(alternative.text)
        assert len(before) == len(after)
        changed = [b.text for b, a in zip(before, after, strict=True) if a.text != b.text]
        assert sorted(changed) == sorted(s.word.text for s in alternative.swaps)
    assert len({a.text for a in result.alternatives} | {LONG.text_a}) == 11, "distinct, and none is the original"


def test_casing_and_punctuation_stay(tiny_classifier, toy_lexicon):
    config = replace(FREE, perturb_words=20, total_alternatives=1)
    text = run(tiny_classifier, toy_lexicon, config)[0].alternatives[0].text
    assert "<br />" in text
    assert " - a " in text
    assert text.endswith(".")
    shouted = find_words(text)[4].text
    assert shouted.isupper()
    assert shouted != "GREAT"


def test_a_draw_depends_on_seed_and_text_alone(tiny_classifier, toy_lexicon, reviews):
    config = replace(FREE, total_alternatives=4)
    alone = [run(tiny_classifier, toy_lexicon, config, [e], seed=5)[0].alternatives for e in reviews]
    together = [r.alternatives for r in run(tiny_classifier, toy_lexicon, config, reviews, seed=5)]
    backwards = [r.alternatives for r in run(tiny_classifier, toy_lexicon, config, reviews[::-1], seed=5)][::-1]
    assert alone == together == backwards
    assert [r.alternatives for r in run(tiny_classifier, toy_lexicon, config, reviews, seed=6)] != together


def test_few_combinations_are_all_found_once(tiny_classifier, toy_lexicon):
    config = replace(FREE, perturb_words=2, total_alternatives=100, multiplier=100)
    result = run(tiny_classifier, toy_lexicon, config, [Example("good film")])[0]
    assert len(result.alternatives) == 6 * 4, "6 neighbours of good times 4 of film"


def test_many_combinations_are_drawn_at_random(tiny_classifier, toy_lexicon):
    config = replace(FREE, perturb_words=12, total_alternatives=50)
    texts = [a.text for a in run(tiny_classifier, toy_lexicon, config)[0].alternatives]
    assert len(texts) == len(set(texts)) == 50


def test_every_draw_is_uniform(tiny_classifier, toy_lexicon):
    config = replace(FREE, perturb_words=1, total_alternatives=1)
    seen = [
        run(tiny_classifier, toy_lexicon, config, [Example("good")], seed)[0].alternatives[0].swaps[0].replacement
        for seed in range(600)
    ]
    counts = [seen.count(word) for word in ("nice", "fine", "great", "kind", "well", "bad")]
    assert sum((c - 100) ** 2 / 100 for c in counts) < 20.5, "chi square, 5 degrees of freedom, p 0.001"


def test_the_premise_is_never_touched(tiny_pair_classifier, toy_lexicon, pairs):
    for example, result in zip(pairs, run(tiny_pair_classifier, toy_lexicon, FREE, pairs), strict=True):
        assert result.text == example.text_b


CHANGES = [
    {"perturb_words": 1},
    {"candidates_per_word": 1},
    {"total_alternatives": 2},
    {"multiplier": 1},
    {"gate": "off"},
    {"gate": "rank"},
    {"min_similarity": 0.99},
    {"min_word_cosine": 0.8},
    {"pos": "none"},
    {"pos": "penn"},
    {"leave_alone": 1},
    {"random_out_of": 6},
    {"stop_words": False},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_setting_changes_the_outcome(tiny_classifier, toy_lexicon, change):
    near = {
        "with": (("by", 0.9),),
        "a": (("an", 0.9),),
        "was": (("is", 0.9),),
        "sleeping": (("walks", 0.9), ("quiet", 0.8)),
    }
    table = type(toy_lexicon.neighbors)({**_table(toy_lexicon), **near})
    lexicon = replace(toy_lexicon, neighbors=table)
    texts = [LONG, Example("A man with a dog was sleeping."), Example("The actors walk outside with a good film")]
    base = SwitchConfig(perturb_words=2, total_alternatives=6, multiplier=2, min_similarity=0.8)
    plain = run(tiny_classifier, lexicon, base, texts)
    assert run(tiny_classifier, lexicon, base, texts) == plain, "same seed, same outcome"
    assert run(tiny_classifier, lexicon, replace(base, **change), texts) != plain


def _table(lexicon):
    return lexicon.neighbors._table


def test_the_importance_setting_is_live(tiny_classifier, toy_lexicon, reviews):
    from core.models.importance import ImportanceConfig

    base = replace(FREE, perturb_words=1)
    other = replace(base, importance=ImportanceConfig("leave_one_out"))
    chosen = [[c.word for c in r.chosen] for r in run(tiny_classifier, toy_lexicon, base, [LONG, *reviews])]
    assert [[c.word for c in r.chosen] for r in run(tiny_classifier, toy_lexicon, other, [LONG, *reviews])] != chosen


def test_the_filter_refuses_with_a_reason_and_tries_on(tiny_classifier, toy_lexicon):
    config = replace(FREE, gate="filter", min_similarity=0.97, perturb_words=3, total_alternatives=3, multiplier=20)
    result = run(tiny_classifier, toy_lexicon, config)[0]
    assert result.refused
    assert all("below the gate" in reason for _, reason in result.refused)
    assert len(result.alternatives) + len(result.refused) <= config.max_tries
    assert all(a.similarity > 0.97 for a in result.alternatives)


def test_rank_keeps_the_most_similar(tiny_classifier, toy_lexicon):
    config = replace(FREE, gate="rank", total_alternatives=3, multiplier=5)
    result = run(tiny_classifier, toy_lexicon, config)[0]
    assert len(result.alternatives) == 3
    assert len(result.refused) == 12
    assert min(a.similarity for a in result.alternatives) >= max(a.similarity for a, _ in result.refused)


def test_the_gate_is_lazy_and_the_source_shares_the_call(tiny_classifier, toy_lexicon, reviews):
    config = replace(FREE, gate="filter", min_similarity=-1.0, total_alternatives=2, multiplier=50)
    result = run(tiny_classifier, toy_lexicon, config, [LONG, Example("good film")])
    assert len(toy_lexicon.encoder.encoded) == 2 * (1 + 2), "each source once, each alternative once, nothing wasted"
    assert all(len(r.alternatives) == 2 for r in result)


def test_similarity_is_of_what_the_model_reads(tiny_pair_classifier, toy_lexicon):
    ending = " the dog" * 200
    config = replace(FREE, gate="filter", min_similarity=-1.0, total_alternatives=3)
    examples = [Example("dog", "A good story" + ending), Example("dog", "A good story" + ending + " of a cat" * 50)]
    first, second = run(tiny_pair_classifier, toy_lexicon, config, examples)
    assert max(map(len, toy_lexicon.encoder.encoded)) < 128 * 8
    assert {a.similarity for a in first.alternatives} & {a.similarity for a in second.alternatives}


def test_refusals_and_skips_say_why(tiny_classifier, toy_lexicon):
    config = SwitchConfig(gate="off", perturb_words=9, leave_alone=1, min_word_cosine=0.5)
    result = run(tiny_classifier, toy_lexicon, config)[0]
    reasons = {reason for _, reason in result.skipped}
    assert reasons <= {"stop word", "not in the neighbour table", "left alone"}
    assert "left alone" in reasons
    refused = {r.reason for chosen in result.chosen for r in chosen.refused}
    assert any("too far apart" in reason and "at least 0.5 asked" in reason for reason in refused)
    assert any("here, not" in reason for reason in refused), "a part of speech was refused in words"


@pytest.mark.parametrize("text", ["", "...", "!!! ???", "\U0001f600", "the of and", "zzzz qqqq", "a" * 5000])
def test_nothing_to_swap_gives_no_alternatives(tiny_classifier, toy_lexicon, text):
    result = run(tiny_classifier, toy_lexicon, SwitchConfig(), [Example(text)])[0]
    assert result.alternatives == ()
    assert result.text == text


def test_a_published_floor_is_calibrated_to_the_encoder(tiny_classifier, toy_lexicon):
    class Renamed:
        name = "all-MiniLM-L6-v2"
        encode = toy_lexicon.encoder.encode

    config = replace(FREE, gate="filter", min_similarity=0.88, total_alternatives=40, multiplier=1, perturb_words=4)
    strict = run(tiny_classifier, toy_lexicon, config)[0]
    loose = run(tiny_classifier, replace(toy_lexicon, encoder=Renamed()), config)[0]
    assert {a.draw for a in strict.alternatives} < {a.draw for a in loose.alternatives}, "0.88 stands for 0.843 there"
