// A run: its curves, and what it wrote over its training.

import { get, givenUp } from "../api.js";
import { el, fill, number, say } from "../dom.js";
import { go, href } from "../router.js";
import { makeChart } from "./chart.js";
import { makeGroups } from "./groups.js";
import { makeMoments } from "./moments.js";
import { makeRescored } from "./rescored.js";
import { showSample } from "./sample.js";
import { makeQuestions, makeState } from "./state.js";
import { makeFilter, makeTable, order, PAGE } from "./table.js";
import { brief } from "./text.js";

const AGAIN = 5000; // milliseconds between two looks at a run that trains
const DRAWN = 4; // curves at the start
const FIRST = ["reward_mean", "exact", "vader", "entropy", "validation_loss", "kl"];
const OF_SAMPLES = ["offset", "part", "least", "most", "failure", "text"];

/** Draw a run into `root`; returns what ends it. */
export function renderRun(root, params) {
  const questions = makeQuestions();
  const state = makeState("runs", params, changed);
  const name = state.get("run");
  const alert = el("p", { class: "note bad", role: "alert", hidden: true });
  const title = el("h1", {}, name);
  const about = el("p", { class: "muted" });
  const said = el("div");
  const curves = el("div", { class: "curves" });
  const choice = el("details", { class: "choice" });
  const detail = el("div", { class: "detail" });
  const tabs = el("div", { class: "tabs row", role: "group", "aria-label": "What is shown" });
  const content = el("div", { class: "content" });
  const moments = makeMoments({ every: true, picked: (step) => state.set({ step, group: null, offset: null, place: null }) });
  const table = makeTable(state, (place) => state.set({ place }));
  const filter = makeFilter(state);
  const groups = makeGroups((group) => state.set({ group, place: null }));
  const rescored = makeRescored({ pick: pickStep, open: (place) => state.set({ place }) });
  const compare = el("p", { class: "row" });
  root.append(
    el("header", { class: "title" }, el("div", {}, el("p", { class: "small" }, el("a", { href: href("runs") }, "All runs")), title, about), compare),
    alert, said,
    el("div", { class: "browse" },
      el("section", { class: "panel side", "aria-label": "Curves" }, el("h2", {}, "Curves"), curves, choice),
      el("div", { class: "wide" }, detail, el("section", { class: "panel", "aria-label": "Samples" }, el("div", { class: "over" }, tabs, moments.element), content))),
  );
  let run = null;
  let charts = [];
  let sample = null;
  let timer = 0;
  load();

  const view = () => state.get("view", "samples");
  const file = () => (view() === "rescored" ? state.get("name") || run.rescored[0] || "" : "");

  /** What has come since the last look, where nobody is at work. */
  function followed() {
    const busy = content.contains(document.activeElement) || tabs.contains(document.activeElement);
    moments.show(run.moments, view() === "prompts" ? state.whole("step") ?? lastMoment() : state.whole("step"));
    askCurves();
    if (busy) return;
    filter.show(run);
    drawTabs();
    drawContent(["followed"]);
  }

  async function load() {
    const first = run === null;
    try {
      run = await get("lab/runs/run", { run: name }, questions.begin("run"));
    } catch (error) {
      if (!givenUp(error)) fail(error.message);
      return;
    }
    alert.hidden = true;
    const steps = run.steps ? `${run.step.toLocaleString("en")} of ${run.steps.toLocaleString("en")} steps` : `step ${run.step}`;
    about.textContent = [run.env, run.trainer, steps, run.state].filter(Boolean).join(" · ");
    fill(said, run.left_out.map((sentence) => el("p", { class: "note small" }, sentence)));
    if (first) {
      filter.show(run);
      drawCompare();
      changed([]);
    } else followed();
    if (run.state === "training") timer = setTimeout(load, AGAIN);
  }

  function fail(message) {
    alert.hidden = false;
    alert.textContent = message;
  }

  function changed(names) {
    if (!run) return;
    const only = names.length && names.every((key) => key === "place");
    if (!only) {
      drawTabs();
      moments.show(run.moments, state.whole("step"));
      if (!names.length || names.includes("curves")) askCurves();
      else for (const chart of charts) chart.mark(state.whole("step"));
      drawContent(names);
    }
    if (!names.length || names.includes("place") || names.includes("name") || names.includes("view")) askSample();
  }

  function drawTabs() {
    const tab = (key, title, more = {}) => el("button", { type: "button", "aria-pressed": String(view() === key && (!more.name || file() === more.name)), onclick: () => state.set({ view: key === "samples" ? null : key, name: null, sort: null, down: null, offset: null, place: null, group: null, step: key === "prompts" ? state.whole("step") ?? lastMoment() : state.get("step"), ...more }) }, title);
    fill(tabs, tab("samples", "Samples"), tab("prompts", "Prompts"), run.rescored.map((key) => tab("rescored", `Rescored: ${brief(key, 30)}`, { name: key, sort: "gap", down: 1 })));
  }

  const lastMoment = () => (run.moments.length ? run.moments[run.moments.length - 1][0] : null);

  function pickStep(step) {
    const near = moments.near(step);
    if (near !== null) state.set({ step: near, group: null, offset: null, place: null });
  }

  async function askCurves() {
    const chosen = curveNames();
    try {
      const answer = await get("lab/runs/metrics", { run: name, names: chosen.join(",") }, questions.begin("curves"));
      charts = chosen.filter((key) => answer.curves[key]?.steps.length).map((key) => makeChart({ title: key.replaceAll("_", " "), series: [{ name: key, curve: answer.curves[key] }], pick: pickStep }));
      if (!curves.contains(document.activeElement)) fill(curves, charts.length ? charts.map((chart) => chart.element) : el("p", { class: "muted" }, "No metrics yet."));
      for (const chart of charts) chart.mark(state.whole("step"));
      drawChoice(chosen);
    } catch (error) {
      if (!givenUp(error)) fail(error.message);
    }
  }

  function curveNames() {
    const named = state.get("curves").split(",").filter((key) => run.metrics.includes(key));
    return named.length ? named.slice(0, 12) : [...new Set([...FIRST, ...run.parts, ...run.metrics])].filter((key) => run.metrics.includes(key)).slice(0, DRAWN);
  }

  function drawChoice(chosen) {
    if (choice.contains(document.activeElement) && choice.open) return;
    const box = (key) => el("label", { class: "check" }, el("input", { type: "checkbox", checked: chosen.includes(key), onchange: (event) => {
      const now = event.target.checked ? [...curveNames(), key] : curveNames().filter((other) => other !== key);
      state.set({ curves: now.join(",") });
    } }), brief(key.replaceAll("_", " "), 40));
    fill(choice, el("summary", {}, "Other curves"), el("div", { class: "checks" }, run.metrics.map(box)));
  }

  function drawContent(names) {
    moments.element.classList.toggle("one", view() === "prompts");
    if (view() === "prompts") {
      if (!names.length || content.firstChild !== groups.element) fill(content, groups.element);
      askGroups();
      return;
    }
    const parts = file() ? [rescored.element, filter.element, table.element] : [filter.element, table.element];
    if (content.children.length !== parts.length || content.firstChild !== parts[0]) fill(content, parts);
    if (file() && (!names.length || names.includes("name") || names.includes("view"))) askAgreement();
    rescored.mark(state.whole("step"));
    askSamples();
  }

  async function askSamples() {
    const step = state.whole("step");
    const bounds = step === null ? {} : { first: step, last: step };
    try {
      table.show(await get("lab/runs/samples", { run: name, rescored: file(), limit: PAGE, ...bounds, ...order(state), ...state.some(...OF_SAMPLES) }, questions.begin("samples")), run, file());
    } catch (error) {
      if (!givenUp(error)) table.fail(error.message);
    }
  }

  async function askAgreement() {
    try {
      rescored.show(await get("lab/runs/agreement", { run: name, rescored: file() }, questions.begin("agreement")), file(), state.whole("step"));
    } catch (error) {
      if (!givenUp(error)) fail(error.message);
    }
  }

  async function askGroups() {
    const step = state.whole("step") ?? lastMoment() ?? 0;
    moments.show(run.moments, step);
    try {
      const group = state.whole("group");
      const answer = await get("lab/runs/groups", { run: name, step, limit: 50 }, questions.begin("groups"));
      groups.show(answer, group);
      if (group === null) groups.beside(null);
      else {
        const found = await get("lab/runs/samples", { run: name, first: step, last: step, group, sort: "reward", down: 1, limit: 64 }, questions.begin("beside"));
        groups.beside(found.samples, (place) => state.set({ place }));
        if (names_of_group !== `${step} ${group}`) say(`${found.total} completions`);
        names_of_group = `${step} ${group}`;
      }
    } catch (error) {
      if (!givenUp(error)) fail(error.message);
    }
  }
  let names_of_group = "";

  async function askSample() {
    const place = state.whole("place");
    if (place === null) {
      sample?.end();
      sample = null;
      fill(detail);
      return;
    }
    if (sample?.place === place && sample.file === file()) return;
    try {
      const answer = await get("lab/runs/samples", { run: name, rescored: file(), place }, questions.begin("sample"));
      sample?.end();
      sample = answer.samples.length ? { ...showSample(answer.samples[0], run, file(), () => state.set({ place: null })), place, file: file() } : null;
      fill(detail, sample?.element);
      sample?.element.focus({ preventScroll: true });
      sample?.element.scrollIntoView({ block: "nearest" });
    } catch (error) {
      if (!givenUp(error)) fail(error.message);
    }
  }

  function drawCompare() {
    if (compare.firstChild) return;
    get("lab/runs", {}, questions.begin("others")).then(({ runs }) => {
      const others = runs.filter((other) => other.run !== name);
      if (!others.length) return;
      const select = el("select", { id: "compare", onchange: () => select.value && go("runs", { run: name, with: select.value }) }, el("option", { value: "" }, "another run"), others.map((other) => el("option", { value: other.run }, brief(other.run, 60))));
      fill(compare, el("label", { for: "compare" }, "Compare with"), select);
    }, () => {});
  }

  return () => {
    clearTimeout(timer);
    questions.end();
    sample?.end();
  };
}

/** A reward of the latest step, for lists. */
export function latest(run) {
  return number(run.reward);
}
