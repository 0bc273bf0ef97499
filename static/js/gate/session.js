/* What the gate page knows of the engine room: one object, opened once. No words, no elements.

   const session = await openSession();
   session.binding      null | {compound: {code, name}, gate, gates: [name], ends_at: Date}
   session.offered      the one-time code that a scanned QR put into the address, or null
   session.bind(code)   one-time code → the binding; throws {code, text}; {code: "unreachable"} without a server
   session.leave()      sends what is unsent, then forgets roll and token; what could not be sent stays
   session.setGate(name)
   session.judge({by: "pass"|"room"|"plate", text, direction, kind?, action?: "check"|"emergency", override?, reason?}) → Answer
   session.reading({refers_to, temperature, method}) → Answer; `refers_to` is the id of the check, also for a second reading
   session.undo({refers_to, reason}) · session.correct({refers_to, verdict, reason, room?}) → Answer
   session.incident({kind, room, note}) → {id}
   session.parcel({id?, action, building?, room?, count?, to?, reason?}) → {id}; a new id is made for a "drop"
   session.parcels() → [{id, building, room, count, dropped_at, disinfected_at}] waiting, own unsent steps included
   session.find(room), session.findPlate(text) → {room, surname, outside_since: Date|null} | null; session.whereabouts(asked),
   session.unitExample(text): whereabouts.js
   session.buildings    names of the roll's buildings, in order
   session.offsets      Facts.offsets of the compound: the roll's, before the first one the binding's; null when not bound
   session.recent() → the acts at this phone in the last 15 minutes, 30 at least, newest first: {id, at: Date, what, refers_to, verdict, room, surname, kind,
                         direction, state: "unsent"|"sent"|"aside", differs: null | {server, phone}}
   session.aside() → rows that the server would not take: {id, at: Date, what, room, error: {code, text}}; session.retry(id)
   session.flush()      now; session.refresh() the roll now
   session.on("change", fn) → a function that ends it; fn() after anything above or `status` changed
   session.status       {unsent, oldest: Date|null, offline, rollAge_ms: null without a roll, skew_ms, today: {out, in}, ends_at: Date|null,
                         aside, differing, stored: the browser promised to keep it, update: a new page comes at a quiet minute,
                         outdated: this page is older than what is stored, it must be opened anew}
   session.close()      for tests: no timers, no listeners

   Answer: {id, verdict, amber, reasons: [{code, effect, params, text|null}], next_out_on, next_out_at, room, surname,
            kind, direction, from: "server"|"phone", conflict, again: the same code within 5 s}. Moments are ISO text.
   What the server refuses at once (an undo that comes too late, a reading that is none) is thrown as {code, text}. */

import { Clock } from "../outbox/clock.js";
import { Server, Unreachable } from "../outbox/server.js";
import { Bindings, isInstalled, isIos, isWeChat, offeredCode } from "./binding.js";
import { Judge } from "./judge.js";
import { Outbox } from "./outbox.js";
import { parcelsWith } from "./parcels.js";
import { Roll } from "./roll.js";
import { asideOf, recentOf, statusOf } from "./status.js";
import { Store } from "./store.js";
import { WorkerUpdate } from "./update.js";
import { unitExampleOf, whereaboutsOf } from "./whereabouts.js";

export { isInstalled, isIos, isWeChat };

const TICK = 5_000;
const ROLL_EVERY = 20_000;
const ROLL_AFTER_CHECK = 2_000;
const FLUSH_AFTER = 250;
const TELL_AFTER = 40;
const UNREACHABLE = { code: "unreachable", text: null };

class Session {
  #listeners = new Set();
  #ends = [];
  #channel = null;
  #rollAsked = 0;
  #rollSoon = null;
  #telling = false;
  #news = new Set();

