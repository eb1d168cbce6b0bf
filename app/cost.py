"""What a request costs, known before it runs: rows for the model times word-pieces a row (DESIGN, "Performance").

A request beyond the page's limit is refused with the number that would fit. What cannot be known beforehand, such as
how many draws the sentence gate refuses, is left to the time that a request may take (:mod:`app.watch`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.defenses.registry import DefenseSettings
from core.errors import ConfigError
from core.models.importance import ImportanceConfig
from core.perturbation.config import SwitchConfig

GRADIENT_ROWS = 3
"""A row with its gradient takes about three times as long as a row that is only read."""
DRAWN_CHARACTERS = 100_000_000
"""Most characters of all re-worded texts that SWITCH may draw for one text: they are held in memory."""


@dataclass(frozen=True)
class Part:
    """``amount``, which ``dial`` sets, times ``rows`` for the model."""

    dial: str
    amount: int
    rows: int

    @property
    def total(self) -> int:
        """All its rows."""
        return self.amount * self.rows


def analysis_parts(settings: DefenseSettings, pieces: int) -> list[Part]:
    """Of an analysis of one text of so many pieces: importance, FuSE over SWITCH's texts, FIVE."""
    return [_importance(settings.switch.importance, pieces), _fuse(settings.switch), _five(settings)]


def dice_parts(settings: DefenseSettings, defense: str, draws: int) -> list[Part]:
    """Of ``draws`` answers of a randomised defence."""
    members = _fuse(settings.switch) if defense == "fuse" else _five(settings)
    return [Part("draws", draws, 1 + members.total)]


def words_parts(neighbors: int, classifiers: int) -> list[Part]:
    """Of a look at a word: its neighbours and itself, asked of each classifier."""
    return [Part("limit", neighbors + 1, classifiers)]


def swap_parts(settings: DefenseSettings, classifiers: int) -> list[Part]:
    """Of the answers of so many classifiers to a text as it was and as it is, each as dear as the dearest can be."""
    dearest = _importance(settings.switch.importance, 1).total + max(
        _fuse(settings.switch).total, _five(settings).total
    )
    return [Part("the number of classifiers", classifiers, 2 * (1 + dearest))]


def importance_parts(config: ImportanceConfig, texts: int, pieces: int) -> list[Part]:
    """Of the importance of the words of so many texts."""
    return [_importance(config, pieces)] * texts


def curve_parts(draws: int, sigmas: int) -> list[Part]:
    """Of ``draws`` noised copies at each of so many sigmas."""
    return [Part("draws", draws, sigmas)]


def check_cost(parts: Sequence[Part], pieces: int, limit: int) -> None:
    """Raise ConfigError for more than ``limit`` word-pieces in all; its message says what would fit."""
    rows = sum(part.total for part in parts)
    if rows * pieces <= limit:
        return
    dearest = max(parts, key=lambda part: part.total)
    room = limit // pieces - (rows - dearest.total)
    fits = room // dearest.rows
    raise ConfigError(
        f"This asks the model for {rows:,} rows of {pieces} word-pieces, {rows * pieces:,} in all; a request may ask "
        f"for {limit:,} here. {_advice(dearest.dial, fits)}, or take a shorter text."
    )


def check_draws(config: SwitchConfig, characters: int) -> None:
    """Raise ConfigError where SWITCH might draw more text than fits into memory."""
    if config.max_tries * characters > DRAWN_CHARACTERS:
        fits = DRAWN_CHARACTERS // characters // config.total_alternatives
        raise ConfigError(
            f"With these settings SWITCH may draw {config.max_tries:,} texts of {characters:,} characters; together "
            f"they may have {DRAWN_CHARACTERS:,}. {_advice('switch.multiplier', fits)}, or take a shorter text."
        )


def _advice(dial: str, fits: int) -> str:
    return f"{dial} = {fits} would fit" if fits >= 1 else f"Lower {dial} first"


def _importance(config: ImportanceConfig, pieces: int) -> Part:
    if config.method == "integrated_gradients":
        return Part("importance.steps", config.steps, GRADIENT_ROWS)
    return Part("importance.method", 1, pieces if config.method == "leave_one_out" else GRADIENT_ROWS)


def _fuse(config: SwitchConfig) -> Part:
    """Each text once for the model and once for the sentence encoder."""
    drawn = config.multiplier if config.gate == "rank" else 1
    return Part("switch.total_alternatives", config.total_alternatives, 1 + drawn)


def _five(settings: DefenseSettings) -> Part:
    return Part("five.samples", settings.five.samples, 1)
