// Grammars: the parse tree, which folds, or what could have stood at the error.

import { el, fill, plain, token } from "../../dom.js";

const OPEN = 3; // levels that are unfolded at first

export function parsed({ start, nodes, cut, expected, in_prompt: inPrompt }) {
  const panel = el("section", { class: "panel parsed" });
  if (nodes.length) {
    const { list } = branch(nodes, 0, 0);
    const all = (open) => () => panel.querySelectorAll("details").forEach((each) => (each.open = open));
    panel.append(
      el("div", { class: "head" }, el("h2", {}, "The parse tree"),
        el("div", { class: "row" },
          el("button", { type: "button", class: "quiet", onclick: all(true) }, "Unfold all"),
          el("button", { type: "button", class: "quiet", onclick: all(false) }, "Fold all"))),
      el("div", { class: "tree scrolls", tabindex: 0, role: "region", "aria-label": "Parse tree" }, list),
    );
    if (cut) panel.append(el("p", { class: "muted" }, "The tree has more than is shown."));
  } else {
    fill(panel,
      el("h2", {}, "No tree"),
      inPrompt ? el("p", {}, "The prompt is no beginning of a sentence: no completion can be right.") : null,
      el("p", { class: "muted" }, expected.length ? "What the grammar expects there:" : `The parser has not read the text as ${plain(start)}.`),
      expected.length ? el("ul", { class: "chips" }, expected.map((each) => el("li", {}, el("span", { class: "chip mono" }, plain(each))))) : null,
    );
  }
  return { element: panel };
}

/** The nodes from `first` on that have this depth and stand under one node; and the first behind them. */
function branch(nodes, first, depth) {
  const list = el("ul", {});
  let next = first;
  while (next < nodes.length && nodes[next].depth === depth) {
    const node = nodes[next];
    next += 1;
    if (next < nodes.length && nodes[next].depth > depth) {
      const inner = branch(nodes, next, depth + 1);
      next = inner.next;
      const details = el("details", { open: depth < OPEN }, el("summary", {}, el("span", { class: "rule" }, plain(node.name))), inner.list);
      list.append(el("li", {}, details));
    } else if (node.token === null) {
      list.append(el("li", { class: "leaf" }, el("span", { class: "rule" }, plain(node.name))));
    } else {
      list.append(el("li", { class: "leaf" },
        el("span", { class: "muted small" }, plain(node.name)), " ", el("code", {}, token(node.token)),
        node.begin === null ? null : el("span", { class: "muted small" }, node.begin < 0 ? " prompt" : ` at ${node.begin + 1}`)));
    }
  }
  return { list, next };
}
