"""What every card says: accuracy with its n and interval, the data's licence, the limit of what is read."""

from core.models.cards import accuracy_text, licences_of, limits_of
from core.tasks import IMDB, MNLI, Task

OWN = Task("moods", "Moods", ("calm", "glad"), "text_a", 64, ("text",))


def test_an_accuracy_in_a_sentence() -> None:
    found = {"value": 0.5, "low": 0.25, "high": 0.75, "n": 1200, "data": "made-up rows"}
    assert accuracy_text(found) == "0.5000 on made-up rows, n = 1,200, 95 % interval 0.2500 to 0.7500 (Wilson)."
    assert accuracy_text({}) == "Not measured."


def test_limits_and_licences_by_task() -> None:
    assert "the first 256 pieces" in limits_of(IMDB)
    assert "128 pieces" in limits_of(MNLI)
    assert limits_of(OWN) == "At most 64 pieces are read."
    assert "CC BY-SA 4.0" in licences_of(MNLI)
    assert licences_of(OWN) == "Data: see its own licence."
