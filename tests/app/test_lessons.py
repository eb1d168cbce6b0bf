"""The lesson's cards: each can be read, opens its panel by the tab's own link, and shows figures that are stored."""

import itertools
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from app import attack_request, lessons, permalink, play
from app.main import TABS
from app.present import lesson as present
from core.errors import DataFileError
from core.evaluation.results import read_tables
from core.language.text import find_words

CARDS = lessons.cards()
CARD = "title: T\ntab: words\ndeed: D\ntarget: #a\ndone: {done}\n\nPlain.\n\n## In formulas\n\n$x$\n"


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_a_card_opens_its_panel(card: lessons.Card) -> None:
    params = dict(parse_qsl(card.query))
    assert lessons.card_of(params["lesson"]) is card
    assert params["tab"] in {tab.name for tab in TABS}
    if "text" in params:
        read = {"attack": attack_request.from_query, "words": play.from_query, "analyse": permalink.from_query}
        assert read[params["tab"]](params)
    assert 200 < len(card.plain) < 1200
    assert card.formulas.count("$") % 2 == 0


def test_the_words_that_a_card_names_stand_where_it_marks() -> None:
    card = lessons.card_of("neighbours")
    assert card
    assert '"4"' in card.target
    word = find_words(dict(parse_qsl(card.query))["text"])[4]
    assert f'"{word.text}"' in card.deed


def test_a_figure_is_drawn_from_the_stored_results() -> None:
    card = lessons.card_of("fact")
    assert card
    html = present.figure(card)
    found = [r for r in read_tables()[card.figure[0]].results if r.column == card.figure[1]]
    assert len(found) > 2
    for result in found:
        assert f"{result.value:.3f}" in html
    assert f"n = {found[0].n}" in html
    assert all(c.figure[0] in read_tables() for c in CARDS if c.figure[0])


def test_the_way_leads_through_all_cards_and_keeps_the_depth() -> None:
    for card, following in itertools.pairwise(CARDS):
        html = present.head(card, formulas=True)
        assert present.link_to(following, formulas=True).replace("&", "&amp;") in html
        assert html.count('aria-current="step"') == 1
    assert "?tab=learn" in present.head(CARDS[-1], formulas=False)


def test_a_file_that_is_no_card_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "1-bad.md"
    path.write_text(CARD.format(done="appears #b"), encoding="utf-8")
    assert lessons.read_card(path).query == "tab=words&lesson=bad"
    for text, message in (
        (CARD.format(done="guessed #b"), "a deed is one of"),
        (CARD.format(done="played").replace("deed: D\n", ""), r"missing \['deed'\]"),
        (CARD.format(done="played").replace("title", "heading"), "unknown"),
        (CARD.format(done="played").partition("## In")[0], "no card"),
        ("example: Nobody\n" + CARD.format(done="played"), "no example called 'Nobody'"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DataFileError, match=message):
            lessons.read_card(path)
