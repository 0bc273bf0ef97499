/* What several screens show: the line at the top, the way back, the entry that a pad writes into. */

import { el, fill, icon } from "../element.js";
import { roomPad } from "../keypad.js";
import { t, time } from "../words.js";

const minutesSince = (moment) => Math.max(0, Math.floor((Date.now() - +new Date(moment)) / 60_000));

/* Gate, what is not sent, today's count, the rest. */
export function topLine(app) {
  const bar = el("header.top");
  function draw() {
    const { status, binding } = app.session;
    const unsent = status.unsent
      ? el("span.flag.flag--wait", { "data-unsent": status.unsent }, icon("clock"),
        t("unsent", { count: status.unsent, minutes: status.oldest ? minutesSince(status.oldest) : 0 }))
      : null;
    const aside = status.aside ? el("span.flag.flag--no", {}, icon("bang"), t("aside", { count: status.aside })) : null;
    const skew = Math.abs(status.skew_ms) > 120_000
      ? el("span.flag.flag--wait", {}, icon("clock"), t("clock_off", { minutes: Math.round(Math.abs(status.skew_ms) / 60_000) })) : null;
    const offline = status.offline && !status.unsent ? el("span.flag.flag--wait", {}, icon("bang"), t("offline")) : null;
    const left = binding?.ends_at ? (+new Date(binding.ends_at) - Date.now()) / 60_000 : null;
    const ends = left !== null && left < 30 ? el("span.flag.flag--wait", {}, icon("clock"), t("ends_at", { time: time(binding.ends_at) })) : null;
    fill(bar,
      el("button.top-gate", { onclick: () => app.go("settings"), "data-settings": true, "aria-label": t("gate_and_settings", { gate: binding?.gate ?? "" }) },
        el("b", {}, binding?.gate ?? ""), icon("down")),
      el("p.top-count", { "data-today": `${status.today.out}/${status.today.in}` }, el("span", {}, `${t("out")} `, el("b", {}, String(status.today.out))),
        el("span", {}, `${t("in")} `, el("b", {}, String(status.today.in)))),
      el("p.top-clock", { "data-clock": true }, time(Date.now())),
      el("div.top-flags", { role: "status" }, aside, unsent, offline, skew, ends),
    );
  }
  draw();
  return { element: bar, draw };
}

export function headed(app, title, ...children) {
  return el(
    "section.screen", {},
    el("header.screen-head", {},
      el("button.back", { onclick: () => app.home(), "aria-label": t("back"), "data-back": true }, icon("left")),
      el("h1", { tabindex: -1 }, title)),
    children,
  );
}

export const personLine = (person) => [person?.room, person?.surname].filter(Boolean).join(" ");

/* A room that lacks its unit, in a building that has units: how it is written there; else "". */
export function unitHint(app, text) {
  const example = text && app.session.unitExample(text);
  return example ? t("unit_missing", { building: example.split("-")[0], example }) : "";
}

/* What no digit key can type: B1, 商务楼. */
const namedBuildings = (session) => (session.buildings ?? []).filter((name) => /[^0-9]/.test(name));

/* A room that is typed: the figures, and who that is as soon as it is one. */
export function roomEntry(app, { onEnter, onChange = () => {}, text = "", label = t("room"), goWord = t("go") }) {
  let value = text;
  const shown = el("output.entry-room", { "data-entry": true, "aria-label": label });
  const who = el("p.entry-who", { "aria-live": "polite", "data-who": true });
  const lineOf = (person) =>
    (person.room === value ? person.surname ?? "" : personLine(person)) + (person.outside_since ? ` · ${t("outside_since", { time: time(person.outside_since) })}` : "");
  const found = () => (value ? app.session.find(value) : null);
  function draw() {
    const person = found();
    shown.textContent = value;
    shown.dataset.empty = value ? "" : label;
    who.textContent = person ? lineOf(person) : unitHint(app, value);
    return person;
  }
  const api = {
    get text() {
      return value;
    },
    found,
    set(next) {
      value = next.slice(0, 24);
      onChange(value, draw());
    },
    press: (char) => api.set(value + char),
    back: () => api.set(value.slice(0, -1)),
    clear: () => api.set(""),
    enter: () => value && onEnter?.(found()?.room ?? value, found()),
    element: el("div.entry", {}, shown, who),
  };
  api.pad = roomPad({ ...api, goWord, buildings: namedBuildings(app.session) });
  draw();
  return api;
}
