"""The rungs of the attack ladder, from cheap to dear (METHODS, section 10), and those that a classifier is put to.

Transfer: texts found on another model. Then TextFooler on what is attacked itself: on single draws, on one draw whose
seed is known, on the mean of several. Then the searches over sets of swaps, at last the one that knows the weights.
Where nothing is drawn, one look is enough.
"""

from dataclasses import dataclass
from typing import Literal

from core.attacks.presets import WHITE_BOX, Method
from core.errors import ConfigError, UnknownNameError

Source = Literal["", "plain", "core"]


@dataclass(frozen=True)
class RungSpec:
    """``method`` on a view of what is attacked (a mean of ``average`` draws, or one ``fixed``), or on ``source``.

    ``title`` names it beside a classifier that draws, ``still`` beside one that does not; empty: such a one has no such
    rung.
    """

    key: str
    title: str
    still: str
    method: Method = "textfooler"
    source: Source = ""
    average: int = 1
    fixed: bool = False

    @property
    def white(self) -> bool:
        """Whether it needs the weights."""
        return self.method in WHITE_BOX


RUNGS: dict[str, RungSpec] = {
    spec.key: spec
    for spec in (
        RungSpec("transfer", "texts that fool plain", "texts that fool plain", source="plain"),
        RungSpec("core", "texts that fool the model inside", "texts that fool the model inside", source="core"),
        RungSpec("single", "TextFooler, single draws", "TextFooler"),
        RungSpec("seed", "TextFooler, a known seed", "", fixed=True),
        RungSpec("mean4", "TextFooler, mean of 4 draws", "", average=4),
        RungSpec("mean8", "TextFooler, mean of 8 draws", "", average=8),
        RungSpec("mean16", "TextFooler, mean of 16 draws", "", average=16),
        RungSpec("bayes", "Bayes, single draws", "Bayes", "bayes"),
        RungSpec("best_first", "best first, mean of 4 draws", "", "best_first", average=4),
        RungSpec("best_first_still", "", "best first", "best_first"),
        RungSpec("gradient", "gradient, mean of 4 draws", "", "gradient", average=4),
        RungSpec("gradient_still", "", "gradient", "gradient"),
    )
}
"""From cheap to dear."""
_ALSO = {"best_first": "best_first_still", "gradient": "gradient_still"}
"""One name for a visitor, two rungs: neither has a model of the noise, so both look at a mean where there is any."""


def rung_names() -> list[str]:
    """As a command takes them."""
    return [key for key in RUNGS if key not in _ALSO.values()]


def chosen_rungs(
    names: str, randomised: bool, wrapped: bool, own_is_plain: bool, black: str = ""
) -> tuple[RungSpec, ...]:
    """The rungs named in ``transfer,single,...`` that tell something of a classifier, in that order; all for nothing.

    ``wrapped``: there is a defence around a model. ``own_is_plain``: that model, or what is attacked itself, is the one
    that texts are transferred from. ``black`` says why gradients cannot be had: such rungs are left out unless named.
    Raises UnknownNameError, and ConfigError if no rung is left or one that is named needs gradients.
    """
    asked = [name.strip() for name in names.split(",") if name.strip()]
    for name in asked:
        if name not in rung_names():
            raise UnknownNameError("rung", name, rung_names())
    if black and (named := [name for name in asked if RUNGS[name].white]):
        raise ConfigError(f"The rung {named[0]} is not for this classifier: {black} Leave it out of --rungs.")
    wanted = [key for name in dict.fromkeys(asked or rung_names()) for key in (name, _ALSO.get(name, name))]
    idle = ({"core"} if own_is_plain or not wrapped else set()) | (
        {"transfer"} if own_is_plain and not wrapped else set()
    )
    found = [RUNGS[key] for key in dict.fromkeys(wanted) if key not in idle]
    rungs = tuple(spec for spec in found if title_of(spec, randomised) and not (black and spec.white))
    if not rungs:
        raise ConfigError(f"None of the rungs {', '.join(asked)} says anything of this classifier.")
    return rungs


def title_of(spec: RungSpec, randomised: bool) -> str:
    """Its name beside a classifier that draws, or one that does not."""
    return spec.title if randomised else spec.still
