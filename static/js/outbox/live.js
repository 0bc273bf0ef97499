/* Parts of the page that others change too: <… id="…" data-live="version">. The page is asked for again every 20 s while somebody
   looks and after what was sent has been answered; parts whose version differs are put in place, one by one.
   A part in which somebody is typing, or has opened a dialog or a fold, stays until that is done. A part that is new or gone
   comes and goes with its nearest <… id="…" data-live-list>, when nobody is in that. */

import { work } from "./session.js";

const EVERY = 20_000;
const AFTER_ANSWER = 400;
const ASK_MS = 10_000;

let asked = 0;
let soon = null;

const isBusy = (part) => part.contains(document.activeElement?.matches("input, textarea, select") ? document.activeElement : null)
  || part.querySelector("dialog[open], details[open][data-keep]") !== null
  || [...part.querySelectorAll("input:not([type=hidden]), textarea")].some((box) => box.type !== "checkbox" && box.type !== "radio" && box.value !== box.defaultValue);

const idsIn = (root) => [...root.querySelectorAll("[data-live]")].map(({ id }) => id).join(" ");

function place(fresh) {
  let changed = false;
  for (const list of document.querySelectorAll("[data-live-list]")) {
    const other = fresh.getElementById(list.id);
    if (other && idsIn(other) !== idsIn(list) && !isBusy(list)) {
      list.replaceWith(document.importNode(other, true));
      changed = true;
    }
  }
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (!other || other.dataset.live === part.dataset.live || isBusy(part)) continue;
    const open = [...part.querySelectorAll("details")].map((fold) => fold.open);
    const node = document.importNode(other, true);
    [...node.querySelectorAll("details")].forEach((fold, n) => (fold.open = open[n] ?? fold.open));
    part.replaceWith(node);
    changed = true;
  }
  return changed;
}

export async function refresh() {
  asked = Date.now();
  const session = await work;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ASK_MS);
  const sent = Date.now();
  try {
    const response = await fetch(location.href, { credentials: "same-origin", cache: "no-store", redirect: "error", signal: stop.signal });
    const received = Date.now();
    if (!response.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const told = fresh.querySelector("[data-outbox]");
    // Somebody else is logged in by now: that is another page.
    if (!told || told.dataset.user !== session?.user) return;
    session.sample(told.dataset.now, sent, received);
    session.made = Date.parse(told.dataset.now);
    place(fresh);
    document.dispatchEvent(new CustomEvent("outbox:refreshed"));
  } catch {
    // No network: with the next one.
  } finally {
    clearTimeout(timer);
  }
}

if (document.querySelector("[data-live], [data-live-list]")) {
  setInterval(() => {
    if (document.visibilityState === "visible" && Date.now() - asked >= EVERY) refresh();
  }, 2_000);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
  document.addEventListener("act:answered", () => {
    clearTimeout(soon);
    soon = setTimeout(refresh, AFTER_ANSWER);
  });
}
