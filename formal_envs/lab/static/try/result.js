// The score, its parts and its failure.

import { el, fill, number, plain } from "../dom.js";

export function makeResult() {
  const value = el("output", { class: "value", for: "completion" }, "–");
  const range = el("span", { class: "muted small" });
  const bar = el("div", { class: "score-bar", "aria-hidden": "true" });
  const failure = el("p", { class: "failure" });
  const parts = el("div", { class: "parts" });
  const head = el("div", { class: "score" }, el("h2", {}, "Score"), el("div", { class: "row" }, value, range), bar);
  const element = el("div", { class: "result" }, head, failure, parts);

  return {
    element,
    wait: () => element.setAttribute("aria-busy", "true"),
    show(answer) {
      element.removeAttribute("aria-busy");
      const [low, high] = answer.range;
      value.textContent = number(answer.score);
      range.textContent = `between ${number(low)} and ${number(high)}`;
      fill(bar, measure(answer.score, low, high));
      failure.className = answer.failure ? "failure wrong" : "failure right";
      fill(failure, answer.failure ? plain(answer.failure) : "No failure.");
      fill(parts, ...table(answer));
    },
    fail(message) {
      element.removeAttribute("aria-busy");
      value.textContent = "–";
      range.textContent = "no score";
      fill(bar);
      failure.className = "failure wrong";
      fill(failure, message);
      fill(parts);
    },
    clear() {
      element.removeAttribute("aria-busy");
      value.textContent = "–";
      range.textContent = "";
      failure.className = "failure";
      fill(bar);
      fill(failure);
      fill(parts);
    },
  };
}

function table(answer) {
  const names = Object.keys(answer.parts);
  if (!names.length) return [];
  const rows = names.map((name) => {
    const part = answer.parts[name];
    const { low = 0, high = part >= 0 && part <= 1 ? 1 : null, about = "" } = answer.about[name] ?? {};
    const bounded = low !== null && high !== null;
    return el("li", { title: about || null },
      el("span", { class: "name" }, name.replaceAll("_", " ")),
      bounded ? measure(part, low, high) : el("span", {}),
      el("span", { class: "amount" }, number(part), el("span", { class: "apart" }, bounded ? `, between ${number(low)} and ${number(high)}` : "", about && `: ${about}`)),
      el("span", { class: "limits" }, bounded ? `${number(low)} … ${number(high)}` : ""),
    );
  });
  return [el("h3", {}, "Parts"), el("ul", {}, rows)];
}

/** A bar from zero, or from the low end where zero is not within. */
function measure(value, low, high) {
  const track = el("span", { class: "track", "aria-hidden": "true" });
  const span = high - low;
  if (!(span > 0)) return track;
  const place = (x) => Math.min(Math.max((x - low) / span, 0), 1);
  const zero = place(Math.min(Math.max(0, low), high));
  const end = place(value);
  const filled = el("span", { class: "bar-fill" });
  filled.style.left = `${100 * Math.min(zero, end)}%`;
  filled.style.width = `${100 * Math.abs(end - zero)}%`;
  track.append(filled);
  if (low < 0 && high > 0) {
    const middle = el("span", { class: "zero" });
    middle.style.left = `${100 * zero}%`;
    track.append(middle);
  }
  return track;
}
