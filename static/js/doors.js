/* Doors at the runner's phone: what was tapped is shown at once, before anything is sent, and the next open door comes up.

   A card: <li data-door="round room" data-building data-outcome data-event>; css/orders-doors.css shows the buttons of an open door and the
   "undo" of a marked one. What the server has rendered last stands in `data-was`. */

import { work } from "./outbox/session.js";

const QUIET_MS = 30_000;
const chips = () => document.querySelector("template[data-chips]");
const word = (name) => document.querySelector("template[data-words]")?.content.querySelector(`[data-word="${name}"]`)?.textContent ?? "";
const cards = () => [...document.querySelectorAll("[data-doors] > .door")];
const cardOf = ({ round, room }) => cards().find((card) => card.dataset.door === `${round} ${room}`);

function show(card, outcome, note = "") {
  card.dataset.was ??= card.dataset.outcome;
  card.dataset.outcome = outcome;
  const chip = card.querySelector("[data-chip]");
  const known = chips()?.content.querySelector(`[data-state="${outcome}"]`);
  chip.replaceChildren(...(known ? [...known.cloneNode(true).childNodes] : []));
  if (note) chip.append(Object.assign(document.createElement("span"), { className: "quiet small", textContent: note }));
}

function fail(card, text) {
  const error = card.querySelector("[data-error]");
  error.textContent = text;
  error.hidden = !text;
}

function count() {
  const all = cards();
  const marked = all.filter((card) => card.dataset.outcome).length;
  const number = document.querySelector("[data-doors-marked]");
  const bar = document.querySelector(".doors-progress");
  if (number) number.textContent = String(marked);
  if (bar) bar.value = marked;
  const done = document.querySelector("[data-all-done]");
  if (done) done.hidden = marked < all.length;
  bringBack(all);
  for (const place of document.querySelectorAll("[data-count]")) recount(place, all);
}

/* Rooms whose bags go back with whoever carries. */
const BACK = ["refused", "nobody_home", "damaged"];
function bringBack(all) {
  const place = document.querySelector("[data-bring-back]");
  if (!place) return;
  const isBack = ({ dataset: { outcome, comesBack } }) => BACK.includes(outcome) || (outcome === "mixed" && comesBack !== undefined);
  const rooms = all.filter(isBack).map((card) => card.dataset.door.split(" ")[1]);
  const list = place.querySelector("[data-rooms]");
  list.textContent = rooms.join(list.dataset.between);
  place.hidden = rooms.length === 0;
}

/* `refused 2`: the one number in a chip. A page that was kept while there was no network has the numbers of that time. */
function recount(place, all) {
  const outcomes = place.dataset.count.split(" ");
  const number = all.filter((card) => outcomes.includes(card.dataset.outcome)).length;
  const texts = [...(place.querySelector(".chip")?.childNodes ?? [])];
  const text = texts.find((node) => node.nodeType === Node.TEXT_NODE && /\d/.test(node.textContent));
  if (text) text.textContent = text.textContent.replace(/\d+/, String(number));
  place.hidden = number === 0;
}

/* What `act` did to a card that does not know of it: the last word of this phone, unless the server knows a later one. */
function drawDoor({ id, body, state, error, answer }) {
  const card = cardOf(body);
  if (!card) return;
  card.dataset.acts = [...new Set([...(card.dataset.acts ?? "").split(" ").filter(Boolean), id])].join(" ");
  if (state === "aside") {
    show(card, card.dataset.was ?? card.dataset.outcome);
    fail(card, error?.text ?? "");
    return;
  }
  // What came short and nobody has shared out stays open: the answer says which.
  fail(card, answer?.flags?.includes("not_shared_out") ? answer.text : "");
  const said = body.do === "undo" ? "" : body.do;
  const overtaken = answer?.flags?.includes("overtaken");
  show(card, answer?.outcome ?? said, state === "unsent" ? word("unsent") : overtaken ? word("overtaken") : "");
}

/* What came short and nobody has shared out stays open: `answer.open` names the rooms. */
function drawBuilding({ body, state, answer }) {
  const rounds = [body.round].flat();
  for (const card of cards()) {
    const [round, room] = card.dataset.door.split(" ");
    if (card.dataset.building !== body.building || !rounds.includes(round)) continue;
    if (state === "aside" || answer?.open?.includes(room)) show(card, card.dataset.was ?? card.dataset.outcome);
    else if (!card.dataset.outcome) show(card, "delivered", state === "unsent" ? word("unsent") : "");
    else if (card.dataset.was === "" && state === "sent") card.querySelector("[data-chip] .small")?.remove();
  }
}

function draw(act) {
  if (act.body.building) drawBuilding(act);
  else drawDoor(act);
  count();
}

/* The next open door on the way, else the first one that was left behind. */
function next(card) {
  const all = cards();
  const open = (one) => !one.dataset.outcome;
  return all.slice(all.indexOf(card) + 1).find(open) ?? all.find(open);
}

/* A run that has not left yet: asked once, before the first word. */
let isSure = false;
document.addEventListener("submit", (event) => {
  const early = document.querySelector("[data-early]");
  if (isSure || !early || !event.target.matches?.("form[data-act=door]")) return;
  isSure = confirm(early.dataset.early);
  if (isSure) {
    // Where the phone has no store the form goes to the server, which asks too.
    event.target.append(Object.assign(document.createElement("input"), { type: "hidden", name: "sure", value: "1" }));
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

/* An undo takes back what this page knows of: what stands in its markup, and this phone's acts since. */
document.addEventListener("act:making", ({ target, detail: { kind, body } }) => {
  if (kind === "door") delete body.sure;
  if (kind !== "door" || !body.room) return;
  const seen = [body.of ?? []].flat();
  delete body.of;
  if (body.do !== "undo") return;
  const acts = target.closest?.(".door")?.dataset.acts?.split(" ").filter(Boolean) ?? [];
  const of = [...new Set([...seen, ...acts])];
  if (of.length) body.of = of;
});

document.addEventListener("act:made", ({ target, detail }) => {
  if (detail.kind !== "door") return;
  const card = target.closest?.(".door");
  for (const fold of target.querySelectorAll?.("details[open]") ?? []) fold.open = false;
  for (const box of target.querySelectorAll?.("input[type=file], input[name=note]") ?? []) box.value = "";
  if (!card || detail.body.do === "undo") return;
  const to = next(card);
  if (!to) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  to.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
  to.querySelector(".door-do")?.focus({ preventScroll: true });
});

/* A page that stays open over ten in the evening. */
function quiet() {
  const place = document.querySelector("[data-quiet]");
  if (!place) return;
  const now = Date.now();
  const isQuiet = place.dataset.quiet.split(" ").filter(Boolean).some((time) => {
    const [start, end] = time.split("-").map(Number);
    return start <= now && now < end;
  });
  place.hidden = !isQuiet;
  for (const ring of document.querySelectorAll("[data-rings]")) ring.hidden = !isQuiet;
}

quiet();
setInterval(quiet, QUIET_MS);
document.addEventListener("outbox:refreshed", count);
work.then((session) => session?.show("door", draw));
