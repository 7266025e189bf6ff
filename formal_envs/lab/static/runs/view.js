// Runs: those that the lab was started with, each leading to its own page, and any two to a page of both.

import { get, givenUp } from "../api.js";
import { el, fill } from "../dom.js";
import { go, href, register } from "../router.js";
import { renderCompare } from "./compare.js";
import { latest, renderRun } from "./run.js";
import { makeQuestions } from "./state.js";
import { brief } from "./text.js";

const AGAIN = 5000; // milliseconds between two looks at runs of which one trains

register("runs", {
  title: "Runs",
  render(root, params) {
    if (!params.get("run")) return renderList(root);
    return params.get("with") ? renderCompare(root, params) : renderRun(root, params);
  },
});

function renderList(root) {
  const questions = makeQuestions();
  const body = el("div", {}, el("p", { class: "muted" }, "Loading…"));
  const chosen = new Set();
  const button = el("button", { type: "button", disabled: true, onclick: () => go("runs", { run: [...chosen][0], with: [...chosen][1] }) }, "Compare two");
  root.append(el("header", { class: "title" }, el("h1", {}, "Runs"), button), el("section", { class: "panel", "aria-label": "Runs" }, body));
  let timer = 0;
  load();

  async function load() {
    try {
      const { runs } = await get("lab/runs", {}, questions.begin("runs"));
      if (!body.contains(document.activeElement)) draw(runs);
      if (runs.some((run) => run.state === "training")) timer = setTimeout(load, AGAIN);
    } catch (error) {
      if (!givenUp(error)) fill(body, el("p", { class: "note bad", role: "alert" }, error.message));
    }
  }

  function draw(runs) {
    if (!runs.length) {
      fill(body, el("p", {}, "No runs: name their folders, or one that has runs below it, when you start the lab."), el("pre", { class: "text" }, "formal-envs lab runs/"));
      return;
    }
    const heads = ["", "Run", "Environment", "Trainer", "State", "Step", "Reward", "Rescored by"];
    const rows = runs.map((run) => {
      const box = el("input", { type: "checkbox", "aria-label": `Choose ${run.run} to compare`, checked: chosen.has(run.run), onchange: () => {
        if (box.checked) chosen.add(run.run);
        else chosen.delete(run.run);
        button.disabled = chosen.size !== 2;
      } });
      const steps = run.steps ? `${run.step} / ${run.steps}` : String(run.step);
      const rescored = run.rescored.map((name, n) => [n ? ", " : "", el("a", { href: href("runs", { run: run.run, view: "rescored", name, sort: "gap", down: 1 }) }, brief(name, 30))]);
      return el("tr", {}, el("td", {}, box), el("td", {}, el("a", { href: href("runs", { run: run.run }) }, brief(run.run, 80))), el("td", {}, brief(run.env, 60)), el("td", {}, brief(run.trainer, 20)),
        el("td", {}, el("span", { class: `state ${run.state}` }, run.state)), el("td", { class: "number" }, steps), el("td", { class: "number" }, latest(run)), el("td", {}, rescored.flat()));
    });
    const head = el("tr", {}, heads.map((title, n) => el("th", { scope: "col", class: n === 5 || n === 6 ? "number" : null }, title || el("span", { class: "apart" }, "Compare"))));
    fill(body, el("div", { class: "scrolls" }, el("table", { class: "runs" }, el("thead", {}, head), el("tbody", {}, rows))));
  }

  return () => {
    clearTimeout(timer);
    questions.end();
  };
}
