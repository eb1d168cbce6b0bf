"""Room for whole words: labels that would cover each other move apart, as little as they must, the same every time.

Laid out for the narrowest box there is, a phone's; in a wider one words stand farther apart and never nearer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

WIDTH, HEIGHT = 330, 400
"""Pixels of the box that is laid out for."""
LETTER, LINE, SIGN = 7.6, 27, 30
"""Widest mean letter, height of a label, room for the sign and the frame around it; in pixels."""
_ROUNDS = 400


@dataclass(frozen=True)
class Box:
    """A label's middle and its width, in pixels of the box."""

    x: float
    y: float
    width: float

    @classmethod
    def of(cls, word: str, x: float, y: float) -> "Box":
        """The label of a word that stands at (x, y) on the map, both from -1 to 1, y upwards."""
        width = min(SIGN + LETTER * len(word), WIDTH)
        return cls(WIDTH / 2 * (1 + 0.9 * x), HEIGHT / 2 * (1 - 0.9 * y), width).inside()

    def inside(self) -> "Box":
        """The same, moved into the box where it stood over its edge."""
        x = min(max(self.x, self.width / 2), WIDTH - self.width / 2)
        return replace(self, x=x, y=min(max(self.y, LINE / 2), HEIGHT - LINE / 2))

    def overlap(self, other: "Box") -> tuple[float, float]:
        """How far the two reach into each other, across and down; both above 0 if they do."""
        across = (self.width + other.width) / 2 - abs(self.x - other.x)
        return across, LINE - abs(self.y - other.y)


def apart(boxes: Sequence[Box]) -> list[Box]:
    """The boxes moved until none covers another, as far as there is room; the first one stays."""
    moved = list(boxes)
    for _ in range(_ROUNDS):
        covered = [(i, j) for j in range(len(moved)) for i in range(j) if min(moved[i].overlap(moved[j])) > 0]
        if not covered:
            break
        for i, j in covered:
            moved[i], moved[j] = _part(moved[i], moved[j], stays=i == 0)
    return moved


def _part(one: Box, other: Box, stays: bool) -> tuple[Box, Box]:
    """Two boxes moved apart the shorter way; ``one`` does not move if it stays."""
    across, down = one.overlap(other)
    if min(across, down) <= 0:
        return one, other
    dx, dy = (across, 0.0) if across < down else (0.0, down)
    dx, dy = (dx if other.x >= one.x else -dx), (dy if other.y >= one.y else -dy)
    share = 0.0 if stays else 0.5
    moved = replace(one, x=one.x - dx * share, y=one.y - dy * share).inside()
    return moved, replace(other, x=other.x + dx * (1 - share), y=other.y + dy * (1 - share)).inside()
