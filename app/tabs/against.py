"""The menu of classifiers that a text is put to, for every tab that asks several."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from app.entrants import choices
from app.tabs import Site
from app.visitors import OWN
from core.defenses.registry import PLAIN, defense_names


def inner_of(name: str) -> str:
    """The model within a classifier: ``imdb-fact`` of ``five:imdb-fact``, the plain one of ``five``."""
    model = name.rpartition(":")[2]
    return PLAIN if model in defense_names() else model


def against_menu(site: Site, task: str, visitor: str, chosen: Sequence[str], **look: Any) -> gr.CheckboxGroup:
    """The classifiers of a task and a visitor; chosen ones that are not there give way to the plain one."""
    listed = choices(site.catalog, task, visitor)
    kept = [name for name in chosen if name in dict(listed).values()]
    return gr.CheckboxGroup(listed, value=kept or ([PLAIN] if chosen else []), **look)


def against_refresh(site: Site, task: str, moved: bool, visitor: str, chosen: Sequence[str]) -> Any:
    """The menu's update when its tab is opened: anew for another task or choice, or where own models are."""
    if moved:
        return against_menu(site, task, visitor, chosen)
    own = site.catalog.has_own(task, visitor) or any(OWN in one for one in chosen)
    return against_menu(site, task, visitor, chosen) if own else gr.skip()
