// The completion. Its text stands twice in one place: in a field that is typed in, and under it, with the mark.

import { charactersTo, el, fill, plain, unitsTo, unseen } from "../dom.js";

/** @param written called at each change. */
export function makeEditor({ longest, written, value }) {
  let at = null;
  let known = null;

  const field = el("textarea", {
    id: "completion", class: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off", autocorrect: "off",
    "aria-describedby": "completion-about", rows: 1, placeholder: "Type or paste a completion", wrap: "soft",
  });
  field.value = value;
  const under = el("div", { class: "text under", "aria-hidden": "true" });
  const box = el("div", { class: "editor" }, under, field);
  const about = el("p", { class: "muted small", id: "completion-about" });
  const hidden = el("p", { class: "note small", hidden: true });
  const solution = el("pre", { class: "text solution", id: "solution", tabindex: 0, "aria-label": "Known solution", hidden: true });
  const show = el("button", { type: "button", "aria-expanded": "false", "aria-controls": "solution", title: "Alt+S", onclick: toggle }, "Show known solution");
  const take = el("button", { type: "button", hidden: true, onclick: () => put(known) }, "Write it");
  const clear = el("button", { type: "button", class: "quiet", onclick: () => { put(""); field.focus(); } }, "Clear");
  const element = el("div", { class: "completion" },
    el("div", { class: "head" }, el("h2", {}, el("label", { for: "completion" }, "Completion")), about),
    box, hidden,
    el("div", { class: "row" }, show, take, clear),
    solution,
  );

  field.addEventListener("input", () => {
    at = null;
    draw();
    written();
  });
  draw();

  function put(text) {
    field.value = text ?? "";
    at = null;
    draw();
    written();
  }

  function toggle() {
    if (known === null) return;
    solution.hidden = !solution.hidden;
    take.hidden = solution.hidden;
    show.setAttribute("aria-expanded", String(!solution.hidden));
    show.textContent = solution.hidden ? "Show known solution" : "Hide known solution";
  }

  function draw() {
    const text = field.value;
    const place = at === null ? null : unitsTo(text, at);
    const end = place !== null && place >= text.length;
    // A newline at the very end has no line of its own without something behind it.
    if (at === null) fill(under, text, "\u200b");
    else if (end) fill(under, text, el("mark", { class: "end" }, "end"));
    else {
      const wrong = text.codePointAt(place) > 0xffff ? 2 : 1;
      const piece = text.slice(place, place + wrong);
      const mark = el("mark", { class: /\s/.test(piece) ? "blank" : "" }, piece === "\n" ? "\u00b6\n" : piece);
      fill(under, text.slice(0, place), mark, el("span", { class: "beyond" }, text.slice(place + wrong), "\u200b"));
    }
    box.classList.toggle("wrong", at !== null);
    fill(about, counted(charactersTo(text, text.length), at));
    const found = unseen(text);
    hidden.hidden = !found.length;
    if (found.length) {
      fill(hidden, `Not seen above: ${found.map(({ at: where, name }) => `${name} at character ${where + 1}`).join(", ")}.`);
    }
  }

  function counted(n, place) {
    const many = `${n.toLocaleString("en")} character${n === 1 ? "" : "s"}`;
    if (n > longest) return `${many}: at most ${longest.toLocaleString("en")} are scored`;
    if (place === null) return many;
    return place >= n ? `${many}; it ends too early` : `${many}; first wrong at character ${place + 1}`;
  }

  return {
    element,
    get value() { return field.value; },
    focus: () => field.focus(),
    toggleSolution: toggle,
    /** Mark the first character that is wrong, counted in characters; the end where the text ends too early. */
    mark(place) {
      if (place === at) return;
      at = place;
      draw();
    },
    /** Put a text where the mark is, instead of what stands there, or behind all. */
    insert(piece, place) {
      const begin = place === undefined ? field.value.length : unitsTo(field.value, place);
      field.focus();
      field.setSelectionRange(begin, field.value.length);
      put(field.value.slice(0, begin) + piece);
      field.setSelectionRange(field.value.length, field.value.length);
    },
    solution(text) {
      known = text;
      show.disabled = text === null;
      take.hidden = solution.hidden || text === null;
      solution.textContent = text === null ? "" : plain(text);
      if (text === null && !solution.hidden) {
        solution.hidden = true;
        show.textContent = "Show known solution";
        show.setAttribute("aria-expanded", "false");
      }
    },
  };
}
