"""The rows of the paper's tables: which model, which defence around it, in whose settings; and the controls.

A control asks what a row's gain is due to: erasing words instead of noising them, noise everywhere instead of on the
important words, words chosen at random instead of by importance, or merely training anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from core.defenses.declaration import Preset
from core.defenses.five import FIVE, FiveSettings
from core.defenses.fuse import FUSE
from core.defenses.registry import PLAIN, preset_of
from core.errors import ConfigError, UnknownNameError
from core.tasks import Task

Role = Literal["plain", "retrained", "fact", "random"]
MAKE: dict[str, dict[str, str]] = {
    "mnli": {
        "retrained": "python -m core finetune --task mnli --epochs 3 --seed 1 --out runs/mnli-retrained",
        "random": "python -m core fact --task mnli --learning-rate 0.0004 --lora-embeddings --evaluations 4 "
        "--max-rows 18000 --no-extra --set random_out_of=100 --set importance.method=reading_order "
        "--out runs/mnli-random",
    },
    "imdb": {
        "retrained": "python -m core finetune --task imdb --epochs 2 --short-epochs 1 --seed 1 "
        "--out runs/imdb-retrained",
        "random": "python -m core fact --task imdb --batch-rows 16 --learning-rate 0.0004 --lora-embeddings "
        "--dev-rows 400 --evaluations 3 --max-pieces 128 --max-rows 5000 --set perturb_words=25 "
        "--set candidates_per_word=30 --set random_out_of=100 --set importance.method=reading_order --blend 0.7 "
        "--out runs/imdb-random",
    },
}
"""How the models that do not ship are made; each is then at MODEL/model of its --out."""


@dataclass(frozen=True)
class RowSpec:
    """``paper`` is the key of the paper's row, ``changes`` are fields of FIVE's config that make it a control."""

    key: str
    title: str
    role: Role
    defense: str = PLAIN
    preset: Preset = "shipped"
    paper: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def settings_of(self) -> str:
        """Whose settings the defence has, for a reader; nothing where there are none."""
        if self.defense == PLAIN:
            return ""
        return (
            "control"
            if "noise" in self.changes
            else {"shipped": "our settings", "paper": "the paper's settings"}[self.preset]
        )

    def settings(self, task: Task, embedding_std: float) -> Any:
        """The defence's settings, complete; the paper's sigma depends on the embedding table's coordinate std."""
        settings = preset_of(self.defense, task, self.preset, embedding_std)
        if isinstance(settings, FiveSettings) and self.changes:
            return FiveSettings(replace(settings.five, **self.changes))
        return settings


def _rows() -> Sequence[RowSpec]:
    both: tuple[tuple[Preset, str], ...] = (("paper", "-paper"), ("shipped", ""))
    five, fuse = FIVE.name, FUSE.name
    plain = [RowSpec("plain", "Plain", "plain", paper="plain")]
    plain += [RowSpec("retrained", "Plain, trained anew", "retrained", paper="retrained")]
    wrapped = [
        RowSpec(name + end, title, "plain", name, preset, name)
        for name, title in ((five, FIVE.title), (fuse, FUSE.title))
        for preset, end in both
    ]
    fact = [RowSpec("fact", "FACT", "fact", paper="fact")]
    fact += [
        RowSpec(f"{name}-fact{end}", f"{title}(FACT)", "fact", name, preset, f"{name}-fact")
        for name, title in ((fuse, FUSE.title), (five, FIVE.title))
        for preset, end in both
    ]
    everywhere = {"noise": "dropout", "perturb_words": 100, "stop_words": False}
    controls = [
        RowSpec("mask", "[MASK] vote", "plain", five, changes={"noise": "mask"}),
        RowSpec("dropout", "Dropout vote", "plain", five, changes=everywhere),
        RowSpec("random", "FACT on words at random", "random"),
    ]
    return [*plain, *wrapped, *fact, *controls]


ROWS: dict[str, RowSpec] = {spec.key: spec for spec in _rows()}
"""All rows, in the order they are shown."""


def chosen_rows(names: str) -> tuple[RowSpec, ...]:
    """The rows named in ``plain,fact,...``, in their own order; all for nothing. Raises UnknownNameError."""
    asked = [name.strip() for name in names.split(",") if name.strip()]
    for name in asked:
        if name not in ROWS:
            raise UnknownNameError("row", name, ROWS)
    return tuple(spec for key, spec in ROWS.items() if key in asked or not asked)


def sigma_rows(sigmas: Sequence[float], preset: Preset = "shipped") -> tuple[RowSpec, ...]:
    """FIVE around the plain model at other noise, in units of the embedding table's std: from a breath to erasure.

    Raises ConfigError for a sigma below 0, or one that is given twice.
    """
    if any(not sigma >= 0 for sigma in sigmas) or len({*sigmas}) < len(sigmas):
        raise ConfigError(f"Sigmas are distinct numbers of 0 or more, were given {', '.join(map(str, sigmas))}.")
    return tuple(
        RowSpec(f"{FIVE.name}-{sigma:g}", f"{FIVE.title}, sigma {sigma:g}", "plain", FIVE.name, preset,
                changes={"sigma_relative": float(sigma)})
        for sigma in sorted(sigmas)
    )  # fmt: skip


def how_to_make(spec: RowSpec, task: Task) -> str:
    """The command behind a model that does not ship, and the option that takes it."""
    command = MAKE[task.settings_of][spec.role].replace(f"--task {task.settings_of}", f"--task {task.name}")
    return f"{command}; then --model-{spec.role} with the folder 'model' in it"
