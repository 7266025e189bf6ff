// Views by the first part of the address behind '#': '#/try?seed=1', '#/runs/a/b?sort=reward'. Every view is a link.

const views = new Map();
let root = null;
let cleanup = null;
let shown = null; // the address that the page shows

/**
 * Add a view.
 * @param {string} name the first part of its addresses
 * @param {{title: string, render: (root: HTMLElement, params: URLSearchParams, path: string[]) => void | (() => void)}}
 *   view render fills `root`, which is empty; what it returns is called before another address is shown. Without a
 *   title it is not among the tabs.
 */
export function register(name, view) {
  views.set(name, view);
}

/** The address of a view. `params` is an object; null and undefined are left out. */
export function href(name, params = {}, path = []) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== null && value !== undefined) query.set(key, String(value));
  }
  const where = [name, ...path].map(encodeURIComponent).join("/");
  return `#/${where}${query.size ? `?${query}` : ""}`;
}

/** Show a view as if its link had been followed. */
export function go(name, params = {}, path = []) {
  location.hash = href(name, params, path);
}

/** Name what is shown already: the address changes, nothing is drawn anew, and "back" leads past it. */
export function rename(name, params = {}, path = []) {
  if (location.hash !== shown) return; // a link was followed, and is shown next
  const address = href(name, params, path);
  shown = address;
  history.replaceState(null, "", address);
}

/** Begin to show what the address says, in `element`; the first view of all where it says nothing. */
export function start(element) {
  root = element;
  addEventListener("hashchange", show);
  drawTabs("");
  show();
}

function show() {
  const address = location.hash;
  if (address === shown) return;
  if (address === "#main") {
    history.replaceState(null, "", shown); // the link that skips the header
    return;
  }
  shown = address;
  const [where, query = ""] = split(address.replace(/^#\/?/, ""));
  const [name, ...path] = where.split("/").map(decoded);
  const known = views.has(name) ? name : [...views.keys()][0];
  cleanup?.();
  cleanup = null;
  root.replaceChildren();
  drawTabs(known);
  const view = views.get(known);
  document.title = `${view.title ?? known} \u2013 formal-envs lab`;
  cleanup = view.render(root, new URLSearchParams(views.has(name) ? query : ""), path) ?? null;
  scrollTo(0, 0);
}

function split(text) {
  const at = text.indexOf("?");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray '%'
  }
}

function drawTabs(current) {
  const list = document.getElementById("views");
  const tabs = [];
  for (const [name, view] of views) {
    if (!view.title) continue;
    const link = document.createElement("a");
    link.href = `#/${encodeURIComponent(name)}`;
    link.textContent = view.title;
    if (name === current) link.setAttribute("aria-current", "page");
    const item = document.createElement("li");
    item.append(link);
    tabs.push(item);
  }
  list.replaceChildren(...tabs);
}
