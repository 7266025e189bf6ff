// Two rewards of the same completions: their means over the steps, and every completion as a point of both.

import { el, fill, number } from "../dom.js";
import { makeChart, scale, short, svg, ticks } from "./chart.js";
import { percent } from "./text.js";

const WIDTH = 400, HEIGHT = 320, LEFT = 50, BOTTOM = 40, TOP = 12, RIGHT = 14;
const ROOM = 40; // for points that are moved apart

/**
 * @param pick called with a step that is chosen in the curves
 * @param open called with the place of a sample
 */
export function makeRescored({ pick, open }) {
  const element = el("div", { class: "rescored" });
  let chart = null;
  let points = null;
  return {
    element,
    show(answer, name, step) {
      const { bands } = answer;
      const steps = bands.map((band) => band.last);
      const curve = (key) => {
        const known = bands.filter((band) => band[key] !== null);
        const values = known.map((band) => band[key]);
        return { steps: known.map((band) => band.last), mean: values, low: values, high: values };
      };
      chart = makeChart({ title: "means", series: [{ name: "trained by", curve: curve("mean") }, { name, curve: curve("other") }], pick });
      points = makePoints(answer.points, name, open);
      fill(element,
        el("p", { class: "legend" }, el("span", { class: "key s0" }), "the reward that trained ", el("span", { class: "key s1" }), name),
        el("div", { class: "pair" }, chart.element, points.element),
        answer.parting ? el("p", { class: "note bad" }, answer.parting) : null, table(bands, name),
        answer.left_out.map((sentence) => el("p", { class: "note small" }, sentence)));
      if (steps.length) this.mark(step);
    },
    mark(step) {
      chart?.mark(step);
      points?.mark(step);
    },
  };
}

const round3 = (value) => (value === null ? null : Math.round(value * 1000) / 1000);

