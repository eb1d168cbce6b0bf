"""The Attack tab as a visitor meets it: play to the end, stop, step, replay, compare, hostile texts, keys, phone."""

import functools
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.present import attack as present
from core.attacks.attack import Attack
from core.attacks.presets import attack_config
from core.attacks.race import Entrant, line_up, race
from core.attacks.recording import Step, read_recording, write_recording
from core.attacks.view import AttackView, reduce
from core.interop.results_sheet import COLUMNS
from core.resources import ASSETS
from core.tasks import IMDB, Example
from tests.browser.seen import bad_in_both_themes
from tests.conftest import make_tiny_classifier
from tests.page import LINGER, tiny_shelf

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
TEXT = "A good film about a man who walks to the river, and a great story that is never boring."
HOSTILE = "<img src=x onerror=window.hacked=1> A good film, ${window.hacked=1} {{hacked}} a great story </script>"
PLAYER = "#attack-player .at"
ENDED = """(() => { const d = document.querySelector('#attack-player .at').dataset;
  return d.complete === 'true' && d.step === d.steps && d.playing === 'false'; })()"""


def attack(page: Page, text: str, against: tuple[str, ...] = ("Plain",), rules: str = "Anything goes") -> None:
    """Fill the form and press Attack; returns when the player shows the new attack."""
    page.locator("#attack-text textarea").fill(text)
    page.locator("#attack-preset").get_by_role("radio", name=rules).check()
    for title in ("Plain", "FuSE", "FIVE"):
        page.locator("#attack-against").get_by_label(title, exact=True).set_checked(title in against)
    forget(page)
    page.locator("#attack-go").click()
    expect(page.locator(f"{PLAYER} h2").first).to_have_text("Your attack")


def forget(page: Page) -> None:
    """Take away the heading of what the player shows, so that the next one is awaited."""
    page.evaluate(
        "(player) => { const h = document.querySelector(`${player} h2`); if (h) h.textContent = ''; }", PLAYER
    )


def to_end(page: Page) -> None:
    """Wait for the attack's end and go there."""
    expect(page.locator(PLAYER)).to_have_attribute("data-complete", "true")
    page.locator(".at-last").click()


def number(page: Page, name: str) -> int:
    return int(page.locator(PLAYER).get_attribute(f"data-{name}") or 0)


@functools.cache
def recorded(hostile: bool = False) -> str:
    """A real attack of the tiny model, with a second lane."""
    lexicon = tiny_shelf().lexicon()
    tested = Attack(attack_config("ungated", method="saliency", max_queries=80), lexicon)
    entrants = [Entrant(HOSTILE if hostile else "One", make_tiny_classifier(IMDB)),
                Entrant("Two", make_tiny_classifier(IMDB, seed=3))]  # fmt: skip
    example = Example(HOSTILE if hostile else f"{TEXT} \U0001f600 Fine \U0001f600 story!")
    steps = [item for item in race(tested, entrants, example) if isinstance(item, Step)]
    return write_recording(line_up(tested, entrants, example, HOSTILE if hostile else "From a file"), steps)


def upload(page: Page, content: str | bytes, name: str = "attack.jsonl") -> None:
    forget(page)
    data = content.encode() if isinstance(content, str) else content
    file = {"name": name, "mimeType": "text/plain", "buffer": data}
    with page.expect_file_chooser() as chooser:
        page.locator("#attack-upload").click()
    chooser.value.set_files(files=[file])


def test_a_file_of_textattacks_is_replayed(used_page: Open) -> None:
    page = used_page("tab=attack")
    expect(page.locator(PLAYER)).to_have_attribute("data-ready", "true")
    row = '"A [[dull]] <b>film</b>.","A [[dlul]] <b>film</b>.",0.02,0.7,0,1,0,41,"Successful"'
    upload(page, f"{','.join(COLUMNS)}\n{row}\n", "theirs.csv")
    expect(page.locator(f"{PLAYER} h2").first).to_have_text("TextAttack, line 2")
    page.locator(".at-last").click()
    expect(page.locator(".at-verdict")).to_contain_text("Fooled")
    expect(page.locator(".at-text ins").first).to_have_text("dlul")
    assert page.locator(".at-text b").count() == 0


def test_the_first_screen_plays_a_recording_at_once(open_page: Open) -> None:
    page = open_page("", motion=True)
    expect(page.locator(PLAYER)).to_have_attribute("data-ready", "true")
    page.wait_for_function("+document.querySelector('#attack-player .at').dataset.step > 2")
    page.locator(".at-last").click()
    expect(page.locator(".at-verdict")).to_contain_text(re.compile("Fooled|Held"))
    titles = page.locator("#attack-replays label")
    titles.last.click()
    expect(page.locator(f"{PLAYER} h2").first).to_have_text(titles.last.inner_text().strip())


