/* The outbox of pages of somebody who is logged in: what is ticked at a shelf or at a door is written down on the phone
   first, shown at once, and sent when there is a network. Nobody waits, nothing is lost, nothing is counted twice.

   HOW A PAGE USES IT

   1. The page includes the component once, inside {% block main %}; it brings this module, its style sheet and the status line:
        {% include "components/outbox.html" %}                        (needs `compound` and `request`, as every page has)
   2. Every act is a form. Without JavaScript it posts to `orders:act`, which takes it the same way and leads back to `next`:
        <form method="post" action="{% url "orders:act" code=compound.code kind="door" %}" data-act="door">
          {% csrf_token %}{% load phone_pages %}{% act_id %}
          <input type="hidden" name="next" value="{{ request.get_full_path }}">
          <input type="hidden" name="stop" value="{{ stop.pk }}">
          <button name="outcome" value="delivered">…</button>           the pressed button's value goes with it
          <input type="file" name="photo" accept="image/*" capture="environment">   optional; sent after the act, made smaller
        </form>
      The act's body is what the form says: {stop: "…", outcome: "delivered"}; a name that comes several times is a list, empty
      boxes are left out. The handler (`@event_kind("door", …)`) gets it as `act.body`: texts and lists of texts, nothing else.
   3. The page's own module shows what was done before the server knows of it:
        (import `work` from this file)
        const session = await work;                                    // null: no store here; forms post plainly
        session?.show("door", (act) => { … });                         // called for every act that this page's markup lacks:
                                                                       // those waiting when it opens, each new one, after a refresh
      act: {id, kind, at: Date, body, state: "unsent"|"sent"|"aside", error: {code, text}|null, answer}. It must be safe to call
      twice for one act: it is called again when `state` changes. An act that the server has rendered is named in the markup
      by data-event="{{ event id }}", and is then not shown again.
   4. Parts that others change too are marked <li id="…" data-live="{{ any text that differs when the content does }}">; they
      are asked for every 20 s and put in place, except where somebody is typing (live.js). New ids appear with their
      parent <… data-live-list>.

   Events on the form, they bubble:  act:making (cancelable; detail.body may be changed)   act:made (detail: act)
   on the document:                  act:answered (detail: act)                            outbox:refreshed (after live.js)
   A page opens offline too: worker.js keeps every page with this component that was opened once, until logging out. */

import { Clock } from "./clock.js";
import { newId, Outbox } from "./outbox.js";
import { Photos, smaller } from "./photos.js";
import { Server } from "./server.js";
import { statusLine } from "./status.js";
import { Store } from "./store.js";

const MIGRATIONS = [
  (db) => {
    db.createObjectStore("rows", { keyPath: "seq", autoIncrement: true }).createIndex("id", "id", { unique: true });
    db.createObjectStore("photos", { keyPath: "id" });
    db.createObjectStore("facts");
  },
];
const TICK = 5_000;
const KEEPING_MS = 60_000;
// One tap of a trembling finger.
const SAME_TAP = 700;
// Somebody else is logged in, or nobody: the rows wait for whom they belong to.
const NOT_MINE = ["other_user", "compound_unknown"];
const STATES = { done: "sent", aside: "aside" };

class WorkOutbox extends Outbox {
  envelope(binding) {
    const [as, compound] = binding.split(" ");
    return { compound, as };
  }

  isDead({ status, json }) {
    return super.isDead({ status }) || NOT_MINE.includes(json.error?.code);
  }
}

class Session {
  #shown = new Map();
  #last = { key: "", at: 0 };
  #channel = null;

  constructor(place) {
    const { code, user, now, csrf } = place.dataset;
    Object.assign(this, { place, code, user, binding: `${user} ${code}`, made: Date.parse(now) });
    // Who must log in again; asked anew when somebody looks.
    this.blocked = null;
    this.store = new Store({ name: "shouwang-work", migrations: MIGRATIONS });
    const cookie = new RegExp(`(?:^|; )${csrf}=([^;]*)`);
    this.server = new Server({
      base: "/api/v1/orders/", language: () => document.documentElement.lang || "zh-hans", credentials: "same-origin", scheme: null,
      headers: () => ({ "X-CSRFToken": cookie.exec(document.cookie)?.[1] ?? "" }),
    });
    this.clock = new Clock();
    const tokenOf = (binding) => (this.blocked || !binding.startsWith(`${user} `) ? null : "session");
    this.outbox = new WorkOutbox({
      store: this.store, server: this.server, queues: { act: ["events", "events"] }, lock: "shouwang-work-flush", batch: 100, tokenOf,
      onDead: (_binding, error) => {
        this.blocked = error;
      },
    });
    this.photos = new Photos({ store: this.store, server: this.server, outbox: this.outbox, tokenOf });
  }

