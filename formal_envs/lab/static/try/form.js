// The environment, its reward and its plain options, as the server describes them.

import { el, fill, say } from "../dom.js";

/** @param changed called when something else is chosen. */
export function makeForm(environments, params, changed) {
  let form = environments.find(({ env }) => env === params.get("env")) ?? environments[0];
  let reward = params.get("reward");
  const options = {};
  for (const [name, value] of params) if (name.startsWith("o.")) options[name.slice(2)] = value;

  const fields = el("div", { class: "fields" });
  const about = el("p", { class: "muted about" });
  const trouble = el("p", { class: "note bad", role: "alert", hidden: true });
  const element = el("div", { class: "form" }, fields, about, trouble);
  draw();

  function draw() {
    if (!(reward in form.rewards)) reward = Object.keys(form.rewards)[0];
    const shown = form.fields.filter(({ rewards }) => !rewards.length || rewards.includes(reward));
    fill(
      fields,
      choice("env", "Environment", environments.map(({ env }) => env), form.env, (value) => {
        form = environments.find(({ env }) => env === value);
        for (const name of Object.keys(options)) delete options[name];
        reward = null;
        draw();
        element.querySelector("#f-env").focus();
        changed();
      }),
      choice("reward", "Reward", Object.keys(form.rewards), reward, (value) => {
        reward = value;
        draw();
        element.querySelector("#f-reward").focus();
        changed();
      }, form.rewards[reward]),
      shown.map(option),
      Object.entries(form.fixed).map(([name, value]) =>
        el("div", { class: "field" }, el("span", { class: "label" }, name), el("output", { class: "mono fixed" }, String(value))),
      ),
    );
    fill(about, form.about);
  }

  function choice(name, label, values, value, chosen, title = null) {
    const select = el("select", { id: `f-${name}`, title, onchange: (event) => chosen(event.target.value) });
    select.append(...values.map((each) => el("option", { value: each, selected: each === value }, each)));
    return el("div", { class: `field for-${name}` }, el("label", { for: `f-${name}` }, label), select);
  }

  function option(field) {
    const id = `o-${field.name}`;
    const given = options[field.name];
    const set = (value) => {
      if (value === shownDefault(field)) delete options[field.name];
      else options[field.name] = value;
      changed();
    };
    let input;
    if (field.kind === "choice") {
      const values = field.choices.map(String);
      input = el("select", { id, onchange: (event) => set(event.target.value) });
      input.append(...values.map((each) => el("option", { value: each, selected: each === (given ?? String(field.default)) }, each)));
    } else if (field.kind === "switch") {
      input = el("input", { id, type: "checkbox", checked: (given ?? String(field.default)) === "true" });
      input.addEventListener("change", () => set(String(input.checked)));
    } else {
      const numeric = field.kind !== "text";
      input = el("input", {
        id,
        type: numeric ? "number" : "text",
        step: field.kind === "number" ? "any" : numeric ? 1 : null,
        value: given ?? shownDefault(field),
        placeholder: field.nullable ? "none" : null,
        autocomplete: "off",
        spellcheck: "false",
      });
      input.addEventListener("change", () => set(input.value));
    }
    const told = field.about ? el("span", { class: "apart", id: `${id}-about` }, field.about) : null;
    if (told) {
      input.setAttribute("aria-describedby", told.id);
      input.title = field.about;
    }
    return el("div", { class: `field of-${field.kind}` }, el("label", { for: id }, field.name), input, told);
  }

  return {
    element,
    /** What requests name. */
    chosen: () => ({ env: form.env, options: { ...typed(form, options, reward), reward } }),
    /** The same for a link. */
    params: () => ({
      env: form.env,
      reward: reward === Object.keys(form.rewards)[0] ? null : reward,
      ...Object.fromEntries(Object.entries(options).map(([name, value]) => [`o.${name}`, value])),
    }),
    fail(message) {
      trouble.hidden = false;
      fill(trouble, message);
      say(message);
    },
    fine() {
      trouble.hidden = true;
    },
  };
}

function shownDefault(field) {
  return field.default === null ? "" : String(field.default);
}

/** Options as JSON values, those alone that the reward takes and the form has. */
function typed(form, options, reward) {
  const values = {};
  for (const field of form.fields) {
    if (!(field.name in options) || (field.rewards.length && !field.rewards.includes(reward))) continue;
    const text = options[field.name];
    if (text === "" && field.nullable) values[field.name] = null;
    else if (field.kind === "switch") values[field.name] = text === "true";
    else if (field.kind === "integer" || field.kind === "number") values[field.name] = text.trim() === "" ? text : Number(text);
    else if (field.kind === "choice") values[field.name] = field.choices.find((each) => String(each) === text) ?? text;
    else values[field.name] = text;
  }
  return values;
}
