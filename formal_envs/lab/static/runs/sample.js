// One sample, whole: both texts, its score and another reward's, and what its task can explain of it.

import { givenUp, post } from "../api.js";
import { el, fill, number, plain } from "../dom.js";
import { href } from "../router.js";
import { explanationOf } from "../try/explain/kinds.js";
import { earned } from "./table.js";
import { marked } from "./text.js";

/**
 * The panel of a sample.
 * @param close called when it is closed
 * @returns {{element, end}}
 */
export function showSample(sample, run, rescored, close) {
  const why = el("div", { class: "why" });
  const buttons = el("div", { class: "row" }, tryIt(sample, run), el("button", { type: "button", onclick: close }, "Close"));
  const scores = el("div", { class: "scores" }, score("Reward that trained", sample, earned(sample)));
  if (sample.other) scores.append(score(rescored || "Other reward", sample.other, number(sample.other.score)));
  const length = `${sample.length.toLocaleString("en")} characters`;
  const element = el("section", { class: "panel sample", tabindex: -1, "aria-label": "Sample" },
    el("div", { class: "head" }, el("h2", {}, `Sample of step ${sample.step}`), buttons),
    el("h3", {}, "Prompt"), el("pre", { class: "text" }, plain(sample.prompt) || "(empty)"),
    el("h3", {}, "Completion ", el("span", { class: "muted small" }, length)), el("pre", { class: "text" }, marked(sample.completion, sample.failed_at)),
    sample.solution === undefined ? null : [el("h3", {}, "The task's solution"), el("pre", { class: "text" }, plain(sample.solution))],
    scores, why,
  );
  let end = null;
  const asking = new AbortController();
  explain();

  async function explain() {
    if (!run.options) return;
    const asked = { env: run.env, options: run.options, prompt: sample.prompt, completion: sample.completion };
    try {
      const told = explanationOf(await post("lab/score", asked, asking.signal), asked);
      fill(why, told?.element);
      end = told?.end ?? null;
    } catch (error) {
      if (givenUp(error)) return;
      fill(why, el("p", { class: "muted small row" }, `No explanation: ${error.message}`, el("button", { type: "button", onclick: explain }, "Ask again")));
    }
  }

  return {
    element,
    end() {
      asking.abort();
      end?.();
    },
  };
}

function score(title, of, shown) {
  const parts = Object.entries(of.parts ?? {});
  return el("div", { class: "scored" },
    el("h3", {}, title), el("p", { class: "value" }, shown),
    of.failure || of.unscored ? el("p", { class: "reason" }, plain(of.failure ?? of.unscored)) : null,
    parts.length ? el("dl", { class: "figures" }, parts.map(([name, value]) => el("div", {}, el("dt", {}, plain(name)), el("dd", {}, number(value))))) : null,
  );
}

function tryIt(sample, run) {
  if (!run.options || sample.completion.length + sample.prompt.length > 6000) return null;
  const params = { env: run.env, ...run.options, prompt: sample.prompt, completion: sample.completion };
  return el("a", { class: "button", href: href("try", params) }, "Try it");
}
