"""The Attack tab: a recorded real attack plays at once, without a model; then the visitor's own text."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from app.as_code import attack_code
from app.attack_request import from_query, read_form, to_query
from app.attack_run import Stops, run_attack
from app.boundary import declare, guarded, message_for
from app.panels import asked_of
from app.present import attack as present
from app.tabs import QUIET, Site, dials
from app.tabs.attack_form import FormValues, build_form, restored, settled
from app.visitors import visitor_of
from core.attacks.recording import read_recording, to_csv
from core.errors import FireBertError
from core.resources import ASSETS
from core.sheets import write_sheet

CSS = ASSETS / "attack" / "attack.css"


def recording_csv(recording: str) -> str:
    """A recording (JSON lines) as a table, a row an event; what is none, one that says so."""
    try:
        return to_csv(read_recording(str(recording)))
    except FireBertError as error:
        return write_sheet(["error"], [[message_for(error)]])


def build(site: Site) -> None:
    """Lay the tab out and wire it."""
    titles = list(present.replays())
    with gr.Row(elem_classes="fb-attack-menu"):
        menu = gr.Radio(titles, value=titles[0] if titles else None, label="Recorded attacks on our own example texts",
                        elem_id="attack-replays", scale=5, min_width=330, visible=bool(titles))  # fmt: skip
        upload = gr.UploadButton("Replay a file", file_types=[".jsonl", ".json", ".csv"], type="binary", size="sm",
                                 scale=0, min_width=150, elem_id="attack-upload")  # fmt: skip
    status = gr.HTML(present.said(""), elem_id="attack-status")
    player = gr.HTML(
        present.replay_of(titles[0]) if titles else "", html_template='<div class="at-root"></div>',
        js_on_load=present.script(), apply_default_css=False, catalog=present.catalog(),
        form={"text": "#attack-text textarea", "stop": "#attack-stop"},
        server_functions=[recording_csv], elem_id="attack-player",
    )  # fmt: skip
    form = build_form(site)
    _wire_replays(site, menu, upload, [player, status])
    _wire_runs(site, form, [player, status])
    dials.build(site, form.texts)
    _declare(site)


def _wire_replays(site: Site, menu: gr.Radio, upload: gr.UploadButton, outputs: list[Any]) -> None:
    def replay(title: str) -> tuple[str, str]:
        """A recorded attack by its title."""
        return present.replay_of(title), present.said("")

    def replay_file(content: bytes) -> tuple[str, str]:
        """Replay a saved recording, after checking that it is one."""
        return present.checked(content), present.said("Replaying your file.")

    def linked(request: gr.Request) -> tuple[Any, Any]:
        """The recorded attack that the page's address names, if it names one that is here."""
        title = asked_of(request).get("replay", "")
        return (title, present.replay_of(title)) if title in present.replays() else (gr.skip(), gr.skip())

    menu.input(guarded(replay, _refuse), menu, outputs, api_name="page_attack_replay", **QUIET)
    site.page.load(guarded(linked), None, [menu, outputs[0]], api_name="page_attack_linked", **QUIET)
    upload.upload(guarded(replay_file, _refuse), upload, outputs, api_name="page_attack_file", **QUIET)


def _wire_runs(site: Site, form: FormValues, outputs: list[Any]) -> None:
    stops, limits = Stops(), site.settings.limits

    def arm(request: gr.Request) -> str:
        """Get ready for a new attack: what this visitor had running ends."""
        stops.arm(visitor_of(request))
        return present.said("Waiting for the classifier.")

    def run(request: gr.Request, *given: Any) -> Iterator[tuple[Any, str]]:
        """Attack the text and stream what happens as JSON lines."""
        asked, visitor = read_form(*settled(*given), limits=limits), visitor_of(request)
        for progress in run_attack(site.catalog, asked, stops.flag(visitor), visitor):
            ends = (to_query(asked), attack_code(asked, site.plain(asked.task))) if progress.over else ()
            yield progress.recording or gr.skip(), present.said(progress.status, *ends)

    def halt(request: gr.Request) -> None:
        """Stop the attack that runs or waits."""
        stops.stop(visitor_of(request))

    def restore(request: gr.Request) -> list[Any]:
        """The form as the page's address asks for it, and a remark on classifiers of it that are not here."""
        return restored(site, form.texts, from_query(asked_of(request), limits), visitor_of(request))

    armed = form.go.click(guarded(arm), None, outputs[1], api_name="page_attack_arm", **QUIET)
    armed.then(guarded(run, _refuse), form.values, outputs, api_name="page_attack", **site.asks)
    form.stop.click(guarded(halt), None, None, api_name="page_attack_stop", **QUIET)
    site.page.load(guarded(restore), None, [*form.restored, outputs[1]], api_name="page_attack_restore", **QUIET)


def _declare(site: Site) -> None:
    def attack(
        task: str, text: str, hypothesis: str = "", preset: str = "paper", method: str = "textfooler",
        against: str = "plain", max_queries: int = 1000, max_seconds: float = 120.0, seed: int = 0,
        page: gr.Request | None = None,
    ) -> Iterator[dict[str, Any]]:  # fmt: skip
        """Attack one text, or a hypothesis under its premise (text), on one classifier or several.

        A stream: while it runs, each record holds the events since the last one under "recording", and no outcomes; the
        last holds all events and an outcome for each classifier. Ends when the client leaves. Numbers must be finite,
        texts without half characters (lone surrogates).

        Args:
            task: imdb or mnli.
            text: The text, or the premise of a pair.
            hypothesis: The hypothesis of a pair; it is what changes.
            preset: adjusted, paper, textattack, bench2021 or ungated, from strict to loose.
            method: random_word, random_order, characters, saliency, textfooler, best_first, bayes or gradient.
            against: Names with commas between, such as plain,fuse,five,imdb-fact,five:imdb-fact.
            max_queries: Questions that the attack may ask each classifier; 5,000 at most unless the page says more.
            max_seconds: Time that the attack may take on each classifier; 900 for all together unless the page says
                otherwise.
            seed: Of every random draw.
            page: The session that asks; Gradio fills it in.
        """
        names = [name.strip() for name in against.split(",") if name.strip()]
        asked = read_form(task, text, hypothesis, preset, method, names, None, None, max_queries, max_seconds, seed,
                          limits=site.settings.limits)  # fmt: skip
        told = 0
        for progress in run_attack(site.catalog, asked, lambda: False, visitor_of(page)):
            if progress.over:
                yield present.as_answer(read_recording(progress.recording))
            elif len(progress.recording) > told:
                yield {"outcomes": {}, "recording": present.events_of(progress.recording[told:])}
                told = len(progress.recording)

    declare(attack, **site.settings.model_queue)


def _refuse(message: str) -> tuple[Any, str]:
    return gr.skip(), present.trouble(message)
