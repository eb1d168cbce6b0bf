// The parts of the player's page, drawn from the views of its lanes.

function drawPlayer(player) {
  const { recording, parts, root, catalog } = player;
  const { steps, lanes } = recording;
  const ready = lanes.length > 0;
  root.dataset.ready = ready;
  root.dataset.step = player.step;
  root.dataset.steps = steps.length;
  root.dataset.playing = player.playing;
  root.dataset.complete = recording.complete;
  root.dataset.lane = player.lane;
  if (!ready) return;
  const views = lanes.map((_, number) => recording.viewAt(number, player.step));
  const view = views[player.lane];
  root.dataset.status = view.status;
  drawHead(player, view, views);
  drawLanes(player, views);
  drawBody(player, view, catalog);
  drawControls(player);
  drawCandidates(player, view, catalog);
  drawAfter(player, view);
  player.say();
}

function drawHead({ recording, parts, catalog, lane, growing }, view) {
  const lined = recording.linedUp;
  parts.title.textContent = lined?.title || "Attack";
  parts.note.textContent = lined?.note ?? "";
  const [glyph, words] = VERDICT[view.status];
  parts.verdict.dataset.status = view.status;
  const head = [make("strong", {}, `${glyph} ${words}. `)];
  if (view.status === "running") {
    head.push("The classifier says ", classMark(view.labels, view.predicted, catalog.looks),
      `. The attack wants any other answer.`);
  } else if (view.status === "success") {
    head.push("The answer ", classMark(view.labels, view.label, catalog.looks), " became ",
      classMark(view.labels, view.predicted, catalog.looks), ` after ${plural(view.swaps, "changed word")} and `
      + `${plural(view.queries, "question")}.`);
  } else if (view.finished) {
    head.push(view.reason);
  }
  const end = view.finished;
  if (end && view.started?.randomised) {
    const fooled = end.single_draw ? "a single draw was fooled on the way" : "no single draw was fooled";
    head.push(make("span", { class: "at-draws" }, ` Randomised: ${verdictWords(end)}; ${fooled}.`));
  }
  parts.verdict.replaceChildren(...head);
  parts.ran.textContent = ranWith(view.started, recording.linedUp, catalog);
  parts.settings.hidden = !parts.ran.textContent;
}

// The verdict of fresh draws, with Wilson's 95 % interval as core/evaluation/statistics.py has it; recordings made before
// the original was judged too say nothing of it.
function verdictWords(end) {
  if (!end.draws) return "stopped before fresh draws could judge it";
  const z = 1.959964, n = end.draws, p = end.wrong / n;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const reach = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  const interval = `95 % interval ${percent(Math.max(0, middle - reach))} to ${percent(Math.min(1, middle + reach))}`;
  const before = end.draws_before ? `, on the original in ${end.wrong_before} of ${end.draws_before}` : "";
  return `wrong in ${end.wrong} of ${n} fresh draws (${interval})${before}`;
}

function ranWith(start, lined, catalog) {
  if (!start) return "";
  const changed = start.overrides.map(([name, value]) => `${name} = ${value}`).join(", ");
  return [
    `${catalog.methods[start.method] ?? start.method}, rules “${catalog.presets[start.preset] ?? start.preset}” (${start.preset})`
      + (changed ? `, changed: ${changed}` : ""),
    `classifier ${start.classifier}${start.randomised ? " (randomised)" : ""}`, `seed ${start.seed}`,
    `sentence encoder: ${start.encoder}, threshold ${start.calibration}`, `parts of speech: ${start.tagger}`,
    `synonyms: ${start.neighbors}`, ...(start.note ? [start.note] : []),
  ].join(" · ");
}

function drawLanes(player, views) {
  const { recording, parts } = player;
  const many = recording.lanes.length > 1;
  parts.lanes.hidden = parts.standings.hidden = !many;
  if (!many) return;
  if (parts.lanes.children.length !== views.length || player.drawnLanes !== recording) {
    player.drawnLanes = recording;
    parts.lanes.replaceChildren(...views.map((_, number) => make("button", {
      type: "button", role: "tab", class: "at-lane", onclick: () => player.look(number),
      onkeydown: (event) => {
        const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!move) return;
        event.preventDefault();
        event.stopPropagation();
        player.look((number + move + views.length) % views.length);
        parts.lanes.children[player.lane].focus();
      },
    })));
  }
  views.forEach((view, number) => {
    const card = parts.lanes.children[number];
    const chosen = number === player.lane;
    card.setAttribute("aria-selected", chosen);
    card.tabIndex = chosen ? 0 : -1;
    card.dataset.status = view.status;
    const [glyph, words] = VERDICT[view.status];
    const share = view.probabilities[view.label];
    card.replaceChildren(
      make("span", { class: `at-lane-name at-dash-${number % 4}` }, recording.lanes[number].title),
      make("span", { class: "at-lane-status" }, `${glyph} ${words}`),
      make("span", { class: "at-lane-answer" }, ...(view.labels.length
        ? [classMark(view.labels, view.predicted, player.catalog.looks), ` ${percent(view.probabilities[view.predicted] ?? share)}`]
        : ["no answer yet"])),
      make("span", { class: "at-lane-count" }, `${plural(view.queries, "question")} · ${plural(view.swaps, "changed word")}`),
      make("span", { class: "at-lane-swaps" }, view.words.filter((word) => word.state === "swapped")
        .map((word) => `${word.original} → ${word.text}`).join(", ")));
  });
  parts.standings.textContent = standings(recording, views);
}

