"""What the search does, on hand-made cases."""

from dataclasses import replace
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.events import (
    AttackFinished,
    AttackStarted,
    CandidateTried,
    SwapAccepted,
    WordsRanked,
)
from core.attacks.presets import OVER_SETS, PRESETS, attack_config
from core.language.text import find_words
from core.tasks import IMDB, MNLI, Example
from tests.core.attacks.conftest import BY_ANSWERS, LONG, PAIR, SHORT, BagOfWords, Run, of


def test_wrong_from_the_start_is_skipped_with_no_query(run: Run, scripted_classifier: Any) -> None:
    (end,) = run(scripted_classifier(IMDB, 0), label=1)
    assert (end.status, end.queries, end.text, end.predicted_before) == ("skipped", 0, LONG, 0)


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


@pytest.mark.parametrize("method", BY_ANSWERS)
@pytest.mark.parametrize("preset", PRESETS)
def test_every_method_keeps_its_bounds(run: Run, bag: BagOfWords, method: str, preset: str) -> None:
    for text in (LONG, SHORT, "…!"):
        bag.examples.clear()
        events = run(bag, text, preset=preset, method=method, search_budget=60)
        start, end = events[0], events[-1]
        words = find_words(text)
        n = len(words)
        assert isinstance(start, AttackStarted)
        assert isinstance(end, AttackFinished)
        assert sum(isinstance(e, AttackFinished) for e in events) == 1
        assert end.queries == len(bag.examples) == end.model_rows
        per_word = 8 if method == "characters" else 6
        assert end.queries <= (60 if method in OVER_SETS else 1 + 2 * n + n * per_word)
        changed = [index for index, _, _ in end.swaps]
        assert len(set(changed)) == len(changed)
        spared = set() if preset == "jia2019" else {"a", "the", "and"}
        assert not any(words[i].text.lower() in spared for i in changed)
        assert end.text == of(events, SwapAccepted)[-1].text if end.swaps else text
        assert (end.status == "success") == (bag.answer(Example(end.text)).label != end.label)
        counts = [e.queries for e in events if isinstance(e, CandidateTried | SwapAccepted)]
        assert counts == sorted(counts)


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


def test_everything_that_made_a_result_is_in_it(run: Run, bag: BagOfWords) -> None:
    start = run(bag, preset="textattack", min_similarity=0.5, seed=3)[0]
    assert (start.preset, start.method, start.seed) == ("textattack", "textfooler", 3)
    assert start.overrides == (("min_similarity", 0.5),)
    assert (start.encoder, start.tagger, start.neighbors) == ("toy encoder", "toy tagger", "toy neighbours")
    assert start.calibration == "as published"


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
