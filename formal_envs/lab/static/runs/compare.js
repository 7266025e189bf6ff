// Two runs: their curves over each other, and what they wrote to the same prompts, side by side.

import { get, givenUp } from "../api.js";
import { el, fill, number, plain } from "../dom.js";
import { href } from "../router.js";
import { makeChart } from "./chart.js";
import { makeMoments } from "./moments.js";
import { makeQuestions, makeState } from "./state.js";
import { earned, reason } from "./table.js";
import { brief, marked } from "./text.js";

const DRAWN = 6, PAIRS = 20, SIDE = 6;
const FIRST = ["reward_mean", "exact", "vader", "entropy", "mutual_information", "kl", "validation_loss"];

const OTHERWISE = /seconds$|^learning_rate$/; // of the machine and of the settings, not of what was learned

/** Draw two runs into `root`; returns what ends it. */
export function renderCompare(root, params) {
  const questions = makeQuestions();
  const state = makeState("runs", params, ask);
  const names = [state.get("run"), state.get("with")];
  const curves = el("div", { class: "curves many" });
  const pairs = el("div", { class: "pairs" });
  const alert = el("p", { class: "note bad", role: "alert", hidden: true });
  const moments = makeMoments({ every: false, picked: (step) => state.set({ step }) });
  const legend = names.map((name, n) => [el("span", { class: `key s${n}` }), el("a", { href: href("runs", { run: name }) }, name)]);
  root.append(
    el("header", { class: "title" }, el("div", {}, el("p", { class: "small" }, el("a", { href: href("runs") }, "All runs")), el("h1", {}, "Two runs"), el("p", { class: "legend" }, legend.flat()))),
    alert,
    el("section", { class: "panel", "aria-label": "Curves" }, el("h2", {}, "Curves"), curves),
    el("section", { class: "panel below", "aria-label": "Same prompts" }, el("div", { class: "over" }, el("h2", {}, "The same prompts"), moments.element), pairs),
  );
  let charts = [];
  drawCurves();
  ask();

  function fail(error) {
    if (givenUp(error)) return;
    alert.hidden = false;
    alert.textContent = error.message;
  }

  async function drawCurves() {
    try {
      const both = await Promise.all(names.map((run, n) => get("lab/runs/run", { run }, questions.begin(`run${n}`))));
      const common = both[0].metrics.filter((name) => both[1].metrics.includes(name));
      const chosen = [...new Set([...FIRST, ...both[0].parts, ...common])].filter((name) => common.includes(name) && !OTHERWISE.test(name)).slice(0, DRAWN);
      const answers = await Promise.all(names.map((run, n) => get("lab/runs/metrics", { run, names: chosen.join(",") }, questions.begin(`curves${n}`))));
      charts = chosen.map((name) => makeChart({
        title: name.replaceAll("_", " "),
        series: names.map((run, n) => ({ name: run, curve: answers[n].curves[name] })),
        pick: (step) => state.set({ step: moments.near(step) }),
      }));
      fill(curves, charts.length ? charts.map((chart) => chart.element) : el("p", { class: "muted" }, "The two have no metric in common."));
      for (const chart of charts) chart.mark(state.whole("step"));
    } catch (error) {
      fail(error);
    }
  }

  async function ask() {
    try {
      const answer = await get("lab/runs/pairs", { run: names[0], with: names[1], limit: PAIRS, ...state.some("step") }, questions.begin("pairs"));
      moments.show(answer.steps.map((step) => [step, answer.step === step ? answer.pairs.reduce((sum, pair) => sum + pair.one.length + pair.other.length, 0) : 0]), answer.step);
      for (const chart of charts) chart.mark(answer.step);
      const none = answer.steps.length ? "They were asked other prompts at this step." : "They have samples at no common step.";
      const more = answer.total > answer.pairs.length ? el("p", { class: "muted small" }, `the first ${answer.pairs.length} of ${answer.total} prompts`) : null;
      fill(pairs, answer.pairs.length ? answer.pairs.map((pair) => drawPair(pair, names)) : el("p", { class: "muted" }, `${none} Runs with one seed and one batch are asked the same.`), more);
    } catch (error) {
      fail(error);
    }
  }

  return () => questions.end();
}

function drawPair(pair, names) {
  const known = pair.solution ? el("span", { class: "muted small known" }, `solution: ${brief(pair.solution, 60)}`) : null;
  return el("article", { class: "both" },
    el("h3", {}, el("span", { class: "text said" }, plain(pair.prompt.slice(0, 400)) || "(empty)")), known,
    el("div", { class: "sides" }, [pair.one, pair.other].map((samples, n) => side(samples, names[n], n))));
}

function side(samples, name, n) {
  const scored = samples.filter((sample) => sample.reward !== null);
  const mean = scored.length ? scored.reduce((sum, sample) => sum + sample.reward, 0) / scored.length : null;
  const equal = new Map();
  for (const sample of samples) equal.set(sample.completion, [...(equal.get(sample.completion) ?? []), sample]);
  const shown = [...equal.values()].slice(0, SIDE).map((same) => el("li", {},
    el("span", { class: "number" }, earned(same[0]), same.length > 1 ? el("span", { class: "muted small" }, ` × ${same.length}`) : null),
    el("div", {}, marked(same[0].completion, same[0].failed_at, 120), reason(same[0]))));
  return el("div", { class: "side" },
    el("p", { class: "small" }, el("span", { class: `key s${n}` }), brief(name, 40), el("span", { class: "muted" }, ` mean ${number(mean)} of ${samples.length}`)),
    el("ul", {}, shown), equal.size > SIDE ? el("p", { class: "muted small" }, `and ${equal.size - SIDE} more`) : null);
}
