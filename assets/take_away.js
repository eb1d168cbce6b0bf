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

  // The Words tab's maps are buttons: drawn anew, side by side, each with its title.
  const ofMaps = (maps) => {
    const boxes = maps.map((map) => map.getBoundingClientRect());
    const [left, top] = ["left", "top"].map((side) => Math.min(...boxes.map((box) => box[side])));
    const [right, bottom] = ["right", "bottom"].map((side) => Math.max(...boxes.map((box) => box[side])));
    const svg = sheet(maps[0], Math.round(right - left), Math.round(bottom - top));
    const font = getComputedStyle(maps[0]).fontFamily;
    const write = (element, weight) => {
      const box = element.getBoundingClientRect(), look = getComputedStyle(element);
      svg.append(make("text", {
        x: box.left - left, y: box.top - top + box.height * 0.76, "font-family": font, "font-size": look.fontSize,
        "font-weight": weight ?? look.fontWeight, fill: look.color, "text-decoration": look.textDecorationLine,
      }, element.textContent));
    };
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
    return plot ? ofPlot(plot) : maps.length ? ofMaps(maps) : ofDrawing(where.querySelector("svg"));
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
      const rows = table ? cells(table) : plot ? numbers(plot) : [];
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
