// The player: one recording, finished or still growing, played, paused and stepped in the browser.

const PACE = {
  AttackStarted: 900, WordsRanked: 1300, CandidateRefused: 50, CandidateTried: 180, FlipChecked: 700, SwapAccepted: 1000,
  WordPassed: 500, AttackFinished: 500,
};
const LONGEST = 45000;
const LAG = 1200;
const ICONS = {
  first: "M5 4h2.4v16H5zM20 4v16L8.5 12z", wordback: "M11.5 5v14L4 12zM20 5v14l-7.5-7z", back: "M16 5v14L7 12z",
  play: "M7 4v16l13-8z", pause: "M6 4h4v16H6zM14 4h4v16h-4z", next: "M8 5v14l9-7z",
  wordnext: "M12.5 5v14l7.5-7zM4 5v14l7.5-7z", last: "M16.6 4H19v16h-2.4zM4 4v16l11.5-8z",
};
const VERDICT = {
  waiting: ["…", "Waiting for the first answer"], running: ["▸", "Under attack"], success: ["✗", "Fooled"],
  failed: ["✓", "Held"], exhausted: ["✓", "Held within the budget"], stopped: ["■", "Stopped"],
  skipped: ["–", "Wrong from the start"], error: ["!", "Could not be attacked"],
};

class Player {
  // "form" names the boxes beside this player: "text" to write an own text in, "stop" to end what runs; or neither.
  constructor(root, catalog, form, server) {
    this.root = root;
    this.catalog = catalog;
    this.form = form;
    this.server = server;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.votes = new Map();
    this.frame = this.frame.bind(this);
    this.parts = layOut(root, this);
    new ResizeObserver(() => this.recording && this.draw()).observe(this.parts.chart);
  }

  // The whole text of the recording so far: more of the same, or another one.
  receive(text) {
    const live = this.recording?.consumed && text.startsWith(this.recording.consumed);
    if (!live) this.open();
    this.recording.read(text);
    if (!live) this.begin();
    if (this.calm && !this.recording.complete && this.playing) this.step = this.recording.steps.length;
    this.draw();
    if (this.playing) this.wake();
  }

  open() {
    this.recording = new Recording();
    this.step = 0;
    this.lane = 0;
    this.budget = 0;
    this.said = 0;
    this.playing = false;
  }

  begin() {
    const { steps, complete } = this.recording;
    this.growing = !complete;
    const ranked = steps.findIndex(({ event }) => event.event === "WordsRanked") + 1;
    this.step = Math.min(steps.length, this.calm && complete ? ranked : 1);
    if (!(this.calm && complete)) this.play();
    if (this.growing && this.root.getBoundingClientRect().top < 0) {
      this.root.scrollIntoView({ behavior: this.calm ? "auto" : "smooth", block: "start" });
    }
  }

  play() {
    if (this.step >= this.recording.steps.length && this.recording.complete) this.step = 0;
    this.playing = true;
    this.wake();
    this.draw();
  }

  pause() {
    this.playing = false;
    this.draw();
  }

  wake() {
    if (this.awake) return;
    this.awake = true;
    this.last = null;
    requestAnimationFrame(this.frame);
  }

  frame(now) {
    const { steps, complete } = this.recording;
    const passed = this.last === null ? 0 : Math.min(now - this.last, 250);
    this.last = now;
    const before = this.step;
    this.budget += passed * this.speed();
    while (this.playing && this.step < steps.length && this.budget >= this.delay(this.step)) {
      this.budget -= this.delay(this.step);
      this.step += 1;
    }
    if (this.step >= steps.length) {
      this.budget = 0;
      if (complete) this.playing = false;
    }
    if (this.step !== before || !this.playing) this.draw();
    this.awake = this.playing && this.step < steps.length;
    if (this.awake) requestAnimationFrame(this.frame);
  }

  // An attack that is under way is followed closely; a recorded one takes 45 seconds at most.
  speed() {
    const { steps } = this.recording;
    const chosen = Number(this.parts.speed.value);
    if (this.growing) {
      let behind = 0;
      for (let i = this.step; i < steps.length && behind < 60000; i += 1) behind += this.delay(i);
      return Math.max(chosen, behind / LAG);
    }
    if (this.length === undefined || this.lengthOf !== steps.length) {
      this.length = steps.reduce((sum, { event }) => sum + PACE[event.event], 0);
      this.lengthOf = steps.length;
    }
    return chosen * Math.max(1, this.length / LONGEST);
  }

  delay(index) {
    return PACE[this.recording.steps[index].event.event];
  }

  seek(step) {
    this.playing = false;
    this.step = Math.max(0, Math.min(step, this.recording.steps.length));
    this.draw();
  }

  // Steps at which another word comes under attack, in the lane that is looked at.
  turns() {
    const lane = this.recording.lanes[this.lane];
    return lane.at.filter((_, i) => {
      const event = lane.events[i];
      return !("word" in event) || i === 0 || event.word !== lane.events[i - 1].word;
    });
  }

  word(direction) {
    const turns = this.turns();
    const next = direction > 0 ? turns.find((at) => at > this.step) : turns.findLast((at) => at < this.step);
    this.seek(next ?? (direction > 0 ? this.recording.steps.length : 0));
  }

  look(lane) {
    this.lane = lane;
    this.draw();
  }

  draw() {
    drawPlayer(this);
  }

