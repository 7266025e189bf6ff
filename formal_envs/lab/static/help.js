// Keys: each view says what it has, '?' shows them all.

import { el, fill } from "./dom.js";

const keys = [];
let dialog = null;

/**
 * Add a key.
 * @param {string} shown as it is written, such as "?" or "Alt+S"
 * @param {string} does what it does
 * @param {((event: KeyboardEvent) => boolean | void)=} run called when it is pressed; none where the view listens itself.
 *   Plain keys are not taken from fields that are typed in.
 * @returns {() => void} takes it away again
 */
export function key(shown, does, run = undefined) {
  const entry = { shown, does, run };
  keys.push(entry);
  return () => keys.splice(keys.indexOf(entry), 1);
}

/** Listen for keys, and for the button that shows them. */
export function listen() {
  document.getElementById("keys").addEventListener("click", show);
  key("?", "show this list", show);
  key("Esc", "close it");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.isComposing || dialog?.open) return;
    const typed = event.target.closest("input, textarea, select, [contenteditable]");
    if (typed && !event.altKey) return;
    const found = keys.find(({ shown, run }) => run && pressed(shown, event));
    if (!found) return;
    event.preventDefault();
    found.run(event);
  });
}

function pressed(shown, event) {
  const alt = shown.startsWith("Alt+");
  if (alt !== event.altKey) return false;
  if (alt) return event.code === `Key${shown.slice(4)}` || event.code === `Digit${shown.slice(4)}`;
  const named = { "←": "ArrowLeft", "→": "ArrowRight", Space: " " }[shown] ?? shown;
  return event.key === named;
}

function show() {
  if (!dialog) {
    dialog = el("dialog", { class: "keys", "aria-labelledby": "keys-title" });
    document.body.append(dialog);
  }
  const rows = keys.map(({ shown, does }) =>
    el("div", {}, el("dt", {}, shown.split("+").flatMap((part, n) => [n ? "+" : "", el("kbd", {}, part)])), el("dd", {}, does)),
  );
  const close = el("button", { type: "button", onclick: () => dialog.close() }, "Close");
  fill(dialog, el("h2", { id: "keys-title" }, "Keys"), el("dl", {}, rows), close);
  dialog.showModal();
  close.focus();
}
