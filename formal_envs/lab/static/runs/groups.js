// The prompts of a step, how the rewards of their completions spread, and the completions of one side by side.

import { el, fill, number, plain } from "../dom.js";
import { scale, svg } from "./chart.js";
import { earned, reason } from "./table.js";
import { brief, marked } from "./text.js";

const STRIP = 180;

/** @param open called with the group that is chosen, null for none */
export function makeGroups(open) {
  const list = el("div", { class: "groups" });
  const shown = el("div", { class: "beside" });
  const element = el("div", {}, list, shown);
  return {
    element,
    show({ groups, total }, chosen) {
      const rewards = groups.flatMap((group) => group.rewards);
      const low = Math.min(0, ...rewards), high = Math.max(...rewards, low + 1e-9);
      const lines = groups.map((group) => line(group, low, high, group.group === chosen, open));
      const more = total > groups.length ? el("p", { class: "muted small" }, `the first ${groups.length} of ${total} prompts`) : null;
      const heads = ["Prompt", "Completions", "Mean", "Deviation", `Rewards, ${number(low)} to ${number(high)}`];
      const head = el("tr", {}, heads.map((title, n) => el("th", { scope: "col", class: n && n < 4 ? "number" : null }, title)));
      fill(list, groups.length ? el("div", { class: "scrolls" }, el("table", { class: "prompts" }, el("thead", {}, head), el("tbody", {}, lines))) : el("p", { class: "muted" }, "No samples at this step."), more);
    },
    /** The completions of the chosen prompt, or nothing. */
    beside(samples, place) {
      fill(shown, samples && samples.length ? cards(samples, place) : null);
    },
  };
}

function line(group, low, high, current, open) {
  const name = brief(group.prompt, 90) || "(empty)";
  const button = el("button", { type: "button", class: "quiet open", "aria-pressed": String(current), onclick: () => open(current ? null : group.group) }, el("span", { class: "text said" }, name));
  return el("tr", {},
    el("td", {}, button, group.solution === null || group.solution === undefined ? null : el("span", { class: "muted small known" }, `solution: ${brief(group.solution, 40)}`)),
    el("td", { class: "number" }, String(group.count)),
    el("td", { class: "number" }, number(group.mean)),
    el("td", { class: "number" }, number(group.deviation)),
    el("td", {}, strip(group.rewards, low, high)),
  );
}

/** Rewards as dots on a line; those that are the same stand on each other. */
function strip(rewards, low, high) {
  const x = scale(low, high, 6, STRIP - 6);
  const counts = new Map();
  const dots = rewards.map((reward) => {
    const at = Math.round(x(reward) / 4) * 4;
    const below = counts.get(at) ?? 0;
    counts.set(at, below + 1);
    return [at, Math.min(below, 9) * 2.4];
  });
  const tall = 10 + dots.reduce((most, [, up]) => Math.max(most, up), 0);
  const picture = svg("svg", { class: "strip", viewBox: `0 0 ${STRIP} ${tall}`, width: STRIP, height: tall, role: "img", "aria-label": `${rewards.length} rewards` });
  picture.append(svg("line", { class: "grid", x1: 6, x2: STRIP - 6, y1: tall - 4, y2: tall - 4 }));
  for (const [at, up] of dots) picture.append(svg("circle", { class: "dot s0", cx: at, cy: tall - 4 - up, r: 2.6 }));
  return picture;
}

/** Equal completions are one card. */
function cards(samples, place) {
  const equal = new Map();
  for (const sample of samples) equal.set(sample.completion, [...(equal.get(sample.completion) ?? []), sample]);
  const made = [...equal.values()].sort((a, b) => (b[0].reward ?? -Infinity) - (a[0].reward ?? -Infinity)).map((same) => card(same, place));
  return el("section", { "aria-label": "Completions of the prompt" },
    el("h3", {}, "Completions of this prompt"), el("pre", { class: "text" }, plain(samples[0].prompt) || "(empty)"),
    el("ul", { class: "cards" }, made));
}

function card(same, place) {
  const [sample] = same;
  const parts = Object.entries(sample.parts).slice(0, 6);
  return el("li", { class: "card" },
    el("div", { class: "head" },
      el("button", { type: "button", class: "quiet open", onclick: () => place(sample.place), "aria-label": "Open this sample" }, el("b", {}, earned(sample))),
      same.length > 1 ? el("span", { class: "muted small" }, `${same.length} times`) : null),
    el("div", { class: "clip", tabindex: 0, role: "group", "aria-label": "Completion" }, marked(sample.completion, sample.failed_at, 400)),
    reason(sample),
    parts.length ? el("p", { class: "muted small" }, parts.map(([name, value]) => `${brief(name, 30)} ${number(value)}`).join(", ")) : null,
  );
}
