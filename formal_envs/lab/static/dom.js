// Elements are made here and nowhere from markup: texts come from models, and are only ever text.

/** An element with attributes, and children that are elements or texts. `on...` is a listener, null leaves out. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else made.setAttribute(key, String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Put other children into an element. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return parent;
}

/** Tell a screen reader. The same sentence twice is told once. */
export function say(sentence) {
  const said = document.getElementById("said");
  if (said.textContent !== sentence) said.textContent = sentence;
}

/** A number as the page shows it: four places at most, no trailing zeros, a true minus. */
export function number(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return "–";
  const text = Math.abs(value) >= 1e6 ? value.toExponential(3) : value.toFixed(4).replace(/\.?0+$/, "");
  return (text === "-0" ? "0" : text).replace("-", "\u2212");
}

// C0 and C1 controls, and what changes directions or is not seen: nothing of it may hide in a text.
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffc]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\udb40[\udc00-\uddef]/g;

/** Characters of a text that are not seen, or that move others: [{at, name}], at most `most`. `at` is in characters. */
export function unseen(text, most = 20) {
  const found = [];
  for (const match of text.matchAll(UNSEEN)) {
    if (found.length === most) break;
    found.push({ at: charactersTo(text, match.index), name: code(match[0]) });
  }
  return found;
}

function code(character) {
  return `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** A text in which all that is not seen is written out, for lines of the page. */
export function plain(text) {
  return text.replace(UNSEEN, (character) => `\u27e8${code(character)}\u27e9`);
}

/**
 * The place in a JavaScript text of a place in characters, as the server counts them: it has code points, JavaScript
 * units of 16 bits, of which an emoji takes two.
 */
export function unitsTo(text, characters) {
  let at = 0;
  for (let n = 0; n < characters && at < text.length; n += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
}

/** The other way: how many characters stand before a place. */
export function charactersTo(text, units) {
  let n = 0;
  for (let at = 0; at < units; n += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return n;
}

/** A short text with what is blank in it made visible: for single tokens. */
export function token(text) {
  return plain(text).replaceAll(" ", "\u2423").replaceAll("\n", "\u21b5").replaceAll("\t", "\u21e5");
}
