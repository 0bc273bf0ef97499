/* What this phone may do, for whom, and until when: a one-time code becomes a token.

   A record: {id, token, compound: {code, name}, gate, gates, offsets, ends_at: ms of the server's clock, bound_at, over: null | {code, at},
   dead: bool}. `over`: its shift has ended, it was left or revoked; the roll is wiped then, and the token goes with
   the last row that it can still send. `dead`: the server takes nothing with it any more; its rows wait until the
   phone is bound to the same compound again. */

import { newId } from "./outbox.js";

export const isWeChat = (agent = navigator.userAgent) => /MicroMessenger/i.test(agent);
// An iPad says that it is a Mac, but no Mac has five fingers' touch.
export const isIos = (nav = navigator) => /iPhone|iPad|iPod/.test(nav.userAgent) || (/Macintosh/.test(nav.userAgent) && nav.maxTouchPoints > 1);
/* Opened from the home screen: on iOS that page has a storage of its own and must be bound in itself. */
export const isInstalled = (view = window) => view.matchMedia("(display-mode: standalone)").matches || view.navigator.standalone === true;

/* The code that a scanned QR put into the address; it does not stay there, nor in the history. In WeChat it stays: the
   phone's own browser is opened from this address. */
export function offeredCode(view = window) {
  const match = /[#&]bind=([^&]+)/.exec(view.location.hash);
  if (!match) return null;
  if (!isWeChat(view.navigator.userAgent)) view.history.replaceState(null, "", view.location.pathname + view.location.search);
  return decodeURIComponent(match[1]);
}

export class Bindings {
  constructor({ store, server, clock }) {
    Object.assign(this, { store, server, clock });
    this.records = new Map();
    this.current = null;
  }

  async load(code) {
    this.code = code;
    this.records = new Map((await this.store.all("bindings")).map((record) => [record.id, record]));
    const alive = [...this.records.values()].filter((record) => !record.over && record.compound.code === code);
    this.current = alive.sort((a, b) => b.bound_at - a.bound_at)[0] ?? null;
  }

  /* Throws {code, text}, also for a server that is not there. */
  async bind(code) {
    const { status, json } = await this.server.ask("POST", "devices", { body: { code }, timeout_ms: 15_000 });
    if (status !== 200 && status !== 201) throw json.error;
    const { token, compound, gate, gates, ends_at, offsets = null } = json;
    const record = {
      id: newId(), token, compound, gate, gates, offsets, ends_at: Date.parse(ends_at), bound_at: this.clock.now(), over: null, dead: false,
    };
    const earlier = [...this.records.values()].filter((each) => !each.over).map((each) => each.id);
    for (const id of earlier) await this.end(id, "replaced");
    await this.#put(record);
    if (compound.code === this.code) this.current = record;
    return record;
  }

  /* Puts rows of bindings that can send them no more under `record`, if they are of its compound. */
  async adopt(record, outbox) {
    for (const row of outbox.inOrder()) {
      if (row.state === "done" || row.compound !== record.compound.code || row.binding === record.id) continue;
      const before = this.records.get(row.binding);
      // What a clock ahead of time dated after the end of its shift is taken from nobody but the next one.
      const isAfterEnd = row.error?.code === "device_ended";
      if (before && !before.dead && row.what === "check" && !isAfterEnd) continue;
      await outbox.change(row.id, (stored) => {
        Object.assign(stored, { binding: record.id, state: "waiting", not_before: 0 });
      });
    }
  }

  /* null: nothing can be sent for it. After its end a phone may tell of checks from before, and of nothing else. */
  tokenOf(id, what) {
    const record = this.records.get(id);
    if (!record || record.dead || (record.over && what !== "check")) return null;
    return record.token;
  }

  get isOver() {
    return this.current !== null && this.clock.event(this.clock.now()) >= this.current.ends_at;
  }

  async change(id, changes) {
    const record = this.records.get(id);
    if (!record) return;
    Object.assign(record, changes);
    await this.#put(record);
  }

  async end(id, code, { dead = false } = {}) {
    const record = this.records.get(id);
    if (!record) return;
    const over = record.over ?? { code, at: this.clock.now() };
    await this.change(id, { over, dead: record.dead || dead, token: dead ? null : record.token });
    if (this.current?.id === id) this.current = null;
  }

  /* Records that have nothing left to send go, and their tokens with them. */
  async tidy(outbox) {
    const needed = new Set(outbox.inOrder().filter((row) => row.state !== "done").map((row) => row.binding));
    for (const record of [...this.records.values()]) {
      if (!record.over || needed.has(record.id)) continue;
      this.records.delete(record.id);
      await this.store.run(["bindings"], "readwrite", (t) => t.objectStore("bindings").delete(record.id));
    }
  }

  async #put(record) {
    this.records.set(record.id, record);
    await this.store.run(["bindings"], "readwrite", (t) => t.objectStore("bindings").put(record));
  }
}
