"""The ladder: who is attacked by whom, what counts as broken, and that it matters not who does the work, or when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from core.attacks.adaptive import Averaged, Fixed
from core.attacks.attack import Attack
from core.attacks.presets import attack_config
from core.attacks.verdict import FINAL, ORIGINAL, verdict_seeds
from core.datasets import Row
from core.defenses.five import FiveConfig, FiveSettings
from core.defenses.recipe import Recipe
from core.errors import ConfigError
from core.evaluation.attack_recipe import AttackRecipe
from core.evaluation.ladder_fold import Ladder, fold_ladder
from core.evaluation.ladder_plan import Asked, LadderPlan, Step, plan_ladder, run_ladder, walk
from core.evaluation.shelf import Shelf
from core.evaluation.verdict_jobs import CONFIRMED
from core.models.classifier import Prediction
from core.tasks import IMDB, Example
from core.work.log import LINES, Log, merge
from core.work.run import Shard
from tests.core.attacks.conftest import LONG, BagOfWords, Noisy

TARGET, PLAIN = Recipe(IMDB, "target"), "plain"


@dataclass
class Toys(Shelf):
    """A shelf of fakes by name; whatever attacks them knows the toy words."""

    named: dict[str, Any]
    lexicon: Any
    asked: list[AttackRecipe] = field(default_factory=list)

    def core(self, recipe: Recipe) -> Any:
        return self.named[recipe.model]

    def classifier(self, recipe: Recipe) -> Any:
        return self.named[recipe.model]

    def weights(self, recipe: Recipe) -> str:
        return recipe.model

    def attack(self, recipe: AttackRecipe) -> Any:
        found = self.classifier(recipe.target)
        view = Fixed(found, 0) if recipe.fixed else Averaged(found, recipe.average) if recipe.average > 1 else None
        return Attack(recipe.attack, self.lexicon), found, view


Climb = Callable[..., tuple[LadderPlan, list[Step], Ladder]]


@pytest.fixture
def climb(toy_lexicon: Any, reviews: list[Example], tmp_path: Path) -> Climb:
    """Climbs with a fake; returns the plan, the steps of the one group, and the fold."""

    def go(target: Any, rungs: str = "", preset: str = "ungated", rows: Any = None, **changes: Any) -> Any:
        given = rows or [Row(e, BagOfWords().answer(e).label) for e in [Example(LONG), *reviews]]
        shelf = Toys({"target": target, PLAIN: BagOfWords(name="plain bag")}, toy_lexicon)
        config = attack_config(preset, **{"verdict_draws": 11, "confirm_draws": 5, **changes})
        plan = plan_ladder(Asked(TARGET, PLAIN, config, given, rungs), shelf)
        log = Log(tmp_path / str(len(list(tmp_path.iterdir()))))
        list(run_ladder(plan, log, shelf))
        steps, due = walk(plan, plan.groups()[0], log)
        assert due is None
        return plan, steps, fold_ladder(plan, log)

    return go


def broken(steps: Sequence[Step]) -> set[int]:
    return {i for step in steps for i in step.broken}


def test_a_rung_attacks_what_none_before_it_broke(climb: Climb) -> None:
    plan, steps, found = climb(Noisy(noise=2.5), "transfer,single,seed,mean4,bayes,best_first", "paper")
    assert [step.rung for step in steps] == ["clean", "transfer", "single", "seed", "mean4", "bayes", "best_first"]
    for before, after in pairwise(steps):
        assert set(after.attacked) == set(before.attacked) - set(before.broken)
    assert found.lowest.value == 1 - len(broken(steps)) / len(plan.asked.rows)
    standing = [rung.standing.value for rung in found.rungs]
    assert standing == sorted(standing, reverse=True)
    assert 0 < standing[-1] < standing[0]
    assert all(rung.queries > 0 and rung.seconds >= 0 for rung in found.rungs[1:])


def test_without_noise_it_is_the_core(toy_models: list[str], reviews: list[Example], tmp_path: Path) -> None:
    """FIVE with sigma 0 never draws, and every rung leaves what it leaves of the model inside."""
    rows = [Row(example, i % 2) for i, example in enumerate(reviews[:5])]
    still = Recipe(IMDB, "some/model", "five", FiveSettings(FiveConfig(samples=2, sigma_relative=0.0)))
    config = attack_config("ungated", max_queries=20, verdict_draws=11)
    told = []
    for target in (Recipe(IMDB, "some/model"), still):
        shelf, log = Shelf(), Log(tmp_path / target.defense)
        plan = plan_ladder(Asked(target, "some/model", config, rows, "single,mean4,bayes"), shelf)
        list(run_ladder(plan, log, shelf))
        steps, _ = walk(plan, plan.groups()[0], log)
        told.append([(step.rung, step.attacked, step.broken, step.queries) for step in steps])
    assert told[0] == told[1]
    assert [rung for rung, *_ in told[0]] == ["clean", "single", "bayes"]
    assert told[0][1][2], "some row breaks"


@pytest.mark.parametrize("rungs", ["single", "bayes", "best_first", "single,bayes,best_first"])
def test_a_larger_budget_never_helps_the_defence(climb: Climb, rungs: str) -> None:
    left = [broken(climb(BagOfWords(), rungs, "paper", max_queries=most)[1]) for most in (1, 8, 60)]
    for smaller, larger in pairwise(left):
        assert smaller <= larger
    assert len(left[0]) < len(left[-1])


def test_without_gates_everything_falls(climb: Climb) -> None:
    """Texts of words that all have neighbours, attacked under the strictest rules and under none."""
    words = ["good", "great", "boring", "small", "walks", "outside", "bad", "sleeping"]
    texts = [Example(" ".join(words[begin:] + words[:begin])) for begin in range(8)]
    rows = [Row(text, BagOfWords().answer(text).label) for text in texts]
    *_, gated = climb(Noisy(noise=0.5), "single,mean4", "adjusted", rows)
    *_, free = climb(Noisy(noise=0.5), "single,mean4", "ungated", rows)
    assert free.lowest.value <= 0.1 < gated.lowest.value


@dataclass
class Drawn(BagOfWords):
    """Wrong about every text but the originals with the seeds of ``wrong``, and with no others."""

    wrong: frozenset[int] = frozenset()
    seed: int = 0
    originals: frozenset[str] = frozenset()
    randomised: bool = True

    def reseeded(self, seed: int) -> "Drawn":
        return replace(self, seed=seed)

    def answer(self, example: Example) -> Prediction:
        fooled = self.seed in self.wrong and example.text_a not in self.originals
        return Prediction((1.0, 0.0), 0) if fooled else Prediction((0.0, 1.0), 1)


def test_a_break_that_new_draws_do_not_confirm_is_none(climb: Climb) -> None:
    """A text chosen by one set of draws is judged by another: here the first set alone is unlucky."""
    final, again = (frozenset(verdict_seeds(0, name, 11)) for name in (FINAL, CONFIRMED))
    assert not final & again
    assert not (final | again) & set(verdict_seeds(0, ORIGINAL, 11))
    rows = [Row(Example(LONG), 1)]
    for wrong, count, unconfirmed in ((final, 0, 1), (final | again, 1, 0), (again, 0, 0)):
        target = Drawn(wrong=wrong, originals=frozenset({LONG}))
        _, (_, step), _ = climb(target, "transfer", rows=rows)
        assert (len(step.broken), step.unconfirmed) == (count, unconfirmed)


def test_a_row_about_which_a_rung_says_nothing_is_left_out_of_it(climb: Climb, reviews: list[Example]) -> None:
    @dataclass
    class Fragile(Noisy):
        def predict(self, examples: Sequence[Example]) -> list[Prediction]:
            if any("dog" in e.text_a and e not in reviews for e in examples):
                raise RuntimeError("no dogs")
            return super().predict(examples)

    rows = [Row(e, BagOfWords().answer(e).label) for e in reviews]
    dogs = {i for i, e in enumerate(reviews) if "dog" in e.text_a}
    _, steps, found = climb(Fragile(noise=0.1), "single,bayes", "paper", rows)
    unsure = {i for step in steps for i in step.unsure} - broken(steps)
    assert unsure
    assert unsure <= dogs
    assert found.lowest.n == len(rows) - len(unsure)
    assert found.rungs[0].standing.n == len(rows)
    assert found.rungs[1].unsure > 0


def bytes_of(folder: Path, *logs: Path) -> bytes:
    merge([Log(log) for log in logs], folder)
    return (folder / ("merged" + LINES)).read_bytes()


def test_killed_taken_up_or_shared_out_the_lines_are_the_same(
    toy_models: list[str], reviews: list[Example], tmp_path: Path
) -> None:
    rows = [Row(example, i % 2) for i, example in enumerate(reviews)]
    five = Recipe(IMDB, "some/model", "five", FiveSettings(FiveConfig(samples=1)))
    config = attack_config("ungated", max_queries=12, verdict_draws=3, confirm_draws=3)
    shelf = Shelf()
    plan = plan_ladder(Asked(five, "more/models", config, rows, "transfer,core,single", together=5), shelf)
    assert [len(group) for group in plan.groups()] == [5, 5, len(rows) - 10]
    list(run_ladder(plan, Log(tmp_path / "whole"), shelf))
    killed = run_ladder(plan, Log(tmp_path / "killed"), shelf)
    for _ in range(4):
        next(killed)
    killed.close()
    part = fold_ladder(plan, Log(tmp_path / "killed"))
    assert not part.whole
    assert next(rung.key for rung in part.rungs) == "clean"
    list(run_ladder(plan, Log(tmp_path / "killed"), shelf))
    for number in (1, 2):
        list(run_ladder(plan, Log(tmp_path / str(number)), shelf, shard=Shard(number, 2)))
    whole = bytes_of(tmp_path / "a", tmp_path / "whole")
    assert bytes_of(tmp_path / "b", tmp_path / "killed") == whole
    assert bytes_of(tmp_path / "c", tmp_path / "1", tmp_path / "2") == whole
    assert list(run_ladder(plan, Log(tmp_path / "c"), shelf)) == []
    assert replace_seconds(fold_ladder(plan, Log(tmp_path / "c"))) == replace_seconds(
        fold_ladder(plan, Log(tmp_path / "whole"))
    )


def replace_seconds(found: Ladder) -> Ladder:
    return replace(found, rungs=tuple(replace(rung, seconds=0.0) for rung in found.rungs))


def test_sharp_scores_are_no_robustness(toy_models: list[str], reviews: list[Example], tmp_path: Path) -> None:
    """The same answers with scores so sharp that they are all alike: fewer fall, until texts come from elsewhere."""
    shelf, recipe = Shelf(), Recipe(IMDB, "some/model")
    examples = reviews + [Example(f"{a.text_a} {b.text_a}") for a, b in pairwise(reviews)]
    labels = [one.label for one in shelf.core(recipe).predict(examples)]
    rows = [Row(example, label) for example, label in zip(examples, labels, strict=True)]
    found = {}
    for heat in (1.0, 1e-5):
        asked = Asked(recipe, "some/model", attack_config("ungated", verdict_draws=3), rows, "single,transfer",
                      temperature=heat)  # fmt: skip
        plan, log = plan_ladder(asked, shelf), Log(tmp_path / str(heat))
        list(run_ladder(plan, log, shelf))
        steps, _ = walk(plan, plan.groups()[0], log)
        found[heat] = {step.rung: broken([step]) for step in steps}
        assert ("saturated" in fold_ladder(plan, log).flags) == (heat < 1)
    plain, sharp = found[1.0], found[1e-5]
    assert list(plain) == ["clean", "single"], "nothing to transfer from itself as it is"
    assert sharp["clean"] == plain["clean"] == set()
    assert len(sharp["single"]) < len(plain["single"])
    assert sharp["single"] | sharp["transfer"] >= plain["single"]


def test_rows_need_labels() -> None:
    with pytest.raises(ConfigError, match="label"):
        Asked(TARGET, PLAIN, attack_config(), [Row(Example("a"), None)])
