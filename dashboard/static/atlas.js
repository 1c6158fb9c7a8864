// The map in the browser. The page sends scenes (what to show, in words and addresses); shapes, colour
// classes and figures are fetched from those addresses, once. Playing through time asks nobody.
"use strict";

(() => {
  const NOT_PUBLISHED = 255;
  const NOWHERE = {};
  const STEP_MS = { year: 900, rolling: 260, month: 260 };
  const LAST_STEP_MS = 1600;
  const EARLY_MS = 100;
  const RESIZED_MS = 200;
  const PLACE_NAMES_ZOOM = 8.75;
  const UNSTABLE = 64;
  const MISSING_FILL = "url(#atlas-not-published)";
  const LETTERS = "0123456789";
  const UNSTABLE_LETTERS = "abcdefghij";

  const fetched = new Map();

  /** What lies at an address; asked once, and again only if it failed. */
  function once(url, read) {
    if (!fetched.has(url)) {
      const answer = fetch(url).then((response) => {
        if (!response.ok) throw new Error(`${response.status} ${url}`);
        return read(response);
      });
      answer.catch(() => fetched.delete(url));
      fetched.set(url, answer);
    }
    return fetched.get(url);
  }
  const json = (url) => once(url, (response) => response.json());
  const bytes = (url) => once(url, async (response) => new Uint8Array(await response.arrayBuffer()));

  /** An element with a class and text; text is never markup. */
  function element(tag, className = "", text = "") {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  /** Letters as they are compared in a search: lower case, without accents. */
  const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

  /** Light or dark, as the page around is. */
  function scheme() {
    const page = window.parent.document.querySelector(".stApp");
    if (page) return getComputedStyle(page).colorScheme.includes("dark") ? "dark" : "light";
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  /** A layer of a TopoJSON topology as GeoJSON features. */
  function features(topology, layer) {
    const [width, height] = topology.transform.scale;
    const [left, bottom] = topology.transform.translate;
    const arcs = topology.arcs.map((arc) => {
      let x = 0, y = 0;
      return arc.map(([dx, dy]) => [(x += dx) * width + left, (y += dy) * height + bottom]);
    });
    const ring = (numbers) => numbers.flatMap((number, i) => {
      const arc = number < 0 ? arcs[~number].slice().reverse() : arcs[number];
      return i ? arc.slice(1) : arc;
    });
    return topology.objects[layer].geometries.map(({ properties, arcs: polygons }) => ({
      type: "Feature",
      properties,
      geometry: { type: "MultiPolygon", coordinates: polygons.map((rings) => rings.map(ring)) },
    }));
  }

  const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
  /** What was written is on the screen; a page that is not seen does not wait for it. */
  const shown = () => Promise.race([
    new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); }), pause(EARLY_MS),
  ]);

  /** Parts of an object by name: those of a scene come in another order by the page than by themselves. */
  const inOrder = (_, value) => (value?.constructor === Object
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value);
  /** What a scene says, whatever it answers. */
  const wording = ({ heard, all, ...said }) => JSON.stringify(said, inOrder);

  class Atlas {
    constructor(map, config) {
      this.map = map;
      this.scene = null;
      this.wanted = null;
      this.matrix = null;
      this.at = 0;
      this.place = null;
      this.sent = 0;
      this.timer = null;
      this.layers = new Map();
      this.frame = new Frame(this, map);
      this.early = new window.AtlasEarly(this);
      const panes = [["base", 210], ["shapes", 400], ["lines", 420], ["marks", 430], ["signs", 440], ["names", 450]];
      for (const [name, level] of panes) {
        map.createPane(name).style.zIndex = level;
        if (name !== "shapes") map.getPane(name).style.pointerEvents = "none";
      }
      map.attributionControl.setPrefix(false).addAttribution(config.attribution);
      document.fonts.add(new FontFace("Source Sans", `url(${config.root}${config.font})`, { weight: "200 900" }));
      this.bounds = config.bounds;
      this.root = config.root;
      this.signs = new Map();
      this.follow(new BroadcastChannel(`atlas-${config.channel}`));
      const dress = () => this.dress(scheme());
      dress();
      // Every message of the page around may tell of another theme.
      addEventListener("message", () => setTimeout(dress));
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(dress));
      this.drawn = json(this.root + config.shapes).then((topology) => this.draw(topology));
    }

    /** Move as the other maps of the session move, and they as this one. */
    follow(channel) {
      const { map } = this;
      let isLed = false;
      const lead = () => {
        if (!isLed && this.isMoved) channel.postMessage({ centre: map.getCenter(), zoom: map.getZoom() });
      };
      map.on("move", lead);
      channel.onmessage = ({ data }) => {
        if (data.isNew) return lead();
        isLed = true;
        map.setView(data.centre, data.zoom, { animate: false });
        isLed = false;
      };
      this.greet = () => channel.postMessage({ isNew: true });
    }

    /** Put on the colours of a theme. */
    dress(theme) {
      if (this.theme === theme) return;
      this.theme = theme;
      document.documentElement.style.colorScheme = theme;
      if (this.scene) {
        this.frame.write(this.scene);
        this.paint(this.at);
      }
    }

    /** Shapes without colours; they stay for as long as the page does. */
    draw(topology) {
      const { map } = this;
      const base = (layer, className) => {
        const style = { weight: 1, fillOpacity: 1, className };
        L.geoJSON(features(topology, layer), { pane: "base", interactive: false, style }).addTo(map);
      };
      base("neighbours", "neighbour");
      base("departments", "department");
      const departments = features(topology, "departments");
      const municipalities = features(topology, "municipalities");
      this.codes = municipalities.map((feature) => feature.properties.code);
      this.shapes = L.geoJSON(municipalities, {
        pane: "shapes",
        style: { weight: 0.6, fillOpacity: 1, fillColor: MISSING_FILL, className: "municipality" },
        onEachFeature: (feature, layer) => this.layers.set(feature.properties.code, layer),
      });
      this.shapes.bindTooltip((layer) => this.tip(layer.feature.properties), {
        sticky: true, opacity: 1, className: "atlas-tip", direction: "auto",
      });
      this.shapes.on("mousedown", (event) => this.early.expect(this.chosen(event.layer.feature.properties.code)));
      this.shapes.on("click", (event) => this.choose(event.layer.feature.properties.code));
      this.shapes.on("mouseover", (event) => this.outline("hover", event.layer.feature));
      this.shapes.on("mouseout", () => this.outline("hover", null));
      this.shapes.addTo(map);

      L.geoJSON(departments.filter((one) => one.properties.is_shown), {
        pane: "lines", interactive: false, style: { fill: false, weight: 1.1, className: "border" },
      }).addTo(map);
      for (const { properties } of departments) {
        if (properties.is_shown) this.name(properties.label, properties.name, "department").addTo(map);
      }
      this.outlines = {};
      this.placeNames = L.layerGroup().addTo(map);
      map.on("zoomend moveend resize", () => { this.namePlaces(); this.declutter(); });
      this.coverage = L.layerGroup().addTo(map);
      this.frame.search.offer(municipalities.map((feature) => feature.properties));
    }

    /** A name written on the map. */
    name(latLng, text, kind, pane = "names") {
      const label = L.divIcon({ className: `atlas-name ${kind}`, html: element("span", "", text), iconSize: [0, 0] });
      return L.marker(latLng, { icon: label, pane, interactive: false, keyboard: false });
    }

    /** Names of the municipalities in sight, where there is room for them. */
    namePlaces() {
      this.placeNames.clearLayers();
      if (this.map.getZoom() < PLACE_NAMES_ZOOM) return;
      const sight = this.map.getBounds();
      for (const layer of this.layers.values()) {
        const { label, name } = layer.feature.properties;
        if (sight.contains(label)) this.name(label, name, "place").addTo(this.placeNames);
      }
    }

    /** Leave out the names that would be written over others: departments come first. */
    declutter() {
      const rank = (name) => ["department", "place", "sea", "country"].findIndex((kind) => name.classList.contains(kind));
      const names = [...this.map.getPane("names").children].sort((one, other) => rank(one) - rank(other));
      const boxes = names.map((name) => name.firstElementChild.getBoundingClientRect());
      const kept = [];
      const meets = (one, other) =>
        one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
      names.forEach((name, i) => {
        const isFree = !kept.some((box) => meets(box, boxes[i]));
        name.style.visibility = isFree ? "" : "hidden";
        if (isFree) kept.push(boxes[i]);
      });
    }

    /** A scene of the page's: often the one that is shown already, or the answer to an older choice. */
    hear(scene) {
      const said = wording(scene);
      if (said === this.said) {
        this.wanted.heard = Math.max(this.wanted.heard, scene.heard);
        this.early.settle();
      } else if (!this.early.outlasts(scene)) {
        this.early.settle();
        this.show(scene);
      }
    }

    /** Take over a scene; the first waits for the shapes, and until then the last one stays. */
    async show(scene) {
      this.wanted = scene;
      this.said = wording(scene);
      try {
        const [, coverage] = await Promise.all([
          this.drawn,
          scene.coverage ? json(this.root + scene.coverage) : NOWHERE,
        ]);
        if (this.wanted !== scene) return;
        this.apply(scene, coverage);
        if (!scene.classes) return;
        const [matrix, periods] = await Promise.all([
          bytes(this.root + scene.classes),
          json(this.root + scene.periods),
        ]);
        if (this.wanted === scene) this.unroll(matrix, periods);
      } catch (error) {
        if (this.wanted === scene) this.fail(scene, error);
      }
    }

    /** All of time is here: now it can be moved through. */
    unroll(matrix, periods) {
      this.matrix = matrix;
      this.scene.all = periods;
      this.frame.unroll(periods);
      this.frame.turnTo(this.at);
    }

    /** Addresses of a replaced build are gone: the page then has a newer scene, if it is asked. */
    fail(scene, error) {
      console.error(error);
      this.said = null;
      if (this.failedBuild === scene.build) {
        this.frame.say(scene.texts.failed);
      } else {
        this.failedBuild = scene.build;
        this.tell();
      }
    }

    apply(scene, coverage) {
      const isSameSeries = this.scene?.classes === scene.classes;
      if (this.scene?.periods === scene.periods) scene.all = this.scene?.all;
      // The page answers what it was told; meanwhile the reader may have moved on.
      const isOld = isSameSeries && scene.heard < this.sent;
      if (!isSameSeries) {
        this.pause();
        this.matrix = null;
      }
      this.scene = scene;
      this.frame.write(scene);
      this.regionNames(scene.names);
      // Later changes of size tell of themselves.
      if (!this.isFitted) this.fit();
      this.outlineCoverage(coverage);
      if (!isOld) {
        this.place = scene.place;
        this.outline("place", this.layers.get(scene.place)?.feature);
      }
      this.paint(isOld || this.timer ? this.at : scene.at);
      document.documentElement.lang = scene.language;
      document.body.dataset.painted = scene.id;
    }

    /** Colour class of a municipality, by its place in the order of shapes, in a period. */
    level(i, at) {
      if (this.matrix) return this.matrix[at * this.codes.length + i];
      const letter = (at === this.scene.at && this.scene.levels[i]) || "-";
      if (letter === "-") return NOT_PUBLISHED;
      const unstable = UNSTABLE_LETTERS.indexOf(letter);
      return unstable < 0 ? LETTERS.indexOf(letter) : unstable + UNSTABLE;
    }

    /** What the legend says of a class, and nothing of none. */
    entry(level) {
      return level === NOT_PUBLISHED ? undefined : this.scene.legend[level % UNSTABLE];
    }

    /** The period at an index, once it is known. */
    period(at) {
      return this.scene.all?.[at] ?? (at === this.scene.at ? this.scene.now : null);
    }

    /** Show all seven departments until the reader moves the map: after that the reader decides. */
    fit() {
      const { map } = this;
      map.invalidateSize({ animate: false });
      if (this.isMoved || !map.getSize().y) return;
      this.isFitting = true;
      map.fitBounds(this.bounds, { animate: false });
      this.isFitting = false;
      if (this.isFitted) return;
      this.isFitted = true;
      map.setMaxBounds(map.getBounds().pad(0.75));
      map.on("movestart", () => { this.isMoved ||= !this.isFitting; });
      this.greet();
    }

    /** Colour every municipality by its class in one period. */
    paint(at) {
      this.at = at;
      this.codes.forEach((code, i) => {
        const level = this.level(i, at);
        const entry = this.entry(level);
        const layer = this.layers.get(code);
        const hasPattern = entry && (level >= UNSTABLE || entry.pattern);
        const fillColor = !entry ? MISSING_FILL : hasPattern ? `url(#atlas-class-${level})` : entry[this.theme];
        // Leaflet would write nine attributes where one changes.
        if (layer.options.fillColor !== fillColor) {
          layer.options.fillColor = fillColor;
          layer.getElement().setAttribute("fill", fillColor);
        }
        this.sign(code, entry?.sign ?? "", layer.feature.properties.label);
      });
      this.mark(at);
      this.frame.turnTo(at);
      this.refreshTip();
    }

    /** Write a sign on a municipality, or take it away. */
    sign(code, sign, latLng) {
      const known = this.signs.get(code);
      if ((known?.sign ?? "") === sign) return;
      known?.marker.remove();
      this.signs.delete(code);
      if (!sign) return;
      const marker = this.name(latLng, sign, "sign", "signs").addTo(this.map);
      this.signs.set(code, { sign, marker });
    }

    /** Whether a period lies before, in or after the months of the programme. */
    when(at) {
      const period = this.period(at);
      const [from, to] = this.scene.span;
      if (!period) return "in";
      return period.last < from ? "before" : period.first > to ? "after" : "in";
    }

    /** Outlines of the municipalities that the programme's coverage marks at any time; they are drawn once. */
    outlineCoverage(coverage) {
      if (this.coverageShown === coverage) return;
      this.coverageShown = coverage;
      this.coverage.clearLayers();
      this.marks = [];
      const found = Object.entries(coverage).filter(([code]) => this.layers.has(code));
      const outline = (states, style, isBegun = null) => {
        for (const [code, one] of found) {
          if (!states.includes(one.state)) continue;
          const line = L.geoJSON(this.layers.get(code).feature, {
            pane: "lines", interactive: false, style: { fill: false, ...style },
          }).addTo(this.coverage);
          this.marks.push({ one, path: line.getLayers()[0].getElement(), isBegun });
        }
      };
      const known = ["documented", "covered"];
      outline(["candidate"], { weight: 1.1, dashArray: "2 3", className: "candidate" });
      outline(known, { weight: 4.4, className: "halo" });
      // Dashed while it may, but need not, have begun.
      outline(known, { weight: 2.2, className: "documented" }, true);
      outline(known, { weight: 2.2, dashArray: "5 3", className: "documented" }, false);
    }

    /** Show the outlines of those that it marks in a period. */
    mark(at) {
      const period = this.period(at);
      for (const { one, path, isBegun } of this.marks ?? []) {
        const isIn = period && one.from <= period.last && period.first <= one.to;
        const isSo = isBegun === null || isBegun === Boolean(one.certain && one.certain <= period?.last);
        path.style.display = isIn && isSo ? "" : "none";
      }
    }

    regionNames(names) {
      const key = JSON.stringify(names);
      if (this.namesKey === key) return;
      this.namesKey = key;
      this.written?.forEach((marker) => marker.remove());
      this.written = names.map(({ at, text, kind }) => this.name(at, text, kind).addTo(this.map));
    }

    outline(kind, feature) {
      this.outlines[kind]?.remove();
      if (!feature) return;
      const styles = {
        hover: [{ weight: 1.6, className: "hovered" }],
        place: [{ weight: 5, className: "halo" }, { weight: 2.6, className: "chosen" }],
      };
      this.outlines[kind] = L.layerGroup(
        styles[kind].map((style) =>
          L.geoJSON(feature, { pane: "marks", interactive: false, style: { fill: false, ...style } })),
      ).addTo(this.map);
    }

    /** Open a municipality's panel. */
    choose(code, { isFar = false } = {}) {
      this.place = code;
      this.outline("place", this.layers.get(code).feature);
      if (isFar) this.map.fitBounds(this.layers.get(code).getBounds().pad(1.5), { maxZoom: 9 });
      this.tell();
    }

    /** Turn to a period; once it is settled the page hears of it. */
    turn(at, { isSettled }) {
      this.paint(at);
      if (isSettled) this.tell();
    }

    play() {
      if (this.timer) return this.pause({ isSettled: true });
      if (!this.scene.all) return;
      const last = this.scene.all.length - 1;
      const step = () => {
        this.paint(this.at >= last ? 0 : this.at + 1);
        const wait = this.at === last ? LAST_STEP_MS : STEP_MS[this.scene.window];
        this.timer = setTimeout(step, wait);
      };
      this.timer = setTimeout(step, 0);
      this.frame.isPlaying(true);
    }

    pause({ isSettled = false } = {}) {
      if (!this.timer) return;
      clearTimeout(this.timer);
      this.timer = null;
      this.frame.isPlaying(false);
      this.refreshTip();
      if (isSettled) this.tell();
    }

    /** Tell the page what is chosen here, once what it will say is shown: both at once would hold up each other. */
    async tell() {
      this.sent = Math.max(this.sent + 1, (this.scene?.heard ?? 0) + 1);
      const chosen = this.chosen();
      const message = {
        place: null, period: null, ...chosen, is_of_one_time: !("period" in chosen), n: this.sent,
      };
      await Promise.race([this.early.ask(chosen), pause(EARLY_MS)]);
      await shown();
      if (message.n === this.sent) window.Streamlit.setComponentValue(message);
    }

    /** What is chosen on the map: a place, and a period where there are several. */
    chosen(place = this.place) {
      if (this.scene?.is_of_one_time) return { place };
      return { place, period: (this.scene && this.period(this.at)?.start) ?? null };
    }

    /** What hovering a municipality says. */
    tip({ code }) {
      this.open = { code, box: element("div") };
      this.refreshTip();
      return this.open.box;
    }

    refreshTip() {
      const { open, scene, at, timer } = this;
      if (!open || !scene) return;
      const { name, department } = this.layers.get(open.code).feature.properties;
      const heading = element("div", "head");
      heading.append(element("b", "", name), element("span", "", department));
      const period = this.period(at);
      const write = (...lines) => {
        if (this.open === open && this.scene === scene && this.at === at) {
          open.box.replaceChildren(heading, ...(period ? [element("div", "when", period.label)] : []), ...lines);
        }
      };
      const level = this.level(this.codes.indexOf(open.code), at);
      const isCounted = level !== NOT_PUBLISHED || scene.measure === "rate";
      if (!period || !isCounted) return write(element("div", "note", scene.texts.missing));
      const entry = this.entry(level);
      const classText = !entry ? "…" : scene.has_words ? `${entry.sign} ${entry.short}` : `${entry.label} ${scene.unit}`;
      // While it plays only the class is known for certain: figures would lag behind the label.
      write(element("div", "class", classText));
      if (timer) return;
      json(`${this.root}${scene.figures}${period.start}.json`).then((figures) => {
        write(...this.figureLines(figures[open.code], level));
      }, () => {});
    }

    figureLines(figures, level) {
      const { texts, source } = this.scene;
      if (!figures) return [element("div", "note", texts.missing)];
      const lines = figures.word ? [element("div", "word", figures.word)] : [];
      for (const [label, value, below] of figures.rows) {
        const line = element("div", "row");
        line.append(element("span", "", label), element("b", "", value));
        lines.push(line, ...(below ? [element("div", "likely", below)] : []));
      }
      const isUnstable = level !== NOT_PUBLISHED && level >= UNSTABLE;
      const notes = [...figures.notes, ...(isUnstable ? [texts.unstable] : [])];
      lines.push(...notes.map((note) => element("div", "note", note)));
      lines.push(element("div", "source", source));
      return lines;
    }

    /** Where the files of what is shown lie, by kind. */
    file(kind) {
      const period = this.period(this.at);
      return period && this.scene.figures ? `${this.root}${this.scene.figures}${period.start}.${kind}` : null;
    }
  }

  /** What surrounds the map: legend above, time below, search in the corner. */
  class Frame {
    constructor(atlas, map) {
      this.atlas = atlas;
      this.root = element("main", "atlas");
      this.legend = element("div", "legend");
      this.coverage = element("div", "legend coverage");
      this.time = element("div", "time");
      const view = element("div", "view");
      const head = element("div", "heads");
      head.append(this.legend, this.coverage);
      view.append(map.getContainer());
      this.search = new Search(atlas);
      this.files = new Files(atlas);
      this.tools = element("div", "tools");
      this.tools.append(this.files.root, this.search.root);
      view.append(this.tools);
      this.root.append(head, view, this.time);
      this.patterns = element("div", "patterns");
      document.body.prepend(this.root, this.patterns);
      this.button = element("button", "play");
      this.button.type = "button";
      this.button.onclick = () => atlas.play();
      this.label = element("output", "label");
      this.range = element("input");
      this.range.type = "range";
      this.range.min = 0;
      this.range.oninput = () => { atlas.pause(); atlas.turn(+this.range.value, { isSettled: false }); };
      this.range.onchange = () => atlas.turn(+this.range.value, { isSettled: true });
      this.ends = element("div", "ends");
      this.track = element("div", "track");
      this.track.append(this.range, this.ends);
      this.span = element("div", "span");
      this.time.append(this.button, this.track, this.span, this.label);
      // To fit the map draws every shape anew: what was chosen is shown first.
      const fit = () => (atlas.isFitted ? atlas.fit() : map.invalidateSize());
      new ResizeObserver(() => {
        clearTimeout(this.resized);
        this.resized = setTimeout(fit, RESIZED_MS);
      }).observe(view);
      matchMedia("print").addEventListener("change", fit);
    }

    write(scene) {
      this.scene = scene;
      this.patterns.replaceChildren(patterns(scene, this.atlas.theme));
      this.legend.replaceChildren(...legendBlocks(scene, this.atlas.theme));
      this.coverage.replaceChildren(...coverageBlocks(scene));
      this.coverage.hidden = !scene.coverage_legend.length;
      this.search.write(scene.texts);
      this.files.write(scene.texts);
      this.root.classList.toggle("bare", scene.is_bare);
      this.tools.hidden = scene.is_bare;
      const isStill = scene.is_bare || scene.is_of_one_time;
      this.button.hidden = this.track.hidden = isStill;
      this.span.hidden = !isStill;
      this.span.textContent = scene.texts.span;
      this.time.dataset.window = scene.window;
      this.time.hidden = !scene.now;
      this.range.setAttribute("aria-label", scene.texts.period);
      if (scene.all) this.unroll(scene.all);
      this.isPlaying(Boolean(this.atlas.timer));
    }

    /** The span of time, hatched from where figures are open. */
    unroll(periods) {
      this.range.max = periods.length - 1;
      this.ends.replaceChildren(...[periods.at(0), periods.at(-1)].map((end) => element("span", "", end.short)));
      const standing = periods.findLastIndex((period) => !period.is_open);
      const open = standing === periods.length - 1 ? -1 : standing + 1;
      const share = open < 0 ? 1 : Math.max(0, (open - 0.5) / Math.max(1, periods.length - 1));
      this.range.style.setProperty("--standing", `${100 * share}%`);
    }

    turnTo(at) {
      const period = this.atlas.period(at);
      if (!period) return;
      this.range.value = at;
      this.range.setAttribute("aria-valuetext", period.label);
      this.label.replaceChildren(element("b", "", period.label));
      const edition = this.atlas.scene.measure === "rate" && period.edition;
      const when = this.scene.coverage_legend.length ? this.atlas.when(at) : "in";
      this.coverage.dataset.when = when;
      for (const mark of [period.badge, edition, when === "in" ? "" : this.scene.texts[when]].filter(Boolean)) {
        this.label.append(element("span", "badge", mark));
      }
    }

    say(text) {
      this.legend.replaceChildren(element("div", "title", text));
    }

    isPlaying(isPlaying) {
      if (!this.scene) return;
      const { play, pause } = this.scene.texts;
      this.button.setAttribute("aria-label", isPlaying ? pause : play);
      this.button.title = isPlaying ? pause : play;
      this.button.dataset.state = isPlaying ? "playing" : "paused";
    }
  }

  /** How a class looks beside its words: as on the map. */
  function sample(entry, theme, pattern) {
    const colour = element("i", pattern || "", entry.sign);
    colour.style.backgroundColor = entry[theme];
    return colour;
  }

  function legendBlocks(scene, theme) {
    const title = element("div", "title", scene.title);
    const bar = element("div", scene.has_words ? "bar words" : "bar");
    const block = (className, colour, text) => {
      const one = element("div", className);
      one.append(colour, element("span", "", text));
      return one;
    };
    scene.legend.forEach((entry, i) => {
      if (!entry.is_used) return;
      const step = block(i || scene.has_words ? "step" : "step zero", sample(entry, theme, entry.pattern), entry.short);
      step.title = entry.label;
      bar.append(step);
    });
    const { unstable, not_published: notPublished } = scene.texts;
    if (unstable) bar.append(block("step apart unstable", element("i", "hatch"), unstable));
    if (notPublished) bar.append(block("step apart missing", element("i"), notPublished));
    return [title, bar];
  }

  const coverageBlocks = (scene) => scene.coverage_legend.map(({ state, text, hint }) => {
    const one = element("div", `state ${state}`);
    one.append(element("i"), element("span", "", text));
    if (hint) one.title = hint;
    return one;
  });

  /** Patterns over the colours: places without a figure, unstable rates, words that tell nothing. */
  function patterns(scene, theme) {
    const drawn = [pattern("atlas-not-published", "missing", "hatch", 45)];
    scene.legend.forEach((entry, i) => {
      if (scene.texts.unstable) drawn.push(pattern(`atlas-class-${i + UNSTABLE}`, entry[theme], "hatch"));
      if (entry.pattern) drawn.push(pattern(`atlas-class-${i}`, entry[theme], entry.pattern));
    });
    const svg = shape("svg", { width: 0, height: 0, "aria-hidden": "true" });
    svg.append(...drawn);
    return svg;
  }

  function pattern(id, fill, kind, angle = -45) {
    const size = kind === "dots" ? 5 : 6;
    const one = shape("pattern", {
      id, width: size, height: size, patternUnits: "userSpaceOnUse",
      patternTransform: kind === "dots" ? "" : `rotate(${angle})`,
    });
    const ground = shape("rect", { width: size, height: size, ...(fill === "missing" ? { class: "missing" } : { fill }) });
    const over = kind === "dots"
      ? shape("circle", { cx: 1.5, cy: 1.5, r: 0.8, class: "over" })
      : shape("line", { x1: 0, y1: 0, x2: 0, y2: size, class: fill === "missing" ? "over missing" : "over" });
    one.append(ground, over);
    return one;
  }

  function shape(tag, attributes) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  /** What is on the screen as files. */
  class Files {
    constructor(atlas) {
      this.root = element("details", "files");
      this.label = element("summary");
      this.list = element("div", "list");
      this.links = Object.fromEntries(["csv", "geojson", "png"].map((kind) => {
        const link = element("a");
        link.download = "";
        link.href = "#";
        this.list.append(link);
        return [kind, link];
      }));
      this.root.append(this.label, this.list);
      // The period on the screen is known when it is asked for.
      const aim = () => {
        for (const kind of ["csv", "geojson"]) {
          const address = atlas.file(kind);
          this.links[kind].hidden = !address;
          if (address) this.links[kind].href = address;
        }
      };
      this.root.ontoggle = aim;
      this.list.onpointerenter = aim;
      for (const link of Object.values(this.links)) {
        link.onfocus = aim;
        link.addEventListener("click", () => setTimeout(() => { this.root.open = false; }));
      }
      this.links.png.onclick = (event) => {
        event.preventDefault();
        window.AtlasPicture.save(atlas);
      };
      this.root.onkeydown = (event) => {
        if (event.key === "Escape") this.root.open = false;
      };
      addEventListener("pointerdown", (event) => {
        if (!this.root.contains(event.target)) this.root.open = false;
      });
    }

    write(texts) {
      this.label.textContent = texts.download;
      for (const [kind, link] of Object.entries(this.links)) link.textContent = texts[`file_${kind}`];
    }
  }

  /** Find a municipality by typing; accents and case do not matter. */
  class Search {
    constructor(atlas) {
      this.atlas = atlas;
      this.places = [];
      this.active = -1;
      this.root = element("div", "search");
      this.input = element("input");
      Object.assign(this.input, { type: "text", autocomplete: "off", spellcheck: false });
      for (const [name, value] of Object.entries({
        role: "combobox", "aria-expanded": "false", "aria-controls": "atlas-found", "aria-autocomplete": "list",
      })) this.input.setAttribute(name, value);
      this.list = element("ul");
      this.list.id = "atlas-found";
      this.list.setAttribute("role", "listbox");
      this.list.hidden = true;
      this.root.append(this.input, this.list);
      L.DomEvent.disableClickPropagation(this.root);
      L.DomEvent.disableScrollPropagation(this.root);
      this.input.oninput = () => this.find();
      this.input.onkeydown = (event) => this.key(event);
      this.input.onblur = () => setTimeout(() => this.close(), 150);
    }

    offer(places) {
      this.places = places.map((place) => ({ ...place, plain: plain(`${place.name} ${place.department}`) }));
    }

    write(texts) {
      this.texts = texts;
      this.input.placeholder = texts.search;
      this.input.setAttribute("aria-label", texts.search);
      this.list.setAttribute("aria-label", texts.search);
    }

    find() {
      const words = plain(this.input.value).split(/\s+/).filter(Boolean);
      const starts = (place) => (place.plain.startsWith(words[0]) ? 0 : 1);
      this.found = words.length
        ? this.places.filter((place) => words.every((word) => place.plain.includes(word)))
          .sort((one, other) => starts(one) - starts(other)).slice(0, 8)
        : [];
      this.list.replaceChildren(...this.found.map((place, i) => {
        const option = element("li");
        option.id = `atlas-found-${i}`;
        option.setAttribute("role", "option");
        option.append(element("b", "", place.name), element("span", "", place.department));
        option.onmousedown = (event) => { event.preventDefault(); this.take(i); };
        return option;
      }));
      if (words.length && !this.found.length) this.list.append(element("li", "none", this.texts.no_match));
      this.list.hidden = !words.length;
      this.input.setAttribute("aria-expanded", String(!this.list.hidden));
      this.point(this.found.length ? 0 : -1);
    }

    point(active) {
      this.active = active;
      [...this.list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
      if (active < 0) this.input.removeAttribute("aria-activedescendant");
      else this.input.setAttribute("aria-activedescendant", `atlas-found-${active}`);
    }

    key(event) {
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in steps && this.found?.length) {
        event.preventDefault();
        this.point((this.active + steps[event.key] + this.found.length) % this.found.length);
      } else if (event.key === "Enter" && this.active >= 0) {
        this.take(this.active);
      } else if (event.key === "Escape") {
        this.close();
      }
    }

    take(i) {
      this.atlas.choose(this.found[i].code, { isFar: true });
      this.input.value = "";
      this.close();
    }

    close() {
      this.list.hidden = true;
      this.found = [];
      this.active = -1;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  let atlas = null;
  window.Atlas = {
    start(map, config) {
      // Folium forbids to zoom the page itself, which some need to read it.
      for (const meta of document.querySelectorAll("meta[name=viewport]")) {
        meta.content = "width=device-width, initial-scale=1";
      }
      atlas = new Atlas(map, config);
    },
    show(scene) { atlas.hear(scene); },
  };
})();