  constructor({ code, phone, fetch, name, locks, correction, go }) {
    this.code = code;
    this.go = go;
    this.store = new Store({ name });
    this.server = new Server({ base: "/api/v1/gate/", phone, fetch, language: () => document.documentElement.lang || "zh-hans" });
    this.clock = new Clock({ phone });
    this.bindings = new Bindings({ store: this.store, server: this.server, clock: this.clock });
    this.roll = new Roll({ store: this.store });
    this.outbox = new Outbox({
      store: this.store, server: this.server, phone, locks, correction,
      tokenOf: (id, what) => this.bindings.tokenOf(id, what),
      onDead: (id, error, status) => this.#refused(id, error, status),
    });
    this.judging = new Judge({ outbox: this.outbox, roll: this.roll, bindings: this.bindings, clock: this.clock });
    this.update = new WorkerUpdate({ onChange: () => this.#tell() });
    this.offered = offeredCode();
    this.stored = false;
  }

  /* ── opening ── */

  async open() {
    this.clock.known = (await this.store.get("clock")) ?? null;
    await this.#reload(["bindings", "rows", "roll"]);
    this.#listen();
    await this.#endIfOver();
    await this.#tidy();
    // What was put aside may be taken by now: another version, here or there.
    await this.outbox.retry();
    this.#persist();
    this.update.start();
    this.refresh();
    this.outbox.flush({ now: true });
    return this;
  }

  async #reload(what) {
    if (what.includes("bindings")) await this.bindings.load(this.code);
    if (what.includes("rows")) await this.outbox.load();
    if (what.includes("bindings") || what.includes("roll")) await this.roll.load(this.bindings.current?.id ?? null);
    this.#tell();
  }

  #listen() {
    this.outbox.onChange = () => this.#changed("rows");
    this.outbox.onFlushed = () => this.#tidy().catch(console.error);
    this.server.onReached = (reached) => {
      if (reached) this.outbox.flush({ now: true });
      this.#tell();
    };
    this.judging.onDone = (reached) => {
      // After the verdict stands on the screen.
      setTimeout(() => this.outbox.flush(), FLUSH_AFTER);
      if (reached) this.#refreshSoon();
    };
    if (globalThis.BroadcastChannel) {
      this.#channel = new BroadcastChannel("shouwang-gate");
      this.#channel.onmessage = ({ data }) => this.#reload([data]).catch(() => {});
      this.#ends.push(() => {
        this.#channel.close();
        this.#channel = null;
      });
    }
    const back = () => {
      if (document.visibilityState !== "visible") return;
      this.refresh();
      this.outbox.flush({ now: true });
    };
    const on = (target, name, act) => {
      target.addEventListener(name, act);
      this.#ends.push(() => target.removeEventListener(name, act));
    };
    on(window, "online", back);
    on(window, "pageshow", back);
    on(window, "offline", () => this.#tell());
    on(document, "visibilitychange", back);
    const timer = setInterval(() => this.#tick(), TICK);
    this.#ends.push(() => clearInterval(timer));
  }

  close() {
    for (const end of this.#ends.splice(0)) end();
    clearTimeout(this.#rollSoon);
    this.update.close();
    return this.store.close();
  }

  async #tick() {
    await this.#endIfOver();
    // Without a channel between tabs the store is asked.
    if (!this.#channel) await this.outbox.load().catch(() => {});
    if (this.outbox.unsent.length) this.outbox.flush();
    if (document.visibilityState === "visible" && this.clock.now() - this.#rollAsked >= ROLL_EVERY) this.refresh();
    this.#tell();
  }

  async #persist() {
    try {
      this.stored = (await navigator.storage?.persisted?.()) || (this.bindings.current ? await navigator.storage?.persist?.() : false) || false;
    } catch {
      this.stored = false;
    }
    this.#tell();
  }

  /* ── telling ── */

  on(_name, listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(what) {
    this.#news.add(what);
    this.#tell();
  }

  // Many rows change at once when a batch is sent, and a verdict is not to wait for a number in a corner.
  #tell() {
    if (this.#telling) return;
    this.#telling = true;
    setTimeout(() => {
      this.#telling = false;
      for (const what of this.#news) this.#channel?.postMessage(what);
      this.#news.clear();
      for (const listener of this.#listeners) listener();
    }, TELL_AFTER);
  }

  get binding() {
    const { current } = this.bindings;
    if (!current || this.bindings.isOver) return null;
    const { compound, gate, gates, ends_at } = current;
    return { compound, gate, gates, ends_at: new Date(ends_at) };
  }

  get status() {
    return statusOf(this);
  }

  /* ── binding ── */

  async bind(code) {
    let record;
    try {
      record = await this.bindings.bind(code);
    } catch (error) {
      throw error instanceof Unreachable ? UNREACHABLE : error;
    }
    this.offered = null;
    await this.bindings.adopt(record, this.outbox);
    this.#changed("bindings");
    this.#persist();
    if (record.compound.code !== this.code) {
      this.go(`/c/${encodeURIComponent(record.compound.code)}/gate/`);
      return null;
    }
    await this.#tidy();
    await this.roll.load(record.id);
    await this.refresh();
    this.outbox.flush({ now: true });
    return this.binding;
  }

  /* The server is told, so that the token is worth nothing at once; without a server it ends with the shift. */
  async leave() {
    const { current } = this.bindings;
    if (!current) return;
    await this.outbox.flush({ now: true });
    await this.server.ask("DELETE", "devices", { token: current.token, timeout_ms: 3_000 }).catch(() => {});
    await this.#end(current.id, "left");
  }

  async setGate(name) {
    const { current } = this.bindings;
    if (!current?.gates.includes(name)) throw { code: "gate_unknown", text: null };
    await this.bindings.change(current.id, { gate: name });
    this.#changed("bindings");
  }

  async #refused(id, error, status) {
    // 401: nothing is taken from this phone any more. 403: its shift is over, checks from before may still come.
    await this.#end(id, error?.code ?? "refused", { dead: status === 401 });
  }

  async #endIfOver() {
    if (!this.bindings.isOver) return;
    await this.#end(this.bindings.current.id, "over");
    this.outbox.flush({ now: true });
  }

  async #end(id, code, { dead = false } = {}) {
    const wasCurrent = this.bindings.current?.id === id;
    await this.bindings.end(id, code, { dead });
    if (wasCurrent) await this.roll.wipe();
    this.#changed("bindings");
    await this.#tidy();
  }

  /* What is over leaves nothing on the phone but what has to be sent, and the token with which it is. */
  async #tidy() {
    // Another tab may have bound the phone anew.
    await this.bindings.load(this.code);
    const { records } = this.bindings;
    const isOver = (id) => records.get(id)?.over !== null;
    const roll = await this.store.get("roll");
    if (roll && isOver(roll.binding)) await this.roll.wipe();
    if (!this.outbox.inOrder().some((row) => isOver(row.binding)) && ![...records.keys()].some(isOver)) return;
    await this.outbox.forget(isOver);
    await this.bindings.tidy(this.outbox);
    this.#tell();
  }

  /* ── the roll ── */

  #refreshSoon() {
    const wait = Math.max(300, ROLL_AFTER_CHECK - (this.clock.now() - this.#rollAsked));
    this.#rollSoon ??= setTimeout(() => {
      this.#rollSoon = null;
      this.refresh();
    }, wait);
  }

  async refresh() {
    const { current } = this.bindings;
    if (!current || this.bindings.isOver) return false;
    const asked_at = this.clock.now();
    this.#rollAsked = asked_at;
    const cursor = this.roll.head.cursor;
    try {
      const answer = await this.server.ask("GET", `roll${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`, { token: current.token, timeout_ms: 15_000 });
      if (answer.status === 401 || answer.status === 403) {
        await this.#refused(current.id, answer.json.error, answer.status);
        this.outbox.flush({ now: true });
        return false;
      }
      if (answer.status !== 200 || this.bindings.current?.id !== current.id) return false;
      if (this.clock.sample(answer.json.server_time, answer.sent, answer.received)) await this.store.set("clock", this.clock.known);
      // Another tab has put a newer one in place meanwhile, or this one did: changes since an older cursor still hold.
      await this.roll.apply(answer.json, { binding: current.id, asked_at });
      const { ends_at, gates } = answer.json;
      const end = Date.parse(ends_at);
      if (end && (end !== current.ends_at || gates.join() !== current.gates.join())) await this.bindings.change(current.id, { ends_at: end, gates });
      this.#changed("roll");
      return true;
    } catch {
      return false;
    }
  }

  /* Facts.offsets of the compound's zone. */
  get offsets() {
    return this.roll.isThere ? this.roll.head.offsets : this.bindings.current?.offsets ?? null;
  }

  /* Names, 2 before 10. */
  get buildings() {
    const names = new Set([...this.roll.households.values()].map((household) => household.building).filter(Boolean));
    return [...names].sort((a, b) => a.localeCompare(b, "zh", { numeric: true }));
  }

  find(room) {
    return this.roll.find({ by: "room", text: room }, this.judging.acts);
  }

  findPlate(text) {
    return this.roll.find({ by: "plate", text }, this.judging.acts);
  }

  whereabouts(asked) {
    const { clock, judging } = this;
    return whereaboutsOf(this.roll, asked, judging.acts, { now: clock.event(clock.now()), offset_ms: clock.offset_ms });
  }

  unitExample(text) {
    return unitExampleOf(this.roll, text);
  }

  /* ── acts ── */

  judge = (asked) => this.judging.judge(asked);
  reading = (asked) => this.judging.reading(asked);
  undo = (asked) => this.judging.undo(asked);
  correct = (asked) => this.judging.correct(asked);
  incident = (asked) => this.judging.incident(asked);
  parcel = (asked) => this.judging.parcel(asked);

  async parcels() {
    const { current } = this.bindings;
    if (!current) return [];
    let known = (await this.store.get("parcels").catch(() => null)) ?? [];
    try {
      const { status, json } = await this.server.ask("GET", "parcels", { token: current.token, timeout_ms: 3_000 });
      if (status === 200) {
        known = json.parcels;
        await this.store.set("parcels", known);
      }
    } catch {
      // The last list, with what was done here since.
    }
    return parcelsWith(known, this.outbox.inOrder());
  }

  recent() {
    return recentOf(this.outbox.inOrder());
  }

  async aside() {
    return asideOf(this.outbox.aside);
  }

  async retry(id) {
    await this.outbox.retry([id]);
    return this.flush();
  }

  flush() {
    return this.outbox.flush({ now: true });
  }
}

/* `code`: the compound of the address. The rest is for tests. */
export async function openSession({
  code = /^\/c\/([^/]+)\//.exec(window.location.pathname)?.[1] ?? "", phone = () => Date.now(), fetch = null, name = undefined,
  locks = navigator.locks ?? null, correction = "decided_by_phone", go = (url) => window.location.assign(url),
} = {}) {
  const session = new Session({ code: decodeURIComponent(code), phone, fetch, name, locks, correction, go });
  await session.open();
  return session;
}
