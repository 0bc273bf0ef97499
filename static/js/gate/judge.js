/* One person at the gate: the server is asked for a second and a half, then the phone decides from its copy, and at
   once while a request has just failed. The act is
   a row of the outbox before anything is sent, and what the guard was shown is in it before it is shown. */

import { newId } from "./outbox.js";
import { passagesOf, verdictOf } from "./passages.js";
import { decide } from "./rules.js";

const SERVER_MS = 1_500;
const ONE_SCAN = 5_000;
// A store that hangs (iOS does that) must not hold up the queue at the gate.
const STORE_MS = 500;
const WAITING_BEFORE = 20;
const FEVER = ["fever", "reading_implausible"];
const MOMENTS = ["out", "since", "due", "until", "from"];

const iso = (ms) => (ms === null || ms === undefined ? null : new Date(ms).toISOString());

function within(promise, ms) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return Promise.race([promise.catch(() => {}), late]).finally(() => clearTimeout(timer));
}

/* Reasons as they come from the server: moments as ISO text. */
function spoken(reasons) {
  const params = (given) => Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, MOMENTS.includes(name) && typeof value === "number" ? iso(value) : value]),
  );
  return reasons.map((reason) => ({ code: reason.code, effect: reason.effect, params: params(reason.params), text: null }));
}

/* Tells the server that this was done without it. What is undone has the verdict that the server gives each undoing. */
const actedOn = ({ body }, own) => (body.action === "undo" ? "allow" : own.verdict);

export class Judge {
  #lately = new Map();

  constructor({ outbox, roll, bindings, clock }) {
    Object.assign(this, { outbox, roll, bindings, clock });
    this.onDone = () => {};
  }

  get acts() {
    return passagesOf(this.outbox.inOrder(), this.roll.head.asked_at);
  }

