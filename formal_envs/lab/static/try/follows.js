// What could have followed, by the task's grammar.

import { charactersTo, el, fill, plain, token } from "../dom.js";

/** @param chosen called with a token, and the place where it may stand. */
export function makeFollows(chosen) {
  const element = el("div", { class: "follows" });

  return {
    element,
    wait: () => element.setAttribute("aria-busy", "true"),
    clear() {
      element.removeAttribute("aria-busy");
      fill(element);
    },
    show(answer, completion) {
      element.removeAttribute("aria-busy");
      if (answer.why === null) {
        fill(element); // the task has no grammar
        return;
      }
      if (answer.why) {
        fill(element, el("h3", {}, "What could follow"), el("p", { class: "muted small" }, `${plain(answer.why)}.`));
        return;
      }
      const { at, tokens, more, end } = answer;
      const where = at >= charactersTo(completion, completion.length) ? (completion ? "behind the last character" : "at the beginning") : `at character ${at + 1}`;
      const chips = tokens.map((each) =>
        el("li", {}, el("button", { type: "button", class: "chip mono", title: "Write it there", "aria-label": `Write ${token(each)} there`, onclick: () => chosen(each, at) }, token(each))),
      );
      if (end) chips.unshift(el("li", {}, el("span", { class: "chip over" }, "the end")));
      fill(element,
        el("h3", {}, "What could follow ", el("span", { class: "muted" }, where)),
        el("p", { class: "muted small" }, "What the grammar allows, and masks leave: not all of it earns something."),
        el("ul", { class: "chips" }, chips),
        more ? el("p", { class: "muted small" }, `and ${more} more`) : null,
      );
    },
  };
}
