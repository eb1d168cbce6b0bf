"""What stands on the page as a few lines of Python over ``core``: run them, and the same comes out. Pure.

Texts become Python literals, so nothing that a visitor wrote can become code. A visitor's own model is on the page
alone: what asks it has no code, and the functions answer with an empty text. ``plain`` is where the page's plain
classifier comes from, where it is not the built-in one.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import fields

from app.attack_request import AttackRequest
from app.permalink import Link
from app.play import Play
from app.visitors import OWN
from core.attacks.presets import attack_config
from core.defenses.registry import PLAIN, defense_names
from core.tasks import Example, get_task


def analysis_code(link: Link, plain: str = "") -> str:
    """An analysis: its record, as the page's JSON has it."""
    if link.model.startswith(OWN):
        return ""
    lines = [
        "from core import Example, load",
        "from core.analysis.records import to_record",
        f"from core.analysis.request import AnalysisRequest{', with_changes' if link.changes else ''}",
        "from core.analysis.stages import analyse",
        "from core.defenses.registry import preset_settings",
        "from core.language.lexicon import load_lexicon",
        "",
        f"classifier = {_load(link.task, link.model, plain)}",
        f"settings = preset_settings(classifier.task, {link.preset!r}, classifier.embedding_std)",
    ]
    if link.changes:
        lines.append(f"settings = with_changes(settings, {dict(link.changes)!r})")
    example = Example(link.text, link.hypothesis if get_task(link.task).is_pair else None)
    lines += [
        f"asked = AnalysisRequest({link.task!r}, {_text(example)}, settings, seed={link.seed})",
        "*_, known = analyse(classifier, load_lexicon(), asked)",
        "print(to_record(known))",
    ]
    return _joined(lines)


def attack_code(asked: AttackRequest, plain: str = "") -> str:
    """An attack on everybody that was chosen; the answer of the first one is the one under attack."""
    if _asks_own(asked.against):
        return ""
    base = attack_config(asked.config.preset, asked.task)
    names = [one.name for one in fields(base) if getattr(base, one.name) != getattr(asked.config, one.name)]
    changes = "".join(f", {name}={getattr(asked.config, name)!r}" for name in names)
    lines = [
        f"from core import Example, {'defend, ' if _defends(asked.against) else ''}load",
        "from core.attacks.attack import Attack",
        "from core.attacks.driver import step_attack",
        "from core.attacks.presets import attack_config",
        "from core.language.lexicon import load_lexicon",
        "",
        *_classifiers(asked.task, asked.against, asked.config.seed, plain),
        f"example = {_text(asked.example)}",
        f"attack = Attack(attack_config({asked.config.preset!r}, {asked.task!r}{changes}), load_lexicon())",
        "label = next(iter(classifiers.values())).predict([example])[0].label",
        "for name, classifier in classifiers.items():",
        "    *_, end = step_attack(attack, classifier, example, label)",
        "    print(name, end.status, end.queries, end.text)",
    ]
    return _joined(lines)


def play_code(play: Play, plain: str = "") -> str:
    """Everybody's answer to the text with the swaps made."""
    if _asks_own(play.against) or not play.against:
        return ""
    lines = [
        f"from core import Example, {'defend, ' if _defends(play.against) else ''}load",
        "from core.analysis.words import with_swaps",
        "from core.tasks import get_task",
        "",
        *_classifiers(play.task, play.against, play.seed, plain),
        f"example = with_swaps(get_task({play.task!r}), {_text(play.example)}, {play.swaps!r})",
        "for name, classifier in classifiers.items():",
        "    print(name, classifier.predict([example])[0].probabilities)",
    ]
    return _joined(lines)


def ladder_command(task: str, against: str, texts: int, settings: Mapping[str, int], plain: str = "") -> str:
    """The command that climbs the page's small ladder: the same texts one by one, attackers and draws."""
    if _asks_own([against]):
        return ""
    defense, model = _parts(against)
    named = plain if model == PLAIN else model
    words = ["python", "-m", "core", "ladder", "--task", task]
    words += ["--model", named] if named and named != get_task(task).plain_model else []
    words += ["--defense", defense] if defense != PLAIN else []
    words += ["--twins", str(texts), "--together", "1", "--rungs", "single,bayes"]
    words += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    return shlex.join(words)


def _classifiers(task: str, names: Sequence[str], seed: int, plain: str) -> list[str]:
    """Lines that make ``classifiers``, by their names on the page and in its order; a model is loaded once."""
    order = defense_names()
    parts = {name: _parts(name) for name in names}
    pairs = dict(sorted(parts.items(), key=lambda item: (item[1][1] != PLAIN, item[1][1], order.index(item[1][0]))))
    held = {model: f"model_{n}" for n, model in enumerate(dict.fromkeys(model for _, model in pairs.values()))}
    lines = [f"{variable} = {_load(task, model, plain)}" for model, variable in held.items()]
    made = {name: _made(defense, held[model], seed) for name, (defense, model) in pairs.items()}
    return [*lines, f"classifiers = {{{', '.join(f'{name!r}: {code}' for name, code in made.items())}}}"]


def _parts(name: str) -> tuple[str, str]:
    """(defence, model) of a name such as ``plain``, ``five``, ``imdb-fact`` or ``five:imdb-fact``."""
    defense, colon, model = name.partition(":")
    if colon:
        return defense, model
    return (name, PLAIN) if name in defense_names() else (PLAIN, name)


def _made(defense: str, variable: str, seed: int) -> str:
    return variable if defense == PLAIN else f"defend({variable}, {defense!r}, seed={seed})"


def _load(task: str, model: str, plain: str) -> str:
    named = plain if model == PLAIN else model
    return f"load({task!r}, {named!r})" if named and named != get_task(task).plain_model else f"load({task!r})"


def _text(example: Example) -> str:
    return (
        f"Example({example.text_a!r})" if example.text_b is None else f"Example({example.text_a!r}, {example.text_b!r})"
    )


def _defends(names: Sequence[str]) -> bool:
    return any(_parts(name)[0] != PLAIN for name in names)


def _asks_own(names: Sequence[str]) -> bool:
    return any(_parts(name)[1].startswith(OWN) for name in names)


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
