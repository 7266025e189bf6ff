// The steps at which a run kept samples, as a slider: one of them, or all.

import { el } from "../dom.js";
import { nearest } from "./chart.js";

/**
 * @param every whether all steps together can be chosen
 * @param picked called with a step, or null for all
 */
export function makeMoments({ every, picked }) {
  let moments = [];
  let step = null;
  const slider = el("input", { type: "range", min: 0, max: 0, value: 0, id: "moment", "aria-describedby": "moment-about", oninput: () => choose(Number(slider.value)) });
  const about = el("output", { id: "moment-about", for: "moment", class: "small" });
  const back = el("button", { type: "button", "aria-label": "Earlier step", onclick: () => choose(place() - 1) }, "‹");
  const on = el("button", { type: "button", "aria-label": "Later step", onclick: () => choose(place() + 1) }, "›");
  const all = every ? el("button", { type: "button", onclick: () => picked(step === null ? moments[place()]?.[0] ?? null : null) }, "All steps") : null;
  const element = el("div", { class: "moments" }, el("label", { for: "moment" }, "Step"), back, slider, on, about, all);

  function place() {
    return step === null ? Math.max(0, moments.length - 1) : nearest(moments.map(([at]) => at), step);
  }

  function choose(n) {
    const found = moments[Math.max(0, Math.min(moments.length - 1, n))];
    if (found) picked(found[0]);
  }

  return {
    element,
    /** The nearest step with samples. */
    near: (wanted) => (moments.length ? moments[nearest(moments.map(([at]) => at), wanted)][0] : null),
    show(given, chosen) {
      moments = given;
      step = chosen;
      const at = place();
      slider.max = Math.max(0, moments.length - 1);
      slider.value = at;
      slider.disabled = moments.length < 2;
      const one = moments[at];
      slider.setAttribute("aria-valuetext", one ? `step ${one[0]}` : "none");
      const count = moments.reduce((sum, [, n]) => sum + n, 0);
      const many = (n) => `${n.toLocaleString("en")} sample${n === 1 ? "" : "s"}`;
      about.textContent = !one ? "no samples yet" : step === null ? `all steps: ${many(count)}` : `${one[0]}: ${many(one[1])}`;
      back.disabled = !one || at === 0;
      on.disabled = !one || at === moments.length - 1;
      all?.setAttribute("aria-pressed", String(step === null));
      element.classList.toggle("every", step === null);
    },
  };
}
