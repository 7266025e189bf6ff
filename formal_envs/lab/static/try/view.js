// Try: choose a problem, write a completion, see its score and why.

import { get, givenUp, post } from "../api.js";
import { el, fill, number, say } from "../dom.js";
import { key } from "../help.js";
import { register, rename } from "../router.js";
import { makeEditor } from "./editor.js";
import { explanationOf } from "./explain/kinds.js";
import { makeFollows } from "./follows.js";
import { makeForm } from "./form.js";
import { makeProblem } from "./problem.js";
import { makeResult } from "./result.js";

const PAUSE = 220; // milliseconds without a key before a completion is scored
const LONGEST_LINK = 8000; // characters of a completion, or of an own prompt, that a link holds

register("try", { title: "Try", render });

let known = null; // the environments, asked for once

function render(root, params) {
  root.append(el("p", { class: "muted" }, "Loading…"));
  let ended = false;
  let end = null;
  const loaded = known ?? get("lab/environments");
  Promise.resolve(loaded).then(
    (answer) => {
      known = answer;
      if (!ended) end = build(fill(root), params, answer);
    },
    (error) => ended || fill(root, el("p", { class: "note bad", role: "alert" }, error.message)),
  );
  return () => {
    ended = true;
    end?.();
  };
}

function build(root, params, { environments, longest }) {
  const form = makeForm(environments, params, () => ask.problem());
  const problem = makeProblem(params, { asked: () => ask.problem(), written: () => ask.score() });
  const editor = makeEditor({ longest, written: () => ask.score(PAUSE), value: params.get("completion") ?? "" });
  const result = makeResult();
  const follows = makeFollows((piece, at) => editor.insert(piece, at));
  const why = el("section", { class: "why", "aria-label": "Why" });
  const setup = el("section", { class: "panel setup", "aria-label": "Environment" }, form.element);
  const writing = el("section", { class: "panel writing", "aria-label": "Problem and completion" }, problem.element, editor.element);
  const seen = el("section", { class: "panel seen", "aria-label": "Score" }, result.element, follows.element);
  root.append(
    el("header", { class: "title" }, el("h1", {}, "Try a completion"), linkButton()),
    setup,
    el("div", { class: "two" }, writing, seen),
    why,
  );

  const questions = { problem: null, score: null, following: null };
  let timer = 0;
  let endWhy = null;
  let over = false; // another view is shown: answers that come now change nothing

  function begin(name) {
    questions[name]?.abort();
    questions[name] = new AbortController();
    return questions[name].signal;
  }

  function named() {
    const own = problem.own ? problem.prompt : null;
    return {
      ...form.params(),
      seed: problem.seed,
      index: problem.index,
      prompt: own !== null && own.length <= LONGEST_LINK ? own : null,
      completion: editor.value && editor.value.length <= LONGEST_LINK ? editor.value : null,
    };
  }

  const body = () => ({ ...form.chosen(), prompt: problem.prompt, completion: editor.value });

  const ask = {
    /** The problem of the seed and the index, then its score. */
    async problem() {
      clearTimeout(timer);
      if (over) return;
      rename("try", named());
      const signal = begin("problem");
      problem.wait();
      try {
        problem.show(await post("lab/problem", { ...form.chosen(), seed: problem.seed, index: problem.index }, signal));
        form.fine();
      } catch (error) {
        if (givenUp(error)) return;
        problem.fail();
        form.fail(error.message);
        if (!problem.own) {
          result.clear();
          follows.clear();
          fill(why);
          return;
        }
      }
      editor.solution(problem.solution);
      ask.score();
    },

    /** The score of what is written, after a pause. */
    score(pause = 0) {
      clearTimeout(timer);
      if (over) return;
      questions.score?.abort();
      questions.following?.abort();
      result.wait();
      editor.mark(null);
      timer = setTimeout(ask.scoreNow, pause);
    },

    async scoreNow() {
      rename("try", named());
      const asked = body();
      const signal = begin("score");
      try {
        const answer = await post("lab/score", asked, signal);
        if (over) return;
        const at = answer.failed_at ?? answer.explanation?.at ?? null;
        result.show(answer);
        editor.mark(at);
        say(spoken(answer, at));
        endWhy?.();
        endWhy = null;
        const told = explanationOf(answer, asked);
        fill(why, told?.element);
        endWhy = told?.end ?? null;
        await ask.following(asked, at);
      } catch (error) {
        if (givenUp(error)) return;
        result.fail(error.message);
        follows.clear();
        say(`No score: ${error.message}`);
      }
    },

    async following(asked, at) {
      const signal = begin("following");
      follows.wait();
      try {
        follows.show(await post("lab/following", { ...asked, at }, signal), asked.completion);
      } catch (error) {
        if (!givenUp(error)) follows.clear();
      }
    },
  };

  const keys = [
    key("Alt+N", "next problem", () => problem.next()),
    key("Alt+P", "previous problem", () => problem.previous()),
    key("Alt+C", "write the completion", () => editor.focus()),
    key("Alt+S", "show or hide the known solution", () => editor.toggleSolution()),
  ];
  ask.problem();
  return () => {
    over = true;
    clearTimeout(timer);
    for (const controller of Object.values(questions)) controller?.abort();
    for (const remove of keys) remove();
    endWhy?.();
  };
}

/** A score as a sentence, for those who do not see it. */
function spoken(answer, at) {
  const place = at === null ? "" : ` First wrong at character ${at + 1}.`;
  return `Score ${number(answer.score)}. ${answer.failure ? `${answer.failure}.` : "No failure."}${place}`;
}

function linkButton() {
  const button = el("button", { type: "button", class: "quiet", onclick: copy }, "Copy link");
  async function copy() {
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = "Copied";
      say("The link is copied.");
    } catch {
      button.textContent = "Copy it from the address bar";
    }
    setTimeout(() => (button.textContent = "Copy link"), 2000);
  }
  return button;
}
