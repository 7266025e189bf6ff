// Sentiment: the text with the words that counted, and their sum.

import { el, number, plain, unitsTo } from "../../dom.js";

export function words({ read, begin, words: found, total, emphasis, compound, paid, rule }, { answer }) {
  return {
    element: el("section", { class: "panel words" },
      el("h2", {}, "The words that counted"),
      paid ? null : el("p", { class: "muted" }, "VADER is watched here; what is paid for is the classifier's score."),
      marked(read, begin, found),
      found.length ? table(found) : el("p", { class: "muted" }, "No word of the text is in VADER's lexicon."),
      el("dl", { class: "sums" },
        sum("Words", total),
        sum("Exclamation and question marks", emphasis),
        sum("Sum", total + emphasis),
        el("div", {}, el("dt", {}, "Compound"), el("dd", { class: "mono" }, `s / √(s² + 15) = ${number(compound)}`)),
        paid ? el("div", {}, el("dt", {}, "Score"), el("dd", { class: "mono" }, rule === String(answer.score) ? number(answer.score) : `${rule} = ${number(answer.score)}`)) : null,
        "classifier" in answer.parts ? sum("Classifier", answer.parts.classifier) : null,
      ),
    ),
  };
}

function sum(name, value) {
  return el("div", {}, el("dt", {}, name), el("dd", { class: "mono" }, signed(value)));
}

function signed(value) {
  return value > 0 ? `+${number(value)}` : number(value);
}

/** The text, its words tinted by what they count; those of one place, as of an emoji, together. */
function marked(read, begin, found) {
  const places = new Map();
  for (const word of found) {
    const known = places.get(word.begin) ?? { ...word, counted: 0 };
    known.counted += word.counted;
    places.set(word.begin, known);
  }
  const pieces = [];
  const place = (characters) => unitsTo(read, characters - begin);
  let at = 0;
  for (const { begin: from, end, counted } of places.values()) {
    pieces.push(plain(read.slice(at, place(from))));
    const kind = counted > 0 ? "plus" : counted < 0 ? "minus" : "none";
    pieces.push(el("span", { class: `word ${kind}` }, plain(read.slice(place(from), place(end))), el("sup", {}, signed(counted))));
    at = place(end);
  }
  pieces.push(plain(read.slice(at)));
  return el("p", { class: "marked", tabindex: 0 }, pieces);
}

function table(found) {
  const head = ["Word", "In the lexicon", "In this place", "Counted", ""].map((name, n) =>
    el("th", { scope: "col", class: n > 0 && n < 4 ? "number" : null }, name));
  const rows = found.map((word) =>
    el("tr", {},
      el("td", {}, plain(word.text)),
      el("td", { class: "number" }, word.lexicon === null ? "–" : signed(word.lexicon)),
      el("td", { class: "number" }, signed(word.valued)),
      el("td", { class: `number ${word.counted > 0 ? "good" : word.counted < 0 ? "bad" : ""}` }, signed(word.counted)),
      el("td", { class: "muted small" }, reason(word)),
    ));
  return el("div", { class: "scrolls", tabindex: 0, role: "region", "aria-label": "Words" },
    el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)));
}

/** What changed a word's weight, as far as its numbers say it. */
function reason({ lexicon, valued, counted }) {
  const told = [];
  if (lexicon !== null && valued !== lexicon) {
    if (valued === 0) told.push("negates the next word");
    else if (Math.sign(valued) !== Math.sign(lexicon)) told.push("negated");
    else told.push(Math.abs(valued) > Math.abs(lexicon) ? "made stronger" : "made weaker");
  }
  if (counted !== valued) told.push(Math.abs(counted) < Math.abs(valued) ? "before “but”: halved" : "behind “but”: times 1.5");
  return told.join("; ");
}
