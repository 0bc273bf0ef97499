/* The shopping list: shows what was ticked here before the server knows of it, and keeps left, sign and sums in step.
   Found by [data-shop]; what a line says of itself stands in its data- attributes (templates/orders/shopping_line.html). */

import { timeOf } from "../outbox/clock.js";
import { work } from "../outbox/session.js";

const WEIGHED_SLACK = 0.25;
const template = document.querySelector("template[data-entry]");
// Acts that the markup lacks, by id: [act].
const own = new Map();
let taken = new Set();

/* As the server reads it (orders/quantities.py): 1,200 is thousands set apart, 12,5 the comma of a phone's keys. */
const number = (text) => {
  const typed = String(text ?? "").normalize("NFKC").trim();
  return Number(/^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(typed) ? typed.replaceAll(",", "") : typed.replace(",", ".")) || 0;
};
// Three decimals, as the server has them; 0.1 + 0.2 is none of anybody's business.
const plain = (value) => String(Math.round(value * 1000) / 1000);
const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_all, name) => facts[name] ?? "");
const lineOf = ({ body }) => document.getElementById(`good-${body.good}`);
const isUnitless = (line) => line.querySelector(".shop-need span")?.textContent ?? "";

function entryOf(line, act) {
  const known = line.querySelector(`[data-act-id="${act.id}"]`);
  const item = known ?? template.content.firstElementChild.cloneNode(true);
  const words = template.dataset;
  const facts = { n: `${act.body.quantity ?? ""}${isUnitless(line)}`, instead: act.body.instead ?? "", time: timeOf(act.at) };
  const parts = [fill(words[act.body.did], facts)];
  if (act.state === "unsent") parts.push(words.unsent);
  if (act.state === "aside") parts.push(`${words.aside}: ${act.error?.text ?? ""}`);
  item.querySelector("[data-text]").textContent = parts.join(" · ");
  item.classList.toggle("shop-entry--aside", act.state === "aside");
  if (known) return;
  item.dataset.actId = act.id;
  const form = item.querySelector("form");
  form.elements.good.value = act.body.good;
  form.elements.refers_to.value = act.id;
  line.querySelector("[data-entries]").append(item);
}

function draw(act) {
  own.set(act.id, act);
  const line = lineOf(act);
  if (!line) return;
  if (act.body.did === "price") line.querySelector(`[data-price-of="${act.body.refers_to}"]`)?.toggleAttribute("hidden", act.state !== "aside");
  else if (act.body.did !== "void") entryOf(line, act);
  recount(line);
  sums();
}

/* Where a line stands: what the server knew, and what was done here since. */
function recount(line) {
  const { needed, wanted } = line.dataset;
  let covered = number(line.dataset.covered);
  let isShort = line.dataset.serverStand === "short";
  let [more, back] = [0, 0];
  for (const act of own.values()) {
    if (act.body.good !== line.dataset.good || act.state === "aside" || taken.has(act.id)) continue;
    if (document.querySelector(`[data-event="${act.id}"]`)) continue;
    if (act.body.did === "bought" || act.body.did === "substitute") more += number(act.body.quantity);
    if (act.body.did === "short") isShort = true;
    if (act.body.did === "void") {
      const entry = line.querySelector(`[data-event="${act.body.refers_to}"]`);
      if (entry) {
        back += number(entry.dataset.quantity);
        if (entry.dataset.did === "short") isShort = false;
      }
    }
  }
  for (const entry of line.querySelectorAll("[data-event], [data-act-id]")) {
    entry.hidden = taken.has(entry.dataset.event ?? entry.dataset.actId);
  }
  covered += more - back;
  const slack = "weighed" in line.dataset ? number(wanted) * WEIGHED_SLACK : 0;
  const isMet = covered > 0 && covered >= Math.min(number(wanted), number(needed)) - slack - 1e-9;
  const stand = isMet ? "done" : isShort ? "short" : covered > 0 ? "part" : "open";
  const left = Math.max(0, number(wanted) - covered);
  line.dataset.stand = stand;
  const isOver = stand === "done" || stand === "short";
  line.querySelector("[data-need]").textContent = isOver ? wanted : plain(left);
  line.querySelector("input[data-left]").value = plain(left);
  line.querySelector(".shop-button").disabled = isOver || left === 0;
}

function sums() {
  const place = document.querySelector("[data-sums]");
  const lines = [...document.querySelectorAll("[data-good]")];
  const done = lines.filter(({ dataset }) => dataset.stand === "done" || dataset.stand === "short").length;
  let sum = number(place.dataset.sum);
  for (const act of own.values()) {
    if (act.state === "aside" || taken.has(act.id) || document.querySelector(`[data-event="${act.id}"]`)) continue;
    const { did, quantity, amount } = act.body;
    if (did === "bought") sum += amount ? number(amount) : number(quantity) * number(lineOf(act)?.dataset.price);
    if (did === "substitute") sum += number(amount);
  }
  place.querySelector("[data-done]").textContent = String(done);
  place.querySelector("[data-bar]").value = done;
  place.querySelector("[data-paid]").textContent = sum.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/* What the server says now is the ground again; `session.show` draws on it what it does not know. */
function fresh(session) {
  for (const line of document.querySelectorAll("[data-good]")) {
    line.dataset.serverStand ??= line.dataset.stand;
  }
  const acts = session.acts("purchase");
  own.clear();
  taken = new Set(acts.filter(({ body, state }) => body.did === "void" && state !== "aside").map(({ body }) => body.refers_to));
  for (const entry of document.querySelectorAll("[data-act-id]")) {
    if (!acts.some(({ id }) => id === entry.dataset.actId)) entry.remove();
  }
}

async function begin() {
  const session = await work;
  if (!session || !template) return;
  fresh(session);
  // Before the session draws again what the new markup lacks.
  document.addEventListener("outbox:refreshed", () => {
    fresh(session);
    for (const line of document.querySelectorAll("[data-good]")) recount(line);
    sums();
  }, { capture: true });
  session.show("purchase", (act) => {
    if (act.body.did === "void" && act.state !== "aside") taken.add(act.body.refers_to);
    draw(act);
  });
  document.addEventListener("act:made", ({ target }) => {
    const fold = target.closest?.("details.shop-more");
    if (!fold) return;
    target.reset();
    fold.open = false;
  });
}

begin();
