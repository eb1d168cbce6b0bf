"""The settings of SWITCH (METHODS, section 4), for those who plan and those who draw."""

from dataclasses import dataclass, field
from typing import Literal

from core.errors import ConfigError
from core.models.importance import ImportanceConfig
from core.perturbation.candidates import Pos
from core.ranges import check, option, setting

Gate = Literal["off", "filter", "rank"]
PAPER_SIMILARITY = 0.54030
"""The paper keeps scores above 0 of 1 - arccos(cosine): a cosine above cos(1) = 0.5403."""
WORD_FLOORS = (None, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8)
"""Values of ``min_word_cosine`` that a search tries; None is no floor."""


@dataclass(frozen=True)
class SwitchConfig:
    """Settings of SWITCH; the defaults are the paper's best for MNLI's FuSE.

    At most ``multiplier * total_alternatives`` draws are made. ``min_word_cosine`` None means no floor (the paper's).
    ``min_similarity`` is a cosine of the Universal Sentence Encoder, calibrated to the encoder in use.
    """

    perturb_words: int = setting(2, 1, 100, "words replaced in every alternative, the most important first")
    candidates_per_word: int = setting(10, 1, 100, "near-synonyms to choose from, a word")
    total_alternatives: int = setting(14, 0, 200, "alternative texts that vote")
    multiplier: int = setting(14, 1, 100, "draws allowed for each alternative wanted")
    gate: Gate = option("filter", "sentence similarity: off, keep above a threshold, or keep the most similar")
    min_similarity: float = setting(PAPER_SIMILARITY, -1.0, 1.0, "lowest sentence cosine that passes the filter")
    min_word_cosine: float | None = setting(None, -1.0, 1.0, "lowest cosine of the two words; empty: no floor")
    pos: Pos = option("universal", "part of speech that a replacement must share")
    leave_alone: int = setting(0, 0, 100, "most important words to skip")
    random_out_of: int = setting(0, 0, 100, "choose at random out of this many most important words; 0: off")
    stop_words: bool = option(True, "leave stop words alone")
    importance: ImportanceConfig = field(default_factory=ImportanceConfig)

    def __post_init__(self) -> None:
        check(self)
        if 0 < self.random_out_of < self.perturb_words:
            raise ConfigError(
                f"random_out_of ({self.random_out_of}) must be 0 or at least perturb_words ({self.perturb_words})."
            )

    @property
    def max_tries(self) -> int:
        """How many alternatives may be drawn for one text."""
        return self.multiplier * self.total_alternatives
