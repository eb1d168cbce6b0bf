"""What the Attack tab shows beside the player: recordings that ship, rules and attacks in words, what is going on."""

import functools
import json
from typing import Any

from app.present.html import copy_code, copy_link, notice, text
from app.theme import looks_of
from core.attacks.presets import MENU, PRESETS
from core.attacks.recording import Recording, read_recording, write_recording
from core.errors import DataFileError
from core.events import to_record
from core.interop.results_sheet import is_results_sheet, read_results_sheet
from core.resources import ASSETS
from core.tasks import get_task, task_names

REPLAYS = ASSETS / "replays"
SCRIPTS = ("fold", "draw", "panels", "player")
START = "\nmountAttack(element, props, watch, server);\n"


def script() -> str:
    """The player's script, for ``js_on_load``: the files of ``assets/attack`` in one scope."""
    folder = ASSETS / "attack"
    return "\n".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS) + START


def catalog() -> dict[str, Any]:
    """Names and looks that the player needs beside a recording."""
    looks = {
        label: (look.key, look.symbol)
        for name in task_names()
        for label, look in zip(get_task(name).labels, looks_of(get_task(name).labels), strict=True)
    }
    return {
        "methods": {entry.method: entry.title for entry in MENU},
        "presets": {name: preset.title for name, preset in PRESETS.items()},
        "looks": looks,
    }


@functools.lru_cache(maxsize=1)
def replays() -> dict[str, str]:
    """Recordings that ship: title -> text of the file, in order of the file names."""
    found: dict[str, str] = {}
    for path in sorted(REPLAYS.glob("*.jsonl")):
        content = path.read_text(encoding="utf-8")
        first = content.partition("\n")[0]
        found[_title(first, path.stem)] = content
    return found


def _title(line: str, fallback: str) -> str:
    return str(json.loads(line).get("title") or fallback)


def replay_of(title: str) -> str:
    """The recording of that title. Raises DataFileError."""
    if title not in replays():
        raise DataFileError(f"There is no recorded attack called {title!r}.")
    return replays()[title]


def checked(content: bytes) -> str:
    """An uploaded recording as we write it ourselves, once it is known to be one. Raises DataFileError."""
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataFileError(
            f"The file is not text in UTF-8 (byte {error.start}); expected JSON lines, or TextAttack's CSV."
        ) from None
    if is_results_sheet(decoded):
        found = read_results_sheet(decoded)
        decoded = write_recording(found.lined_up, found.steps)  # and read again: nothing passes unchecked
    recording = read_recording(decoded)
    return write_recording(recording.lined_up, recording.steps)


def preset_words(name: str) -> str:
    """What a preset allows, in a visitor's words."""
    preset = PRESETS[name]
    return f'<p class="fb-attack-words"><b>{text(preset.title)}.</b> {text(preset.words)} {text(preset.source)}.</p>'


def method_words(name: str) -> str:
    """What an attack does."""
    entry = next(entry for entry in MENU if entry.method == name)
    return f'<p class="fb-attack-words"><b>{text(entry.title)}.</b> {text(entry.words)}</p>'


def said(message: str, query: str = "", code: str = "") -> str:
    """One line above the player: what is going on; when it is over with a link to the attack, and it in Python."""
    if not message:
        return ""
    link = " ".join(["", *filter(None, (copy_link(query, "attack"), copy_code(code)))])
    return f'<p class="fb-attack-status" role="status">{text(message)}{link}</p>'


def trouble(message: str) -> str:
    """What a visitor must change first."""
    return notice(message)


def as_answer(recording: Recording) -> dict[str, Any]:
    """A recording for a program: an outcome for each classifier, and every event."""
    titles = recording.lined_up.classifiers
    ends = [(title, recording.outcome(lane)) for lane, title in enumerate(titles)]
    return {
        "outcomes": {title: to_record(end) for title, end in ends if end is not None},
        "recording": events_of(write_recording(recording.lined_up, recording.steps)),
    }


def events_of(lines: str) -> list[dict[str, Any]]:
    """Whole lines of a recording as records."""
    return [json.loads(line) for line in lines.split("\n") if line]
