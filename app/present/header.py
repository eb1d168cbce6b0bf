"""What stands above and below every tab: title, state of the models, colophon, and the page's few lines of script."""

from app.models import Warmth
from app.present.html import FLAME, text
from core.resources import ASSETS

HEAD = """
<meta name="description" content="Watch a text classifier being fooled word by word, and see which defences hold.">
<script>
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fb]");
  if (!button) return;
  if (button.dataset.fb === "dark") document.body.classList.toggle("dark");
  if (button.dataset.fb === "copy-code") {
    navigator.clipboard?.writeText(button.dataset.code);
    button.textContent = "Python copied";
  }
  if (button.dataset.fb === "copy-frame") {
    const link = new URL(button.dataset.query, location.href.split("?")[0]).href;
    navigator.clipboard?.writeText(`<iframe src="${link}" title="FireBERT Lab" width="100%" height="640"></iframe>`);
    button.textContent = "Frame copied";
  }
  if (button.dataset.fb === "open-whole") {
    const whole = new URL(location.href);
    whole.searchParams.delete("embed");
    button.href = whole.href;
  }
  if (button.dataset.fb === "copy-link") {
    const link = new URL(button.dataset.query, location.href.split("?")[0]).href;
    navigator.clipboard?.writeText(link);
    history.replaceState(null, "", link);
    button.textContent = "Link copied";
  }
});
</script>
""" + "".join(
    f"<script>\n{(ASSETS / name).read_text(encoding='utf-8')}</script>\n" for name in ("take_away.js", "waiting.js")
)


def title() -> str:
    """Name, one sentence, and the switch between light and dark."""
    return (
        f'<div class="fb-masthead"><div class="fb-brand">{FLAME}<div><h1>FireBERT Lab</h1>'
        "<p>Which words does a text classifier lean on, what happens when they change, and which defences hold?</p>"
        '</div></div><button class="fb-ghost" type="button" data-fb="dark" '
        'aria-label="Switch between light and dark">◐</button></div>'
    )


def warmth(state: Warmth) -> str:
    """One line: are the models there yet?"""
    if state.problems:
        listed = " ".join(map(text, state.problems))
        return f'<p class="fb-warmth fb-trouble" role="status">Not everything could be loaded. {listed}</p>'
    if state.done:
        return '<p class="fb-warmth" role="status"><span class="fb-dot fb-on"></span>Models ready</p>'
    return (
        '<p class="fb-warmth" role="status"><span class="fb-dot"></span>Models are warming up '
        f"({state.ready} of {state.total}); you can start already</p>"
    )


def colophon() -> str:
    """Whose method this is; where a panel stands alone, the way to the whole page is all that is left of it."""
    return (
        '<p class="fb-open fb-quiet"><a href="?" target="_blank" rel="noopener" data-fb="open-whole">'
        "Open in FireBERT Lab</a></p>"
        '<p class="fb-colophon">FireBERT Lab implements SWITCH, FuSE, FIVE and FACT from the paper &ldquo;FireBERT: '
        "Hardening BERT-based classifiers against adversarial attack&rdquo; (2020) and corrects them where needed.</p>"
    )