function table(bands, name) {
  const heads = ["Steps", "Samples", "Trained by", name, "Rank correlation", "Disagree", "Unscored"];
  const rows = bands.map((band) => el("tr", {},
    [band.first === band.last ? band.first : `${band.first}–${band.last}`, band.samples, number(round3(band.mean)), number(round3(band.other)), number(round3(band.rank)), percent(band.apart), band.unscored || ""]
      .map((cell) => el("td", { class: "number" }, String(cell)))));
  return el("details", {}, el("summary", {}, "As a table"), el("div", { class: "scrolls" }, el("table", {}, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col", class: "number" }, head)))), el("tbody", {}, rows))));
}

/** All completions as points of both rewards; equal ones are moved a little apart. */
function makePoints(points, name, open) {
  const bounds = (at) => points.reduce(([low, high], point) => [Math.min(low, point[at]), Math.max(high, point[at])], [Infinity, -Infinity]);
  const [lowX, highX] = bounds(2), [lowY, highY] = bounds(3), [first, last] = bounds(1);
  const x = scale(lowX, highX, LEFT + ROOM, WIDTH - RIGHT - ROOM), y = scale(lowY, highY, HEIGHT - BOTTOM - ROOM, TOP + ROOM);
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  picture.append(svg("rect", { class: "frame", x: LEFT, y: TOP, width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM }));
  for (const value of ticks(lowX, highX)) picture.append(svg("text", { class: "tick", x: x(value), y: HEIGHT - BOTTOM + 15, "text-anchor": "middle" }, short(value)));
  for (const value of ticks(lowY, highY)) picture.append(svg("text", { class: "tick", x: LEFT - 6, y: y(value) + 3.5, "text-anchor": "end" }, short(value)));
  picture.append(svg("text", { class: "tick", x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, "the reward that trained"));
  picture.append(svg("text", { class: "tick", x: -(TOP + HEIGHT - BOTTOM) / 2, y: 12, "text-anchor": "middle", transform: "rotate(-90)" }, name));

  // Late steps are drawn last. What falls on one place spreads as the seeds of a sunflower do.
  const ordered = [...points].sort((a, b) => a[1] - b[1]);
  const there = new Map();
  const dots = ordered.map((point) => {
    const key = `${Math.round(x(point[2]))},${Math.round(y(point[3]))}`;
    const n = there.get(key) ?? 0;
    there.set(key, n + 1);
    const far = Math.min(0.95 * Math.sqrt(n), ROOM - 4), turn = n * 2.399963;
    const age = last > first ? Math.min(3, Math.floor((4 * (point[1] - first)) / (last - first))) : 3;
    const dot = svg("circle", { class: `point age${age}`, cx: x(point[2]) + far * Math.cos(turn), cy: y(point[3]) + far * Math.sin(turn), r: 2.4 });
    picture.append(dot);
    return dot;
  });
  const ring = svg("circle", { class: "ring", r: 6, cx: -20, cy: -20 });
  picture.append(ring);

  const readout = el("span", { class: "readout" }, points.length ? "arrow keys or pointer read it" : "no completion has both scores");
  const handle = el("div", { class: "plot", tabindex: 0, role: "slider", "aria-label": "Completions, the greatest gap first: arrow keys read them, Enter opens one", "aria-valuemin": 1, "aria-valuemax": Math.max(1, points.length), "aria-valuenow": 1, "aria-valuetext": "none" }, picture);
  const legend = el("p", { class: "legend small" }, "steps", ["age0", "age1", "age2", "age3"].map((age, n) => [el("span", { class: `key ${age}` }), points.length ? String(Math.round(first + (n * (last - first)) / 4)) : ""]).flat(), " and later");
  const element = el("figure", { class: "chart scatter" }, el("figcaption", {}, el("span", { class: "of" }, "completions"), readout), handle, legend);
  const byGap = ordered.map((_, n) => n).sort((a, b) => Math.abs(ordered[b][4]) - Math.abs(ordered[a][4]));
  let rank = -1;

  function read(n) {
    const [, step, one, other, gap] = ordered[n];
    readout.textContent = `step ${step}: ${number(one)} and ${number(other)}, gap ${number(gap)}`;
    handle.setAttribute("aria-valuenow", rank + 1);
    handle.setAttribute("aria-valuetext", readout.textContent);
    ring.setAttribute("cx", dots[n].getAttribute("cx"));
    ring.setAttribute("cy", dots[n].getAttribute("cy"));
  }

  function under(event) {
    const box = picture.getBoundingClientRect();
    const atX = ((event.clientX - box.left) / box.width) * WIDTH, atY = ((event.clientY - box.top) / box.height) * HEIGHT;
    let best = null, near = 15 ** 2;
    dots.forEach((dot, n) => {
      const far = (dot.getAttribute("cx") - atX) ** 2 + (dot.getAttribute("cy") - atY) ** 2;
      if (far <= near && !dot.classList.contains("faint")) [best, near] = [n, far];
    });
    return best;
  }

  handle.addEventListener("pointermove", (event) => {
    const n = under(event);
    if (n !== null) {
      rank = byGap.indexOf(n);
      read(n);
    }
  });
  handle.addEventListener("click", (event) => {
    const n = under(event);
    if (n !== null) open(ordered[n][0]);
  });
  handle.addEventListener("keydown", (event) => {
    const moves = { ArrowRight: rank + 1, ArrowDown: rank + 1, ArrowLeft: rank - 1, ArrowUp: rank - 1, PageDown: rank + 20, PageUp: rank - 20, Home: 0, End: byGap.length - 1 };
    if (!byGap.length) return;
    if (event.key === "Enter" && rank >= 0) open(ordered[byGap[rank]][0]);
    else if (event.key in moves) {
      rank = Math.max(0, Math.min(byGap.length - 1, moves[event.key]));
      read(byGap[rank]);
    } else return;
    event.preventDefault();
  });

  return {
    element,
    mark(step) {
      dots.forEach((dot, n) => dot.classList.toggle("faint", step !== null && ordered[n][1] !== step));
    },
  };
}
