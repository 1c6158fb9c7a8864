// What the page is about to show, shown at once. A choice runs the page's script, and the browser then
// builds the page anew; the map meanwhile asks the server what the page will say, and shows it. The page
// confirms it, or corrects it: the page is always right in the end.
"use strict";

(() => {
  const PATIENCE_MS = 1500;
  const CONTROLS = ["series", "measure", "window"].map((field) => [field, `.st-key-map-${field}`]);
  const PIECES = { top: ".st-key-said .drawn", below: ".st-key-said_below .drawn", known: ".st-key-known .drawn" };

  async function fetched(address) {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${response.status} ${address}`);
    return response.json();
  }

  class AtlasEarly {
    constructor(atlas) {
      this.atlas = atlas;
      this.last = null;
      this.foreseen = null;
      this.asked = null;
      this.until = 0;
      this.page = window.parent.document;
      const heard = new MutationObserver(() => this.listen());
      heard.observe(this.page.body, { subtree: true, attributeFilter: ["value", "aria-checked", "aria-expanded"] });
      const foreseen = (event) => this.foresee(event);
      for (const kind of ["pointerdown", "keydown"]) this.page.addEventListener(kind, foreseen, true);
      addEventListener("pagehide", () => {
        heard.disconnect();
        for (const kind of ["pointerdown", "keydown"]) this.page.removeEventListener(kind, foreseen, true);
      });
    }

    /** The change that a control stands for once it says a name; nothing if it says it already. */
    change(field, name) {
      const { wanted } = this.atlas;
      const ids = Object.entries(wanted.choices[field]).filter(([, one]) => one === name).map(([id]) => id);
      return ids.length === 1 && ids[0] !== wanted.chosen[field] ? { [field]: ids[0] } : null;
    }

    /** Ask for what an option leads to while the reader is still taking it. */
    foresee({ type, key, target }) {
      if (!this.atlas.wanted?.view || (type === "keydown" && !["Enter", " "].includes(key))) return;
      this.foreseen = null;
      const active = type === "keydown" && target.getAttribute?.("aria-activedescendant");
      const option = active ? this.page.getElementById(active) : target.closest?.("[role=option], [role=radio]");
      const [field] = CONTROLS.find(([, one]) => option?.closest(one)
        || this.page.querySelector(`${one} [role=combobox][aria-expanded=true]`)) ?? [];
      const change = option && field && this.change(field, option.textContent);
      if (!change) return;
      this.foreseen = JSON.stringify(change);
      this.expect(change);
    }

    /** What the reader has just chosen in a control of the page; the page moves its controls too. */
    listen() {
      if (!this.foreseen || !this.atlas.wanted?.view) return;
      const focused = this.page.activeElement;
      const [field, control] = CONTROLS.find(([, one]) => focused?.closest(one)) ?? [];
      if (!field) return;
      const list = focused.closest(control).querySelector("[role=combobox]");
      // While a list is open its text is what the reader looks for.
      if (list?.ariaExpanded === "true") return;
      const chosen = focused.closest(control).querySelector("[aria-checked=true]");
      const change = this.change(field, list ? list.value : chosen?.textContent);
      if (JSON.stringify(change) !== this.foreseen) return;
      this.foreseen = null;
      this.ask(change);
    }

    /** The view that a change leads to, as an address says it; nothing of a map that the page does not follow. */
    query(change) {
      const { wanted } = this.atlas;
      if (!wanted?.view || wanted.is_bare) return null;
      const chosen = Object.entries({ ...wanted.query, ...change }).filter(([, value]) => value !== null);
      return `?${new URLSearchParams(chosen)}`;
    }

    /** What the page will say of a view: figures, and apart from them the programme. Not asked again at once. */
    answer(query) {
      const { wanted, root } = this.atlas;
      const asked = wanted.view + query;
      if (this.last?.asked !== asked) {
        const parts = [wanted.view, wanted.known].map((address) => fetched(root + address + query));
        this.last = {
          asked, answer: Promise.all(parts).then(([{ scene, panel }, known]) => ({ scene, panel: { ...panel, ...known } })),
        };
      }
      return this.last.answer;
    }

    /** Have an answer on its way that is likely to be asked for. */
    expect(change) {
      const query = this.query(change);
      if (query) this.answer(query).catch(() => {});
    }

    /** Show what the page will say once it has taken over a change. */
    async ask(change) {
      const query = this.query(change);
      this.asked = query;
      if (!query) return;
      try {
        const { scene, panel } = await this.answer(query);
        if (this.asked !== query) return;
        this.until = performance.now() + PATIENCE_MS;
        this.write(panel);
        await this.atlas.show({ ...scene, heard: this.atlas.sent });
      } catch {
        // The page's own answer is on its way.
        this.last = null;
      }
    }

    /** The panel beside the map; its chart is hidden until the page has drawn the new one. */
    write(panel) {
      for (const [name, where] of Object.entries(PIECES)) {
        const piece = this.page.querySelector(where);
        if (!piece || piece.shown === panel[name]) continue;
        piece.innerHTML = piece.shown = panel[name];
        piece.until = this.page.defaultView.performance.now() + PATIENCE_MS;
        piece.dataset.early = "1";
        if (piece.told === piece.shown) delete piece.dataset.early;
      }
    }

    /** Whether what is shown early stands before a scene of the page: for a while, that answers an older choice. */
    outlasts(scene) {
      const left = this.until - performance.now();
      if (left <= 0) return false;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.atlas.hear(scene), left);
      return true;
    }

    /** The page has answered. */
    settle() {
      this.asked = null;
      this.until = 0;
      clearTimeout(this.timer);
    }
  }

  window.AtlasEarly = AtlasEarly;
})();
