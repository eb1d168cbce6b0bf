// The lesson's card: outlines what is to be used, sees when the deed is done, remembers it in this browser alone.

const TICKS = "firebert-lesson";

function ticks() {
  try {
    const kept = JSON.parse(localStorage.getItem(TICKS) ?? "[]");
    return new Set(Array.isArray(kept) ? kept : []);
  } catch {
    return new Set();
  }
}

function tick(name) {
  const done = ticks().add(name);
  try {
    localStorage.setItem(TICKS, JSON.stringify([...done]));
  } catch { /* a browser that keeps nothing shows the tick of this card alone */ }
}

function mountLesson() {
  if (window.lessonMounted) return;
  window.lessonMounted = true;
  let used = "";
  const card = () => document.querySelector("[data-lesson]");

  // "appears <selector>", "used <selector>", or "played": the recording stands at its end.
  const isDone = ({ dataset }) => {
    const space = dataset.done.indexOf(" ");
    const [how, what] = space < 0 ? [dataset.done, ""] : [dataset.done.slice(0, space), dataset.done.slice(space + 1)];
    if (how === "appears") return document.querySelector(what) !== null;
    if (how === "used") return used === dataset.lesson;
    const player = document.querySelector("#attack-player .at")?.dataset;
    return player?.complete === "true" && Number(player.steps) > 0 && player.step === player.steps;
  };

  const use = ({ target }) => {
    const now = card();
    if (now?.dataset.done.startsWith("used ") && target.closest?.(now.dataset.done.slice(5))) used = now.dataset.lesson;
    const sheet = target.closest?.("[data-print]");
    if (sheet) window.print();
  };
  for (const kind of ["click", "input", "change"]) document.addEventListener(kind, use, true);

  const look = () => {
    const now = card();
    const known = ticks();
    for (const link of document.querySelectorAll("[data-card]")) link.toggleAttribute("data-ticked", known.has(link.dataset.card));
    if (!now) return;
    const over = now.hasAttribute("data-over") || isDone(now);
    const target = over ? null : document.querySelector(now.dataset.target);
    for (const old of document.querySelectorAll(".fl-target")) if (old !== target) old.classList.remove("fl-target");
    target?.classList.add("fl-target");
    if (!over || now.hasAttribute("data-over")) return;
    now.setAttribute("data-over", "");
    now.querySelector(".fl-tick").textContent = "✓";
    now.querySelector(".fl-said").textContent = " Done.";
    tick(now.dataset.lesson);
  };
  setInterval(look, 300);
}
