// Games: the error with its caret; the board at start, a game move by move, and what many games measure.

import { givenUp, post } from "../../api.js";
import { el, fill, number, plain, say } from "../../dom.js";
import { key } from "../../help.js";

const PLAYERS = { random: "random", "one-ply": "one ply ahead", "uct:50": "search of 50", "uct:200": "search of 200", "uct:1000": "search of 1,000" };
const PACE = 700; // milliseconds of a position

export function game(explanation, { asked }) {
  if (explanation.stage) return { element: refused(explanation) };
  const controller = new AbortController();
  const { element, end } = table(explanation, asked, controller.signal);
  return {
    element,
    end() {
      controller.abort();
      end();
    },
  };
}

function refused({ stage, message, caret, expected }) {
  const line = caret ? el("pre", { class: "text caret", tabindex: 0, "aria-label": "The line of the error" }, caret) : null;
  if (line) requestAnimationFrame(() => (line.scrollLeft = (line.scrollWidth - line.clientWidth) / 2)); // where the caret is
  return el("section", { class: "panel game" },
    el("h2", {}, `Not a game: ${stage} error`),
    line,
    el("p", {}, plain(message)),
    expected.length ? el("p", { class: "muted" }, "Expected there, most likely first:") : null,
    expected.length ? el("ul", { class: "chips" }, expected.slice(0, 60).map((each) => el("li", {}, el("span", { class: "chip mono" }, plain(each))))) : null,
  );
}

