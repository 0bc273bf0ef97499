/* The gate phone's page: one screen at a time in <main>, a line for each ear (said, cried), and the keys of a scanner that types.
   What a screen is: (app, params) → {element, start?, stop?, typed?(char), entered?(text) → bool, changed?()}. */

import { askReason } from "./screens/ask.js";
import { between } from "./screens/between.js";
import { bind } from "./screens/bind.js";
import { emergency } from "./screens/emergency.js";
import { ended } from "./screens/ended.js";
import { incident } from "./screens/incident.js";
import { parcels } from "./screens/parcels.js";
import { passages } from "./screens/passages-list.js";
import { verdict } from "./screens/verdict.js";
import { settings } from "./screens/settings.js";
import { whichWay } from "./screens/which-way.js";
import { waitingList } from "./waiting.js";
import { isWeChat, openSession } from "./session.js";
import { sound, wakeSound } from "./sound.js";
import { language, loadWords, setOffsets, t, wordsOf } from "./words.js";

const SCREENS = { between, bind, emergency, ended, incident, parcels, passages, settings, verdict, whichWay };
// From these the way back leaves the page; from all others it leads here.
const HOMES = ["between", "bind", "ended"];
const main = document.querySelector("[data-gate]");
const cry = document.querySelector("[data-cry]");
const say = document.querySelector("[data-say]");

