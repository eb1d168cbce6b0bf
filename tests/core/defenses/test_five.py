"""FIVE: noise on exactly the chosen words' pieces, none at sigma 0, and what draws says so."""

from dataclasses import replace

import numpy as np
import pytest

from core.defenses.ballot import RANDOMISED, UNDEFENDED
from core.defenses.five import NOTHING_TO_NOISE, Five, FiveConfig
from core.defenses.registry import build_defense, preset_settings
from core.defenses.voting import VoteConfig
from core.errors import ConfigError, UnknownNameError
from core.models.importance import ImportanceConfig
from core.tasks import IMDB, MNLI, Example

BASE = FiveConfig(perturb_words=3, samples=5, sigma_relative=2.0)
KINDS = ("gaussian", "mask", "random_word", "interpolate", "dropout")


@pytest.fixture
def build(tiny_classifier, toy_lexicon):
    return lambda config=BASE: Five(tiny_classifier, toy_lexicon, config)


def test_no_noise_is_the_plain_classifier(build, tiny_classifier, reviews):
    quiet = build(replace(BASE, sigma_relative=0.0)).predict(reviews)
    for before, after in zip(tiny_classifier.predict(reviews), quiet, strict=True):
        assert (after.label, after.logits) == (before.label, pytest.approx(before.logits, abs=1e-5))


def test_all_pieces_of_all_chosen_words_get_noise_and_nothing_else(build, tiny_classifier, reviews):
    """The released code rebuilt the batch for each word, so only the last one was noised."""
    for text in build().choose(reviews):
        assert len(text.words) <= 3
        special = {i for i, s in enumerate(text.encoding.special_tokens_mask) if s}
        assert not special & set(text.positions.tolist())
        expected = {
            i
            for i, (start, end) in enumerate(text.encoding.offsets)
            if any(w.start < end and start < w.end for w in text.words)
        }
        assert set(text.positions.tolist()) == expected - special
        (noise,) = build().noise([text], [0])
        assert noise.shape == (1, 5 if text.words else 0, *((len(text.positions), 32) if text.words else (0, 0)))
        assert (np.abs(noise).max(axis=-1) > 0).all(), "every chosen piece is noised in every sample"


def test_noise_is_normal_and_has_the_size_it_says(build, tiny_classifier):
    text = build().choose([Example("good story")])[0]
    (many,) = build(replace(BASE, samples=2000)).noise([text], [0])
    unit = many.astype(np.float64) / (2.0 * tiny_classifier.embedding_std)
    for power, moment in ((1, 0.0), (2, 1.0), (3, 0.0), (4, 3.0)):
        assert np.mean(unit**power) == pytest.approx(moment, abs=0.05)
    assert np.abs(np.corrcoef(unit.reshape(2000, -1)[:, :40].T) - np.eye(40)).max() < 0.12, "no piece follows another"


def test_samples_differ_from_each_other_and_repeat_by_seed(build, reviews):
    (noise,) = build().noise(build().choose(reviews[:1]), [0])
    assert len({draw.tobytes() for draw in noise[0]}) == 5
    assert build().ballots(reviews) == build().ballots(reviews)
    assert build().reseeded(9).ballots(reviews) != build().ballots(reviews)


def of_kind(kind, **changes):
    return replace(BASE, noise=kind, sigma_relative=2.0 if kind == "gaussian" else 1.0, **changes)


@pytest.mark.parametrize("kind", KINDS)
def test_a_draw_depends_on_seed_text_and_index_alone(build, reviews, kind):
    """Neither on companions, nor on the other seeds, nor on how many draws are made."""
    config = of_kind(kind)
    texts = build(config).choose(reviews)
    together = build(config).noise(texts, [0, 7])
    longer = build(replace(config, samples=9)).noise(texts[::-1], [7])[::-1]
    for text, both, more in zip(texts, together, longer, strict=True):
        (alone,) = build(config).noise([text], [7])
        assert np.array_equal(alone[0], both[1])
        assert np.array_equal(alone[0], more[0, :5])
        assert kind == "mask" or not both.any() or not np.array_equal(both[0], both[1])


def test_draws_are_what_the_reseeded_defence_answers(build, reviews, monkeypatch):
    for rows in (8192, 1):
        monkeypatch.setattr("core.defenses.five.NOISED_TOGETHER", rows)
        for seed, drawn in zip((3, 0, 9), build().draws(reviews, (3, 0, 9)), strict=True):
            for one, other in zip(drawn, build().reseeded(seed).predict(reviews), strict=True):
                assert (one.label, one.flags) == (other.label, other.flags)
                assert one.logits == pytest.approx(other.logits, abs=1e-5)


