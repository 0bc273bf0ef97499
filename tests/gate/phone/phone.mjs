/* A phone without a page, a server of a few lines, and a clock that is moved by hand. */

import { Bindings } from "../../../static/js/gate/binding.js";
import { Clock } from "../../../static/js/outbox/clock.js";
import { Judge } from "../../../static/js/gate/judge.js";
import { Outbox } from "../../../static/js/gate/outbox.js";
import { Roll } from "../../../static/js/gate/roll.js";
import { Server } from "../../../static/js/outbox/server.js";
import { MemoryStore } from "./store.mjs";

export const NOON = Date.parse("2022-08-23T04:00:00Z");
export const TOKEN = "0123456789ABCDEFGHJKMN";
export const HASH = "wqJN0ftVB4n3x9Fv";

export const ROLL = {
  cursor: "1", full: true, server_time: "2022-08-23T04:00:00Z", ends_at: "2022-08-23T16:00:00Z",
  compound: { code: "xingfuli", name: "幸福里", language: "zh-hans" }, gate: "东门", gates: ["东门", "南门"],
  offsets: [[0, 480]], rules: [{ id: 1, starts_at: "2022-08-01T00:00:00Z" }], outside: { compound: 3, buildings: { 20: 1 } },
  households: [
    { room: "20-1702", building: "20", surname: "周", passes: [{ hash: null }] },
    { room: "3-501", building: "3", surname: "李", outings: [{ out: "2022-08-22T01:02:00Z", back: "2022-08-22T02:00:00Z", gate: "南门" }] },
  ],
  passes: [], plates: [], deleted: [],
};

/* Answers as a real one: once per UUID, the same again. `verdicts(check)` is its own view; `away` throws; `deaf` records
   and is not heard. */
export class FakeServer {
  constructor(verdicts = () => "allow") {
    Object.assign(this, { verdicts, log: new Map(), requests: [], away: false, deaf: false, answer: null });
  }

  async fetch(url, { body, method }) {
    const asked = body ? JSON.parse(body) : null;
    this.requests.push({ url, method, asked });
    if (this.away) throw new TypeError("Failed to fetch");
    if (this.answer) {
      const special = this.answer(url, asked);
      if (special) return reply(...special);
    }
    const results = asked.checks?.map((check) => {
      const known = this.log.get(check.id);
      if (known) return { ...known.result, replayed: true };
      const verdict = check.verdict ?? this.verdicts(check);
      const result = { id: check.id, verdict, amber: false, reasons: [], conflict: false, next_out_on: null, next_out_at: null, replayed: false };
      this.log.set(check.id, { check, result });
      return result;
    });
    if (this.deaf) throw new DOMException("late", "AbortError");
    return reply(200, { results });
  }
}

const reply = (status, json, headers = {}) => ({ status, ok: status < 300, json: async () => json, headers: new Headers(headers) });

export async function phone({ server = new FakeServer(), store = new MemoryStore(), roll = ROLL, locks = null, gate = "东门", over = null } = {}) {
  const time = { now: NOON };
  const tick = () => time.now;
  const link = new Server({ base: "/api/v1/gate/", phone: tick, fetch: (...given) => server.fetch(...given) });
  const clock = new Clock({ phone: tick });
  const bindings = new Bindings({ store, server: link, clock });
  const dead = [];
  const copy = new Roll({ store });
  const outbox = new Outbox({
    store, server: link, phone: tick, locks, tokenOf: (id, what) => bindings.tokenOf(id, what),
    onDead: async (id, error, status) => {
      dead.push([id, error.code]);
      await bindings.end(id, error.code, { dead: status === 401 });
    },
  });
  await bindings.load("xingfuli");
  if (!bindings.current) {
    const record = {
      id: "b1", token: "t1", compound: { code: "xingfuli", name: "幸福里" }, gate, gates: ["东门", "南门"],
      ends_at: Date.parse(ROLL.ends_at), bound_at: NOON, over, dead: false,
    };
    await store.run(["bindings"], "readwrite", (t) => t.objectStore("bindings").put(record));
    await bindings.load("xingfuli");
  }
  await outbox.load();
  if (roll) await copy.apply(roll, { binding: "b1", asked_at: NOON });
  const judge = new Judge({ outbox, roll: copy, bindings, clock });
  return { server, store, time, clock, bindings, outbox, roll: copy, judge, dead };
}
