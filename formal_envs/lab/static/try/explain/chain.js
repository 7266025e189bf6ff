// Arithmetic: the statements of the chain, each beside the solution.

import { el, plain } from "../../dom.js";

export function chain({ solution, statements, more, total, rule }, { answer }) {
  const rows = statements.map((each, n) =>
    el("tr", { class: each.wrong ? "wrong" : null },
      el("td", { class: "number muted" }, String(n + 1)),
      el("td", { class: "mono" }, plain(each.text) || "(empty)"),
      el("td", { class: "muted small" }, each.begin < 0 ? "prompt" : "completion"),
      el("td", { class: "number" }, each.value ?? "–"),
      el("td", { class: "number" }, each.off ?? "–"),
      el("td", { class: "number" }, each.operators === null ? "–" : String(each.operators)),
      el("td", {}, verdict(each, n)),
    ),
  );
  const head = ["", "Statement", "Where", "Value", "Off by", "Operators", ""].map((name, n) =>
    el("th", { scope: "col", class: [3, 4, 5].includes(n) ? "number" : null }, name),
  );
  const table = el("div", { class: "scrolls", tabindex: 0, role: "region", "aria-label": "Statements" },
    el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)));
  return {
    element: el("section", { class: "panel chain" },
      el("h2", {}, "The chain"),
      solution === null ? null : el("p", {}, "The first statement comes to ", el("b", { class: "mono" }, solution), ", the solution that all others must have."),
      table,
      more ? el("p", { class: "muted" }, `and ${more} more`) : null,
      rule ? el("p", { class: "sum" }, total === null ? "A malformed chain counts as off by 500: " : `Off by ${total} in all: `, el("code", {}, `${rule} = ${answer.score.toPrecision(6)}`)) : null,
    ),
  };
}

function verdict({ wrong, off, value }, n) {
  if (wrong) return el("span", { class: "bad" }, plain(wrong));
  if (n === 0) return "the solution";
  return off === "0" ? el("span", { class: "good" }, "right") : el("span", { class: "bad" }, `not ${value}`);
}