function kept(name, otherwise) {
  try {
    return localStorage.getItem(`gate.${name}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(`gate.${name}`, value);
  } catch {
    // A private window keeps nothing: the choice holds until it is closed.
  }
}

let screen = null;
// Which question the screen waits for: an answer to an older one is recorded and not shown any more.
let asked = 0;
const SLOW_MS = 120;
// The same code held before the camera is one person: the question of which way is not asked twice (judge.js).
const ONE_SCAN_MS = 5_000;
let lately = { key: "", direction: "", at: 0 };
// An entry of the history that the phone's own Back may use up.
let isDeep = false;
let wasBound = false;

const app = {
  session: null,
  isWeChat: isWeChat(),
  lane: "out",
  // The line that the next screen shows once: what has just been written down.
  done: null,
  method: kept("method", "forehead"),
  theme: kept("theme", "auto"),
  view: kept("view", "standard"),

  go(name, params = {}) {
    screen?.stop?.();
    if (name === "ended") wasBound = false;
    screen = SCREENS[name](app, params);
    screen.name = name;
    main.replaceChildren(screen.element);
    main.dataset.screen = name;
    window.scrollTo(0, 0);
    if (!HOMES.includes(name) && !isDeep) {
      history.pushState(null, "");
      isDeep = true;
    }
    screen.start?.();
  },

  /* Judge and show it. `request` is what session.judge takes; `sure`: the guard has said which way. */
  async judge(given) {
    let request = sureOf(given);
    if (!request.sure) {
      const place = app.session.whereabouts(request);
      if (place && place.isOutside === (request.direction === "out")) {
        asked += 1;
        app.go("whichWay", { request, place });
        return;
      }
    }
    request = { ...request, sure: true };
    lately = { key: keyOf(request, app.lane), direction: request.direction, at: Date.now() };
    const mine = ++asked;
    // Most answers are there at once; only for a slow one the screen says that it is being asked.
    const slow = setTimeout(() => asked === mine && app.go("verdict", { request }), SLOW_MS);
    try {
      const answer = await app.session.judge(request);
      if (asked === mine) app.show({ request, answer });
    } catch (error) {
      if (asked === mine) app.failed(error);
    } finally {
      clearTimeout(slow);
    }
  },

  show({ request, answer, ...more }) {
    app.go("verdict", { request, answer, ...more });
  },

  failed(error) {
    app.done = { sign: "bang", text: wordsOf(error) };
    sound("refuse");
    app.home();
  },

  home() {
    app.go(app.session.binding ? "between" : wasBound ? "ended" : "bind");
  },

  finish(line) {
    app.done = line;
    app.home();
  },

  cry(text) {
    cry.textContent = "";
    requestAnimationFrame(() => (cry.textContent = text));
  },

  say(text) {
    say.textContent = text;
  },

  ask: (title, reasons, free = true) => askReason(title, reasons, free),

  setMethod(name) {
    app.method = name;
    keep("method", name);
  },

  async setLanguage(name) {
    await loadWords(name).catch(() => {});
    keep("language", language());
    title();
  },

  setLook(name, value) {
    app[name] = value;
    keep(name, value);
    document.documentElement.dataset[name] = value;
  },
};

const keyOf = ({ by, text, kind = null }, lane) => JSON.stringify([by, text, kind, lane]);

/* Who was judged a moment ago is meant the same way again; an emergency and an override have been settled. */
function sureOf(given) {
  if (given.sure || given.action === "emergency" || given.override) return { ...given, sure: true };
  const isSame = lately.key === keyOf(given, given.direction) && Date.now() - lately.at < ONE_SCAN_MS;
  return isSame ? { ...given, direction: lately.direction, sure: true } : given;
}

function title() {
  document.title = [app.session?.binding?.gate, t("gate_duty")].filter(Boolean).join(" · ");
}

/* ── keys: a scanner types and ends with Enter; a keyboard does the same more slowly ── */

let typed = "";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  if (event.key === "Enter") {
    const text = typed.trim();
    typed = "";
    // Enter on a button presses it, unless somebody has typed before.
    if (text && screen?.entered?.(text) !== false) event.preventDefault();
  } else if (event.key === "Escape") {
    typed = "";
    screen?.escaped?.();
  } else if (event.key === "Backspace") {
    typed = typed.slice(0, -1);
    screen?.erased?.();
  } else if (event.key.length === 1) {
    if (event.key === " " && !typed) return;
    typed += event.key;
    screen?.typed?.(event.key);
    if (event.key === " ") event.preventDefault();
  }
});
/* Back on a phone: a question is given up, a screen leads to between two people; only from there it leaves. */
window.addEventListener("popstate", () => {
  isDeep = false;
  const question = document.querySelector("dialog.ask");
  if (question) {
    question.dispatchEvent(new Event("cancel", { cancelable: true }));
    history.pushState(null, "");
    isDeep = true;
  } else if (!HOMES.includes(screen?.name)) {
    app.home();
  }
});
document.addEventListener("pointerdown", () => {
  typed = "";
  wakeSound();
}, { capture: true });

/* ── the screen stays lit ── */

let lock = null;
async function stayLit() {
  if (document.visibilityState !== "visible" || !navigator.wakeLock || (lock && !lock.released)) return;
  lock = await navigator.wakeLock.request("screen").catch(() => null);
}
document.addEventListener("visibilitychange", () => {
  stayLit();
  if (document.visibilityState === "visible") screen?.start?.();
  else screen?.rest?.();
});

/* ── begin ── */

async function begin() {
  document.documentElement.dataset.theme = app.theme;
  document.documentElement.dataset.view = app.view;
  const asked = kept("language", "zh-hans");
  await loadWords(asked).catch(() => loadWords("zh-hans"));
  app.session = await openSession();
  app.waiting = waitingList(app.session);
  setOffsets(app.session.offsets);
  if (app.session.status.outdated) location.reload();
  app.session.on("change", () => {
    setOffsets(app.session.offsets);
    main.dataset.toSend = app.session.status.unsent;
    // The binding has ended, or another tab has ended it.
    if (!app.session.binding && !["bind", "ended", "verdict"].includes(screen?.name)) app.home();
    else screen?.changed?.();
    wasBound ||= Boolean(app.session.binding);
    title();
  });
  setInterval(() => {
    for (const person of app.waiting.due()) {
      sound("recheck");
      app.say(t("due_now", { room: person.room ?? "" }));
    }
    screen?.ticked?.();
  }, 1000);
  title();
  wasBound = Boolean(app.session.binding);
  app.home();
  stayLit();
}

begin().catch((error) => {
  document.querySelector("[data-broken]").hidden = false;
  throw error;
});
