"""Sets of swaps: their texts, and gates that look at each swap from where the text then stands."""

from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.events import AttackFinished, CandidateRefused, SwapAccepted
from core.attacks.flow import Halt, Victim
from core.attacks.presets import attack_config
from core.attacks.search import Search
from core.attacks.trails import ORIGINAL, Trail, Trails
from core.models.classifier import Prediction
from core.perturbation.constraints import Candidate
from core.tasks import IMDB, Example

TEXT = "A good movie with great actors"
NICE, FILM, FINE = Candidate("nice", 0.8), Candidate("film", 0.9), Candidate("fine", 0.7)


def trails(lexicon: Any, **changes: Any) -> Trails:
    search = Search(attack_config("ungated", **changes), lexicon, Example(TEXT), 1, Victim("v", IMDB, False), lambda: 0)
    search.first = Prediction((0.0, 1.0), 1)
    return Trails(search)


def drain(steps: Any) -> tuple[list[Any], Any]:
    """Events of steps that ask nothing, and what they return."""
    events = []
    while True:
        try:
            events.append(next(steps))
        except StopIteration as end:
            return events, end.value


def test_a_trail_is_its_swaps_whatever_the_order() -> None:
    one, other = ORIGINAL.then(1, NICE).then(2, FILM), ORIGINAL.then(2, FILM).then(1, NICE)
    assert one != other
    assert one.swaps == other.swaps == {(1, "nice"), (2, "film")}
    assert one.without(1) == other.without(1) == Trail(((2, FILM),))
    assert one.without(9) == one


def test_its_text_is_the_original_with_the_swaps(toy_lexicon: Any) -> None:
    made = trails(toy_lexicon)
    assert made.draft(ORIGINAL.then(2, FILM).then(1, NICE)).text == "A nice film with great actors"
    assert made.draft(ORIGINAL).text == made.search.draft.text == TEXT


def test_every_swap_passes_the_gates_where_it_lands(toy_lexicon: Any) -> None:
    """Each swap changes one word of six, so it is 5/6 alike the text before it, but two are 4/6 alike the original."""
    gate = {"sentence_gate": True, "scale": "cosine", "window": 0, "short_text": "keep", "min_similarity": 0.8}
    way = ORIGINAL.then(1, NICE).then(2, FILM)
    _, found = drain(trails(toy_lexicon, **gate, compare_with="previous").walk(way))
    assert found is not None
    assert found.swaps == way.swaps
    assert [candidate.similarity for _, candidate in found.steps] == pytest.approx([5 / 6, 5 / 6])
    events, found = drain(trails(toy_lexicon, **gate, compare_with="original").walk(way))
    assert found is None
    assert [type(event) for event in events] == [CandidateRefused]
    assert events[0].word == 2


def test_a_gate_is_asked_once(toy_lexicon: Any) -> None:
    made = trails(toy_lexicon, sentence_gate=True, short_text="keep", min_similarity=-2.0)
    drain(made.passing(ORIGINAL, 1, [NICE, FINE]))
    before = len(toy_lexicon.encoder.encoded)
    _, again = drain(made.passing(ORIGINAL, 1, [FINE, NICE]))
    assert [one.word for one in again] == ["fine", "nice"]
    assert len(toy_lexicon.encoder.encoded) == before


def test_the_end_tells_swap_by_swap_what_was_known(toy_lexicon: Any) -> None:
    made = trails(toy_lexicon)
    way = ORIGINAL.then(1, NICE).then(2, FILM)
    made.known[way.swaps] = [Prediction((3.0, 0.0), 0)]
    steps = made.finish(way, Halt("success", "done"))
    events: list[Any] = [next(steps), next(steps)]
    with pytest.raises(Halt, match="done"):
        next(steps)
    assert [type(event) for event in events] == [SwapAccepted, SwapAccepted]
    assert [event.text for event in events] == ["A nice movie with great actors", "A nice film with great actors"]
    assert [event.predicted for event in events] == [1, 0]


@pytest.mark.parametrize("method", ["best_first", "bayes"])
@pytest.mark.parametrize("preset", ["textattack", "adjusted", "paper"])
def test_what_was_found_passes_the_gates_step_by_step(toy_lexicon: Any, bag: Any, method: str, preset: str) -> None:
    """Swaps made again one after another, on a fresh search: none is refused."""
    changes = {"short_text": "keep", "min_similarity": 0.5, "scale": "cosine"}
    bag.scale = 3.0
    config = attack_config(preset, method=method, **changes)
    *_, end = step_attack(Attack(config, toy_lexicon), bag, Example(TEXT), None)
    assert isinstance(end, AttackFinished)
    search = Search(config, toy_lexicon, Example(TEXT), None, Victim("v", IMDB, False), lambda: 0)
    for index, _, word in end.swaps:
        near = [one for one in search.neighbors(index) if one.word == word]
        assert drain(search.gates.passing(search.draft, index, near))[1]
        search.draft.swap(index, word)
    assert search.draft.text == end.text
