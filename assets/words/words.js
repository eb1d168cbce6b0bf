// Clicks on the board become moves; arrows walk along the words. Everything that is shown is drawn by the server.

function mountWords(element, trigger) {
  element.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-act]");
    if (!chosen || chosen.disabled) return;
    const { act, word, to } = chosen.dataset;
    trigger("select", { act, word, to });
  });
  element.addEventListener("keydown", (event) => {
    const word = event.target.closest(".fw-word");
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!word || !step || event.altKey || event.ctrlKey || event.metaKey) return;
    const words = [...element.querySelectorAll(".fw-word")];
    const place = Math.min(words.length - 1, Math.max(0, words.indexOf(word) + step));
    event.preventDefault();
    words.forEach((each, i) => { each.tabIndex = i === place ? 0 : -1; });
    words[place].focus();
  });
}
