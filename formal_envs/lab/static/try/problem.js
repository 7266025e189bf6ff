// The prompt: that of a seed and an index, or one's own.

import { el, plain, say } from "../dom.js";

const MOST = Number.MAX_SAFE_INTEGER;

/** @param heard `asked` when another problem is wanted, `written` when an own prompt has changed. */
export function makeProblem(params, heard) {
  const seed = whole("seed", params.get("seed"));
  const index = whole("index", params.get("index"));
  const given = params.get("prompt");
  let prompt = given ?? "";
  let solution = null;
  let timer = 0;

  const shown = el("pre", { class: "text prompt", id: "prompt", tabindex: 0, "aria-label": "Prompt" });
  const written = el("textarea", {
    class: "text", id: "own-prompt", rows: 3, spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    "aria-label": "Own prompt", maxlength: 100000,
  });
  written.value = prompt;
  written.addEventListener("input", () => {
    prompt = written.value;
    clearTimeout(timer);
    timer = setTimeout(heard.written, 250);
  });
  const toggle = el("button", { type: "button", "aria-pressed": String(given !== null), onclick: turn }, "Own prompt");
  const previous = el("button", { type: "button", "aria-label": "Previous problem", title: "Previous (Alt+P)", onclick: () => step(-1) }, "‹");
  const next = el("button", { type: "button", "aria-label": "Next problem", title: "Next (Alt+N)", onclick: () => step(1) }, "›");
  const chosen = el("div", { class: "row which" },
    el("div", { class: "field inline" }, el("label", { for: "seed" }, "Seed"), seed),
    el("div", { class: "field inline" }, el("label", { for: "index" }, "Index"), el("span", { class: "stepper" }, previous, index, next)),
    toggle,
  );
  const element = el("div", { class: "problem" }, el("div", { class: "head" }, el("h2", {}, "Prompt"), chosen), shown, written);
  own(given !== null);

  function whole(id, value) {
    const input = el("input", { id, type: "number", min: 0, max: MOST, step: 1, value: valid(value) ? value : 0, inputmode: "numeric" });
    input.addEventListener("change", () => {
      if (!valid(input.value)) input.value = 0;
      heard.asked();
    });
    return input;
  }

  function step(by) {
    index.value = Math.min(Math.max(Number(index.value) + by, 0), MOST);
    if (isOwn()) turn();
    else heard.asked();
    say(`Problem ${index.value}`);
  }

  function isOwn() {
    return toggle.getAttribute("aria-pressed") === "true";
  }

  function own(yes) {
    toggle.setAttribute("aria-pressed", String(yes));
    shown.hidden = yes;
    written.hidden = !yes;
  }

  function turn() {
    own(!isOwn());
    if (isOwn()) {
      written.value = prompt;
      written.focus();
    }
    heard.asked();
  }

  return {
    element,
    get seed() { return Number(seed.value); },
    get index() { return Number(index.value); },
    get own() { return isOwn(); },
    get prompt() { return prompt; },
    get solution() { return isOwn() ? null : solution; },
    next: () => step(1),
    previous: () => step(-1),
    wait() {
      shown.setAttribute("aria-busy", "true");
    },
    show(answer) {
      solution = answer.solution;
      shown.removeAttribute("aria-busy");
      if (isOwn()) return;
      prompt = answer.prompt;
      shown.textContent = plain(prompt) || "(empty)";
    },
    fail() {
      solution = null;
      shown.removeAttribute("aria-busy");
      if (!isOwn()) shown.textContent = "";
    },
  };
}

function valid(text) {
  return /^\d{1,16}$/.test(text ?? "") && Number(text) <= MOST;
}