def test_the_table_is_read_once_for_all_draws(build, tiny_classifier, reviews, monkeypatch):
    """A device is asked for vectors twice at most (the words' own and what replaces them), never once a draw."""
    asked = []
    monkeypatch.setattr(
        tiny_classifier,
        "word_vectors",
        lambda ids, inner=tiny_classifier.word_vectors: (asked.append(1), inner(ids))[1],
    )
    for kind in KINDS:
        asked.clear()
        build(of_kind(kind, samples=20)).predict(reviews)
        assert len(asked) <= 2


def test_companions_and_order_do_not_matter(build, reviews):
    together = build().predict(reviews)
    alone = [build().predict([example])[0] for example in reviews[::-1]][::-1]
    for one, other in zip(together, alone, strict=True):
        assert one.logits == pytest.approx(other.logits, abs=1e-5)


def test_the_paper_s_sigma_erases_the_word(tiny_classifier):
    assert preset_settings(IMDB, "paper", tiny_classifier.embedding_std).five.sigma_relative == pytest.approx(
        2.3 / tiny_classifier.embedding_std
    )
    assert preset_settings(MNLI, "paper", 0.05).five.sigma_relative == pytest.approx(162.8)


CHANGES = [
    {"perturb_words": 1},
    {"samples": 2},
    {"sigma_relative": 0.5},
    {"stop_words": False},
    {"seed": 3},
    {"vote": VoteConfig("majority")},
    {"vote": VoteConfig(original_weight=0.0)},
    {"importance": ImportanceConfig("leave_one_out")},
    *({"noise": kind, "sigma_relative": 1.0} for kind in KINDS[1:]),
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_setting_changes_the_outcome(build, reviews, change):
    plain = [p.logits for p in build().predict(reviews)]
    assert [p.logits for p in build(replace(BASE, **change)).predict(reviews)] != plain


@pytest.mark.parametrize("text", ["", "...", "the of and"])
def test_nothing_to_noise_is_the_plain_prediction(build, tiny_classifier, text):
    answer = build().predict([Example(text)])[0]
    assert f"{NOTHING_TO_NOISE} {UNDEFENDED}" in answer.flags
    assert RANDOMISED not in answer.flags
    assert answer.logits == pytest.approx(tiny_classifier.predict([Example(text)])[0].logits, abs=1e-5)


def test_without_copies_the_reason_is_said(build):
    answer = build(replace(BASE, samples=0)).predict([Example("good story")])[0]
    assert f"No noised copies were asked for. {UNDEFENDED}" in answer.flags


STILL = ({"samples": 0}, {"sigma_relative": 0.0}, {"noise": "mask", "sigma_relative": 1.0})
DRAWN = ({}, *({"noise": kind, "sigma_relative": 1.0} for kind in ("random_word", "interpolate", "dropout")))


@pytest.mark.parametrize(("change", "drawn"), [(c, False) for c in STILL] + [(c, True) for c in DRAWN], ids=str)
def test_what_draws_is_called_randomised_and_nothing_else(build, reviews, change, drawn):
    five = build(replace(BASE, **change))
    assert five.randomised == drawn
    answers = five.predict(reviews)
    assert any(RANDOMISED in answer.flags for answer in answers) == drawn
    again = [p.logits for p in five.reseeded(9).predict(reviews)]
    assert (again != [p.logits for p in answers]) == drawn, "the flag agrees with the deed"


def test_only_the_hypothesis_is_noised(tiny_pair_classifier, toy_lexicon, pairs):
    five = Five(tiny_pair_classifier, toy_lexicon, BASE)
    for text in five.choose(pairs):
        assert all(text.encoding.sequence_ids[i] == 1 for i in text.positions)


def test_defences_by_name(tiny_classifier, toy_lexicon, reviews):
    assert build_defense("plain", tiny_classifier, toy_lexicon) is tiny_classifier
    for name in ("fuse", "five"):
        for preset in ("shipped", "paper"):
            assert len(build_defense(name, tiny_classifier, toy_lexicon, preset, 1).predict(reviews[:2])) == 2
    with pytest.raises(UnknownNameError, match=r"Unknown defence 'armour'\. Known: five, fuse, plain"):
        build_defense("armour", tiny_classifier, toy_lexicon)


def test_settings_outside_their_range_are_refused():
    with pytest.raises(ConfigError, match="sigma_relative must be between"):
        FiveConfig(sigma_relative=-1)
    with pytest.raises(ConfigError, match="noise must be one of gaussian"):
        FiveConfig(noise="pink")


def test_a_control_has_no_sigma():
    with pytest.raises(ConfigError, match="sigma_relative does nothing where noise is mask: leave it at 1"):
        FiveConfig(noise="mask", sigma_relative=2.0)