def test_an_attack_plays_to_its_end_and_asks_whether_you_noticed(open_page: Open) -> None:
    page = open_page("tab=attack")
    attack(page, TEXT)
    to_end(page)
    expect(page.locator(".at-verdict")).to_contain_text("Fooled")
    expect(page.locator(".at-text ins").first).to_be_visible()
    assert page.locator(".at-after ins").count() == 0
    page.locator("[data-vote=odd]").click()
    expect(page.locator(".at-after ins").first).to_be_visible()
    expect(page.locator(".at-reveal")).to_contain_text("You noticed 1 of 1")
    expect(page.locator(".at-reveal")).to_be_focused()
    original = page.locator(".at-version").first
    assert original.inner_text() == TEXT
    expect(page.locator("#attack-status")).to_contain_text("Copy link")


def test_sharp_scores_hide_and_a_fitted_temperature_shows_again(used_page: Open) -> None:
    page = used_page("tab=attack")
    page.locator("#attack-text textarea").fill("A good film.")
    page.locator("#illusion-go").click()
    expect(page.locator("#illusion-shown tbody tr")).to_have_count(2)
    page.locator("#illusion-calibrate").click()
    expect(page.locator("#illusion-shown tbody tr")).to_have_count(3)
    expect(page.locator("#illusion-shown tbody tr").last).to_contain_text("calibrated: ÷ 0.00316")
    page.locator("#gate-go").click()
    expect(page.locator("#gate-shown tbody tr")).to_have_count(6)
    assert bad_in_both_themes(page, "#gate-dial, #illusion") == []


def test_the_end_is_reached_by_playing_alone(open_page: Open) -> None:
    page = open_page("tab=attack", motion=True)
    attack(page, TEXT)
    page.wait_for_function(ENDED)
    expect(page.locator(".at-live")).to_contain_text("made the classifier answer")


def test_a_running_attack_stops(used_page: Open) -> None:
    page = used_page("tab=attack")
    attack(page, f"{TEXT} A {LINGER} sleep.", against=("Plain", "FuSE", "FIVE"), rules="Strict")
    stop = page.locator(".at-controls .at-stop")
    expect(stop).to_be_visible()
    stop.click()
    to_end(page)
    expect(page.locator(".at-lane[data-status=stopped]").first).to_contain_text("Stopped")
    expect(stop).to_be_hidden()


def test_steps_go_forth_and_back_with_buttons_and_keys(used_page: Open) -> None:
    page = used_page("tab=attack")
    upload(page, recorded())
    expect(page.locator(f"{PLAYER} h2").first).to_have_text("From a file")
    page.locator(".at-first").click()
    expect(page.locator(PLAYER)).to_have_attribute("data-playing", "false")
    assert number(page, "step") == 0
    for _ in range(3):
        page.locator(".at-next").click()
    assert number(page, "step") == 3
    page.locator(".at-back").click()
    assert number(page, "step") == 2
    page.locator(PLAYER).focus()
    page.keyboard.press("ArrowRight")
    assert number(page, "step") == 3
    page.keyboard.press("Shift+ArrowRight")
    assert number(page, "step") > 3
    page.keyboard.press("End")
    assert number(page, "step") == number(page, "steps")
    page.keyboard.press("Home")
    assert number(page, "step") == 0
    page.keyboard.press(" ")
    expect(page.locator(PLAYER)).to_have_attribute("data-playing", "true")
    page.wait_for_function("+document.querySelector('#attack-player .at').dataset.step > 0")
    page.keyboard.press(" ")
    expect(page.locator(PLAYER)).to_have_attribute("data-playing", "false")
    page.locator(".at-word[data-visited]").first.click()
    expect(page.locator(".at-trying")).to_be_visible()


def test_a_saved_attack_is_replayed_and_its_table_has_every_step(used_page: Open, open_page: Open) -> None:
    page = used_page("tab=attack")
    attack(page, TEXT)
    to_end(page)
    with page.expect_download() as lines:
        page.locator(".at-jsonl").click()
    content = Path(lines.value.path()).read_bytes()
    steps = len(read_recording(content.decode()).steps)
    with page.expect_download() as table:
        page.locator(".at-csv").click()
    assert len(Path(table.value.path()).read_text(encoding="utf-8").splitlines()) >= steps + 1
    other = open_page("tab=attack")
    upload(other, content)
    expect(other.locator("#attack-status")).to_contain_text("Replaying your file")
    expect(other.locator(PLAYER)).to_have_attribute("data-steps", str(steps))
    to_end(other)
    expect(other.locator(".at-verdict")).to_contain_text("Fooled")