function standings(recording, views) {
  const named = views.map((view, number) => ({ view, name: recording.lanes[number].title }));
  const fallen = named.filter(({ view }) => view.status === "success").sort((a, b) => a.view.queries - b.view.queries);
  const words = fallen.map(({ view, name }, place) => `${name} fell ${place ? "" : "first, "}after `
    + `${plural(view.queries, "question")} and ${plural(view.swaps, "changed word")}`);
  for (const { view, name } of named) {
    if (["failed", "exhausted"].includes(view.status)) words.push(`${name} held for ${plural(view.queries, "question")}`);
    if (view.status === "skipped") words.push(`${name} gave another answer from the start`);
    if (view.status === "stopped") words.push(`${name} was stopped after ${plural(view.queries, "question")}`);
  }
  const open = named.filter(({ view }) => !view.finished).length;
  return words.length ? `${words.join("; ")}${open ? `; ${open} still under attack` : ""}.` : "All stand so far.";
}

function drawBody(player, view, catalog) {
  const { parts, recording } = player;
  const lined = recording.linedUp;
  const premise = lined?.other_text || view.otherText;
  parts.premise.hidden = !premise;
  parts.premise.replaceChildren(make("p", { class: "at-caption" }, "Premise, never touched"), make("p", { dir: "auto" }, premise));
  parts.caption.textContent = premise ? "Hypothesis, under attack" : "Text under attack";
  const lane = recording.lanes[player.lane];
  const visited = new Map();
  lane.events.forEach((event, i) => {
    if ("word" in event && !visited.has(event.word)) visited.set(event.word, lane.at[i]);
  });
  if (player.drawnText !== view) {
    const shown = view.text || !lined ? view : { ...view, text: lined.text };
    drawText(parts.text, shown, visited, (step) => player.seek(step));
    player.drawnText = view;
  }
  const drawn = view.words.some((word) => word.rank !== null) && view.words.every((word) => word.score === null);
  parts.legend.replaceChildren(
    drawn ? make("span", {}, "order of attack drawn at random")
      : make("span", {}, "matters little ", make("i", { class: "at-scale" }), " matters most (1 to 5 numbered)"),
    make("span", {}, make("i", { class: "at-key", "data-state": "under attack" }, "word"), " under attack"),
    make("span", {}, make("i", { class: "at-key", "data-state": "swapped" }, make("ins", {}, "word")), " replaced"),
    make("span", {}, make("i", { class: "at-key", "data-state": "left out" }, "word"), " left alone"));
  parts.bars.replaceChildren(...view.labels.map((label, index) => {
    const share = view.probabilities[index] ?? 0;
    const look = catalog.looks[label]?.[0] ?? "grey";
    const track = make("span", { class: "at-track", "aria-hidden": "true" });
    track.append(make("span", { class: `at-b-${look}`, style: `width:${(100 * share).toFixed(1)}%` }));
    return make("div", { class: "at-bar", "data-now": index === view.predicted || null },
      classMark(view.labels, index, catalog.looks), track, make("span", { class: "at-number" }, percent(share)));
  }));
  drawChart(parts.chart, recording, player.lane, player.step, catalog.looks);
  const refused = lane.events.slice(0, lowerBound(lane.at, player.step + 1)).filter((e) => e.event === "CandidateRefused").length;
  const pairs = [["questions asked", view.queries], ["words changed", `${view.swaps} of ${view.words.length}`],
    ["synonyms refused", refused]];
  parts.counters.replaceChildren(...pairs.map(([name, value]) =>
    make("div", {}, make("dd", {}, value.toLocaleString("en")), make("dt", {}, name))));
}

function drawControls({ parts, step, recording, playing, growing }) {
  const count = recording.steps.length;
  parts.range.max = count;
  parts.range.value = step;
  parts.range.setAttribute("aria-valuetext", `step ${step} of ${count}`);
  parts.where.textContent = `${step} / ${count}${growing && !recording.complete ? "…" : ""}`;
  const label = playing ? "Pause" : "Play";
  if (parts.play.title !== label || !parts.play.firstChild) parts.play.replaceChildren(icon(playing ? "pause" : "play"));
  parts.play.setAttribute("aria-label", label);
  parts.play.title = label;
  parts.stop.hidden = !growing || recording.complete;
  if (parts.stop.hidden) parts.stop.textContent = "Stop";
  for (const name of ["first", "wordback", "back"]) parts[name].disabled = step <= 0;
  for (const name of ["next", "wordnext", "last"]) parts[name].disabled = step >= count;
}

