"""The recordings that ship are what this machine finds: same text, same status, same number of queries.

Nothing but what comes with the repository and the requirements is read: a stranger's numbers are the results page's.
"""

import pytest

from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.presets import attack_config
from core.attacks.recording import Recording, read_recording
from core.language.lexicon import load_lexicon
from core.models.loading import load_classifier
from core.resources import ASSETS
from core.tasks import Example, get_task


def recording(name: str) -> Recording:
    return read_recording((ASSETS / "replays" / f"{name}.jsonl").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["11-two-old-friends", "13-loud-and-empty", "22-two-novels-co-tuned"])
def test_a_recorded_attack_comes_out_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("FIREBERT_DATA", "FIREBERT_NEIGHBORS", "NLTK_DATA"):
        monkeypatch.delenv(variable, raising=False)
    stored = recording(name)
    line_up, begun, due = stored.lined_up, stored.lane(0)[0], stored.outcome(0)
    task, text, other = get_task(line_up.task), line_up.text, line_up.other_text
    example = Example(other, text) if other else Example(text)
    attack = Attack(attack_config(line_up.preset, task.name, seed=line_up.seed), load_lexicon())
    *_, found = step_attack(attack, load_classifier(begun.classifier, task), example, begun.label)
    assert (found.text, found.status, found.swaps) == (due.text, due.status, due.swaps)
    assert (found.queries, found.paper_queries, found.words) == (due.queries, due.paper_queries, due.words)
    assert found.probability == pytest.approx(due.probability, abs=1e-5)
