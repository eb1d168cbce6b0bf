"""An attack on a defended classifier as plain values, prepared where it runs: another process, another machine."""

from dataclasses import dataclass

from core.attacks.adaptive import Averaged, Fixed
from core.attacks.attack import Attack
from core.attacks.presets import AttackConfig
from core.defenses.recipe import Recipe
from core.errors import ConfigError
from core.evaluation.attack_lines import Prepared
from core.evaluation.audit.views import cooled
from core.language.lexicon import Lexicon
from core.models.classifier import Classifier, is_randomised


@dataclass(frozen=True)
class AttackRecipe:
    """``attack`` on what ``target`` builds, with its words. Can be pickled.

    The attacker looks at the mean of ``average`` draws of a defence that draws, or at one draw that stays the same
    (``fixed``); else at what is attacked. All scores are of logits divided by ``temperature``; labels are the same.
    """

    attack: AttackConfig
    target: Recipe
    average: int = 1
    fixed: bool = False
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise ConfigError(f"A temperature is above 0, was given {self.temperature}.")

    def prepare(self) -> Prepared:
        """Everything loaded. Same recipe, same results. Raises as :meth:`around` and the loaders do."""
        return self.around(self.target.core(), self.target.words())

    def around(self, core: Classifier, lexicon: Lexicon) -> Prepared:
        """With a model and words that are loaded already. Raises ConfigError for a view of what never draws."""
        deployed = self.target.around(core, lexicon)
        if self.temperature != 1.0:
            deployed = cooled(deployed, self.temperature)
        return Attack(self.attack, lexicon), deployed, self._searched(deployed)

    def _searched(self, deployed: Classifier) -> Classifier | None:
        if self.average == 1 and not self.fixed:
            return None
        if self.average > 1 and self.fixed:
            raise ConfigError(f"An attacker looks at one draw or at the mean of {self.average}, not at both.")
        if not is_randomised(deployed):
            raise ConfigError(f"--average is for a defence that draws; {deployed.name} with these settings never does.")
        return Fixed(deployed, self.attack.seed) if self.fixed else Averaged(deployed, self.average)
