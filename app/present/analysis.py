"""One analysis, as far as it is known, to the HTML of every panel it fills."""

from app.present.alternatives import alternatives_panel
from app.present.answer import answer_panel
from app.present.importance import importance_body
from app.present.votes import votes_panel
from core.analysis.stages import Analysis
from core.defenses.registry import PLAIN_TITLE

PANELS = ("answer", "importance", "votes", "alternatives")
CUT = "cut at"


def panels(analysis: Analysis, built_in: bool, title: str = PLAIN_TITLE) -> dict[str, str]:
    """HTML by panel, for the model of that title; a panel whose stage has not come yet is left out."""
    shown = {"answer": answer_panel(analysis, built_in, title)}
    if analysis.importances is not None:
        cut = any(CUT in flag for flag in analysis.plain.flags)
        config = analysis.request.settings.switch.importance
        shown["importance"] = importance_body(analysis.request.text, analysis.importances, config, cut)
        shown["votes"] = votes_panel(analysis, title)
    if analysis.switch is not None:
        shown["alternatives"] = alternatives_panel(analysis)
    return shown


def welcome() -> str:
    """What stands in the place of the panels before the first analysis."""
    steps = (
        ("The answer", "what the classifier says, and how sure it is"),
        ("Which words matter", "the text, shaded by how much the answer leans on each word"),
        ("How everybody votes", "the plain classifier beside FuSE and FIVE, with a mark for every voter"),
        ("Re-worded texts", "near-synonyms in place of the important words, and what they do to the answer"),
        ("The noise cloud", "word vectors with noise, and the class each copy falls into"),
    )
    items = "".join(f"<li><strong>{name}</strong><span>{what}</span></li>" for name, what in steps)
    lead = '<p class="fb-lead">Press Analyse, or pick an example. You will see:</p>'
    return f'<section class="fb-panel fb-welcome">{lead}<ol>{items}</ol></section>'
