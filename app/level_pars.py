"""``python -m app.level_pars``: TextFooler plays every level, and its par goes into ``assets/levels/levels.json``.

By the built-in models, the level's rules, seed 0 and at most QUESTIONS questions; a defence that draws answers with
seed 0, as it does on the page.
"""

import json
from typing import Any, cast

from app.levels import FILE
from core import defend, load
from core.attacks.adaptive import Fixed
from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.events import AttackFinished
from core.attacks.presets import attack_config
from core.defenses.registry import PLAIN, defense_names
from core.examples import load_examples
from core.language.lexicon import load_lexicon
from core.models.classifier import RandomisedClassifier
from core.strict_json import to_json
from core.tasks import get_task

QUESTIONS = 600


def par_of(level: dict[str, Any]) -> dict[str, Any]:
    """What TextFooler needs for a level as it stands in the file."""
    task = level["task"]
    defense, colon, model = level["against"].partition(":")
    if not colon:
        defense, model = (defense, PLAIN) if defense in defense_names() else (PLAIN, defense)
    inner = load(task, get_task(task).plain_model if model == PLAIN else model)
    classifier = inner if defense == PLAIN else Fixed(cast(RandomisedClassifier, defend(inner, defense)))
    example = next(one.example for one in load_examples(task) if one.title == level["example"])
    attack = Attack(attack_config(level["rules"], task, max_queries=QUESTIONS, seed=0), load_lexicon())
    *_, end = step_attack(attack, classifier, example, None)
    if not isinstance(end, AttackFinished):
        raise TypeError(f"An attack ended with {type(end).__name__}.")
    fooled = end.status == "success"
    return {"fooled": fooled, "swaps": [list(swap) for swap in end.swaps] if fooled else [], "questions": end.queries}


def main() -> None:
    """Write all pars anew."""
    held = json.loads(FILE.read_text(encoding="utf-8"))
    for level in held["levels"]:
        level["par"] = par_of(level)
    FILE.write_text(to_json(held, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
