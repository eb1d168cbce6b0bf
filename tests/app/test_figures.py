"""Figures: one trace a class with a shape of its own, every point once, transparent ground."""

import pytest

from app import noise_dial as noise
from app.figures import dice_figure
from app.noise_figures import beside_figure, cloud_figure, curve_figure, slice_figure
from core.analysis.beside import Beside, SlicePoint
from core.analysis.cloud import Cloud, CloudPoint, SigmaPoint
from core.analysis.redraws import Redraws
from core.analysis.request import AnalysisRequest, make_example
from core.defenses.registry import preset_settings
from core.language.text import Word
from core.tasks import IMDB

LABELS = ("negative", "positive")


@pytest.fixture
def cloud() -> Cloud:
    points = [CloudPoint(0, 0, "original", 1, 0.9), CloudPoint(2, 2, "neighbor", 0, 0.7, "good → bad")]
    points += [CloudPoint(i, -i, "noised", i % 2, 0.6) for i in range(5)]
    return Cloud(tuple(points), LABELS, (Word(0, 4, "good"),), 1.0, 0.05, "pca")


def test_the_cloud_shows_every_point_once(cloud: Cloud) -> None:
    figure = cloud_figure(cloud, voted=2)
    assert sum(len(trace.x) for trace in figure.data) == len(cloud.points)
    assert {trace.marker.symbol for trace in figure.data} == {"triangle-down", "triangle-up", "star"}
    assert cloud.counts == (3, 2)


def test_near_synonyms_are_named_when_one_word_is_noised(cloud: Cloud) -> None:
    named = next(t for t in cloud_figure(cloud).data if t.name.startswith("near-synonym"))
    assert named.text == ("bad",)


def test_the_curve_has_intervals_and_a_logarithmic_axis() -> None:
    points = [SigmaPoint(0.5, 0.02, (1, 9)), SigmaPoint(4.0, 0.2, (5, 5))]
    figure = curve_figure([("", points)], LABELS, [(1.0, "yours")])
    assert figure.layout.xaxis.type == "log"
    band, line = figure.data[:2]
    assert line.y == (0.1, 0.5)
    assert band.y[0] > 0.1 > band.y[-1]
    both = curve_figure([("with “good”", points), ("with “bad”", points)], LABELS, [])
    assert len(both.data) == 2 * len(figure.data)
    assert {trace.yaxis for trace in both.data} == {"y", "y2"}


def test_the_dice_count_every_draw() -> None:
    draws = Redraws("five", LABELS, 1, (1, 1, 0), (0.9, 0.8, 0.4), 3)
    figure = dice_figure(draws)
    assert [len(trace.x) for trace in figure.data] == [1, 2]
    assert draws.counts == (1, 2)


def test_figures_have_no_ground_of_their_own(cloud: Cloud) -> None:
    figure = cloud_figure(cloud)
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"


def test_the_dial_stands_for_fives_sigma_exactly() -> None:
    settings = preset_settings(IMDB, "paper", 0.0556)
    request = AnalysisRequest("imdb", make_example("imdb", "good film"), settings)
    assert noise.sigma_at(noise.dial_for(request), request) == settings.five.sigma_relative
    assert noise.sigma_at(2.0, None) == 4.0


def test_a_choice_names_its_word() -> None:
    request = AnalysisRequest("imdb", make_example("imdb", "good film"), preset_settings(IMDB, "shipped", 1.0))
    word = Word(5, 9, "film")
    (_, choice), (_, everything) = noise.choices((word,))
    assert noise.word_of(choice, request) == word
    assert noise.word_of(everything, request) is None


def test_the_two_words_are_stars_and_their_copies_filled_and_open() -> None:
    points = (
        CloudPoint(0, 0, "original", 1, 0.9, "good"), CloudPoint(1, 0, "noised", 1, 0.8),
        CloudPoint(5, 0, "other", 0, 0.7, "bad"),
        CloudPoint(6, 0, "noised_other", 0, 0.8), CloudPoint(3, 3, "neighbor", 1, 0.8, "nice"),
    )  # fmt: skip
    found = Beside(Word(0, 4, "good"), "bad", points, LABELS, 1.0, 0.05, "pca")
    figure = beside_figure(found)
    assert sum(len(trace.x) for trace in figure.data) == len(points)
    symbols = {trace.name: trace.marker.symbol for trace in figure.data}
    assert symbols["copy of “good”: positive"] == "triangle-up"
    assert symbols["copy of “bad”: negative"] == "triangle-down-open"
    assert (symbols["“good”"], symbols["“bad”"]) == ("star", "star-open")
    assert (found.counts("noised"), found.counts("noised_other")) == ((0, 1), (1, 0))


def test_the_slice_has_a_band_a_line_and_the_answer_without_noise_for_each_class() -> None:
    points = [SlicePoint(0.0, (0.2, 0.8), (1, 9)), SlicePoint(1.0, (0.7, 0.3), (10, 0))]
    figure = slice_figure(points, LABELS, "good", "bad")
    band, line, still = figure.data[:3]
    assert (line.y, still.y) == ((0.1, 1.0), (0.2, 0.7))
    assert band.x == (0.0, 1.0, 1.0, 0.0)
    assert band.y[0] > line.y[0] > band.y[3]
    assert {note.text for note in figure.layout.annotations} == {"<b>good</b>", "<b>bad</b>"}
