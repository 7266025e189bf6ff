// What a view shows is all in its address: names and texts, nothing else.

import { rename } from "../router.js";

/**
 * The state of a view.
 * @param name of the view
 * @param params of its address
 * @param changed called with the names that changed
 */
export function makeState(name, params, changed) {
  const held = new Map(params);
  return {
    get: (key, otherwise = "") => held.get(key) ?? otherwise,
    /** A whole number, or null. */
    whole(key) {
      const text = held.get(key) ?? "";
      return /^\d{1,15}$/.test(text) ? Number(text) : null;
    },
    /** Change some of it; "" and null take a name out. */
    set(changes, quietly = false) {
      const names = Object.keys(changes).filter((key) => String(changes[key] ?? "") !== (held.get(key) ?? ""));
      if (!names.length) return;
      for (const key of names) {
        if (changes[key] === null || changes[key] === "") held.delete(key);
        else held.set(key, String(changes[key]));
      }
      rename(name, Object.fromEntries(held));
      if (!quietly) changed(names);
    },
    /** Those of some names that are there, for a question to the server. */
    some: (...keys) => Object.fromEntries(keys.filter((key) => held.get(key)).map((key) => [key, held.get(key)])),
    all: () => Object.fromEntries(held),
  };
}

/** Questions of which the latest of each kind counts. */
export function makeQuestions() {
  const open = new Map();
  return {
    begin(kind) {
      open.get(kind)?.abort();
      const controller = new AbortController();
      open.set(kind, controller);
      return controller.signal;
    },
    end() {
      for (const controller of open.values()) controller.abort();
    },
  };
}