  /* The same code, way and wish within 5 s is one scan: the same answer, `again`. */
  judge(asked) {
    const { by, text, direction, kind = "household", action = "check", override = "", reason = "" } = asked;
    const key = JSON.stringify([by, text.trim().toUpperCase(), direction, kind, action, override]);
    const now = this.clock.now();
    const last = this.#lately.get(key);
    if (last && now - last.at < ONE_SCAN && now >= last.at) return last.answer.then((answer) => ({ ...answer, again: true }));
    for (const [old, { at }] of this.#lately) if (now - at >= ONE_SCAN) this.#lately.delete(old);
    const answer = this.#judge({ by, text, direction, kind, action, override, reason });
    this.#lately.set(key, { at: now, answer });
    answer.catch(() => this.#lately.delete(key));
    return answer;
  }

  async #judge({ by, text, direction, kind: wish, action, override, reason }) {
    const kind = action === "emergency" ? "emergency" : wish;
    const { at, offset_ms, now } = this.#moment();
    const { acts } = this;
    const who = this.roll.who({ by, text });
    const decision = decide(this.roll.facts({ who, by, text, direction, kind, override, now, offset_ms, acts }));
    const mark = this.#mark({ who, by, text, direction, kind, override, now, decision, acts });
    const shown = { pass: "pass", room: "household", plate: "plate" }[by];
    const row = this.#row("check", at, {
      action, direction, [shown]: text.trim(), kind, temperature: null, verdict: null, override: override || null, reason: reason || null,
    }, { mark });
    return this.#settled(row, this.#ownAnswer(row, decision, who, mark), who);
  }

  /* The temperature of somebody who was judged. It can hold up an exit that was allowed, and end a "measure again"; an
     exit that was refused stays so. */
  async reading({ refers_to, temperature, method = "" }) {
    const { at, offset_ms, now } = this.#moment();
    const { acts } = this;
    const target = this.outbox.rows.get(refers_to) ?? null;
    const before = acts.find((act) => act.id === refers_to) ?? null;
    const last = this.outbox.inOrder().filter((r) => (r.id === refers_to || r.body.refers_to === refers_to) && verdictOf(r)).pop();
    const verdict = last ? verdictOf(last) : "allow";
    const earlier = last?.saw ?? last?.result ?? { reasons: [], next_out_on: null, next_out_at: null, amber: false };
    const mark = target?.mark ?? { room: null, hash: null, direction: target?.body.direction ?? "out", kind: "household", at: now, by: "room" };
    const who = this.roll.whoOf(mark);
    const decision = decide(this.roll.facts({
      who, by: mark.by, text: mark.plate ?? "", direction: mark.direction, kind: mark.asked ?? mark.kind, override: mark.override,
      temperature, now: verdict === "recheck" ? now : mark.at, offset_ms, acts, before: before ?? { id: refers_to, mark },
    }));
    const warm = spoken(decision.reasons.filter(({ code }) => FEVER.includes(code)));
    const row = this.#row("check", at, {
      action: "reading", refers_to, direction: mark.direction, temperature, method: method || null, verdict: null,
    }, { mark: target?.mark ? { refers_to } : null });
    const own = this.#ownAnswer(row, decision, who, mark);
    if (verdict !== "recheck") {
      own.reasons = [...earlier.reasons.filter(({ code }) => !FEVER.includes(code)), ...warm];
      own.verdict = verdict === "allow" && warm.some(({ effect }) => effect === "recheck") ? "recheck" : verdict;
      Object.assign(own, { amber: earlier.amber, next_out_on: earlier.next_out_on, next_out_at: earlier.next_out_at, due_at: earlier.due_at ?? null });
    }
    return this.#settled(row, own, who);
  }

  undo({ refers_to, reason }) {
    return this.#change("undo", { refers_to, reason });
  }

  correct({ refers_to, verdict, reason, room = null }) {
    return this.#change("correct", { refers_to, verdict, reason, ...(room ? { household: room } : {}) });
  }

  #change(action, { refers_to, verdict = null, ...rest }) {
    // The same code scanned now is another passage: what it was told no longer holds.
    this.#lately.clear();
    const target = this.outbox.rows.get(refers_to);
    const { at } = this.#moment();
    const mark = target?.mark ?? null;
    const row = this.#row("check", at, { action, refers_to, direction: mark?.direction ?? "out", verdict, ...rest }, { mark: mark && { refers_to } });
    const who = this.roll.whoOf(mark ?? { room: null, hash: null });
    const shown = target?.saw ?? target?.result ?? {};
    const own = { ...this.#ownAnswer(row, { reasons: [], amber: false, next_out_on: null, next_out_at: null }, who, mark), verdict: verdict ?? shown.verdict ?? "refuse" };
    return this.#settled(row, own, who);
  }

  incident({ kind, room = null, note = "" }) {
    return this.#told("incident", { kind, room, note });
  }

  parcel({ id = null, action, ...rest }) {
    return this.#told("parcel", { id: id ?? newId(), action, ...rest });
  }

  /* → {id}; throws {code, text} when the server says no at once. */
  async #told(what, body) {
    const row = this.#row(what, this.#moment().at, body, {});
    await this.#settled(row, { verdict: null }, null);
    return { id: body.id ?? row.id };
  }

  /* ── rows and answers ── */

  #moment() {
    const at = this.clock.now();
    return { at, offset_ms: this.clock.offset_ms, now: this.clock.event(at) };
  }

  #row(what, at, body, more) {
    const { id, compound, gate } = this.bindings.current ?? {};
    if (!id) throw { code: "not_bound", text: null };
    return {
      id: newId(), binding: id, compound: compound.code, what, at, offset_age_ms: this.clock.age_ms,
      body: { id: null, at: iso(at), clock_offset_ms: this.clock.offset_ms, gate, ...body }, ...more,
    };
  }

  #mark({ who, by, text, direction, kind, override, now, decision, acts }) {
    const known = who.pass ? this.roll.facts({ who, by, text, direction, kind, now, offset_ms: 0, acts }).pass : null;
    const own = kind === "emergency" || !who.pass ? kind : who.pass.kind ?? "household";
    const exempt = this.roll.rules.find((row) => row.id === decision.rulebook)?.exempt_kinds ?? [];
    return {
      room: who.room, building: who.household?.building ?? null, hash: who.hash, by, plate: by === "plate" ? text : null, direction, asked: kind, kind: own, override,
      at: now, gate: this.bindings.current?.gate ?? null, slot: decision.slot && { due: decision.slot.due, forfeit: decision.slot.forfeit },
      ordinary: !["visitor", "emergency"].includes(own) && !exempt.includes(own),
      before: known && { last_out: known.last_out, outside_since: known.outside_since },
    };
  }

  #ownAnswer(row, decision, who, mark) {
    return {
      id: row.id, verdict: decision.verdict, amber: decision.amber, reasons: spoken(decision.reasons),
      next_out_on: decision.next_out_on, next_out_at: iso(decision.next_out_at), due_at: iso(decision.slot?.due),
      room: who.room, surname: who.surname,
      kind: mark?.kind ?? "household", direction: row.body.direction, from: "phone", conflict: false, again: false,
    };
  }

  #serverAnswer(result, own) {
    return {
      ...own, ...result, room: result.room ?? own.room, surname: result.surname ?? own.surname, from: "server",
      conflict: result.conflict ?? false, again: false,
    };
  }

  async #settled(row, own) {
    if (row.what === "check" && this.outbox.server.isAway) {
      // Nobody to ask: one write, the verdict, and the flusher sends it.
      Object.assign(row, { state: "waiting", saw: own });
      row.body.verdict = actedOn(row, own);
      await within(this.outbox.add(row), STORE_MS);
      this.onDone(false);
      return own;
    }
    await within(this.outbox.add(row), STORE_MS);
    const result = await this.#ask(row);
    if (result && !result.error) {
      const answer = this.#serverAnswer(result, own);
      await within(this.outbox.settle(row.id, result, answer), STORE_MS);
      this.onDone(true);
      return answer;
    }
    const isPassage = row.what === "check" && ["check", "emergency"].includes(row.body.action);
    await within(this.outbox.change(row.id, (stored) => {
      stored.saw = own;
      // Nobody passed by a refused undo or a reading that is none: whoever asked is told, and that is all.
      if (result && !isPassage) Object.assign(stored, { state: "done", error: result.error, done_at: this.clock.now() });
      // With the verdict in it the row is no question any more, and what refused the question may take it.
      else Object.assign(stored, { state: "waiting", error: result?.error ?? null });
      if (row.what === "check") stored.body.verdict = actedOn(row, own);
    }), STORE_MS);
    this.onDone(result !== null);
    if (result && !isPassage) throw result.error;
    return own;
  }

  /* The server's answer to this row, or null: not in time. What it does not know yet about the same people goes before
     it, or it would judge without it. */
  async #ask(row) {
    const token = this.bindings.tokenOf(row.binding, row.what);
    if (!token) return null;
    const isSame = ({ mark, id }) => id === row.body.refers_to || (mark && row.mark && (mark.refers_to
      ? mark.refers_to === row.body.refers_to
      : (row.mark.room !== null && mark.room === row.mark.room) || (row.mark.hash !== null && mark.hash === row.mark.hash)));
    const before = this.outbox.inOrder()
      .filter((each) => each.state === "waiting" && each.binding === row.binding && each.what === row.what && each.id !== row.id && isSame(each))
      .slice(-WAITING_BEFORE);
    const results = await this.outbox.send([...before, row], token, { timeout_ms: SERVER_MS, settle: false });
    if (!Array.isArray(results)) return null;
    for (const [n, each] of before.entries()) {
      if (results[n]) this.outbox.settle(each.id, results[n]).catch(() => {});
    }
    return results[results.length - 1];
  }
}
