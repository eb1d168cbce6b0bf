"""Controls drawn from the config dataclasses: one for every setting, with its range, default and meaning from there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from app.noise_dial import NoiseView
from app.permalink import Link
from core.analysis.request import AnalysisRequest, changes_from, setting_specs, to_flat, with_changes
from core.defenses.declaration import PRESETS, Preset
from core.defenses.registry import DefenseSettings, preset_settings
from core.ranges import as_text
from core.tasks import get_task

TITLES = {
    "importance": "Word importance",
    "switch": "SWITCH: re-worded texts",
    "fuse": "FuSE: how they vote",
    "five": "FIVE: noised word vectors, and how they vote",
}
_WIDEST_SLIDER = 500


def control(name: str, value: Any) -> gr.components.Component:
    """The control of one setting, by its dotted name."""
    spec = setting_specs()[name]
    said: dict[str, Any] = {"label": spec.name.replace("_", " "), "info": spec.note}
    said["elem_id"] = f"set-{name.replace('.', '-')}"
    if spec.choices:
        return gr.Dropdown(list(spec.choices), value=value, filterable=False, **said)
    if spec.range is None:
        return gr.Checkbox(value=value, **said)
    if spec.whole and spec.range.high - spec.range.low <= _WIDEST_SLIDER:
        return gr.Slider(spec.range.low, spec.range.high, value=value, step=1, **said)
    return gr.Number(value=value, precision=0 if spec.whole else None, **said)


def read_controls(task_name: str, values: Sequence[Any]) -> DefenseSettings:
    """The settings that the controls show, in the order of :func:`core.analysis.request.setting_specs`."""
    base = preset_settings(get_task(task_name), "shipped", 1.0)
    return with_changes(base, dict(zip(setting_specs(), values, strict=True)))


def preset_values(task_name: str, preset: Preset, embedding_std: float) -> list[Any]:
    """What the controls show for a preset."""
    return list(to_flat(preset_settings(get_task(task_name), preset, embedding_std)).values())


def linked_settings(link: Link, embedding_std: float) -> DefenseSettings:
    """The settings that a link asks for."""
    return with_changes(preset_settings(get_task(link.task), link.preset, embedding_std), link.changes)


def described(task_name: str, settings: DefenseSettings, embedding_std: float) -> tuple[Preset, Mapping[str, str]]:
    """The preset that ``settings`` are nearest to, and what differs from it, as texts."""
    options = {p: changes_from(preset_settings(get_task(task_name), p, embedding_std), settings) for p in PRESETS}
    preset = min(options, key=lambda name: len(options[name]))
    return preset, {name: as_text(value) for name, value in options[preset].items()}


def link_of(request: AnalysisRequest, embedding_std: float, view: NoiseView | None = None) -> Link:
    """The permalink of a request to a model with that coordinate std, and of what is shown of its noise."""
    preset, changes = described(request.task, request.settings, embedding_std)
    texts = request.example.text_a, request.example.text_b or ""
    made = Link("analyse", request.task, *texts, preset, request.seed, changes, request.model)
    return made if view is None else replace(made, view=view)


def group_of(name: str) -> str:
    """The part of a dotted name before the dot."""
    return name.partition(".")[0]