def test_a_hostile_file_gets_a_message_and_changes_nothing(used_page: Open) -> None:
    page = used_page("tab=attack")
    before = page.locator(PLAYER).get_attribute("data-steps")
    files = {b"hello": "not JSON", b"\xff\xfe": "UTF-8", b'{"lane": 0, "event": "AttackFinished"}': "has fields",
             b'{"event": "<img src=x onerror=window.hacked=1>"}': "Unknown event '<img"}  # fmt: skip
    for content, said in files.items():
        upload(page, content)
        expect(page.locator("#attack-status [role=alert]")).to_contain_text(said)
    assert page.locator(PLAYER).get_attribute("data-steps") == before
    assert page.evaluate("window.hacked") is None


VERDICT = r"wrong in \d+ of 21 fresh draws \(95 % interval \d+% to \d+%\), on the original in \d+ of 21"


def test_classifiers_are_compared_side_by_side(used_page: Open) -> None:
    page = used_page("tab=attack")
    attack(page, TEXT, against=("Plain", "FIVE"))
    to_end(page)
    lanes = page.locator(".at-lane")
    expect(lanes).to_have_count(2)
    expect(lanes.nth(0)).to_contain_text(re.compile("Plain.*question", re.DOTALL))
    fell = re.compile(r"Plain fell (first, )?after \d+ questions? and \d+")
    expect(page.locator(".at-standings")).to_contain_text(fell)
    lanes.nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(lanes.nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator(".at-verdict")).to_contain_text(re.compile(VERDICT))
    assert number(page, "lane") == 1


def test_a_hypothesis_is_attacked_and_its_premise_shown(open_page: Open) -> None:
    page = open_page("tab=attack")
    page.locator("#attack-task").get_by_role("radio", name="A premise and a hypothesis").check()
    page.locator("#attack-hypothesis textarea").fill("A man is outside with a good film.")
    attack(page, "A man walks on the street.")
    to_end(page)
    expect(page.locator(".at-premise")).to_contain_text("A man walks on the street.")
    expect(page.locator(".at-caption").last).to_have_text("Hypothesis, under attack")
    expect(page.locator(".at-bar")).to_have_count(3)


def test_markup_stays_text_live_and_in_files(used_page: Open) -> None:
    page = used_page("tab=attack")
    attack(page, HOSTILE)
    to_end(page)
    assert "<img src=x onerror=window.hacked=1>" in page.locator(".at-text").inner_text()
    upload(page, recorded(hostile=True))
    expect(page.locator(f"{PLAYER} h2").first).to_contain_text("<img")
    to_end(page)
    assert page.locator(f"{PLAYER} img").count() == 0
    assert page.evaluate("window.hacked") is None


def test_bad_input_is_told_and_odd_texts_are_attacked(used_page: Open) -> None:
    page = used_page("tab=attack")
    for text, said in (("  ", "empty"), ("a" * 200_001, "200,001 characters")):
        page.locator("#attack-text textarea").fill(text)
        page.locator("#attack-go").click()
        expect(page.locator("#attack-status [role=alert]")).to_contain_text(said)
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    for text in ("\u2026!", f"\U0001f600 good {family} film \u202eabc", "[SEP] great [MASK]"):
        attack(page, text)
        to_end(page)
        expect(page.locator(".at-verdict")).not_to_have_attribute("data-status", "error")


def test_a_link_restores_text_rules_and_seed(open_page: Open) -> None:
    query = {"tab": "attack", "task": "imdb", "text": TEXT, "rules": "adjusted", "method": "saliency", "seed": "7"}
    page = open_page(urlencode({**query, "against": "plain,five", "gate": "0.9"}))
    expect(page.locator("#attack-text textarea")).to_have_value(TEXT)
    expect(page.locator("#attack-preset").get_by_role("radio", name="Strict")).to_be_checked()
    expect(page.locator("#attack-method").get_by_role("radio", name="Saliency")).to_be_checked()
    expect(page.locator("#attack-against").get_by_label("FIVE", exact=True)).to_be_checked()
    page.locator("#attack-more button").first.click()
    expect(page.locator("#attack-seed input")).to_have_value("7")
    expect(page.locator("#attack-gate input[type=number]")).to_have_value("0.9")


