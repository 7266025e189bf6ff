// A page of samples: sorted, filtered, each leading to itself.

import { el, fill, number, plain } from "../dom.js";
import { brief, marked } from "./text.js";

const AROUND = 110; // characters on either side of a failure, in a line of the table
export const PAGE = 25;

/** The order of a table; the latest first where its state says none. */
export function order(state) {
  const sort = state.get("sort");
  return sort ? { sort, down: state.get("down") } : { sort: "step", down: "1" };
}

/**
 * @param state of the view: sort, down, offset, part, least, most, failure, text
 * @param open called with the place of a sample
 */
export function makeTable(state, open) {
  const body = el("tbody");
  const head = el("tr");
  const about = el("p", { class: "muted small", role: "status" });
  const back = el("button", { type: "button", onclick: () => state.set({ offset: Math.max(0, offset() - PAGE) || null }) }, "Previous");
  const on = el("button", { type: "button", onclick: () => state.set({ offset: offset() + PAGE }) }, "Next");
  const table = el("table", { class: "samples" }, el("thead", {}, head), body);
  const element = el("div", {}, el("div", { class: "scrolls" }, table), el("div", { class: "row pages" }, back, on, about));
  const offset = () => state.whole("offset") ?? 0;

  function heading(title, sort, kind = null) {
    const { sort: by, down: falls } = order(state);
    const now = by === sort;
    const down = falls === "1";
    const said = now ? (down ? "descending" : "ascending") : null;
    const arrow = now ? (down ? " ↓" : " ↑") : "";
    const turn = () => state.set({ sort, down: now && down ? null : 1, offset: null });
    return el("th", { scope: "col", class: kind, "aria-sort": said }, sort ? el("button", { type: "button", class: "quiet sort", onclick: turn }, title + arrow) : title);
  }

  return {
    element,
    show({ samples, total }, run, rescored) {
      const part = state.get("part");
      fill(head,
        heading("Step", "step", "number"),
        heading("Reward", "reward", "number"),
        rescored ? heading(rescored, "other", "number") : null,
        rescored ? heading("Gap", "gap", "number") : null,
        part ? heading(part, `part:${part}`, "number") : null,
        heading("Prompt"),
        heading("Completion", "length"),
      );
      fill(body, samples.map((sample) => line(sample, part, rescored, open)));
      const begin = offset();
      about.textContent = total ? `${(begin + 1).toLocaleString("en")} to ${(begin + samples.length).toLocaleString("en")} of ${total.toLocaleString("en")}` : "No sample is like that: loosen the filter.";
      back.disabled = begin === 0;
      on.disabled = begin + PAGE >= total;
    },
    fail(message) {
      fill(body);
      about.textContent = message;
      back.disabled = on.disabled = true;
    },
  };
}

function line(sample, part, rescored, open) {
  const link = el("button", { type: "button", class: "quiet open", onclick: () => open(sample.place), "aria-label": `Open the sample of step ${sample.step}` }, String(sample.step));
  return el("tr", {},
    el("td", { class: "number", "data-label": "step" }, link),
    el("td", { class: "number", "data-label": "reward" }, earned(sample)),
    rescored ? el("td", { class: "number", "data-label": rescored }, number(sample.other?.score)) : null,
    rescored ? el("td", { class: "number", "data-label": "gap" }, number(sample.gap)) : null,
    part ? el("td", { class: "number", "data-label": part }, number(sample.parts[part])) : null,
    el("td", { class: "asked", "data-label": "prompt" }, el("span", { class: "text said" }, brief(sample.prompt, 160))),
    el("td", { class: "wrote" }, marked(sample.completion, sample.failed_at, AROUND), reason(sample)),
  );
}

/** A reward, or that there is none. */
export function earned(sample) {
  return sample.reward === null ? el("span", { class: "muted", title: sample.unscored ?? "" }, "unscored") : number(sample.reward);
}

/** Why a sample did not earn more, or was not scored. */
export function reason(sample) {
  const why = sample.failure ?? sample.unscored ?? null;
  return why === null ? null : el("span", { class: "reason" }, brief(plain(why), 200));
}

/** The filter above the table. */
export function makeFilter(state) {
  const of = el("select", { id: "f-part", onchange: () => state.set({ part: of.value, offset: null }) });
  const failure = el("select", { id: "f-failure", onchange: () => state.set({ failure: failure.value, offset: null }) });
  const bound = (name) => {
    const field = el("input", { id: `f-${name}`, inputmode: "decimal", autocomplete: "off", value: state.get(name), onchange: () => take(field, name) });
    return field;
  };
  const least = bound("least"), most = bound("most");
  let timer = 0;
  const text = el("input", { id: "f-text", type: "search", maxlength: 200, autocomplete: "off", spellcheck: "false", value: state.get("text"), oninput: () => {
    clearTimeout(timer);
    timer = setTimeout(() => state.set({ text: text.value, offset: null }), 300);
  } });
  const clear = el("button", { type: "button", class: "quiet", onclick: () => {
    text.value = least.value = most.value = "";
    state.set({ part: null, least: null, most: null, failure: null, text: null, offset: null });
  } }, "Clear");
  const field = (name, title, input) => el("div", { class: "field" }, el("label", { for: `f-${name}` }, title), input);
  const element = el("div", { class: "filter" }, field("part", "Bound on", of), field("least", "at least", least), field("most", "at most", most), field("failure", "Failure", failure), field("text", "Contains", text), clear);

  function take(input, name) {
    const wrong = input.value.trim() !== "" && !Number.isFinite(Number(input.value));
    input.setAttribute("aria-invalid", String(wrong));
    if (!wrong) state.set({ [name]: input.value.trim(), offset: null });
  }

  return {
    element,
    show(run) {
      const choice = (value, title) => el("option", { value }, title);
      fill(of, choice("", "reward"), run.parts.map((name) => choice(name, brief(name, 40))));
      of.value = state.get("part");
      fill(failure, choice("", "all"), choice("any", "any failure"), choice("none", "none"), choice("unscored", "unscored"), run.kinds.map(([kind, count]) => choice(kind, `${brief(kind, 60)} (${count.toLocaleString("en")})`)));
      failure.value = state.get("failure");
    },
  };
}
