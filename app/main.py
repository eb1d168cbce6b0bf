"""The page: header, tabs, permalink, launch. Imports neither torch nor a model, so it is up in seconds."""

import logging
import threading
from dataclasses import replace
from typing import Any

import gradio as gr

from app import api, figures_api, mcp_extras, parts_api, theme, words_api, zero_gpu
from app.boundary import guarded
from app.cotune_run import Cotune, run_cotune
from app.incoming import GuardedBlocks
from app.memory import keep_giving_back
from app.models import Shelf
from app.panels import asked_of
from app.panels import head as panels_head
from app.present import header
from app.settings import Settings
from app.tabs import QUIET, Site, Tab, analyse, attack, benchmark, cotune, learn, levels, words
from app.tabs.texts import wire_visits
from app.visitors import VisitorModels, visitor_of

TABS: tuple[Tab, ...] = (
    Tab("attack", "Attack", attack.build),
    Tab("analyse", "Analyse", analyse.build),
    Tab("words", "Words", words.build),
    Tab("cotune", "Co-tune", cotune.build),
    Tab("benchmark", "Benchmark", benchmark.build),
    Tab("levels", "Levels", levels.build),
    Tab("learn", "Learn", learn.build),
)
TITLE = "FireBERT Lab"
WARM_AFTER_SECONDS = 6.0
SESSIONS = 200
"""Visits whose page is remembered. Gradio keeps a copy of the whole page's configuration and of what was last shown for
each, more than a megabyte, and would keep 10,000; the visit that was idle for longest goes first, and only has to
analyse or upload once more."""
WAITING = 200
"""Requests that may wait in one of the queue's lines before the next is turned away: two classes at once."""
MAX_UPLOAD_BYTES = 20_000_000
"""A recording to replay, or a file to co-tune on; what is larger is not even stored."""


class Page(GuardedBlocks):
    """The page with what its visitors share."""

    shelf: Shelf
    visitors: VisitorModels


def build_app(settings: Settings, shelf: Shelf | None = None, work: Cotune = run_cotune) -> Page:
    """The whole page over ``shelf``, or over a shelf of the models that the settings name; ``work`` co-tunes."""
    zero_gpu.prepare(guarded)
    shelf = shelf or Shelf(settings)
    with Page(title=TITLE, analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        site = Site(settings, shelf, page, cotune=work, looked=gr.State(), line=gr.HTML(elem_id="line"))
        page.shelf, page.visitors = shelf, site.visitors
        site.catalog.share()
        gr.HTML(header.title(), elem_id="masthead")
        status = gr.HTML(header.warmth(shelf.warmth()), elem_id="warmth")
        learn.strip(page)
        with gr.Tabs(selected=TABS[0].name, elem_id="tabs") as tabs:
            for tab in TABS:
                with gr.Tab(tab.title, id=tab.name, elem_id=f"tab-{tab.name}") as opened:
                    tab.build(replace(site, tab=opened))
        gr.HTML(header.colophon(), elem_id="colophon")
        last = gr.State(TABS[0].name)
        wire_visits(site.visits, last, site.looked)
        _wire(page, shelf, status, tabs, last)
        _forget(page, site.visitors)
        api.register(site.catalog)
        parts_api.register(site.catalog)
        words_api.register(site.catalog, site.remembered)
        figures_api.register(site.catalog)
        if settings.mcp:
            mcp_extras.register()
        _say_nothing_on_the_way(page)
    page.queue(max_size=WAITING, default_concurrency_limit=8)
    return page


def _say_nothing_on_the_way(page: gr.Blocks) -> None:
    """No component hears how far an event without a shown progress has come.

    Else the browser tells every output of every event that ever ran, at each step of each event, and looks each of them
    up in the tree of the whole page: most of what the page did between an answer and its picture.
    """
    for event in page.fns.values():
        if event.show_progress == "hidden":
            event.show_progress_on = []


def _wire(page: gr.Blocks, shelf: Shelf, status: gr.HTML, tabs: gr.Tabs, last: gr.State) -> None:
    def select_tab(request: gr.Request) -> tuple[Any, Any]:
        """Open the tab that the link names; the first one is open anyway, and a quick visitor may have left it."""
        wanted = asked_of(request).get("tab", "")
        if wanted in {tab.name for tab in TABS[1:]}:
            return gr.Tabs(selected=wanted), wanted
        return gr.skip(), gr.skip()

    def show_warmth() -> tuple[str, gr.Timer]:
        """How far the models are; stops asking once they are there."""
        shelf.start_warming()
        warmth = shelf.warmth()
        return header.warmth(warmth), gr.Timer(active=not warmth.done)

    timer = gr.Timer(2.0)
    page.load(guarded(select_tab), None, [tabs, last], api_name="select_tab", **QUIET)
    timer.tick(guarded(show_warmth), None, [status, timer], api_name="warmth", **QUIET)


def _forget(page: gr.Blocks, visitors: VisitorModels) -> None:
    def forget(request: gr.Request) -> None:
        """The visitor has closed or left the page: the models of this visit go."""
        visitors.forget(visitor_of(request))

    page.unload(guarded(forget))


def launch_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments of ``launch()``, in one place."""
    return {
        "server_name": settings.host,
        "server_port": settings.port or None,
        "theme": theme.theme(),
        "css_paths": [theme.CSS, attack.CSS, words.CSS, learn.CSS],
        "head": header.HEAD + panels_head(),
        "mcp_server": settings.mcp,
        "run_history": False,
        "state_session_capacity": SESSIONS,
        "ssr_mode": False,
        "footer_links": ["api"],
        "show_error": True,
        "max_file_size": max(MAX_UPLOAD_BYTES, settings.cotune.bytes),
    }


def run(page: Page, settings: Settings) -> None:
    """Serve the page until it is stopped; warm the models once it is up."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        page.launch(prevent_thread_lock=True, **launch_options(settings))
    except OSError as error:  # as a rule a port that is taken
        raise SystemExit(f"Cannot listen on {settings.host}:{settings.port}. Set FIREBERT_PORT. ({error})") from None
    later = threading.Timer(WARM_AFTER_SECONDS, page.shelf.start_warming)
    later.daemon = True
    later.start()
    keep_giving_back()
    page.block_thread()
