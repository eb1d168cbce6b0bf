"""Query parameters <-> a frozen request, so that a link restores what was on the page. Pure.

``?tab=analyse&task=imdb&text=...&preset=shipped&seed=0&model=imdb-fact&set=switch.perturb_words:5,five.samples:16``,
and what the noise panel shows: ``&word=5&noise=2.5&beside=fine&cloud=umap&copies=100``.

Settings are given as differences from their preset. What a link holds is never trusted: an unknown task, a seed that is
no number or a setting that does not exist raises ConfigError with the reason. Whether there is such a model is for the
page to say (:mod:`app.catalog`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from app.noise_dial import NoiseView, read_view
from core.defenses.declaration import PRESETS, Preset
from core.defenses.registry import PLAIN
from core.errors import ConfigError
from core.ranges import number
from core.tasks import get_task

MAX_LINK = 6_000
MAX_SEED = 2**31 - 1


@dataclass(frozen=True)
class Link:
    """What a permalink holds. ``changes`` maps a setting's dotted name to its value as text."""

    tab: str = ""
    task: str = ""
    text: str = ""
    hypothesis: str = ""
    preset: Preset = "shipped"
    seed: int = 0
    changes: Mapping[str, str] = field(default_factory=dict)
    model: str = PLAIN
    view: NoiseView = field(default_factory=NoiseView)

    @property
    def runs(self) -> bool:
        """True if there is a text to work on at once."""
        return bool(self.task and self.text)


def to_query(link: Link) -> str:
    """The query string of ``link``, without the question mark; empty when the text is too long for a link."""
    pairs = {"tab": link.tab, "task": link.task, "text": link.text, "hypothesis": link.hypothesis}
    if link.preset != "shipped":
        pairs["preset"] = link.preset
    if link.model != PLAIN:
        pairs["model"] = link.model
    if link.seed:
        pairs["seed"] = str(link.seed)
    if link.changes:
        pairs["set"] = ",".join(f"{name}:{value}" for name, value in link.changes.items())
    pairs |= link.view.pairs()
    query = urlencode({name: value for name, value in pairs.items() if value})
    return query if len(query) <= MAX_LINK else ""


def from_query(params: Mapping[str, str]) -> Link:
    """The link that query parameters ask for; parameters of others are left alone. Raises ConfigError."""
    task = params.get("task", "")
    if task:
        get_task(task)
    wanted = params.get("preset", "shipped")
    preset = next((known for known in PRESETS if known == wanted), None)
    if preset is None:
        raise ConfigError(f"This link asks for the preset {wanted!r}; known: {', '.join(PRESETS)}.")
    changes = {}
    for item in filter(None, params.get("set", "").split(",")):
        name, colon, value = item.partition(":")
        if not colon:
            raise ConfigError(f"This link has a setting without a value: {item!r}. Expected name:value.")
        changes[name] = value
    texts = params.get("text", ""), params.get("hypothesis", "")
    seed, model = parse_seed(params.get("seed", "0")), params.get("model") or PLAIN
    return Link(params.get("tab", ""), task, *texts, preset, seed, changes, model, read_view(params))


def parse_seed(given: object) -> int:
    """A seed from a link, a number box or an endpoint; nothing given is 0. Raises ConfigError."""
    return int(number("The seed", 0 if given in (None, "") else given, 0, MAX_SEED, whole=True))
