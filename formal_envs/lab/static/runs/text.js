// Completions as text, with the place at which they went wrong.

import { el, plain } from "../dom.js";

/**
 * A completion with its mark: what stands before the place, the character that is wrong, and what came behind it.
 * @param at in characters, as the server counts; null for no mark, the length where the text ends too early
 * @param around characters that are shown on either side of the place, or at the start; 0 is all
 */
export function marked(text, at = null, around = 0) {
  const characters = [...text];
  const middle = at ?? 0;
  const begin = around ? Math.max(0, middle - around) : 0;
  const end = around ? Math.min(characters.length, Math.max(middle, 2 * around - begin) + around) : characters.length;
  const piece = (from, to) => plain(characters.slice(Math.max(from, begin), Math.min(to, end)).join(""));
  const cut = (where) => (where ? el("span", { class: "cut" }, "…") : null);
  const shown = [cut(begin > 0)];
  if (at === null) shown.push(piece(0, characters.length));
  else if (at >= characters.length) shown.push(piece(0, characters.length), el("mark", { class: "end" }, "end"));
  else shown.push(piece(0, at), wrong(characters[at]), el("span", { class: "beyond" }, piece(at + 1, characters.length)));
  shown.push(cut(end < characters.length));
  if (!text) shown.push(el("span", { class: "muted" }, "(empty)"));
  return el("span", { class: "text said" }, shown);
}

function wrong(character) {
  const blank = /\s/.test(character);
  const shown = { "\n": "¶\n", "\t": "⇥", " ": "␣" }[character] ?? plain(character);
  return el("mark", { class: blank ? "blank" : null, title: "first wrong character" }, shown);
}

/** A text on few characters, for lines of lists. */
export function brief(text, most = 80) {
  const characters = [...text.slice(0, 2 * most)];
  return plain(characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : characters.join("")).replaceAll("\n", "↵");
}

/** A share of a whole as percent. */
export function percent(share) {
  return share === null ? "–" : `${Math.round(100 * share)} %`;
}
