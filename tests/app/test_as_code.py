"""What the page shows comes out of the snippet that it gives away: every snippet is run."""

import contextlib
import io
from collections import deque
from typing import Any

import pytest

from app.as_code import analysis_code, attack_code, play_code
from app.attack_request import read_form
from app.permalink import Link
from app.play import new_play
from core import library
from core.analysis.records import to_record
from core.analysis.request import AnalysisRequest, with_changes
from core.analysis.stages import analyse
from core.attacks.attack import Attack
from core.attacks.race import Entrant, race
from core.attacks.recording import Step
from core.defenses.registry import build_defense, preset_settings
from core.language import lexicon as lexicons
from core.tasks import IMDB, MNLI, Example, Task
from tests.conftest import make_tiny_classifier

TEXT = 'A "good" film about\na man who said \'no\'\\ and a great story: {0} """ __import__("os")'


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch, toy_lexicon: Any) -> None:
    """The models and words that a snippet loads are the tests' small ones; co-tuned ones have another seed."""

    def load(name: str, task: Task, device: str) -> Any:
        return make_tiny_classifier(task, seed=1 if name.endswith("fact") else 0)

    monkeypatch.setattr(library, "open_classifier", load)
    monkeypatch.setattr(library, "load_lexicon", lambda: toy_lexicon)
    monkeypatch.setattr(lexicons, "load_lexicon", lambda: toy_lexicon)


def run(code: str) -> tuple[dict[str, Any], list[str]]:
    """The names that a snippet leaves, and the lines it prints."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "snippet", "exec"), names)
    return names, printed.getvalue().splitlines()


@pytest.mark.parametrize("changes", [{}, {"five.samples": "3", "switch.perturb_words": "2", "fuse.rule": "majority"}])
def test_an_analysis(toy_lexicon: Any, changes: dict[str, str]) -> None:
    code = analysis_code(Link("analyse", "imdb", TEXT, "ignored", "paper", 3, changes, "imdb-fact"))
    names, (printed,) = run(code)
    classifier = make_tiny_classifier(IMDB, seed=1)
    settings = with_changes(preset_settings(IMDB, "paper", classifier.embedding_std), changes)
    asked = AnalysisRequest("imdb", Example(TEXT), settings, 3)
    (known,) = deque(analyse(classifier, toy_lexicon, asked), maxlen=1)
    assert printed == str(to_record(known))
    assert names["asked"] == asked


def test_an_attack(toy_lexicon: Any) -> None:
    chosen = ["fuse:mnli-fact", "five", "plain"]
    asked = read_form("mnli", TEXT, "A good man walks.", "ungated", "saliency", chosen, 0, 0, 40, 20, 3)
    _, printed = run(attack_code(asked))
    plain, fact = make_tiny_classifier(MNLI), make_tiny_classifier(MNLI, seed=1)
    lined = [Entrant("plain", plain), Entrant("five", build_defense("five", plain, toy_lexicon, seed=3)),
             Entrant("fuse:mnli-fact", build_defense("fuse", fact, toy_lexicon, seed=3))]  # fmt: skip
    steps = [s for s in race(Attack(asked.config, toy_lexicon), lined, asked.example) if isinstance(s, Step)]
    ends = {step.lane: step.event for step in steps}  # the last of each lane
    expected = [f"{e.title} {ends[n].status} {ends[n].queries} {ends[n].text}" for n, e in enumerate(lined)]  # type: ignore[union-attr]  # they are ends
    assert "\n".join(printed) == "\n".join(expected)


def test_a_play() -> None:
    play = new_play("imdb", "A good film.", "", "paper", ["five", "imdb-fact", "plain"], 5, swaps=((1, "fine"),))
    names, printed = run(play_code(play))
    assert names["example"] == Example("A fine film.")
    assert [line.split()[0] for line in printed] == ["plain", "five", "imdb-fact"]
    assert printed[0].endswith(str(make_tiny_classifier(IMDB).predict([Example("A fine film.")])[0].probabilities))


def test_ones_own_model_has_no_code_and_another_plain_one_is_named() -> None:
    assert analysis_code(Link("analyse", "imdb", TEXT, model="own-1")) == ""
    assert play_code(new_play("imdb", TEXT, "", "paper", ["plain", "five:own-1"])) == ""
    code = play_code(new_play("imdb", TEXT, "", "paper", ["plain"]), "someone/their-model")
    assert "load('imdb', 'someone/their-model')" in code
