"""The paper's tables, as printed (METHODS, section 11): what stands beside our numbers, and what is void in it."""

from dataclasses import dataclass

TITLES = {
    1: "Pre-made adversarial texts, MNLI",
    2: "Pre-made adversarial texts, IMDB",
    3: "Under active attack, MNLI",
}
TASKS = {1: "mnli", 2: "imdb", 3: "mnli"}
"""The task of each table."""


@dataclass(frozen=True)
class Printed:
    """A row of the paper. Tables 1 and 2: accuracy, paper_f1, and both on pre-made texts. Table 3: clean, attacked.

    ``void`` says why the row means nothing, where that is known.
    """

    accuracy: float
    attacked: float
    paper_f1: float | None = None
    attacked_f1: float | None = None
    void: str = ""


_OTHER_TEXTS = "the released FuSE asks about alternatives of another text, found by index after a shuffle"
_HARNESS = "the released FuSE votes with alternatives of another sample, and answers the same class to nearly all"

PRINTED: dict[int, dict[str, Printed]] = {
    1: {
        "plain": Printed(0.843, 0.029, 0.835, 0.027),
        "retrained": Printed(0.833, 0.501, 0.826, 0.487),
        "five": Printed(0.757, 0.632, 0.708, 0.566),
        "fuse": Printed(0.725, 0.591, 0.713, 0.568),
        "fact": Printed(0.827, 0.800, 0.821, 0.791),
    },
    2: {
        "plain": Printed(0.906, 0.002, 0.904, 0.002),
        "retrained": Printed(0.905, 0.827, 0.902, 0.816),
        "five": Printed(0.884, 0.620, 0.867, 0.586),
        "fuse": Printed(0.518, 0.778, 0.508, 0.770, void=_OTHER_TEXTS),
        "fact": Printed(0.900, 0.872, 0.897, 0.867),
    },
    3: {
        "plain": Printed(0.851, 0.127),
        "fuse": Printed(0.499, 0.276, void=_HARNESS),
        "five": Printed(0.777, 0.463),
        "fact": Printed(0.820, 0.316),
        "fuse-fact": Printed(0.373, 0.373, void=f"{_HARNESS}: a constant"),
        "five-fact": Printed(0.743, 0.545),
    },
}
"""By table and by the row's key without its settings."""