const GATES = { word: "too far in meaning", part_of_speech: "another part of speech", sentence: "the sentence changes too much" };

function drawCandidates(player, view, catalog) {
  if (player.drawnCandidates === view.candidates && player.drawnCandidatesOf === view) return;
  player.drawnCandidates = view.candidates;
  player.drawnCandidatesOf = view;
  const box = player.parts.candidates;
  const lane = player.recording.lanes[player.lane];
  const count = lowerBound(lane.at, player.step + 1);
  const last = lane.events.slice(0, count).findLast((event) => "word" in event);
  const word = last ? view.words[last.word] : null;
  if (!word) {
    box.replaceChildren(make("p", { class: "at-quiet" }, view.started
      ? "Finding the words that matter: each word is left out once, and the classifier is asked again." : ""));
    return;
  }
  const asked = view.candidates.filter((seen) => seen.probability !== null);
  const refused = view.candidates.filter((seen) => seen.probability === null);
  const kinds = Object.entries(GATES).map(([gate, text]) => [refused.filter((seen) => seen.gate === gate).length, text])
    .filter(([number]) => number).map(([number, text]) => `${number} ${text}`).join(", ");
  const column = (title, lead, seen) => {
    const list = make("ol", { class: "at-list", tabindex: seen.length > 6 ? "0" : null, "aria-label": title },
      ...seen.map((one) => drawCandidate(one, view, catalog.looks)));
    return make("div", {}, make("h3", {}, title), make("p", { class: "at-quiet" }, lead), list);
  };
  const outcome = word.state === "swapped" ? [" became ", make("ins", {}, word.text)]
    : word.state === "passed" ? [`: ${word.reason}`] : [];
  box.replaceChildren(
    make("p", { class: "at-trying" }, view.finished ? "Last tried: " : "Replacing ", make("b", { dir: "auto" }, word.original), ...outcome),
    make("div", { class: "at-columns" },
      column(`Asked (${asked.length})`, asked.length ? `how sure the classifier stays of “${view.labels[view.label]}”` : "none yet", asked),
      column(`Refused (${refused.length})`, kinds || "none", refused)));
  for (const list of box.querySelectorAll(".at-list")) {
    const kept = list.querySelector("[data-verdict=accepted]");
    list.scrollTop = kept ? kept.offsetTop - list.offsetTop - list.clientHeight / 2 : list.scrollHeight;
  }
}

const ASK = [["fine", "No, it reads fine"], ["odd", "Yes, it reads odd"], ["other", "It no longer says the same"]];

function drawAfter(player, view) {
  const box = player.parts.after;
  const shown = Boolean(view.finished) && view.swaps > 0 && Boolean(view.started);
  box.hidden = !shown;
  if (!shown) {
    player.drawnAfter = null;
    return;
  }
  const key = view.original + "\u0000" + view.text;
  const vote = player.votes.get(key);
  if (player.drawnAfter === key + vote) return;
  player.drawnAfter = key + vote;
  const cast = (name) => {
    player.votes.set(key, name);
    player.draw();
    box.querySelector(".at-reveal")?.focus();
  };
  const cards = make("div", { class: "at-columns" }, ...[[true, "Original"], [false, "After the attack"]].map(([original, title]) =>
    make("div", {}, make("h3", {}, title), drawVersion(view, original, vote))));
  box.replaceChildren(make("h2", {}, "Would you have noticed?"), cards);
  if (!vote) {
    box.append(make("p", { class: "at-quiet" }, "Read the right-hand text as if you had never seen the other one."),
      make("div", { class: "at-votes" }, ...ASK.map(([name, text]) =>
        make("button", { type: "button", class: "at-tool", "data-vote": name, onclick: () => cast(name) }, text))));
    return;
  }
  const votes = [...player.votes.values()];
  const noticed = votes.filter((name) => name !== "fine").length;
  const kept = player.recording.lanes[player.lane].events.filter((event) => event.event === "SwapAccepted");
  const similar = kept.map((event) => event.similarity).filter((value) => value !== null);
  const facts = [`${view.swaps} of ${plural(view.words.length, "word")} changed.`,
    similar.length ? `The sentence gate saw a similarity of ${two(Math.min(...similar))} or more on its scale and let it pass; `
      + "it does not see whether praise turned into blame." : "No sentence gate looked at this text.",
    `You noticed ${noticed} of ${plural(votes.length, "changed text")} in this visit.`];
  box.append(make("p", { class: "at-reveal", tabindex: "-1" }, `You said: ${ASK.find(([name]) => name === vote)[1].toLowerCase()}. `
    + facts.join(" ")));
}
