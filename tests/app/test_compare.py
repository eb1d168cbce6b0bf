"""Before and after on the page: every word over its successor, one decisive swap, texts stay texts."""

import re
from dataclasses import replace
from typing import Any

from app.figures import deletion_figure
from app.present.compare import compared, faithful
from core.analysis.before_after import Deletion, Faithfulness, compare
from core.models.classifier import Prediction
from core.models.importance import ImportanceConfig
from core.tasks import Example

RAW = "A good <b>film, & a small man."
SWAPS = ((1, "nice"), (4, "little"))
FAITH = Faithfulness((0, 2), 1, (Deletion("gradient", (0.9, 0.1)), Deletion("leave_one_out", (0.9, 0.5))),
                     (0.9, 0.6), (0.9, 0.2), (0.9, 0.8), 20)  # fmt: skip


def test_every_word_stands_over_its_successor_and_one_swap_decided(tiny_classifier: Any) -> None:
    found = compare(tiny_classifier, Example(RAW), SWAPS, ImportanceConfig())
    yes, no = Prediction((0.0, 2.0), 1), Prediction((2.0, 0.0), 0)
    turned = replace(found, answer_before=yes, answer_after=no, undone=(no, yes))
    html = compared("imdb", RAW, turned, "Your swaps")
    assert html.count('class="fc-pair') == len(found.before.words)
    assert html.count("fc-pair fc-swap") == 2
    assert html.count("fc-decisive") == 1
    assert "Decisive: <bdi>small</bdi> → <bdi>little</bdi>" in html
    words = re.findall(r'class="fb-word[^>]*>([^<]*)<', html)
    assert words[::2] == [word.text for word in found.before.words]
    assert words[1::2] == [word.text for word in found.after.words]
    assert "<b>" not in html
    assert "no swap decided" in compared("imdb", RAW, replace(turned, answer_after=yes), "Your swaps")


def test_measures_are_listed_from_the_most_faithful_and_beside_chance() -> None:
    said = re.sub(r"<[^>]+>", "", faithful(FAITH, "positive"))
    assert "Gradient 0.50, Leave one out 0.70; random orders 0.75 (n = 20;" in said
    figure = deletion_figure(FAITH, "positive")
    band, mean, *lines = figure.data
    assert (band.y, mean.y) == ((0.9, 0.8, 0.2, 0.9), (0.9, 0.6))
    assert [line.y for line in lines] == [(0.9, 0.1), (0.9, 0.5)]
    assert len({line.marker.symbol for line in lines}) == 2
