// Events of an attack folded into what a reader sees: the fold of core/attacks/view.py, for the browser, so that every
// step back or forth is instant. A test plays recordings through both and compares.

const EMPTY_VIEW = Object.freeze({
  step: 0, status: "waiting", reason: "", started: null, finished: null, original: "", otherText: "", text: "",
  words: [], word: null, candidates: [], label: -1, labels: [], probabilities: [], predicted: -1, line: [], queries: 0,
  note: "", swaps: 0,
});

function foldEvent(view, event) {
  const folded = FOLDS[event.event](view, event);
  return { ...folded, step: view.step + 1 };
}

const FOLDS = {
  AttackStarted: (view, event) => ({
    ...EMPTY_VIEW, step: view.step, status: "running", started: event, original: event.text,
    otherText: event.other_text, text: event.text,
    words: event.words.map(([start, end, text]) => (
      { start, end, text, original: text, state: "waiting", score: null, rank: null, reason: "" })),
    label: event.label, labels: event.labels, probabilities: event.probabilities, predicted: event.predicted,
    line: [[event.queries, event.probabilities[event.label]]], queries: event.queries, note: event.note,
  }),
  WordsRanked(view, event) {
    const words = view.words.map((word) => ({ ...word, score: null, rank: null }));
    event.order.forEach((index, rank) => Object.assign(words[index], {
      score: event.scores.length ? event.scores[rank] : null, rank, state: "waiting", reason: "" }));
    event.left_out.forEach(([index, reason]) => Object.assign(words[index], { state: "left out", reason }));
    return { ...view, words, word: null, candidates: [], queries: event.queries };
  },
  CandidateRefused(view, event) {
    const opened = openWord(view, event.word);
    const similarity = event.gate === "sentence" ? event.value : null;
    const seen = { replacement: event.replacement, verdict: "refused", reason: event.reason, cosine: event.cosine,
      similarity, probability: null, predicted: null, gate: event.gate };
    return { ...opened, candidates: [...opened.candidates, seen] };
  },
  CandidateTried(view, event) {
    const opened = openWord(view, event.word);
    const flips = event.predicted !== view.label;
    const seen = { replacement: event.replacement, verdict: flips ? "flips" : "tried",
      reason: flips ? "flips the answer" : "", cosine: event.cosine, similarity: event.similarity,
      probability: event.probabilities[view.label], predicted: event.predicted };
    return { ...opened, candidates: [...opened.candidates, seen], queries: event.queries };
  },
  FlipChecked: (view, event) => markCandidate(view, event.replacement, event.confirmed ? "flips" : "not confirmed",
    `${event.wrong} of ${event.draws} fresh draws wrong`),
  SwapAccepted(view, event) {
    const marked = markCandidate(openWord(view, event.word), event.replacement, "accepted", "kept");
    const words = marked.words.map((word) => ({ ...word }));
    const word = words[event.word];
    const end = word.start + [...event.replacement].length;
    const shift = end - word.end;
    Object.assign(word, { end, text: event.replacement, state: "swapped", reason: "" });
    for (const later of words.slice(event.word + 1)) {
      later.start += shift;
      later.end += shift;
    }
    const swaps = words.filter((each) => each.state === "swapped").length;
    return { ...marked, words, swaps, text: event.text, probabilities: event.probabilities, predicted: event.predicted,
      line: [...marked.line, [event.queries, event.probabilities[view.label]]], queries: event.queries };
  },
  WordPassed(view, event) {
    const opened = openWord(view, event.word);
    const words = opened.words.slice();
    words[event.word] = { ...words[event.word], state: "passed", reason: event.reason };
    return { ...opened, words };
  },
  AttackFinished: (view, event) => ({
    ...closeWord(view), status: event.status, reason: event.reason, finished: event, text: event.text, word: null,
    predicted: event.predicted, queries: event.queries, label: event.label, original: view.original || event.text,
  }),
};

function openWord(view, index) {
  if (view.word === index) return view;
  const words = closeWord(view).words.slice();
  if (words[index].state !== "swapped") words[index] = { ...words[index], state: "under attack" };
  return { ...view, words, word: index, candidates: [] };
}

function closeWord(view) {
  if (view.word === null || view.words[view.word].state !== "under attack") return view;
  const words = view.words.slice();
  words[view.word] = { ...words[view.word], state: "waiting" };
  return { ...view, words };
}

function markCandidate(view, replacement, verdict, reason) {
  const place = view.candidates.map((seen) => seen.replacement).lastIndexOf(replacement);
  if (place < 0) return view;
  const candidates = view.candidates.slice();
  candidates[place] = { ...candidates[place], verdict, reason };
  return { ...view, candidates };
}

// A recording: JSON lines in, lanes out. It may still grow; viewAt(lane, k) is the lane after k steps of all lanes.
class Recording {
  constructor() {
    this.consumed = "";
    this.linedUp = null;
    this.steps = [];
    this.lanes = [];
  }

  // Takes the whole text so far; true if it continues what was read before.
  read(text) {
    if (!text.startsWith(this.consumed)) return false;
    const fresh = text.slice(this.consumed.length);
    const end = fresh.lastIndexOf("\n") + 1;
    for (const line of fresh.slice(0, end).split("\n")) if (line.trim()) this.add(JSON.parse(line));
    this.consumed += fresh.slice(0, end);
    return true;
  }

  add(record) {
    if (record.event === "LinedUp") {
      this.linedUp = record;
      record.classifiers.forEach((title) => this.addLane(title));
      return;
    }
    const number = record.lane ?? 0;
    if (!this.lanes.length) this.addLane(record.classifier ?? "");
    const lane = this.lanes[number];
    this.steps.push({ lane: number, event: record });
    lane.at.push(this.steps.length);
    lane.events.push(record);
    if (record.event === "CandidateTried") lane.tries.push({ ...record, step: this.steps.length });
    if (record.event === "AttackFinished") lane.finished = record;
  }

  addLane(title) {
    this.lanes.push({ title, at: [], events: [], tries: [], finished: null, snapshots: [EMPTY_VIEW] });
  }

  get complete() {
    return this.lanes.length > 0 && this.lanes.every((lane) => lane.finished);
  }

  viewAt(number, step) {
    const lane = this.lanes[number];
    const count = lowerBound(lane.at, step + 1);
    const every = 32;
    let from = Math.min(Math.floor(count / every), lane.snapshots.length - 1) * every;
    let view = lane.snapshots[from / every];
    if (lane.last && lane.last.count <= count && lane.last.count >= from) {
      from = lane.last.count;
      view = lane.last.view;
    }
    for (let i = from; i < count; i += 1) {
      view = foldEvent(view, lane.events[i]);
      if ((i + 1) % every === 0 && lane.snapshots.length === (i + 1) / every) lane.snapshots.push(view);
    }
    lane.last = { count, view };
    return view;
  }
}

// How many of the rising numbers are below the limit.
function lowerBound(numbers, limit) {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