  // Screen readers hear what was decided, not every try.
  say() {
    const { steps, lanes } = this.recording;
    const news = [];
    if (this.step > this.said && this.step - this.said < 400) {
      for (const { lane, event } of steps.slice(this.said, this.step)) {
        const who = lanes.length > 1 ? `${lanes[lane].title}: ` : "";
        if (event.event === "AttackFinished") news.push(`${who}${event.reason}`);
        if (event.event === "SwapAccepted") {
          const view = this.recording.viewAt(lane, this.step);
          news.push(`${who}${view.words[event.word]?.original} becomes ${event.replacement}.`);
        }
      }
    }
    this.said = this.step;
    if (news.length) this.parts.live.textContent = news.slice(-3).join(" ");
  }

  key(event) {
    if (event.target.closest("input, select, textarea, summary, [role=tab]") || event.altKey || event.ctrlKey || event.metaKey) return;
    const onButton = event.target.closest("button");
    const moves = {
      " ": () => (this.playing ? this.pause() : this.play()),
      ArrowRight: () => (event.shiftKey ? this.word(1) : this.seek(this.step + 1)),
      ArrowLeft: () => (event.shiftKey ? this.word(-1) : this.seek(this.step - 1)),
      Home: () => this.seek(0),
      End: () => this.seek(this.recording.steps.length),
    };
    if (!moves[event.key] || (event.key === " " && onButton)) return;
    event.preventDefault();
    moves[event.key]();
  }

  save(name, content, type) {
    const link = make("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  stop() {
    document.querySelector(this.form.stop)?.click();
    this.parts.stop.textContent = "Stopping";
  }

  ownText() {
    const box = document.querySelector(this.form.text);
    box?.scrollIntoView({ behavior: this.calm ? "auto" : "smooth", block: "center" });
    box?.focus({ preventScroll: true });
  }

  async saveCsv() {
    try {
      this.save("attack.csv", await this.server.recording_csv(this.recording.consumed), "text/csv");
    } catch (error) {
      this.parts.live.textContent = "The table could not be made.";
    }
  }
}

function layOut(root, player) {
  const parts = {};
  const part = (name, tag, attributes = {}, ...children) => (parts[name] = make(tag, { class: `at-${name}`, ...attributes }, ...children));
  const button = (name, label, act) => part(name, "button",
    { type: "button", class: `at-button at-${name}`, "aria-label": label, title: label, onclick: act }, icon(name));
  root.classList.add("at");
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", "Attack player");
  root.setAttribute("tabindex", "0");
  root.addEventListener("keydown", (event) => player.key(event));
  const tool = (name, text, act) => make("button", { type: "button", class: `at-tool at-${name}`, onclick: act }, text);
  root.replaceChildren(
    make("header", { class: "at-head" },
      make("div", { class: "at-top" }, make("div", {}, part("title", "h2"), part("note", "p")),
        player.form.text ? tool("own", "Try your own text ↓", () => player.ownText()) : null),
      part("verdict", "p")),
    part("lanes", "div", { role: "tablist", "aria-label": "Classifiers under attack" }),
    part("standings", "p"),
    make("div", { class: "at-grid" },
      make("div", { class: "at-reading" },
        part("premise", "div"),
        part("caption", "p"),
        part("text", "div", { dir: "auto", tabindex: "0", role: "group", "aria-label": "The text under attack" }),
        part("legend", "div")),
      make("div", { class: "at-side" },
        part("bars", "div"),
        part("chart", "div"),
        part("counters", "dl"))),
    make("div", { class: "at-controls", role: "group", "aria-label": "Play" },
      button("first", "To the beginning", () => player.seek(0)),
      button("wordback", "Back one word", () => player.word(-1)),
      button("back", "Back one step", () => player.seek(player.step - 1)),
      button("play", "Play", () => (player.playing ? player.pause() : player.play())),
      button("next", "One step", () => player.seek(player.step + 1)),
      button("wordnext", "Next word", () => player.word(1)),
      button("last", "To the end", () => player.seek(player.recording.steps.length)),
      part("stop", "button", { type: "button", class: "at-tool at-stop", hidden: true,
        onclick: () => player.stop() }, "Stop"),
      part("range", "input", { type: "range", min: 0, max: 1, value: 0, "aria-label": "Position in the attack",
        oninput: (event) => player.seek(Number(event.target.value)) }),
      part("where", "span"),
      part("speed", "select", { "aria-label": "Speed" },
        ...[["0.5", "½×"], ["1", "1×"], ["2", "2×"], ["4", "4×"], ["16", "16×"]].map(([value, text]) =>
          make("option", { value, selected: value === "1" }, text)))),
    part("candidates", "div"),
    part("after", "section", { "aria-label": "Would you have noticed?" }),
    make("footer", { class: "at-foot" },
      part("settings", "details", {}, make("summary", {}, "Exactly what ran"), part("ran", "p")),
      make("div", { class: "at-tools" },
        tool("jsonl", "Save as JSON lines", () => player.save("attack.jsonl", player.recording.consumed, "application/jsonl")),
        tool("csv", "Save as CSV", () => player.saveCsv()),
        ...["svg", "png"].map((kind) => make("button", { type: "button", class: "at-tool", "data-take": kind,
          "data-from": "#attack-player .at-chart", "data-file": "firebert-attack" }, `Chart as ${kind.toUpperCase()}`)))),
    part("live", "p", { class: "at-live", role: "status", "aria-live": "polite" }),
  );
  return parts;
}

function mountAttack(element, props, watch, server) {
  const player = new Player(element.querySelector(".at-root"), props.catalog, props.form ?? {}, server);
  player.receive(props.value ?? "");
  watch("value", () => player.receive(props.value ?? ""));
}
