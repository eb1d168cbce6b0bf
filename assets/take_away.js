// What stands on the page as a file: a figure as SVG, PNG or its numbers as CSV, a table as CSV. Nothing is asked of
// the server: a figure is what the browser has drawn, in the page's own colours.

(() => {
  const INK = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-family", "font-size", "font-weight",
    "text-anchor", "fill-opacity", "stroke-opacity"];

  const give = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (colour && !/rgba\(.*, 0\)|transparent/.test(colour)) return colour;
    }
    return "#ffffff";
  };

  const make = (name, attributes, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const sheet = (element, width, height) => {
    const svg = make("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` });
    svg.append(make("rect", { width, height, fill: ground(element) }));
    return svg;
  };

  // A copy whose look no longer hangs on the stylesheet.
  const inked = (layer) => {
    const copy = layer.cloneNode(true);
    const originals = layer.querySelectorAll("*");
    copy.querySelectorAll("*").forEach((each, i) => {
      const look = getComputedStyle(originals[i]);
      for (const name of INK) each.style.setProperty(name, look.getPropertyValue(name));
    });
    return copy;
  };

  const ofPlot = (plot) => {
    const { width, height } = plot.getBoundingClientRect();
    const svg = sheet(plot, Math.round(width), Math.round(height));
    for (const layer of plot.querySelectorAll(".svg-container > .main-svg")) svg.append(inked(layer));
    return svg;
  };

  const ofDrawing = (drawing) => {
    if (!drawing) return null;
    const svg = sheet(drawing, drawing.getAttribute("width"), drawing.getAttribute("height"));
    svg.append(...inked(drawing).children);
    return svg;
  };

  // Text where it stands on the page, each line of it.
  const writer = (svg, left, top) => (element) => {
    const look = getComputedStyle(element), range = document.createRange();
    const size = parseFloat(look.fontSize), lines = [];
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      for (const word of node.textContent.matchAll(/\S+/g)) {
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const box = range.getBoundingClientRect(), last = lines.at(-1);
        if (last && Math.abs(last.top - box.top) < size / 2) last.words.push(word[0]);
        else lines.push({ left: box.left, top: box.top, height: box.height, words: [word[0]] });
      }
    }
    for (const line of lines) {
      svg.append(make("text", {
        x: line.left - left, y: line.top - top + line.height * 0.76, "font-family": look.fontFamily,
        "font-size": look.fontSize, "font-weight": look.fontWeight, fill: look.color,
        "text-decoration": look.textDecorationLine,
      }, line.words.join(" ")));
    }
  };

  // Measured figures are bars of the page itself: their titles, names, tracks, whiskers and values, where they stand.
  const ofBars = (where) => {
    const all = where.getBoundingClientRect(), pad = 12;
    const svg = sheet(where, Math.round(all.width) + 2 * pad, Math.round(all.height) + 2 * pad);
    const left = all.left - pad, top = all.top - pad, write = writer(svg, left, top);
    const told = "h3, h4, figcaption, .fb-measure > span:not(.fb-measure-track)";
    for (const part of where.querySelectorAll(told)) write(part);
    for (const part of where.querySelectorAll(".fb-measure-track, .fb-measure-track > *")) {
      const box = part.getBoundingClientRect(), look = getComputedStyle(part);
      if (!box.width) continue;
      const striped = part.localName === "b";
      svg.append(make("rect", { x: box.left - left, y: box.top - top, width: box.width, height: box.height,
        rx: Math.min(parseFloat(look.borderRadius) || 0, box.height / 2),
        fill: striped ? look.borderRightColor : look.backgroundColor, "fill-opacity": striped ? 0.35 : 1 }));
    }
    return svg;
  };

  const values = (where) => [["row", "value"],
    ...[...where.querySelectorAll(".fb-measure")].map((bar) => [bar.firstElementChild, bar.lastElementChild].map(
      (one) => [...one.childNodes].map((part) => part.textContent).join(" ")))];

  // The Words tab's maps are buttons: drawn anew, side by side, each with its title.
  const ofMaps = (maps) => {
    const boxes = maps.map((map) => map.getBoundingClientRect());
    const [left, top] = ["left", "top"].map((side) => Math.min(...boxes.map((box) => box[side])));
    const [right, bottom] = ["right", "bottom"].map((side) => Math.max(...boxes.map((box) => box[side])));
    const svg = sheet(maps[0], Math.round(right - left), Math.round(bottom - top));
    const write = writer(svg, left, top);
    for (const map of maps) {
      const field = map.querySelector(".fw-field"), box = field.getBoundingClientRect();
      svg.append(make("rect", { x: box.left - left, y: box.top - top, width: box.width, height: box.height, rx: 12,
        fill: getComputedStyle(field).backgroundColor }));
      for (const part of map.querySelectorAll("figcaption > *")) write(part);
      for (const mark of map.querySelectorAll(".fw-mark")) {
        const own = mark.getBoundingClientRect();
        if (mark.classList.contains("fw-flips")) {
          svg.append(make("rect", { x: own.left - left, y: own.top - top, width: own.width, height: own.height, rx: 12,
            fill: "none", stroke: getComputedStyle(mark).color, "stroke-width": 1.5 }));
        }
        for (const part of mark.children) write(part);
      }
    }
    return svg;
  };

  const drawn = (where) => {
    const plot = where.querySelector(".js-plotly-plot");
    const maps = [...where.querySelectorAll(".fw-map")];
    if (plot || maps.length) return plot ? ofPlot(plot) : ofMaps(maps);
    return where.querySelector(".fb-measure") ? ofBars(where) : ofDrawing(where.querySelector("svg"));
  };

  const png = (text, svg, name) => {
    const image = new Image(), scale = 2;
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = scale * Number(svg.getAttribute("width"));
      canvas.height = scale * Number(svg.getAttribute("height"));
      const pen = canvas.getContext("2d");
      pen.scale(scale, scale);
      pen.drawImage(image, 0, 0);
      canvas.toBlob((blob) => give(blob, name), "image/png");
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  };

  const cell = (value) => {
    const text = String(value ?? "").replace(/\s+/g, " ").trim();
    const shown = /^[=+@\t\r]|^-[^\d.]/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
  };
  const csv = (rows) => `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;

  const numbers = (plot) => {
    const rows = [["series", "x", "y", "text"]];
    for (const trace of plot.data) {
      const xs = Array.from(trace.x ?? []), ys = Array.from(trace.y ?? []);
      const texts = [trace.hovertext ?? trace.text ?? []].flat();
      const count = Math.max(xs.length, ys.length);
      for (let i = 0; i < count; i++) rows.push([trace.name ?? "band", xs[i], ys[i], texts[i]]);
    }
    return rows;
  };

  const cells = (table) =>
    [...table.rows].map((row) => [...row.cells].map((one) => one.textContent));

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take]");
    const where = button && document.querySelector(button.dataset.from);
    if (!where) return;
    const { take, file } = button.dataset;
    if (take === "csv") {
      const plot = where.querySelector(".js-plotly-plot"), table = where.querySelector("table");
      const rows = table ? cells(table) : plot ? numbers(plot) : values(where);
      give(new Blob(["\uFEFF", csv(rows)], { type: "text/csv;charset=utf-8" }), `${file}.csv`);
      return;
    }
    const svg = drawn(where);
    if (!svg) return;
    const text = new XMLSerializer().serializeToString(svg);
    if (take === "svg") give(new Blob([text], { type: "image/svg+xml" }), `${file}.svg`);
    else png(text, svg, `${file}.png`);
  });
})();
