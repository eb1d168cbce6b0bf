"""What the search does, on hand-made cases."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.attacks.attack import METHODS, Attack
from core.attacks.baselines import EDITS, edit
from core.attacks.driver import step_attack
from core.attacks.events import (
    AttackFinished,
    AttackStarted,
    CandidateRefused,
    CandidateTried,
    SwapAccepted,
    WordPassed,
    WordsRanked,
)
from core.attacks.presets import PRESETS, attack_config
from core.language.text import find_words
from core.tasks import IMDB, MNLI, Example
from tests.core.attacks.conftest import LONG, PAIR, SHORT, BagOfWords

Run = Callable[..., list[Any]]


@pytest.fixture
def run(toy_lexicon: Any) -> Run:
    """Runs one attack on a text; returns its events."""

    def go(
        classifier: Any, text: str = LONG, label: int | None = None, preset: str = "ungated", **changes: Any
    ) -> list:
        attack = Attack(attack_config(preset, **changes), toy_lexicon)
        return list(step_attack(attack, classifier, Example(text), label))

    return go


def of(events: list[Any], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_wrong_from_the_start_is_skipped_with_no_query(run: Run, scripted_classifier: Any) -> None:
    (end,) = run(scripted_classifier(IMDB, 0), label=1)
    assert (end.status, end.queries, end.text, end.predicted_before) == ("skipped", 0, LONG, 0)


def test_words_are_ranked_by_the_loss_they_leave(run: Run, scripted_classifier: Any) -> None:
    logits = {"A good bad film": [0.0, 3.0], "A <oov> bad film": [0.0, 2.0], "A good <oov> film": [0.0, 1.0]}
    classifier = scripted_classifier(IMDB, {**logits, None: [0.0, 3.0]})
    events = run(classifier, "A good bad film", blank="oov")
    (ranked,) = of(events, WordsRanked)
    assert ranked.order == (2, 1, 3)
    assert ranked.scores[2] == 0.0
    assert ranked.left_out == ((0, "stop word"),)
    assert ranked.queries == 1 + 3


def test_a_changed_answer_adds_what_it_gains(run: Run, scripted_classifier: Any) -> None:
    logits = {"A good film": [0.0, 1.0], "A <oov> film": [1.0, 0.0], None: [0.0, 1.0]}
    classifier = scripted_classifier(IMDB, logits)
    with_bonus = of(run(classifier, "A good film", flip_bonus=True), WordsRanked)[0].scores[0]
    without = of(run(classifier, "A good film", flip_bonus=False), WordsRanked)[0].scores[0]
    assert with_bonus == pytest.approx(2 * without)


def test_of_several_flips_the_most_similar_is_taken(run: Run, scripted_classifier: Any) -> None:
    text = "good " + " ".join(f"w{i}" for i in range(20))
    classifier = scripted_classifier(
        IMDB, lambda e: [0.0, 1.0] if e.text_a.startswith(("good", "<oov>")) else [2.0, 0.0]
    )
    gate = {"sentence_gate": True, "min_similarity": -1.0, "short_text": "keep"}
    events = run(classifier, text, **gate)
    best = max(of(events, CandidateTried), key=lambda e: e.similarity)
    assert of(events, SwapAccepted)[0].replacement == best.replacement
    assert events[-1].status == "success"


def test_without_the_gate_the_most_harmful_flip_is_taken(run: Run, scripted_classifier: Any) -> None:
    logits = {"fine": [1.0, 0.0], "kind": [3.0, 0.0], "nice": [2.0, 0.0], "good": [0.0, 1.0], None: [0.0, 1.0]}
    events = run(scripted_classifier(IMDB, logits), "good")
    assert events[-1].swaps == ((0, "good", "kind"),)


@pytest.mark.parametrize(("below", "swaps"), [("original", 2), ("current", 1)])
def test_what_a_candidate_must_beat(run: Run, scripted_classifier: Any, below: str, swaps: int) -> None:
    """The second word's best answer is below the original's probability, but above the current one."""

    def script(example: Example) -> list[float]:
        text = example.text_a
        if text.startswith("<oov>"):
            return [0.0, 1.0]
        if "<oov>" in text:
            return [0.0, 2.9]
        if text.startswith("good"):
            return [0.0, 3.0]
        return [0.0, 1.0] if text.endswith("film") else [0.0, 2.0]

    events = run(scripted_classifier(IMDB, script), "good film", accept_below=below)
    assert len(of(events, SwapAccepted)) == swaps
    assert events[-1].status == "failed"


def test_nothing_refused_is_ever_asked(toy_lexicon: Any, bag: BagOfWords, texts: list[Example]) -> None:
    for example in texts:
        events = list(step_attack(Attack(attack_config("paper"), toy_lexicon), bag, example, None))
        words = find_words(example.text_a)
        for event in of(events, CandidateRefused):
            word = words[event.word]
            alone = example.text_a[: word.start] + event.replacement + example.text_a[word.end :]
            assert all(alone != asked.text_a for asked in bag.examples)
            assert event.reason


def test_each_gate_refuses_and_counts(run: Run, bag: BagOfWords) -> None:
    events = run(bag, preset="paper")
    refused = of(events, CandidateRefused)
    counts = [sum(e.gate == gate for e in refused) for gate in ("word", "part_of_speech", "sentence")]
    assert tuple(counts) == events[-1].refused
    assert counts[0] > 0
    assert any("cosine" in e.reason for e in refused if e.gate == "word")


def test_sentences_are_encoded_lazily_and_sources_once(toy_lexicon: Any, bag: BagOfWords) -> None:
    attack = Attack(attack_config("paper", compare_with="original", min_similarity=0.5), toy_lexicon)
    events = list(step_attack(attack, bag, Example(LONG), None))
    encoded = toy_lexicon.encoder.encoded
    looked_at = of(events, CandidateTried) + [e for e in of(events, CandidateRefused) if e.gate == "sentence"]
    sources = len({e.word for e in looked_at})
    assert len(encoded) <= len(looked_at) + sources
    assert not any(e.gate == "sentence" and e.cosine < 0.5 for e in of(events, CandidateRefused))


def test_nouns_may_stand_for_verbs(run: Run, scripted_classifier: Any) -> None:
    events = run(scripted_classifier(IMDB, 1), "walks", pos="universal")
    assert {e.replacement for e in of(events, CandidateTried)} == {"runs", "plays", "sings", "walk"}
    sleeping = run(scripted_classifier(IMDB, 1), "sleeping", pos="universal")
    assert {e.replacement for e in of(sleeping, CandidateTried)} == {"sleep"}
    refused = of(sleeping, CandidateRefused)
    assert {e.replacement: e.reason for e in refused}["quiet"] == "another part of speech: ADJ here, not VERB"
    story = run(scripted_classifier(IMDB, 1), "story", pos="universal", noun_verb_exchange=False)
    assert "play" in {e.replacement for e in of(story, CandidateRefused)}
    both = run(scripted_classifier(IMDB, 1), "story", pos="universal", noun_verb_exchange=True)
    assert "play" in {e.replacement for e in of(both, CandidateTried)}


def test_casing_is_kept(run: Run, scripted_classifier: Any) -> None:
    events = run(
        scripted_classifier(IMDB, lambda e: 1 if "GOOD" in e.text_a or "<oov>" in e.text_a else 0), "A GOOD film"
    )
    assert events[-1].text.split()[1] in {"NICE", "FINE", "GREAT", "KIND", "WELL", "BAD"}


def test_the_premise_is_never_touched(toy_lexicon: Any, pair_bag: BagOfWords) -> None:
    events = list(step_attack(Attack(attack_config("ungated"), toy_lexicon), pair_bag, Example(*PAIR), None))
    assert {e.text_a for e in pair_bag.examples} == {PAIR[0]}
    assert events[0].other_text == PAIR[0]
    assert events[0].text == PAIR[1]
    assert MNLI.perturb == "text_b"


@pytest.mark.parametrize(
    ("preset", "state", "note"), [("paper", "lowered", "lowered"), ("textattack", "off", "off"), ("adjusted", "on", "")]
)
def test_short_texts_and_the_sentence_gate(run: Run, bag: BagOfWords, preset: str, state: str, note: str) -> None:
    events = run(bag, SHORT, preset=preset)
    assert (events[0].sentence_gate, events[-1].sentence_gate) == (state, state)
    assert note in events[0].note
    assert bool(note) == ("under 15 words" in events[0].note)
    assert run(bag, LONG, preset=preset)[0].sentence_gate == "on"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("preset", PRESETS)
def test_every_method_keeps_its_bounds(run: Run, bag: BagOfWords, method: str, preset: str) -> None:
    for text in (LONG, SHORT, "…!"):
        bag.examples.clear()
        events = run(bag, text, preset=preset, method=method)
        start, end = events[0], events[-1]
        words = find_words(text)
        n = len(words)
        assert isinstance(start, AttackStarted)
        assert isinstance(end, AttackFinished)
        assert sum(isinstance(e, AttackFinished) for e in events) == 1
        assert end.queries == len(bag.examples) == end.model_rows
        per_word = 8 if method == "characters" else 6
        assert end.queries <= 1 + 2 * n + n * per_word
        changed = [index for index, _, _ in end.swaps]
        assert len(set(changed)) == len(changed)
        spared = set() if preset == "jia2019" else {"a", "the", "and"}
        assert not any(words[i].text.lower() in spared for i in changed)
        assert end.text == of(events, SwapAccepted)[-1].text if end.swaps else text
        assert (end.status == "success") == (bag.answer(Example(end.text)).label != end.label)
        counts = [e.queries for e in events if isinstance(e, CandidateTried | SwapAccepted)]
        assert counts == sorted(counts)


@pytest.mark.parametrize("budget", range(1, 40))
def test_a_query_budget_is_never_passed(run: Run, bag: BagOfWords, budget: int) -> None:
    free = run(bag, LONG, preset="paper")[-1]
    bag.examples.clear()
    end = run(bag, LONG, preset="paper", max_queries=budget)[-1]
    assert len(bag.examples) <= budget
    assert end.queries <= budget
    if free.queries > budget and end.status != "success":
        assert end.status == "exhausted"
        assert str(budget) in end.reason
    if free.queries <= budget:
        assert end == free


def test_queries_per_word_are_a_budget_too(run: Run, bag: BagOfWords) -> None:
    end = run(bag, SHORT, preset="paper", max_queries_per_word=1)[-1]
    assert (end.status, end.queries) == ("exhausted", len(find_words(SHORT)))


def test_a_time_budget_returns_what_there_is(toy_lexicon: Any, bag: BagOfWords) -> None:
    from core.attacks.flow import Query, Victim

    now = iter(range(100))
    attack = Attack(attack_config("paper", max_seconds=4), toy_lexicon)
    flow = attack.flow(Example(SHORT), None, Victim("bag", IMDB, False), clock=lambda: next(now))
    item, answers = next(flow), None
    while not isinstance(item, AttackFinished):
        answers = bag.predict(item.examples) if isinstance(item, Query) else None
        item = flow.send(answers) if answers else next(flow)
    assert item.status == "exhausted"
    assert "4 seconds" in item.reason


def test_the_limit_of_changed_words(run: Run, scripted_classifier: Any) -> None:
    classifier = scripted_classifier(IMDB, lambda e: [0.0, 1.0 + e.text_a.count("good") + e.text_a.count("bad")])
    text = "good bad film movie story boring actors man walks small"
    assert len(run(classifier, text, max_changed_share=0.1)[-1].swaps) == 1
    end = run(classifier, text, max_changed_share=0.01)[-1]
    assert (len(end.swaps), end.reason) == (1, "The limit of 1 changed words was reached.")


def test_words_beyond_the_cut_are_left_out(toy_lexicon: Any, tiny_factory: Any) -> None:
    classifier = tiny_factory(replace(IMDB, name="imdb-8", max_pieces=8))
    attack = Attack(attack_config("ungated"), toy_lexicon)
    events = list(step_attack(attack, classifier, Example("good film " * 10), None))
    assert events[0].words_read == 6
    left_out = dict(of(events, WordsRanked)[0].left_out)
    assert set(left_out) == set(range(6, 20))
    assert set(left_out.values()) == {"beyond what the classifier reads"}


def test_random_draws_depend_on_seed_and_text(run: Run, bag: BagOfWords) -> None:
    for method in ("random_order", "random_word", "characters"):
        assert run(bag, method=method) == run(bag, method=method)
        ends = {run(bag, method=method, seed=seed)[-1].text for seed in range(6)}
        assert len(ends) > 1


def test_random_words_are_kept_whatever_they_do(run: Run, scripted_classifier: Any) -> None:
    events = run(scripted_classifier(IMDB, 1), "good film", method="random_word")
    assert len(of(events, SwapAccepted)) == 2
    assert events[-1].queries == 3


def test_saliency_looks_at_every_word_before_it_acts(run: Run, bag: BagOfWords) -> None:
    events = run(bag, LONG, preset="paper", method="saliency")
    first, second = (i for i, e in enumerate(events) if isinstance(e, WordsRanked))
    assert not of(events[:second], SwapAccepted)
    assert of(events[first:second], CandidateTried)
    gains = events[second].scores
    assert list(gains) == sorted(gains, reverse=True)
    assert all(gain > 0 for gain in gains)


def test_typing_errors() -> None:
    assert [edit("film", kind, 1, "x") for kind in EDITS] == ["flim", "flm", "fxilm", "fxlm"]


def test_typing_errors_keep_first_and_last_letters(run: Run, bag: BagOfWords) -> None:
    events = run(bag, LONG, method="characters")
    words = find_words(LONG)
    tried = of(events, CandidateTried)
    assert tried
    for event in tried:
        original = words[event.word].text
        assert event.replacement != original
        assert event.replacement[0] == original[0]
        assert abs(len(event.replacement) - len(original)) <= 1
        if len(original) > 3:
            assert event.replacement[-1] == original[-1]


def test_everything_that_made_a_result_is_in_it(run: Run, bag: BagOfWords) -> None:
    start = run(bag, preset="textattack", min_similarity=0.5, seed=3)[0]
    assert (start.preset, start.method, start.seed) == ("textattack", "textfooler", 3)
    assert start.overrides == (("min_similarity", 0.5),)
    assert (start.encoder, start.tagger, start.neighbors) == ("toy encoder", "toy tagger", "toy neighbours")
    assert start.calibration == "as published"


def test_another_encoder_is_calibrated_and_says_so(toy_lexicon: Any, bag: BagOfWords) -> None:
    class Mini(type(toy_lexicon.encoder)):  # type: ignore[misc]  # the fixture's class
        name = "all-MiniLM-L6-v2"

    attack = Attack(attack_config("textattack"), replace(toy_lexicon, encoder=Mini()))
    start = next(step_attack(attack, bag, Example(LONG), None))
    assert start.encoder == "all-MiniLM-L6-v2"
    assert start.calibration.startswith("cosine 0.878 calibrated to ")


def test_a_passed_word_says_why(run: Run, scripted_classifier: Any) -> None:
    events = run(scripted_classifier(IMDB, 1), "good film", preset="adjusted", short_text="keep", min_similarity=1.0)
    assert {e.reason for e in of(events, WordPassed)} <= {"every replacement was refused"}
    assert events[-1].reason == "Every word was tried and the answer held."


def test_numbers_and_addresses_are_left_alone(run: Run, scripted_classifier: Any) -> None:
    """Typing errors could be made in any word; the text before and behind an address is attacked as ever."""
    text = "Great in 1990, see https://example.org/great-film or write to great@example.org today"
    events = run(scripted_classifier(IMDB, [0.0, 1.0]), text, method="characters", label=1)
    (ranked,) = of(events, WordsRanked)
    words = [word.text for word in find_words(text)]
    assert words == ["Great", "in", "1990", "see", "or", "write", "to", "today"]
    assert (words.index("1990"), "a number") in ranked.left_out
    assert " 1990, " in events[-1].text
    assert "https://example.org/great-film" in events[-1].text
    assert "great@example.org" in events[-1].text


@pytest.mark.parametrize(("text", "told"), [("这部电影很好看。", True), ("A fine film", False)])
def test_a_script_without_spaces_is_told_at_the_start(
    run: Run, scripted_classifier: Any, text: str, told: bool
) -> None:
    (start,) = of(run(scripted_classifier(IMDB, [0.0, 1.0]), text, label=1), AttackStarted)
    assert ("script without spaces" in start.note) is told
