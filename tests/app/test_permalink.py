"""Query parameters and requests, there and back; what a link holds is never trusted."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.controls import described, linked_settings, preset_values, read_controls
from app.noise_dial import NoiseView
from app.permalink import Link, from_query, to_query
from core.analysis.request import setting_specs, with_changes
from core.defenses.registry import preset_settings
from core.errors import ConfigError, UnknownNameError
from core.ranges import as_text
from core.tasks import IMDB, MNLI

TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=80)


@given(TEXTS, TEXTS, st.integers(0, 2**31 - 1), st.sampled_from(["shipped", "paper"]))
def test_a_link_survives_the_round_trip(text: str, hypothesis: str, seed: int, preset: str) -> None:
    changes = {"five.samples": "3", "switch.gate": "off"}
    view = NoiseView("all" if seed % 3 else seed % 100, seed % 45 / 4 - 3, "fine" * (seed % 2), "UMAP", 20 + seed % 380)
    link = Link("analyse", "mnli", text, hypothesis, preset, seed, changes, "mnli-fact" if seed % 2 else "plain", view)
    assert from_query(dict(parse_qsl(to_query(link), keep_blank_values=True))) == link


def test_a_text_too_long_for_a_link_makes_none() -> None:
    assert to_query(Link("analyse", "imdb", "x" * 7000)) == ""


def test_parameters_of_others_are_left_alone() -> None:
    assert from_query({"__theme": "dark"}) == Link()
    assert not from_query({"__theme": "dark"}).runs


@pytest.mark.parametrize(
    "params", [{"preset": "best"}, {"seed": "x"}, {"seed": "-1"}, {"set": "five.samples"}, {"seed": str(2**40)},
     {"word": "-1"}, {"word": "x"}, {"noise": "99"}, {"noise": "nan"}, {"cloud": "pie"}, {"copies": "1"}]
)  # fmt: skip
def test_a_broken_link_says_what_is_wrong(params: dict[str, str]) -> None:
    with pytest.raises((ConfigError, UnknownNameError), match=r"."):
        from_query({"task": "imdb", **params})


def test_a_link_to_an_unknown_task_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="sst2"):
        from_query({"task": "sst2"})


@pytest.mark.parametrize("task", [IMDB, MNLI])
@pytest.mark.parametrize("preset", ["shipped", "paper"])
def test_controls_read_back_what_a_preset_shows(task: object, preset: str) -> None:
    std = 0.0556
    assert read_controls(task.name, preset_values(task.name, preset, std)) == preset_settings(task, preset, std)


def test_settings_are_described_by_the_nearest_preset_and_restored_from_that() -> None:
    std = 0.0556
    paper = preset_settings(IMDB, "paper", std)
    changed = with_changes(paper, {"five.samples": 3, "fuse.rule": "majority", "switch.stop_words": False})
    preset, changes = described("imdb", changed, std)
    assert (preset, set(changes)) == ("paper", {"five.samples", "fuse.rule", "switch.stop_words"})
    assert linked_settings(Link("analyse", "imdb", "x", "", preset, 0, changes), std) == changed


def test_every_setting_survives_a_link_as_text() -> None:
    base = preset_settings(IMDB, "shipped", 1.0)
    for name, spec in setting_specs().items():
        other = next((c for c in spec.choices if c != spec.default), None) or (
            (not spec.default) if spec.range is None else spec.range.high if not spec.whole else int(spec.range.high)
        )
        needed = {"importance.method": "integrated_gradients"} if name == "importance.steps" else {}
        assert with_changes(base, {**needed, name: as_text(other)}) == with_changes(base, {**needed, name: other}), name