def test_less_motion_means_no_play_of_its_own_accord(browser: Browser, page_url: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{page_url}?tab=attack")
    page.locator("#attack-upload").wait_for()
    upload(page, recorded())
    expect(page.locator(f"{PLAYER} h2").first).to_have_text("From a file")
    expect(page.locator(PLAYER)).to_have_attribute("data-playing", "false")
    page.locator(".at-play").click()
    expect(page.locator(PLAYER)).to_have_attribute("data-playing", "true")
    context.close()


def test_contrast_names_and_roles_are_in_order_light_and_dark_and_a_phone_never_scrolls_sideways(
    open_page: Open,
) -> None:
    page = open_page("tab=attack&__theme=light", width=390)
    upload(page, recorded())
    expect(page.locator(f"{PLAYER} h2").first).to_have_text("From a file")
    page.locator(".at-last").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for dark in (False, True):
        page.evaluate("(dark) => document.body.classList.toggle('dark', dark)", dark)
        found = Axe().run(page, context="#attack-player").response["violations"]
        assert not found, (dark, [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in found])


def test_two_players_on_a_page_do_not_know_each_other(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content('<div id="one"><div class="at-root"></div></div><button id="halt">Stop</button>'
                     '<div id="two"><div class="at-root"></div></div>')  # fmt: skip
    page.evaluate(
        """([script, catalog, whole, growing]) => {
          window.halted = 0;
          document.querySelector('#halt').onclick = () => { window.halted += 1; };
          const mount = new Function('element', 'props', 'watch', 'server', script);
          const put = (id, value, form) => mount(document.querySelector(id), { value, catalog, form }, () => {}, {});
          put('#one', growing, { stop: '#halt', text: '#halt' });
          put('#two', whole, {});
        }""",
        [present.script(), present.catalog(), recorded(), recorded().partition('"CandidateTried"')[0]],
    )
    one, two = page.locator("#one .at-root"), page.locator("#two .at-root")
    for player in (one, two):
        player.locator(".at-play").click()
        expect(player).to_have_attribute("data-playing", "false")
        player.locator(".at-first").click()
    one.locator(".at-next").click()
    expect(one).to_have_attribute("data-step", "1")
    expect(two).to_have_attribute("data-step", "0")
    two.locator(".at-last").click()
    two.locator("[role=tab]").nth(1).click()
    expect(two).to_have_attribute("data-lane", "1")
    expect(one).to_have_attribute("data-lane", "0")
    two.press("ArrowLeft")
    assert int(two.get_attribute("data-step") or 0) == int(two.get_attribute("data-steps") or 0) - 1
    expect(one).to_have_attribute("data-step", "1")
    expect(two.locator(".at-stop")).to_be_hidden()
    expect(two.locator(".at-own")).to_have_count(0)
    one.locator(".at-stop").click()
    assert page.evaluate("window.halted") == 1
    with page.expect_download() as saved:
        two.locator(".at-jsonl").click()
    assert saved.value.path().read_text(encoding="utf-8") == recorded()
    page.close()


def test_the_browsers_fold_is_the_cores(browser: Browser) -> None:
    content = recorded()
    recording = read_recording(content)
    page = browser.new_page()
    page.add_script_tag(content=(ASSETS / "attack" / "fold.js").read_text(encoding="utf-8"))
    folded = page.evaluate("""(text) => {
      const recording = new Recording();
      for (let i = 1; i <= 8; i += 1) recording.read(text.slice(0, Math.ceil(text.length * i / 8)));
      const all = Array.from({ length: recording.steps.length + 1 }, (_, k) => k);
      const at = (k) => recording.lanes.map((_, lane) => recording.viewAt(lane, k));
      return JSON.stringify([...all, ...all.toReversed()].map(at));
    }""", content)  # fmt: skip
    page.close()
    views = [AttackView() for _ in recording.lined_up.classifiers]
    expected = [list(views)]
    for step in recording.steps:
        views[step.lane] = reduce(views[step.lane], step.event)
        expected.append(list(views))
    assert [[shape(view) for view in row] for row in json.loads(folded)] == [
        [shape(python_shape(view)) for view in row] for row in [*expected, *reversed(expected)]
    ]


def python_shape(view: AttackView) -> dict[str, object]:
    plain = json.loads(json.dumps(asdict(view)))
    return {**plain, "swaps": len(view.swaps), "otherText": plain.pop("other_text")}


def shape(view: dict[str, object]) -> dict[str, object]:
    """Without what only one side keeps: the gate of a refusal, the events themselves."""
    names = ("step", "status", "reason", "original", "otherText", "text", "words", "word", "label", "labels",
             "probabilities", "predicted", "line", "queries", "note", "swaps")  # fmt: skip
    kept = {name: view[name] for name in names}
    kept["candidates"] = [{k: v for k, v in seen.items() if k != "gate"} for seen in view["candidates"]]
    return kept
