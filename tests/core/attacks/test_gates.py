"""The gates of an attack: cheapest first, each sees what the one before let through, and all of it is counted."""

from dataclasses import replace
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.events import CandidateRefused, CandidateTried
from core.attacks.gates import Gates
from core.attacks.presets import attack_config
from core.language.text import find_words
from core.perturbation.constraints import Candidate
from core.tasks import IMDB, Example
from tests.core.attacks.conftest import LONG, SHORT, BagOfWords, Run, of


def passed(gates: Gates, index: int, candidates: list[Candidate]) -> tuple[list[Candidate], list[CandidateRefused]]:
    """What may stand there, and the refusals on the way."""
    refused, steps = [], gates.passing(gates.original, index, candidates)
    try:
        while True:
            refused.append(next(steps))
    except StopIteration as end:
        return end.value, refused


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


@pytest.mark.parametrize(
    ("preset", "state", "note"), [("paper", "lowered", "lowered"), ("textattack", "off", "off"), ("adjusted", "on", "")]
)
def test_short_texts_and_the_sentence_gate(run: Run, bag: BagOfWords, preset: str, state: str, note: str) -> None:
    events = run(bag, SHORT, preset=preset)
    assert (events[0].sentence_gate, events[-1].sentence_gate) == (state, state)
    assert note in events[0].note
    assert bool(note) == ("under 15 words" in events[0].note)
    assert run(bag, LONG, preset=preset)[0].sentence_gate == "on"


def test_another_encoder_is_calibrated_and_says_so(toy_lexicon: Any, bag: BagOfWords) -> None:
    class Mini(type(toy_lexicon.encoder)):  # type: ignore[misc]  # the fixture's class
        name = "all-MiniLM-L6-v2"

    attack = Attack(attack_config("textattack"), replace(toy_lexicon, encoder=Mini()))
    start = next(step_attack(attack, bag, Example(LONG), None))
    assert start.encoder == "all-MiniLM-L6-v2"
    assert start.calibration.startswith("cosine 0.878 calibrated to ")


def test_a_dearer_gate_sees_what_a_cheaper_let_through(toy_lexicon: Any) -> None:
    """Of "good": far is refused for nothing, walks after a look at its tag, nice goes on to the encoder."""
    gates = Gates(attack_config("paper", min_similarity=0.0), toy_lexicon, LONG)
    far, walks, nice = Candidate("far", 0.2), Candidate("walks", 0.8), Candidate("nice", 0.9)
    assert passed(gates, 1, [far])[0] == []
    assert (toy_lexicon.tagger.calls, toy_lexicon.encoder.encoded) == ([], [])
    kept, refused = passed(gates, 1, [far, walks, nice])
    assert [candidate.word for candidate in kept] == ["nice"]
    assert [(event.replacement, event.gate) for event in refused] == [("far", "word"), ("walks", "part_of_speech")]
    assert not any("walks" in text.split()[:5] or "far" in text for text in toy_lexicon.encoder.encoded)
    assert gates.refused == {"word": 2, "part_of_speech": 1, "sentence": 0}


def test_those_that_pass_keep_their_order_and_bring_their_similarity(toy_lexicon: Any) -> None:
    gates = Gates(attack_config("adjusted", min_similarity=0.0, pos="none"), toy_lexicon, LONG)
    given = [Candidate(word, 0.95) for word in ("great", "nice", "fine")]
    kept, refused = passed(gates, 1, given)
    assert ([c.word for c in kept], refused) == (["great", "nice", "fine"], [])
    assert all(candidate.similarity is not None and 0 < candidate.similarity <= 1 for candidate in kept)
    assert all(candidate.similarity is None for candidate in given)


def test_looking_at_the_free_gate_counts_nothing(toy_lexicon: Any) -> None:
    gates = Gates(attack_config("paper"), toy_lexicon, LONG)
    assert [gates.passes_word_gate(Candidate("x", cosine)) for cosine in (0.49, 0.5, None)] == [False, True, True]
    assert sum(gates.refused.values()) == 0


@pytest.mark.parametrize(
    ("words", "short_text", "state", "note"),
    [
        (14, "lower", "lowered", "sentence gate lowered to 0.10: the text is under 15 words"),
        (14, "skip", "off", "sentence gate off: the text is under 15 words"),
        (14, "keep", "on", ""),
        (15, "lower", "on", ""),
        (15, "skip", "on", ""),
    ],
)
def test_the_border_of_a_short_text(toy_lexicon: Any, words: int, short_text: str, state: str, note: str) -> None:
    gates = Gates(attack_config("paper", short_text=short_text), toy_lexicon, " ".join(["film"] * words))
    assert (gates.state, gates.note) == (state, note)
    assert len(gates.constraints) == (2 if state == "off" else 3)


def test_a_gate_that_is_off_is_not_there(toy_lexicon: Any) -> None:
    gates = Gates(attack_config("ungated"), toy_lexicon, LONG)
    every = [Candidate("walks", 0.0), Candidate("anything", None)]
    assert passed(gates, 1, every) == (every, [])
    assert (gates.state, gates.note) == ("off", "sentence gate off")
    assert (toy_lexicon.tagger.calls, toy_lexicon.encoder.encoded) == ([], [])