  async open() {
    this.clock.known = (await this.store.get("clock")) ?? null;
    await this.outbox.load();
    await this.photos.load();
    this.outbox.onChange = () => this.#changed(true);
    this.outbox.heard = ({ json, sent, received }) => this.sample(json.server_time, sent, received);
    this.outbox.onFlushed = () => this.photos.flush().then(() => this.#changed(false));
    this.server.onReached = (reached) => {
      if (reached) {
        this.outbox.flush({ now: true });
        this.#keepPage();
      }
      this.#changed(false);
    };
    this.#listen();
    await this.outbox.retry();
    this.outbox.flush({ now: true });
    navigator.storage?.persist?.().catch(() => {});
    this.#keepPage();
    this.#changed(false);
    return this;
  }

  #listen() {
    if (globalThis.BroadcastChannel) {
      this.#channel = new BroadcastChannel("shouwang-work");
      this.#channel.onmessage = () => this.outbox.load().then(() => this.#changed(false)).catch(() => {});
    }
    const back = () => {
      if (document.visibilityState !== "visible") return;
      this.blocked = null;
      this.outbox.flush({ now: true });
      this.#keepPage();
    };
    addEventListener("online", back);
    addEventListener("pageshow", back);
    addEventListener("offline", () => this.#changed(false));
    document.addEventListener("visibilitychange", back);
    document.addEventListener("outbox:refreshed", () => this.#draw());
    setInterval(() => {
      if (this.unsent || this.outbox.unsent.length) this.outbox.flush();
      this.#changed(false);
    }, TICK);
  }

  sample(told, sent, received) {
    if (told && this.clock.sample(told, sent, received)) this.store.set("clock", this.clock.known).catch(() => {});
  }

  /* ── acts ── */

  /* Writes an act down and sends it. → the act as `show` gives it. */
  async act(kind, body, photos = []) {
    const at = this.clock.now();
    const row = await this.outbox.add({
      id: newId(), binding: this.binding, what: "act", at, state: "waiting",
      body: { kind, at: new Date(at).toISOString(), clock_offset_ms: this.clock.offset_ms, body },
    });
    for (const photo of photos) await this.photos.add(row, await smaller(photo));
    setTimeout(() => this.outbox.flush({ now: true }), 50);
    return actOf(row);
  }

  /* This page's acts, oldest first, that its markup does not know yet. */
  acts(kind = null) {
    return this.outbox.inOrder().filter((row) => row.binding === this.binding && (!kind || row.body.kind === kind) && this.#isNews(row)).map(actOf);
  }

  #isNews(row) {
    if (document.querySelector(`[data-event="${row.id}"]`)) return false;
    // What the server had when it made this page and does not show is no longer there.
    return row.state !== "done" || row.done_at + this.clock.offset_ms > this.made;
  }

  show(kind, draw) {
    this.#shown.set(kind, { draw, states: new Map() });
    this.#draw();
  }

  #draw(isFresh = true) {
    for (const [kind, { draw, states }] of this.#shown) {
      if (isFresh) states.clear();
      for (const act of this.acts(kind)) {
        const state = `${act.state} ${act.error?.code ?? ""}`;
        if (states.get(act.id) === state) continue;
        states.set(act.id, state);
        draw(act);
      }
    }
  }

  get unsent() {
    return this.mine.length + this.photos.waiting.length;
  }

  get mine() {
    return this.outbox.inOrder().filter((row) => row.binding.startsWith(`${this.user} `) && row.state !== "done" && row.state !== "aside");
  }

  get status() {
    const all = this.outbox.inOrder();
    const { mine } = this;
    return {
      unsent: mine.length, photos: this.photos.waiting.length, oldest: mine.length ? Math.min(...mine.map((row) => row.at)) : null,
      aside: all.filter((row) => row.binding === this.binding && row.state === "aside").map(actOf),
      others: all.filter((row) => !row.binding.startsWith(`${this.user} `) && row.state !== "done").length,
      offline: this.server.reached === false || navigator.onLine === false, blocked: this.blocked, isFailing: this.outbox.isFailing,
      // A page that the worker had kept: what others did since is not on it.
      age_ms: Math.max(0, this.clock.event(this.clock.now()) - this.made),
    };
  }

  retry() {
    return this.outbox.retry().then(() => this.outbox.flush({ now: true }));
  }

  /* Somebody has read why it was not taken. */
  async drop(id) {
    await this.store.run(["rows"], "readwrite", async (t) => {
      const row = await t.objectStore("rows").index("id").get(id);
      if (row?.state === "aside") await t.objectStore("rows").delete(row.seq);
    });
    await this.photos.forgetOf(id);
    this.outbox.rows.delete(id);
    location.reload();
  }

  #answered = new Set();

  #changed(isOurs) {
    if (isOurs) this.#channel?.postMessage("rows");
    this.#draw(false);
    for (const row of this.outbox.inOrder()) {
      if (row.binding !== this.binding || (row.state !== "done" && row.state !== "aside")) continue;
      const key = `${row.id} ${row.state}`;
      if (this.#answered.has(key)) continue;
      this.#answered.add(key);
      document.dispatchEvent(new CustomEvent("act:answered", { detail: actOf(row) }));
    }
    this.place.dataset.unsent = String(this.unsent);
    statusLine(this.place, this.status, this);
  }

  /* ── forms ── */

  /* The same form with the same values a moment ago was the same tap. */
  isSameTap(key) {
    const now = Date.now();
    const isSame = this.#last.key === key && now - this.#last.at < SAME_TAP;
    this.#last = { key, at: now };
    return isSame;
  }

  #isKeeping = false;

  /* The worker keeps this page and what it loaded; over plain http there is none. Where the network went away before it had
     everything, it is asked again when somebody looks and when the network is back. `data-kept`: the page opens without one. */
  async #keepPage() {
    if (this.#isKeeping || this.place.dataset.kept || !navigator.serviceWorker || !isSecureContext) return;
    this.#isKeeping = true;
    try {
      const { worker } = this.place.dataset;
      await navigator.serviceWorker.register(worker, { scope: worker.replace(/[^/]*$/, ""), updateViaCache: "none" });
      const { active } = await navigator.serviceWorker.ready;
      const files = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.startsWith(`${location.origin}/static/`));
      const { port1, port2 } = new MessageChannel();
      // A worker that is stopped half-way says nothing.
      const answer = new Promise((done) => {
        port1.onmessage = ({ data }) => done(data);
        setTimeout(() => done(false), KEEPING_MS);
      });
      active.postMessage({ keep: location.href.split("#")[0], files }, [port2]);
      if (await answer) this.place.dataset.kept = "true";
    } catch {
      // No network, a private window, or a browser without workers: the page is then what the server gives.
    } finally {
      this.#isKeeping = false;
    }
  }
}

