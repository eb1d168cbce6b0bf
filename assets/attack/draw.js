// What a view looks like. Every text of a visitor, a model or a file enters the page through textContent or setAttribute.

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function svg(tag, attributes = {}) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function icon(name) {
  const picture = svg("svg", { viewBox: "0 0 24 24", width: 18, height: 18, "aria-hidden": "true" });
  picture.append(svg("path", { d: ICONS[name], fill: "currentColor" }));
  return picture;
}

const percent = (share) => (share > 0.99 && share < 1) || (share > 0 && share < 0.01)
  ? `${(100 * share).toFixed(1)}%` : `${Math.round(100 * share)}%`;
const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
const two = (value) => (value === null || value === undefined ? "" : value.toFixed(2));

function classMark(labels, index, looks) {
  const label = labels[index] ?? "unknown";
  const look = looks[label] ?? ["grey", "■"];
  return make("span", { class: `at-class at-c-${look[0]}` }, make("span", { "aria-hidden": "true" }, `${look[1]} `), label);
}

// The text with its words marked. Offsets count characters, not JavaScript's half characters.
function drawText(box, view, visited, seek) {
  const characters = [...view.text];
  const best = Math.max(0, ...view.words.map((word) => word.score ?? 0).filter(Number.isFinite));
  const nodes = [];
  let at = 0;
  view.words.forEach((word, index) => {
    nodes.push(characters.slice(at, word.start).join(""));
    at = word.end;
    const weight = best > 0 && word.score > 0 ? Math.max(0.08, word.score / best) : 0;
    const node = make("span", {
      class: "at-word", "data-state": word.state, "data-index": index, title: wordTitle(word, view),
      style: word.score === null ? null : `--w:${weight.toFixed(3)}`,
      "data-rank": word.rank !== null && word.rank < 5 && weight > 0 ? word.rank + 1 : null,
    });
    if (word.state === "swapped") {
      node.append(make("del", {}, word.original), make("span", { class: "at-to" }, " "), make("ins", {}, word.text));
    } else node.append(word.text);
    if (visited.has(index)) {
      node.dataset.visited = "";
      node.addEventListener("click", () => seek(visited.get(index)));
    }
    nodes.push(node);
  });
  nodes.push(characters.slice(at).join(""));
  box.replaceChildren(...nodes);
  const active = box.querySelector('[data-index="' + view.word + '"]');
  if (!active) return;
  const shift = active.getBoundingClientRect().top - box.getBoundingClientRect().top;
  if (shift < 0 || shift > box.clientHeight - 30) box.scrollTop += shift - box.clientHeight / 2;
}

function wordTitle(word, view) {
  const parts = [word.original];
  if (word.rank !== null) parts.push(`number ${word.rank + 1} in the order of attack`);
  if (word.score !== null && Number.isFinite(word.score) && view.started?.method !== "saliency") {
    parts.push(`leaving it out costs ${(100 * word.score).toFixed(1)} points`);
  }
  if (word.state === "swapped") parts.push(`replaced by ${word.text}`);
  if (word.reason) parts.push(word.reason);
  return parts.join(": ").replace(": ", " · ").replaceAll(": ", " · ");
}

// Two versions of a text beside each other; marked shows what changed.
function drawVersion(view, original, marked) {
  const text = original ? view.original : view.text;
  const characters = [...text];
  const nodes = [];
  let at = 0;
  let shift = 0;
  for (const word of view.words) {
    const length = [...word.original].length;
    const start = original ? word.start - shift : word.start;
    const end = original ? start + length : word.end;
    shift += word.end - word.start - length;
    if (word.state !== "swapped") continue;
    nodes.push(characters.slice(at, start).join(""));
    const content = characters.slice(start, end).join("");
    nodes.push(marked ? make(original ? "del" : "ins", {}, content) : content);
    at = end;
  }
  nodes.push(characters.slice(at).join(""));
  return make("p", { class: "at-version", dir: "auto" }, ...nodes);
}

const VERDICTS = {
  refused: ["✕", "refused"], tried: ["·", "asked"], flips: ["⚡", "flips"], accepted: ["✓", "kept"],
  "not confirmed": ["?", "not confirmed"],
};

