// What is on the map as a picture for paper: title, period, legend, the map as it lies, source.
// Always in light colours. Drawn in the browser from the shapes that are already there.
"use strict";

(() => {
  const SCALE = 2;
  const WIDTH = 1000;
  const MARGIN = 24;
  const FONT = '"Source Sans", system-ui, sans-serif';
  const PANES = ["base", "shapes", "lines", "marks"];

  /** Words in lines no wider than some width. */
  function lines(context, text, width) {
    const found = [""];
    for (const word of text.split(" ")) {
      const longer = `${found.at(-1)} ${word}`.trim();
      if (context.measureText(longer).width > width && found.at(-1)) found.push(word);
      else found[found.length - 1] = longer;
    }
    return found;
  }

  /** A tile of a pattern over a colour, as on the map. */
  function tile(context, colour, kind) {
    const one = document.createElement("canvas");
    one.width = one.height = kind === "dots" ? 5 * SCALE : 6 * SCALE;
    const pen = one.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, one.width, one.height);
    pen.strokeStyle = pen.fillStyle = kind === "missing" ? "#b5b2ab" : "rgb(40 40 40 / .5)";
    if (kind === "dots") {
      pen.beginPath();
      pen.arc(3, 3, 1.6, 0, 7);
      pen.fill();
    } else {
      pen.lineWidth = 2;
      const [from, to] = kind === "missing" ? [0, one.height] : [one.height, 0];
      for (const shift of [-one.width, 0, one.width]) {
        pen.beginPath();
        pen.moveTo(shift, from);
        pen.lineTo(shift + one.width, to);
        pen.stroke();
      }
    }
    const pattern = context.createPattern(one, "repeat");
    pattern.setTransform(new DOMMatrix().scale(1 / SCALE));
    return pattern;
  }

  function fills(context, scene) {
    const of = new Map([["url(#atlas-not-published)", tile(context, "#f2f1ee", "missing")]]);
    scene.legend.forEach((entry, i) => {
      of.set(`url(#atlas-class-${i + 64})`, tile(context, entry.light, "hatch"));
      if (entry.pattern) of.set(`url(#atlas-class-${i})`, tile(context, entry.light, entry.pattern));
      of.set(entry.light, entry.light);
      of.set(entry.dark, entry.light);
    });
    return of;
  }

  /** The map as it lies on the screen, in a rectangle that begins at the context's origin. */
  function drawMap(context, atlas, width, height) {
    const { map, scene } = atlas;
    const size = map.getSize();
    const scale = width / size.x;
    context.save();
    context.beginPath();
    context.rect(0, 0, width, height);
    context.clip();
    context.scale(scale, scale);
    context.fillStyle = getComputedStyle(map.getContainer()).backgroundColor;
    context.fillRect(0, 0, size.x, size.y);
    const shift = map.containerPointToLayerPoint([0, 0]);
    context.save();
    context.translate(-shift.x, -shift.y);
    const known = fills(context, scene);
    for (const pane of PANES) {
      for (const path of map.getPane(pane).querySelectorAll("path")) {
        const style = getComputedStyle(path);
        if (style.display === "none") continue;
        const shape = new Path2D(path.getAttribute("d"));
        const fill = path.getAttribute("fill");
        if (fill !== "none") {
          context.fillStyle = pane === "shapes" ? known.get(fill) ?? fill : style.fill;
          context.fill(shape, "evenodd");
        }
        context.globalAlpha = Number(style.strokeOpacity);
        context.strokeStyle = style.stroke;
        context.lineWidth = parseFloat(style.strokeWidth);
        context.setLineDash(style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(",").map(parseFloat));
        context.stroke(shape);
        context.globalAlpha = 1;
      }
    }
    context.restore();
    const frame = map.getContainer().getBoundingClientRect();
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const name of map.getContainer().querySelectorAll(".atlas-name")) {
      if (name.style.visibility === "hidden") continue;
      const text = name.firstElementChild;
      const style = getComputedStyle(text);
      const box = text.getBoundingClientRect();
      const said = style.textTransform === "uppercase" ? text.textContent.toUpperCase() : text.textContent;
      context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${FONT}`;
      const written = lines(context, said, box.width + 2);
      const rise = parseFloat(style.fontSize) * 1.15;
      written.forEach((line, i) => {
        const x = box.left - frame.left + box.width / 2;
        const y = box.top - frame.top + box.height / 2 + (i - (written.length - 1) / 2) * rise;
        context.lineJoin = "round";
        context.lineWidth = 3;
        context.strokeStyle = "rgb(255 255 255 / .8)";
        context.strokeText(line, x, y);
        context.fillStyle = style.color;
        context.fillText(line, x, y);
      });
    }
    context.restore();
  }

  /** Entries of the legend: how each looks and what it says. */
  function entries(context, scene) {
    const known = fills(context, scene);
    const found = scene.legend.map((entry, i) => ({
      entry, fill: known.get(entry.pattern ? `url(#atlas-class-${i})` : entry.light),
      text: scene.has_words ? entry.short : entry.label,
    })).filter(({ entry }) => entry.is_used);
    if (scene.texts.unstable) found.push({ fill: tile(context, "#ffffff", "hatch"), text: scene.texts.unstable });
    if (scene.texts.not_published) {
      found.push({ fill: known.get("url(#atlas-not-published)"), text: scene.texts.not_published });
    }
    const outlines = { documented: [2.4, []], covered: [2.4, []], candidate: [1.4, [2, 3]] };
    for (const { state, text } of scene.coverage_legend) {
      if (state in outlines) found.push({ fill: "#ffffff", text, outline: outlines[state] });
    }
    return found;
  }

  function drawLegend(context, scene, top) {
    let x = MARGIN, y = top;
    context.font = `13px ${FONT}`;
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (const { entry, fill, text, outline } of entries(context, scene)) {
      const width = 28 + context.measureText(text).width + 18;
      if (x + width > WIDTH - MARGIN) {
        x = MARGIN;
        y += 22;
      }
      context.fillStyle = fill;
      context.fillRect(x, y, 22, 14);
      const [weight, dashes] = outline ?? [1, []];
      context.strokeStyle = outline ? "#0a4b78" : "#b9b4aa";
      context.lineWidth = weight;
      context.setLineDash(dashes);
      context.strokeRect(x, y, 22, 14);
      context.setLineDash([]);
      context.fillStyle = "#22262b";
      if (entry?.sign) context.fillText(entry.sign, x + 6, y + 8);
      context.fillText(text, x + 28, y + 7.5);
      x += width;
    }
    return y + 14;
  }

  /** The whole sheet; drawn twice, first to learn how high it is. */
  function sheet(context, atlas, height) {
    const { scene } = atlas;
    const wide = WIDTH - 2 * MARGIN;
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, WIDTH, height);
    context.textAlign = "left";
    context.textBaseline = "top";
    let y = MARGIN;
    const write = (text, size, weight, colour) => {
      context.font = `${weight} ${size}px ${FONT}`;
      context.fillStyle = colour;
      for (const line of lines(context, text, wide)) {
        context.fillText(line, MARGIN, y);
        y += size * 1.3;
      }
    };
    write(scene.title, 22, 700, "#22262b");
    const period = atlas.period(atlas.at);
    const badges = [period?.badge, scene.measure === "rate" && period?.edition].filter(Boolean);
    write([period?.label, ...badges].filter(Boolean).join(" · "), 16, 400, "#454c54");
    y = drawLegend(context, scene, y + 8) + 14;
    const size = atlas.map.getSize();
    const high = (wide * size.y) / size.x;
    context.save();
    context.translate(MARGIN, y);
    drawMap(context, atlas, wide, high);
    context.restore();
    y += high + 10;
    context.textAlign = "left";
    context.textBaseline = "top";
    if (period && scene.texts.span) write(scene.texts.span, 12, 400, "#454c54");
    write(scene.provenance, 12, 400, "#454c54");
    return y + MARGIN / 2;
  }

  function drawn(atlas) {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    const root = document.documentElement.style;
    const theme = root.colorScheme;
    // Nothing is shown in between: the colours are only read.
    root.colorScheme = "light";
    const height = Math.ceil(sheet(context, atlas, 0));
    canvas.width = WIDTH * SCALE;
    canvas.height = height * SCALE;
    context.scale(SCALE, SCALE);
    sheet(context, atlas, height);
    root.colorScheme = theme;
    return canvas;
  }

  window.AtlasPicture = {
    async save(atlas) {
      const blob = await new Promise((done) => { drawn(atlas).toBlob(done, "image/png"); });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${atlas.scene.id.split("/").slice(0, 3).join("-")}-${atlas.period(atlas.at)?.start.slice(0, 7) ?? ""}.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    },
  };
})();
