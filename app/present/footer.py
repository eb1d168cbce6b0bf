"""The last line of a result: what made it, a link to it, and the result as a file."""

from urllib.parse import quote

from app.permalink import Link, to_query
from app.present.html import copy_code, copy_link, text
from core.analysis.records import to_csv, to_record
from core.analysis.stages import Analysis
from core.strict_json import to_json

MAX_DOWNLOAD = 1_500_000


def footer(analysis: Analysis, link: Link, seconds: float, code: str = "") -> str:
    """Sources, seed, settings' name, time; link, the same in Python, downloads."""
    sources = analysis.sources
    made = {
        "Neighbours": sources.neighbors,
        "sentence encoder": sources.encoder,
        "tagger": sources.tagger,
        "settings": link_name(link),
        "seed": str(link.seed),
        "time": f"{seconds:.1f} s",
    }
    listed = " · ".join(f"{name}: <strong>{text(value)}</strong>" for name, value in made.items())
    actions = f'<div class="fb-actions">{_actions(analysis, link, code)}</div>'
    return f'<div class="fb-footer"><p class="fb-quiet">{listed}</p>{actions}</div>'


def link_name(link: Link) -> str:
    """The settings in words: a preset, and how many settings differ from it."""
    name = {"shipped": "ours", "paper": "the paper's"}[link.preset]
    return f"{name}, {len(link.changes)} changed" if link.changes else name


def data_uri(kind: str, content: str) -> str:
    """A file as a link that needs no server."""
    return f"data:{kind};charset=utf-8,{quote(content)}"


def _actions(analysis: Analysis, link: Link, code: str) -> str:
    query = to_query(link)
    copy = copy_link(query, "analyse") or '<span class="fb-quiet">The text is too long for a link.</span>'
    record = to_json(to_record(analysis), indent=1)
    files = [
        download("JSON", "application/json", "firebert-analysis.json", record),
        download("CSV", "text/csv", "firebert-votes.csv", to_csv(analysis)),
    ]
    return " ".join([copy, copy_code(code), *files])


def download(name: str, kind: str, file: str, content: str) -> str:
    """A link that gives ``content`` as a file; a sentence where it is too large for a page."""
    if len(content) > MAX_DOWNLOAD:
        return f'<span class="fb-quiet">{name} is too large for the page; use the API or the command line.</span>'
    return f'<a class="fb-ghost" download="{file}" href="{data_uri(kind, content)}">{name}</a>'
