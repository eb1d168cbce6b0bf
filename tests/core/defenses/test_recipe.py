"""A recipe is plain values: pickled, written and read back it is the same, and it builds the same answers elsewhere."""

import ast
import json
import pickle
import shutil
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from core.defenses.five import FiveConfig, FiveSettings
from core.defenses.fuse import FuseConfig, FuseSettings
from core.defenses.recipe import Recipe
from core.errors import ConfigError, FireBertError, ModelError
from core.perturbation.config import SwitchConfig
from core.tasks import IMDB, Example, Task

OWN = Task("pets-own", "Pets", ("cat", "dog"), "text_a", 64, ("text",))
RECIPES = (
    Recipe(IMDB, "imdb-plain"),
    Recipe(IMDB, "imdb-fact", "five", FiveSettings(FiveConfig(samples=3)), seed=4, device="cuda:1"),
    Recipe(OWN, "a/model", "fuse", FuseSettings(SwitchConfig(perturb_words=5), FuseConfig(seed=2)), revision="abc",
           names={"LABEL_0": "dog"}),
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.defense)
def test_it_comes_back_the_same(recipe: Recipe) -> None:
    assert pickle.loads(pickle.dumps(recipe)) == recipe
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.slow
@pytest.mark.thorough
def test_another_process_gives_the_same_answers(tiny_folder: Path) -> None:
    """FIVE needs a model and words; only the table and tagger that ship are read."""
    five = FiveSettings(FiveConfig(perturb_words=2, samples=3))
    recipes = [Recipe(IMDB, str(tiny_folder)), Recipe(IMDB, str(tiny_folder), "five", seed=3, settings=five)]
    text = "A good film about a quiet river."
    code = (
        "import pickle, sys; from core.tasks import Example; recipes = pickle.load(sys.stdin.buffer);"
        f"print([recipe.build().predict([Example({text!r})])[0].logits for recipe in recipes])"
    )
    done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(recipes), capture_output=True, cwd=ROOT,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    for recipe, there in zip(recipes, ast.literal_eval(done.stdout.decode()), strict=True):
        (here,) = recipe.build().predict([Example(text)])
        assert there == pytest.approx(here.logits, abs=1e-6)


def test_labels_of_another_name_come_along(tiny_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_folder, tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    named = {**config, "id2label": {"0": "LABEL_0", "1": "LABEL_1"}, "label2id": {"LABEL_0": 0, "LABEL_1": 1}}
    (tmp_path / "model" / "config.json").write_text(json.dumps(named))
    recipe = Recipe(IMDB, str(tmp_path / "model"), names={"LABEL_0": "positive", "LABEL_1": "negative"})
    text = [Example("A good film.")]
    (found,), (straight,) = recipe.build().predict(text), Recipe(IMDB, str(tiny_folder)).build().predict(text)
    assert found.logits == pytest.approx(straight.logits[::-1], abs=1e-6)
    with pytest.raises(ModelError, match="--labels LABEL_0=negative"):
        replace(recipe, names={}).build()


def test_around_is_the_same_as_built(tiny_folder: Path, tiny_classifier: Any, toy_lexicon: Any) -> None:
    recipe = Recipe(IMDB, str(tiny_folder), "five", FiveSettings(FiveConfig(samples=2)), seed=6)
    made = recipe.around(tiny_classifier, toy_lexicon)
    assert made.settings == FiveSettings(FiveConfig(samples=2, seed=6))
    assert replace(recipe, defense="plain", settings=RECIPES[0].settings).around(tiny_classifier, toy_lexicon) is (
        tiny_classifier
    )


def test_settings_of_another_defence_are_refused() -> None:
    with pytest.raises(ConfigError, match="Defence 'five' takes FiveSettings, was given NoSettings"):
        Recipe(IMDB, "imdb-plain", "five")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"task": 1}', RECIPES[1].to_json().replace("samples", "simples"),
             RECIPES[1].to_json().replace('"five"', '"six"'), RECIPES[1].to_json().replace("1.0", '"much"')]
)  # fmt: skip
def test_what_is_no_recipe_is_told(text: str) -> None:
    with pytest.raises(FireBertError):
        Recipe.from_json(text)


def test_the_command_line_s_classifier_has_a_recipe(
    tiny_folder: Path, toy_lexicon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.cli.defended import build
    from core.cli.options import DefenseOptions, MachineOptions, ModelOptions, session

    monkeypatch.setattr("core.cli.defended.load_lexicon", lambda _encoder, device: toy_lexicon)
    made = session("imdb", ModelOptions(str(tiny_folder)), MachineOptions("cpu"))
    built = build(made, "five", DefenseOptions(set_=["samples=2"]), 5)
    assert built.recipe == Recipe(IMDB, str(tiny_folder), "five", built.recipe.settings, 5)
    assert built.recipe.settings.five.samples == 2
    assert asdict(built.ensemble.settings)["five"]["seed"] == 5