const actOf = ({ id, at, body, state, error, result }) => ({
  id, kind: body.kind, at: new Date(at), body: body.body, state: STATES[state] ?? "unsent", error, answer: result,
});

function bodyOf(form, submitter) {
  const data = new FormData(form);
  if (submitter?.name) data.append(submitter.name, submitter.value);
  const body = {};
  const photos = [];
  for (const [name, value] of data) {
    if (["csrfmiddlewaretoken", "id", "next"].includes(name)) continue;
    if (value instanceof File) {
      if (value.size) photos.push(value);
    } else if (value.trim()) {
      body[name] = name in body ? [body[name], value.trim()].flat() : value.trim();
    }
  }
  return { body, photos };
}

/* What the browser would have done without us. */
function postPlainly(form, submitter) {
  if (submitter?.name) {
    const box = Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value });
    form.append(box);
  }
  form.submit();
}

async function submitted(form, submitter) {
  const session = await work;
  if (!session) {
    postPlainly(form, submitter);
    return;
  }
  const kind = form.dataset.act;
  const { body, photos } = bodyOf(form, submitter);
  if (session.isSameTap(JSON.stringify([kind, body]))) return;
  const making = new CustomEvent("act:making", { bubbles: true, cancelable: true, detail: { kind, body } });
  if (!form.dispatchEvent(making)) return;
  const act = await session.act(kind, making.detail.body, photos);
  form.dispatchEvent(new CustomEvent("act:made", { bubbles: true, detail: act }));
}

const place = document.querySelector("[data-outbox]");

/* The page's session; null where the phone has no store. */
export const work = place
  ? new Session(place).open().catch((error) => {
    console.warn("this browser keeps nothing: forms are sent at once", error);
    return null;
  })
  : Promise.resolve(null);

if (place) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.act || event.defaultPrevented) return;
    event.preventDefault();
    submitted(form, event.submitter);
  });
}