function table({ name, players, sites, pieces, board, warnings }, asked, signal) {
  const said = el("p", { class: "muted", role: "status" });
  const picture = makePicture(`The board of ${plain(name)} at start`);
  if (board) picture.show(board, "The board at start");
  const status = el("p", { class: "caption" }, board ? "The board at start" : "The board is too large to be shown.");
  const list = el("ol", { class: "moves", "aria-label": "Moves" });
  const slider = el("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": "Position" });
  const button = (label, title, run) => el("button", { type: "button", "aria-label": title, title, onclick: run, disabled: true }, label);
  const first = button("«", "To the start", () => to(0));
  const back = button("‹", "One move back (←)", () => to(at - 1));
  const run = button("Play", "Play or pause", toggle);
  const forth = button("›", "One move on (→)", () => to(at + 1));
  const last = button("»", "To the end", () => to(shown.pictures.length - 1));
  const controls = el("div", { class: "row controls", hidden: true }, first, back, run, forth, last);
  const who = el("select", { id: "players" }, Object.entries(PLAYERS).map(([value, label]) => el("option", { value }, label)));
  const seed = el("input", { id: "play-seed", type: "number", min: 0, max: Number.MAX_SAFE_INTEGER, value: 0 });
  const play = el("button", { type: "button", class: "main", onclick: playOne }, "Play a game");
  const measures = el("div", { class: "measures" });
  const measure = el("button", { type: "button", onclick: measureMany }, "Measure 100 random games");
  const element = el("section", { class: "panel game" },
    el("div", { class: "head" }, el("h2", {}, plain(name)),
      el("p", { class: "muted small" }, `${players} player${players === 1 ? "" : "s"}, ${sites} sites, pieces: ${pieces.map(plain).join(", ") || "none"}`)),
    warnings.length ? el("div", { class: "note small" }, "It says, and cannot mean:", el("ul", {}, warnings.map((each) => el("li", {}, plain(each))))) : null,
    el("div", { class: "table" },
      el("div", { class: "seat" }, picture.element, status, slider, controls),
      el("div", { class: "beside" },
        el("div", { class: "row" },
          el("div", { class: "field" }, el("label", { for: "players" }, "Players"), who),
          el("div", { class: "field short" }, el("label", { for: "play-seed" }, "Seed"), seed),
          play),
        said, list)),
    el("div", { class: "row" }, measure), measures,
  );
  slider.hidden = true;
  slider.addEventListener("input", () => to(Number(slider.value)));

  let shown = null;
  let at = 0;
  let timer = 0;

  function to(position) {
    if (!shown) return;
    at = Math.min(Math.max(position, 0), shown.pictures.length - 1);
    const move = at ? shown.moves[at - 1] : null;
    const told = move ? `${at}. player ${move.player}: ${plain(move.name)}` : "Start";
    picture.show(shown.before + shown.pictures[at] + shown.after, `${told}; ${plain(shown.status[at])}`);
    status.textContent = `${told} · ${plain(shown.status[at])}`;
    slider.value = at;
    slider.setAttribute("aria-valuetext", told);
    for (const each of list.querySelectorAll("[aria-current]")) each.removeAttribute("aria-current");
    const line = list.children[at - 1]?.firstChild;
    line?.setAttribute("aria-current", "step");
    if (line) list.scrollTop = line.offsetTop - list.offsetTop - list.clientHeight / 2;
    else list.scrollTop = 0;
    first.disabled = back.disabled = at === 0;
    last.disabled = forth.disabled = at === shown.pictures.length - 1;
    if (last.disabled) pause();
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    run.textContent = "Play";
  }

  function toggle() {
    if (!shown) return;
    if (timer) {
      pause();
      return;
    }
    if (at === shown.pictures.length - 1) to(0);
    run.textContent = "Pause";
    timer = setInterval(() => to(at + 1), PACE);
  }

  async function playOne() {
    play.disabled = true;
    said.textContent = "They play…";
    pause();
    try {
      shown = await post("lab/act", { ...asked, act: "play", arguments: { players: who.value, seed: Number(seed.value) || 0 } }, signal);
      const n = shown.moves.length;
      fill(list, shown.moves.map((move, k) =>
        el("li", {}, el("button", { type: "button", class: "quiet", title: plain(move.text), onclick: () => to(k + 1) },
          el("span", { class: `of player${move.player}`, "aria-label": `player ${move.player}` }, String(move.player)), ` ${plain(move.name)}`))));
      slider.max = n;
      slider.hidden = controls.hidden = false;
      run.disabled = n === 0;
      said.textContent = `${n} move${n === 1 ? "" : "s"}${shown.cut ? `; ${shown.cut}` : `; ${shown.status[n]}`}.`;
      say(said.textContent);
      to(0);
    } catch (error) {
      if (givenUp(error)) return;
      said.textContent = error.message;
    } finally {
      play.disabled = false;
    }
  }

  async function measureMany() {
    measure.disabled = true;
    try {
      const { rows, failure } = await post("lab/act", { ...asked, act: "measure", arguments: {} }, signal);
      const body = rows.map((row) =>
        el("tr", {}, el("th", { scope: "row" }, row.name), el("td", { class: "number" }, typeof row.value === "number" ? number(row.value) : row.value), el("td", { class: "muted" }, row.about)));
      fill(measures, failure ? el("p", { class: "note bad" }, plain(failure)) : el("div", { class: "scrolls", tabindex: 0, role: "region", "aria-label": "Measures" }, el("table", {}, el("tbody", {}, body))));
    } catch (error) {
      if (!givenUp(error)) fill(measures, el("p", { class: "note bad" }, error.message));
    } finally {
      measure.disabled = false;
    }
  }

  const keys = [
    key("←", "one move back", () => to(at - 1)),
    key("→", "one move on", () => to(at + 1)),
  ];
  return {
    element,
    end() {
      pause();
      picture.end();
      for (const remove of keys) remove();
    },
  };
}

/** An image of an SVG. As an image it can run nothing and load nothing, whatever a game says. */
function makePicture(alt) {
  const image = el("img", { class: "board", alt, decoding: "sync" });
  let address = null;
  return {
    element: image,
    show(svg, told) {
      const next = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
      image.src = next;
      image.alt = told;
      if (address) URL.revokeObjectURL(address);
      address = next;
    },
    end() {
      if (address) URL.revokeObjectURL(address);
    },
  };
}
