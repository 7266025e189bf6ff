// What the page asks its server. A failure is an Error whose message is a sentence for the user.

const TOKEN = "formal-envs-lab-token";

/** Take the token from the address ('#token=...'), where the server was given one, and keep it out of sight. */
export function takeToken() {
  const given = location.hash.match(/^#token=([^&]+)$/);
  if (!given) return;
  sessionStorage.setItem(TOKEN, decodeURIComponent(given[1]));
  history.replaceState(null, "", location.pathname);
}

/** GET `path` with `params`; the JSON that comes back. */
export function get(path, params = {}, signal = undefined) {
  const query = new URLSearchParams(params);
  return ask(`${path}${query.size ? `?${query}` : ""}`, { signal });
}

/** POST a JSON object to `path`; the JSON that comes back. */
export function post(path, body, signal = undefined) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
}

async function ask(path, options) {
  const headers = { ...options.headers };
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(path, { ...options, headers, credentials: "omit", cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer: is `formal-envs lab` still running?");
  }
  let answer = null;
  try {
    answer = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
  }
  if (!response.ok) throw new Error(answer?.error ?? `The server answers ${response.status}.`);
  return answer;
}

/** Whether an error is of a question that was given up for a later one. */
export function givenUp(error) {
  return error.name === "AbortError";
}
