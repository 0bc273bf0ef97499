/* Between two people: everything that can come next is one tap or one scan away. */

import { el, fill, icon } from "../element.js";
import { platePad } from "../keypad.js";
import { openScanner, readPhoto } from "../scanner.js";
import { t, time } from "../words.js";
import { personLine, roomEntry, topLine } from "./parts.js";
import { leftOf } from "./countdown.js";

// A pass's token: 22 of Crockford's digits. No room and no plate looks like that.
const TOKEN = /^[0-9A-HJKMNP-TV-Z]{22}$/;
export const tokenIn = (text) => {
  const clean = text.normalize("NFKC").toUpperCase().replace(/[\s-]/g, "");
  return TOKEN.test(clean) ? clean : null;
};

export const PLATE = /^[\u4e00-\u9fff][A-Z][0-9A-Z]{5,6}$/;

export function between(app) {
  const top = topLine(app);
  const done = app.done;
  app.done = null;

  /* ── the lane ── */
  const lanes = {};
  function setLane(lane) {
    app.lane = lane;
    for (const [name, button] of Object.entries(lanes)) button.setAttribute("aria-pressed", String(name === lane));
  }
  for (const [name, sign] of [["out", "leave"], ["in", "enter"]]) {
    lanes[name] = el("button.lane", { onclick: () => setLane(name), "data-lane": name }, icon(sign), t(name === "out" ? "going_out" : "coming_in"));
  }
  const lane = el("div.lanes", { role: "group", "aria-label": t("direction") }, lanes.out, lanes.in);
  setLane(app.lane);

  /* ── the scan window ── */
  const video = el("video", { muted: true, playsinline: true, "aria-label": t("scan_window"), hidden: true });
  const state = el("p.window-state", {}, icon("camera"));
  const torch = el("button.corner", { onclick: flip, "aria-pressed": "false", "data-torch": true, hidden: true }, icon("torch"), t("torch"));
  const photo = el("input.visually-hidden", { type: "file", accept: "image/*", capture: "environment", id: "photo", "data-photo": true, onchange: fromPhoto });
  const frame = el("div.window-frame", { hidden: true });
  const note = el("p.window-note", { role: "status", "data-note": true });
  const windowOf = el("div.window", { "data-window": true }, video, frame, el("button.window-open", { onclick: () => scanner.start(), "data-camera": true }, state),
    el("div.corners", {}, torch, el("label.corner", { for: "photo" }, icon("upload"), t("photo")), photo), note);
  const opener = windowOf.querySelector(".window-open");
  const scanner = openScanner(video, {
    onText: (text) => scanned(text),
    onState(name) {
      const isOn = name === "on";
      video.hidden = frame.hidden = !isOn;
      opener.hidden = isOn;
      fill(state, icon("camera"), document.createTextNode(t(isOn || name === "off" ? "scan_tap" : `camera_${name}`)));
      torch.hidden = !isOn || scanner.torch === null;
      windowOf.dataset.state = name;
      app.camera = isOn;
    },
  });
  state.append(t("scan_tap"));
  let noteTimer = 0;
  function tell(sign, text, kind) {
    fill(note, icon(sign), el("span", {}, text));
    note.dataset.kind = kind;
    clearTimeout(noteTimer);
    noteTimer = setTimeout(() => fill(note), 6_000);
  }
  async function flip() {
    const on = !scanner.torch;
    await scanner.setTorch(on);
    torch.setAttribute("aria-pressed", String(on));
  }
  async function fromPhoto() {
    const file = photo.files[0];
    photo.value = "";
    if (!file) return;
    const text = await readPhoto(file).catch(() => null);
    if (text) scanned(text);
    else tell("bang", t("photo_unread"), "wait");
  }

  /* ── who it is ── */
  const judge = (request) => app.judge({ direction: app.lane, ...request });
  // A code that is no pass of ours is judged too: the gate has to hear that it is none.
  const scanned = (text) => judge({ by: "pass", text: tokenIn(text) ?? text.trim().slice(0, 40) });
  const room = roomEntry(app, {
    onEnter: (text) => judge({ by: "room", text }),
    onChange: () => go(),
  });
  function go() {
    const button = room?.pad?.querySelector("[data-go]");
    if (button) button.classList.toggle("key--ready", Boolean(room.found()));
  }
  const modes = el("div.modes");
  const desk = el("div.desk");
  // A short screen has room for the picture or for the keys.
  let mode = app.mode ?? (window.matchMedia("(max-height: 44em) and (max-width: 44em)").matches ? "scan" : "room");
  let plate = "";
  const plateShown = el("output.entry-room", { "data-entry": true, "aria-label": t("plate") });
  const plateWho = el("p.entry-who", { "aria-live": "polite", "data-who": true });
  function setPlate(next) {
    plate = next.slice(0, 8);
    plateShown.textContent = plate;
    plateShown.dataset.empty = plate ? "" : t("plate");
    const found = plate.length > 6 ? app.session.findPlate(plate) : null;
    plateWho.textContent = found ? personLine(found) || t("kind_vehicle") : "";
  }
  const enterPlate = () => plate && judge({ by: "plate", text: plate, kind: "vehicle" });
  function choose(name) {
    mode = name;
    // The next person is asked for in the same way; a car is the exception.
    if (name !== "plate") app.mode = name;
    draw();
  }
  function draw() {
    const modeButton = (name, sign) =>
      el("button.mode", { "aria-pressed": String(mode === name), onclick: () => choose(name), "data-mode": name }, icon(sign), t(name));
    desk.dataset.mode = mode;
    fill(modes, modeButton("scan", "camera"), modeButton("room", "house"), modeButton("plate", "car"));
    if (mode === "plate") {
      setPlate(plate);
      fill(desk, el("div.entry-line", {}, el("div.entry", {}, plateShown, plateWho), modes), platePad({
        press: (char) => setPlate(plate + char), back: () => setPlate(plate.slice(0, -1)), clear: () => setPlate(""), enter: enterPlate,
        length: () => plate.length,
      }));
    } else {
      fill(desk, el("div.entry-line", {}, room.element, modes), room.pad);
      go();
    }
  }
  draw();

  /* ── who waits to be measured again ── */
  const waiting = el("div.waiting", { role: "group", "aria-label": t("waiting") });
  function drawWaiting() {
    fill(waiting, app.waiting.list().map((person) => el(
      "button.waiting-one", { "data-due": String(person.due <= Date.now()), "data-waiting": person.id, onclick: () => app.show({ waiting: person }) },
      icon("clock"), el("b", {}, personLine(person) || t("person")), el("span", {}, leftOf(person)),
    )));
    waiting.hidden = !waiting.childElementCount;
  }
  drawWaiting();

  const action = (name, sign, word, params) =>
    el("button.action", { onclick: () => app.go(name, params?.() ?? {}), "data-go-to": name }, icon(sign), t(word));
  return {
    element: el(
      "section.between", {}, el("h1.visually-hidden", {}, t("gate_duty")), top.element,
      el("div.scan", {}, windowOf, waiting, lane), desk,
      el("nav.actions-bar", { "aria-label": t("more_actions") },
        action("emergency", "aid", "emergency", () => ({ room: room.found()?.room ?? "" })), action("incident", "bang", "incident", () => ({ room: room.found()?.room ?? "" })),
        action("parcels", "bag", "parcels"), action("passages", "list", "last_passages")),
    ),
    start() {
      // Where the camera may be used already it opens by itself; elsewhere the first tap asks.
      if (app.camera !== false && app.camera !== undefined) scanner.start();
      else navigator.permissions?.query({ name: "camera" }).then((answer) => answer.state === "granted" && scanner.start()).catch(() => {});
      if (done) {
        tell(done.sign, done.text, done.sign === "check" ? "done" : "wait");
        app.say(done.text);
        done.text = "";
      }
    },
    stop: () => (scanner.stop(), clearTimeout(noteTimer)),
    rest: () => scanner.stop(),
    typed(char) {
      if (mode === "plate") setPlate(plate + char.toUpperCase());
      else room.press(char.toUpperCase());
    },
    erased: () => (mode === "plate" ? setPlate(plate.slice(0, -1)) : room.back()),
    escaped: () => (room.clear(), setPlate("")),
    entered(text) {
      const token = tokenIn(text);
      const clean = text.normalize("NFKC").toUpperCase().replace(/[\s·•]/g, "");
      if (token) judge({ by: "pass", text: token });
      else if (PLATE.test(clean)) judge({ by: "plate", text: clean, kind: "vehicle" });
      else if (mode === "plate") enterPlate();
      else room.enter();
    },
    changed: top.draw,
    ticked: () => (drawWaiting(), top.draw()),
  };
}