function drawCandidate(seen, view, looks) {
  const [glyph, name] = VERDICTS[seen.verdict];
  const row = make("li", { class: "at-candidate", "data-verdict": seen.verdict },
    make("span", { class: "at-glyph", "aria-hidden": "true" }, glyph),
    make("span", { class: "at-replacement", dir: "auto" }, seen.replacement));
  if (seen.probability === null) {
    row.append(make("span", { class: "at-why" }, seen.reason));
    return row;
  }
  const bar = make("span", { class: "at-meter", "aria-hidden": "true" });
  bar.append(make("span", { style: `width:${(100 * seen.probability).toFixed(1)}%` }));
  row.append(bar, make("span", { class: "at-number" }, percent(seen.probability)));
  const flips = seen.verdict === "flips" && seen.reason === "flips the answer";
  const why = make("span", { class: "at-why" }, flips ? "flips to " : seen.verdict === "tried" ? "" : seen.reason || name);
  if (flips) why.append(classMark(view.labels, seen.predicted, looks));
  row.append(why);
  if (seen.similarity !== null) row.title = `sentence similarity ${two(seen.similarity)} on the gate's scale`;
  return row;
}

// Probability of the answer under attack against questions asked: each try a dot, the accepted path a line.
function drawChart(box, recording, selected, step, looks) {
  const width = Math.max(220, box.clientWidth);
  const height = 158;
  const [left, right, top, bottom] = [42, 10, 10, 26];
  const lane = recording.lanes[selected];
  const views = recording.lanes.map((_, number) => recording.viewAt(number, step));
  const asked = recording.lanes.map((each) => each.finished?.queries || (each.tries.at(-1)?.queries ?? 1));
  const most = Math.max(4, ...asked, ...views.map((view) => view.queries));
  const x = (queries) => left + ((width - left - right) * queries) / most;
  const y = (share) => top + (height - top - bottom) * (1 - share);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" });
  const view = views[selected];
  if (view.labels.length === 2) {
    picture.append(svg("rect", { x: left, y: y(0.5), width: width - left - right, height: y(0) - y(0.5), class: "at-lost" }));
  }
  for (const share of [0, 0.5, 1]) {
    picture.append(svg("line", { x1: left, x2: width - right, y1: y(share), y2: y(share), class: "at-rule" }));
    const label = svg("text", { x: left - 6, y: y(share) + 4, "text-anchor": "end" });
    label.textContent = `${100 * share}%`;
    picture.append(label);
  }
  const labels = [[left, "start", "0"], [width - right, "end", plural(most, "question")]];
  for (const [place, anchor, content] of labels) {
    const label = svg("text", { x: place, y: height - 8, "text-anchor": anchor });
    label.textContent = content;
    picture.append(label);
  }
  views.forEach((other, number) => {
    if (number !== selected) drawLine(picture, other, x, y, `at-line at-other at-dash-${number % 4}`);
  });
  for (const seen of lane.tries) {
    if (seen.step > step) break;
    const look = looks[view.labels[seen.predicted]]?.[0] ?? "grey";
    const flips = seen.predicted !== view.label;
    picture.append(svg("circle", { cx: x(seen.queries), cy: y(seen.probabilities[view.label] ?? 0),
      r: flips ? 3.6 : 2.2, class: `at-dot at-f-${look}` }));
  }
  drawLine(picture, view, x, y, "at-line");
  if (view.line.length) {
    const [, share] = view.line.at(-1);
    picture.append(svg("circle", { cx: x(view.queries), cy: y(share), r: 5,
      class: `at-now at-f-${looks[view.labels[view.predicted]]?.[0] ?? "grey"}` }));
    picture.setAttribute("aria-label", `Probability of ${view.labels[view.label]}: ${percent(view.line[0][1])} at the `
      + `start, ${percent(share)} after ${plural(view.queries, "question")}.`);
  }
  box.replaceChildren(picture);
}

function drawLine(picture, view, x, y, name) {
  if (!view.line.length) return;
  let path = "";
  view.line.forEach(([queries, share], i) => {
    path += i ? `H${x(queries)}V${y(share)}` : `M${x(queries)} ${y(share)}`;
  });
  picture.append(svg("path", { d: `${path}H${x(view.queries)}`, class: name }));
}
