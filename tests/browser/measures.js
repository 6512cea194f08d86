// What tests ask of a page in the browser. Each function returns what is wrong, or facts that a test compares.
window.measures = {
  // Whether an element shows anything to the eye.
  visible(element) {
    const hidden = element.closest(".visually-hidden, .honeypot, .skip, [hidden]");
    const head = element.closest("thead"); // of a table that is shown as cards
    return !hidden && !(head && getComputedStyle(head).position === "absolute") && element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  },

  name(element) {
    const words = (element.innerText || element.name || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `${element.localName}${element.id && "#" + element.id} “${words}”`;
  },

  // What the Tab key shall reach, in the order of the document; of a group of radio buttons one.
  controls() {
    const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
    const groups = new Set();
    return [...all].filter((control) => {
      if (control.closest(".honeypot, [hidden]") || control.type === "hidden" || !control.checkVisibility()) return false;
      if (control.type !== "radio") return true;
      const group = control.form.querySelectorAll(`[name="${control.name}"]`);
      const chosen = [...group].find((radio) => radio.checked) || group[0];
      return control === chosen && !groups.has(control.name) && groups.add(control.name);
    });
  },

  // The place of the focused control among them, -1 for anything else.
  focused() {
    return this.controls().indexOf(document.activeElement);
  },

  // Red, green, blue and opacity of any colour that CSS can write, 0 to 255.
  rgb(color) {
    const canvas = (this.canvas ??= new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true }));
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  },

  // Put the focus before everything, where a page that was just opened has it.
  begin() {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
  },

  // The nearest opaque colour behind an element.
  behind(element) {
    for (let above = element; above; above = above.parentElement) {
      const color = getComputedStyle(above).backgroundColor;
      if (this.rgb(color)[3] === 255) return color;
    }
    return getComputedStyle(document.documentElement).colorScheme.includes("dark") ? "black" : "Canvas";
  },

  // WCAG 2.2, relative luminance of red, green and blue from 0 to 255.
  luminance(...parts) {
    const [red, green, blue] = parts.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  },

  // WCAG 2.2, contrast ratio.
  contrast(one, other) {
    const [a, b] = [one, other].map((color) => this.luminance(...this.rgb(color).slice(0, 3)));
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  },

  // Every control on which the focus cannot be seen, with the reason; the last thing used must be the keyboard.
  unseens() {
    return this.controls().flatMap((control) => {
      control.focus();
      return this.unseen();
    });
  },

  // Why the focus cannot be seen on the focused element (2.4.7, 2.4.11, 2.4.13, 1.4.11).
  unseen() {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const ratio = this.contrast(style.outlineColor, this.behind(element.parentElement));
    const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
    const there = document.elementFromPoint(x, y);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return [`${this.name(element)} has no outline`];
    if (ratio < 3) return [`${this.name(element)} has an outline of ${ratio.toFixed(2)}:1`];
    if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) return [`${this.name(element)} is out of sight`];
    const seen = element.contains(there) || element.getClientRects().length > 1;
    return seen ? [] : [`${this.name(element)} is covered by ${this.name(there)}`];
  },

  // Mark the first four controls of each kind: of the same elements and classes from the document down.
  mark() {
    const kinds = {};
    for (const control of this.controls()) {
      let kind = "";
      for (let above = control; above; above = above.parentElement) kind += `${above.localName}.${above.getAttribute("class")} `;
      kinds[kind] = (kinds[kind] || 0) + 1;
      if (kinds[kind] <= 4) control.dataset.marked = "";
    }
  },

  // Where each marked control is on the page: the largest of its boxes, in pixels.
  places() {
    return [...document.querySelectorAll("[data-marked]")].map((control) => {
      const [box] = [...control.getClientRects()].sort((one, other) => other.width * other.height - one.width * one.height);
      return { name: this.name(control), left: Math.round(box.left + scrollX), top: Math.round(box.top + scrollY), width: Math.round(box.width), height: Math.round(box.height) };
    });
  },

  // The controls around which too few pixels differ by 3:1 between two pictures of the page: fewer than a line of two
  // pixels around the control has (2.4.13).
  async unchanged(places, ...pictures) {
    const [before, after] = await Promise.all(pictures.map(async (picture) => {
      const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
      canvas.drawImage(bitmap, 0, 0);
      return canvas;
    }));
    return places.flatMap(({ name, left, top, width, height }) => {
      const around = [left - 8, top - 8, width + 16, height + 16]; // as far as an outline reaches
      const [old, now] = [before, after].map((canvas) => canvas.getImageData(...around).data);
      let changed = 0;
      for (let at = 0; at < old.length; at += 4) {
        const [one, other] = [old, now].map((data) => this.luminance(data[at], data[at + 1], data[at + 2]));
        if ((Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) >= 3) changed++;
      }
      const least = 4 * (width + height);
      return changed < least ? [`${name} changes ${changed} pixels by 3:1, not ${least}`] : [];
    });
  },

  // Words, each with the boxes of its lines, cut down to where letters are.
  texts() {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!node.data.trim() || !this.visible(parent) || parent.closest("option, script, title, textarea")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 1).map((box) => ({
        left: box.left + 1, right: box.right - 1, top: box.top + box.height * 0.3, bottom: box.bottom - box.height * 0.3,
      }));
      found.push({ words: node.data.trim().slice(0, 40), boxes, parent });
    }
    return found;
  },

  // What is lost: leaves the page at a side, is cut off, or lies over something else.
  lost() {
    const wrong = [];
    const texts = this.texts();
    if (document.documentElement.scrollWidth > innerWidth) wrong.push(`scrolls sideways by ${document.documentElement.scrollWidth - innerWidth}`);
    for (const { words, boxes } of texts) {
      if (boxes.some((box) => box.left < -1 || box.right > innerWidth + 1)) wrong.push(`leaves the page: ${words}`);
    }
    for (const element of document.querySelectorAll("body *")) {
      const style = getComputedStyle(element);
      const cuts = style.overflowX !== "visible" || style.overflowY !== "visible";
      const field = element.matches("textarea, input, select, option, svg, svg *");
      if (!cuts || field || !this.visible(element) || element.closest(".visually-hidden, .honeypot, thead")) continue;
      if (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1) wrong.push(`is cut: ${this.name(element)}`);
    }
    for (const control of this.controls()) {
      const box = control.getBoundingClientRect();
      if (this.visible(control) && (box.left < -1 || box.right > innerWidth + 1)) wrong.push(`leaves the page: ${this.name(control)}`);
    }
    const lines = texts.flatMap(({ words, boxes }, text) => boxes.map((box) => ({ ...box, words, text })));
    lines.sort((one, other) => one.top - other.top);
    lines.forEach((one, index) => {
      for (let next = index + 1; next < lines.length && lines[next].top < one.bottom; next++) {
        const other = lines[next];
        const apart = other.left >= one.right || other.right <= one.left;
        if (!apart && other.text !== one.text) wrong.push(`“${one.words}” and “${other.words}” overlap`);
      }
    });
    return wrong;
  },

  // Targets smaller than `least` in either direction; those inside a line of text need not be (2.5.8).
  small(least) {
    const inText = (link) => {
      if (link.localName !== "a" || !getComputedStyle(link).display.startsWith("inline")) return false;
      const block = link.closest("p, li, dd, td, figcaption");
      if (!block) return false;
      const around = block.innerText.replace(link.innerText, "").replace(/[\s→·]/g, "");
      return around.length > 2;
    };
    const hits = (control, x, y) => {
      const there = document.elementFromPoint(x, y);
      const label = there?.closest("label");
      return there && (control.contains(there) || (label && label.control === control));
    };
    return this.controls().filter((control) => this.visible(control) && !inText(control)).filter((control) => {
      control.scrollIntoView({ block: "center" });
      const toggle = ["radio", "checkbox"].includes(control.type);
      const box = (toggle ? control.labels[0] : control).getClientRects()[0];
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      // How far a finger may miss the middle, in pixels, each way.
      const reach = (dx, dy) => {
        let steps = 0;
        while (steps < least && hits(control, x + dx * (steps + 1), y + dy * (steps + 1))) steps++;
        return steps;
      };
      const [wide, high] = [reach(-1, 0) + reach(1, 0) + 1, reach(0, -1) + reach(0, 1) + 1];
      control.dataset.size = `${wide}×${high}`;
      return wide < least || high < least;
    }).map((control) => `${this.name(control)} ${control.dataset.size}`);
  },

  // Controls that forced colours would hide: without an edge or words that stand out from the canvas.
  faint() {
    return this.controls().filter((control) => this.visible(control)).filter((control) => {
      const style = getComputedStyle(control);
      const behind = this.behind(control.parentElement);
      if (["radio", "checkbox"].includes(control.type)) return style.appearance === "none";
      const edged = control.matches("input, select, textarea, button, .button");
      if (edged && (style.borderTopStyle === "none" || parseFloat(style.borderTopWidth) < 1)) return true;
      return this.contrast(edged ? style.borderTopColor : style.color, behind) < 3;
    }).map((control) => this.name(control));
  },

  // Text spacing as WCAG 2.2, 1.4.12 asks that it may be set.
  space(on) {
    this.style(on && `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
      p { margin-block-end: 2em !important }`);
  },

  // More style than the page has, for as long as no other is given.
  style(css) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css || "");
    document.adoptedStyleSheets = [sheet];
  },
};
