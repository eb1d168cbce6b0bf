"""What decides an attack: one frozen configuration, the named presets it starts from, and a visitor's menu.

"TextFooler" means at least five attacks in the literature; the presets are those of METHODS, section 8. Any field can
be overridden, and :attr:`AttackConfig.overrides` says which were. Where a source is silent the choice is written at the
field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from core.errors import ConfigError, UnknownNameError
from core.language.similarity import Scale
from core.ranges import check, setting
from core.tasks import IMDB

Method = Literal[
    "textfooler", "random_order", "random_word", "saliency", "characters", "best_first", "bayes", "gradient"
]  # fmt: skip
OVER_SETS: tuple[Method, ...] = ("best_first", "bayes", "gradient")
"""Methods that search over sets of swaps."""
WHITE_BOX: tuple[Method, ...] = ("gradient",)
"""Methods that need the weights; to all others answers are enough."""
Pos = Literal["universal", "penn", "none"]
PosContext = Literal["sentence", "window"]
Blank = Literal["oov", "unk", "delete"]
Reference = Literal["previous", "original"]
Baseline = Literal["original", "current"]
ShortText = Literal["lower", "skip", "keep"]
StopWords = Literal["textfooler", "none"]


@dataclass(frozen=True)
class AttackConfig:
    """Every setting of an attack, validated.

    ``method``: how words are ordered and replaced (see :mod:`core.attacks.textfooler`, :mod:`core.attacks.baselines`,
    :mod:`core.attacks.best_first`, :mod:`core.attacks.bayes`, :mod:`core.attacks.gradient`).
    ``candidates_per_word``: nearest neighbours looked at; ``min_word_cosine`` None means no word gate. ``pos``: tag set
    of the part-of-speech gate. ``pos_context`` "sentence": the word's tag in the whole original against the candidate's
    within 4 words of the current text (whole text up to 10 words), as TextFooler; "window": both within 4 words of the
    original, as TextAttack. ``noun_verb_exchange`` lets a noun stand for a verb (universal tags only). ``blank``: what
    stands for a word left out when words are ranked; ``flip_bonus``: a word whose loss changes the answer ranks higher
    by the winner's gain, as TextFooler. ``sentence_gate``: compare ``window`` words (0: the whole text) on ``scale``
    with the ``compare_with`` text; at least ``min_similarity``. Under ``short_words`` words: "lower" the floor to
    ``short_similarity``, "skip" the gate, or "keep" it. ``accept_below``: without a flip the best candidate stays if
    the label's probability is below the original's or the current one. ``max_changed_share``: of the words, at least
    one; None for none. ``max_queries_per_word`` times the number of words and ``max_queries`` both bound the queries,
    and ``search_budget`` those of the searches over sets of swaps, which might go on for long (the other methods end by
    themselves and do not look at it); ``max_seconds`` the time of the search, without the verdicts before and after it.
    Of a randomised classifier: ``confirm_draws`` fresh draws decide by majority whether the search stops at a flip,
    ``confirm_tries`` flips of one word are put to that test before the search goes on, and ``verdict_draws`` others, an
    odd number, decide by majority whether the original and the final text are answered wrongly.
    """

    preset: str = "paper"
    method: Method = "textfooler"
    candidates_per_word: int = setting(50, 1, 100)
    min_word_cosine: float | None = setting(0.5, -1.0, 1.0)
    pos: Pos = "universal"
    pos_context: PosContext = "sentence"
    noun_verb_exchange: bool = True
    stop_words: StopWords = "textfooler"
    blank: Blank = "oov"
    flip_bonus: bool = True
    sentence_gate: bool = True
    scale: Scale = "textfooler"
    min_similarity: float = setting(0.7, -3.0, 1.0)
    window: int = setting(15, 0, 512)
    short_text: ShortText = "lower"
    short_words: int = setting(15, 0, 512)
    short_similarity: float = setting(0.1, -3.0, 1.0)
    compare_with: Reference = "previous"
    accept_below: Baseline = "original"
    max_changed_share: float | None = setting(None, 0.0, 1.0)
    max_queries_per_word: int | None = setting(None, 1, 100_000)
    max_queries: int | None = setting(None, 1, 10_000_000)
    search_budget: int = setting(1000, 1, 10_000_000)
    max_seconds: float | None = setting(None, 0.0, 1e6)
    confirm_draws: int = setting(9, 1, 1001)
    confirm_tries: int = setting(3, 1, 100)
    verdict_draws: int = setting(101, 1, 10_001)
    seed: int = setting(0, 0, 2**31 - 1)

    def __post_init__(self) -> None:
        check(self)
        if self.verdict_draws % 2 == 0:
            raise ConfigError(f"verdict_draws must be odd, so that a majority decides; was given {self.verdict_draws}.")

    @property
    def overrides(self) -> tuple[tuple[str, Any], ...]:
        """Fields that differ from the preset, with their values; the seed is not one."""
        base = PRESETS[self.preset].settings
        names = (one.name for one in fields(self) if one.name not in ("preset", "seed"))
        values = ((name, getattr(self, name)) for name in names)
        return tuple((name, value) for name, value in values if value != base.get(name, _DEFAULTS[name]))


_DEFAULTS = {one.name: one.default for one in fields(AttackConfig)}


@dataclass(frozen=True)
class Preset:
    """A named starting point: its source, in a visitor's words, and the settings that differ from the defaults.

    ``for_task`` are settings that the source has for one task alone, by the task's name.
    """

    title: str
    words: str
    source: str
    settings: Mapping[str, Any]
    for_task: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


_TEXTATTACK = {
    "pos_context": "window", "blank": "delete", "flip_bonus": False, "scale": "angular", "min_similarity": 0.840845057,
    "short_text": "skip", "accept_below": "current",
}  # fmt: skip
_FREE = {"min_word_cosine": None, "pos": "none", "sentence_gate": False}

PRESETS: dict[str, Preset] = {
    "adjusted": Preset(
        "Strict",
        "Only the closest synonyms in sentences that barely change: most people would not notice.",
        "Morris et al. 2020 (TFAdjusted); the part-of-speech gate stands in for its grammar checker",
        {**_TEXTATTACK, "min_word_cosine": 0.9, "blank": "unk", "scale": "cosine", "min_similarity": 0.98,
         "short_text": "keep", "compare_with": "original"},
    ),
    "paper": Preset(
        "Paper",
        "The attack of the FireBERT paper: close synonyms, and the sentence may drift a little with each step.",
        "TextFooler's command line (Jin et al. 2020) as FireBERT ran it",
        {},
    ),
    "textattack": Preset(
        "Common",
        "The version most later papers use: a looser check of the sentence, none under 15 words.",
        "TextAttack's recipe 'textfooler'",
        _TEXTATTACK,
    ),
    "jia2019": Preset(
        "Small sets",
        "At most eight close synonyms a word, stop words too, and no check of the sentence.",
        "Jia et al. 2019: the words that certified defences (SAFER, ASCC, DNE) allow",
        {"candidates_per_word": 8, "min_word_cosine": 0.755, "pos": "none", "sentence_gate": False,
         "stop_words": "none"},
    ),
    "bench2021": Preset(
        "Benchmark",
        "Any of 50 neighbours, but only a share of the words and a limited number of questions.",
        "TextDefender (Li et al. 2021)",
        {**_TEXTATTACK, "min_word_cosine": None, "max_changed_share": 0.3,
         "max_queries_per_word": 50},
        {IMDB.name: {"max_changed_share": 0.1}},
    ),
    "ungated": Preset(
        "Anything goes",
        "Any neighbour, whatever it does to the sentence: how far the classifier can be pushed.",
        "no gate at all; a sanity check, since it must drive accuracy towards 0",
        _FREE,
    ),
}  # fmt: skip
"""From strict to loose."""


def changes_allowed(share: float | None, words: int) -> int:
    """How many of so many words may be changed under ``max_changed_share``: at least one, all of them for None."""
    return words if share is None else max(1, int(share * words))


@dataclass(frozen=True)
class MenuEntry:
    """A method as a visitor meets it."""

    method: Method
    title: str
    words: str


MENU: tuple[MenuEntry, ...] = (
    MenuEntry(
        "random_word", "Random synonyms", "Swaps words in random order for any allowed synonym, and never looks back."
    ),
    MenuEntry(
        "random_order", "Random order", "Takes the words in random order, but picks the synonym that hurts most."
    ),
    MenuEntry(
        "characters", "Typing errors", "Swaps, drops, adds or changes a letter inside the words that matter most."
    ),
    MenuEntry(
        "saliency",
        "Saliency",
        "Tries every word's best synonym first, then applies them, most harmful first (as PWWS).",
    ),
    MenuEntry("textfooler", "TextFooler", "Goes through the words that matter most, always from where it stands."),
    MenuEntry(
        "best_first",
        "Best first",
        "Keeps every set of swaps it has tried, and goes back to an older one that looks better.",
    ),
    MenuEntry(
        "bayes", "Bayes", "Guesses from the answers so far which swaps are worth asking next, and asks few questions."
    ),
    MenuEntry(
        "gradient", "Gradient", "Knows the weights, and follows the slope of the answer to whole sets of swaps at once."
    ),
)
"""The methods, from weak to strong."""


def attack_config(preset: str = "paper", task: str = "", **overrides: Any) -> AttackConfig:
    """The configuration of a preset with some fields overridden; ``task`` is a task's name.

    ``bench2021`` changes at most 10 % of the words of an IMDB review. Typing errors are no synonyms, so with
    ``method="characters"`` the word, part-of-speech and sentence gates are off unless you override them.
    Raises UnknownNameError, and ConfigError for an unknown field or a value out of range.
    """
    if preset not in PRESETS:
        raise UnknownNameError("attack preset", preset, PRESETS)
    unknown = sorted(set(overrides) - set(_DEFAULTS) | {"preset"} & set(overrides))
    if unknown:
        raise ConfigError(f"An attack has no setting {', '.join(unknown)}. Known: {', '.join(_DEFAULTS)}.")
    settings = {**PRESETS[preset].settings, **PRESETS[preset].for_task.get(task, {})}
    if overrides.get("method") == "characters":
        settings.update(_FREE)
    return AttackConfig(preset=preset, **{**settings, **overrides})
