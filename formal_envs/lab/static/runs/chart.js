// Curves: one metric of one or several runs over the steps, drawn as SVG, read with the pointer or the arrow keys.

import { el, number } from "../dom.js";

const WIDTH = 340, HEIGHT = 130, LEFT = 46, RIGHT = 8, TOP = 8, BOTTOM = 22;
const SVG = "http://www.w3.org/2000/svg";

/** An element of SVG. */
export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/** A linear scale from [low, high] to [begin, end]; a span of nothing is its middle. */
export function scale(low, high, begin, end) {
  return high > low ? (value) => begin + ((value - low) / (high - low)) * (end - begin) : () => (begin + end) / 2;
}

/** About three round numbers within [low, high]. */
export function ticks(low, high) {
  if (!(high > low)) return [low];
  const rough = (high - low) / 2.5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) * power;
  const found = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) found.push(n * step);
  return found;
}

/** A number as an axis has room for it. */
export function short(value) {
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-3)) return value.toExponential(0).replace("-", "−");
  if (size >= 1e4) return `${number(value / 1e3)}k`;
  return number(Number(value.toPrecision(3)));
}

/**
 * @param title of the chart
 * @param series [{name, curve: {steps, mean, low, high}}], at most four
 * @param pick called with a step that is chosen
 * @returns {{element, mark(step)}}
 */
export function makeChart({ title, series, pick }) {
  const drawn = series.filter(({ curve }) => curve?.steps.length);
  const steps = [...new Set(drawn.flatMap(({ curve }) => curve.steps))].sort((a, b) => a - b);
  const lows = drawn.flatMap(({ curve }) => curve.low), highs = drawn.flatMap(({ curve }) => curve.high);
  const least = lows.reduce((a, b) => Math.min(a, b), Infinity), high = highs.reduce((a, b) => Math.max(a, b), -Infinity);
  const low = least > 0 && least < high / 2 ? 0 : least; // from zero, where it is not far
  const first = Math.min(steps[0], 0), last = steps[steps.length - 1];
  const x = scale(first, last, LEFT, WIDTH - RIGHT), y = scale(low, high, HEIGHT - BOTTOM, TOP);

  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  for (const value of ticks(low, high)) {
    picture.append(svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }));
    picture.append(svg("text", { class: "tick", x: LEFT - 5, y: y(value) + 3.5, "text-anchor": "end" }, short(value)));
  }
  for (const value of ticks(first, last)) {
    const anchor = value === first ? "start" : value >= last ? "end" : "middle";
    picture.append(svg("text", { class: "tick", x: x(value), y: HEIGHT - 6, "text-anchor": anchor }, short(value)));
  }
  drawn.forEach(({ curve }, n) => {
    const places = curve.steps.map(x);
    const band = [...places.map((at, i) => `${at},${y(curve.high[i])}`), ...places.map((at, i) => `${at},${y(curve.low[i])}`).reverse()];
    picture.append(svg("polygon", { class: `band s${n}`, points: band.join(" ") }));
    picture.append(svg("polyline", { class: `line s${n}`, points: places.map((at, i) => `${at},${y(curve.mean[i])}`).join(" ") }));
    if (places.length === 1) picture.append(svg("circle", { class: `dot s${n}`, cx: places[0], cy: y(curve.mean[0]), r: 2.5 }));
  });
  const chosen = svg("line", { class: "chosen", y1: TOP, y2: HEIGHT - BOTTOM, x1: -9, x2: -9 });
  const cursor = svg("line", { class: "cursor", y1: TOP, y2: HEIGHT - BOTTOM, x1: -9, x2: -9 });
  picture.append(chosen, cursor);

  const readout = el("span", { class: "readout" });
  const handle = el("div", {
    class: "plot", tabindex: 0, role: "slider", "aria-label": `${title}: arrow keys read it, Enter chooses a step`,
    "aria-valuemin": steps[0] ?? 0, "aria-valuemax": last ?? 0,
  }, picture);
  const element = el("figure", { class: "chart" }, el("figcaption", {}, el("span", { class: "of" }, title), readout), handle);
  let at = steps.length - 1;
  read(at);

  function read(place, seen = false) {
    at = Math.max(0, Math.min(steps.length - 1, place));
    const step = steps[at];
    const told = drawn.map(({ name, curve }) => {
      const ended = step > curve.steps[curve.steps.length - 1];
      return [name, ended ? "–" : number(curve.mean[nearest(curve.steps, step)])];
    });
    const named = drawn.length > 1 ? told.map((pair) => pair.join(" ")) : [told[0]?.[1]];
    readout.textContent = steps.length ? `step ${step}: ${told.map(([, value]) => value).join(" | ")}` : "no values yet";
    handle.setAttribute("aria-valuenow", step ?? 0);
    handle.setAttribute("aria-valuetext", `step ${step}: ${named.join(", ")}`);
    const place_x = seen ? x(step) : -9;
    cursor.setAttribute("x1", place_x);
    cursor.setAttribute("x2", place_x);
  }

  function under(event) {
    const box = picture.getBoundingClientRect();
    const step = first + (((event.clientX - box.left) / box.width) * WIDTH - LEFT) / (WIDTH - RIGHT - LEFT) * (last - first);
    return nearest(steps, step);
  }

  handle.addEventListener("pointermove", (event) => read(under(event), true));
  handle.addEventListener("pointerleave", () => read(at, document.activeElement === handle));
  handle.addEventListener("click", (event) => steps.length && pick(steps[under(event)]));
  handle.addEventListener("focus", () => read(at, true));
  handle.addEventListener("blur", () => read(at, false));
  handle.addEventListener("keydown", (event) => {
    const wide = Math.max(1, Math.round(steps.length / 10));
    const moves = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageUp: at + wide, PageDown: at - wide, Home: 0, End: steps.length - 1 };
    if (event.key === "Enter" && steps.length) pick(steps[at]);
    else if (event.key in moves && steps.length) read(moves[event.key], true);
    else return;
    event.preventDefault();
  });

  return {
    element,
    mark(step) {
      const place = step === null || !steps.length ? -9 : x(step);
      if (steps.length && document.activeElement !== handle) read(step === null ? steps.length - 1 : nearest(steps, step));
      chosen.setAttribute("x1", place);
      chosen.setAttribute("x2", place);
    },
  };
}

/** The place of the value that is nearest, in a rising list. */
export function nearest(values, wanted) {
  let best = 0;
  for (let n = 1; n < values.length; n += 1) if (Math.abs(values[n] - wanted) < Math.abs(values[best] - wanted)) best = n;
  return best;
}
