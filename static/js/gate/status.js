/* What the screens may say of the engine room: true at the moment at which it is asked. */

import { verdictOf } from "./passages.js";

// As long as a phone may undo; and never fewer than these, for a quiet gate.
const RECENT_MS = 15 * 60_000;
const RECENT = 30;

export function statusOf({ outbox, clock, roll, judging, server, bindings, store, update, stored }) {
  const { unsent } = outbox;
  const now = clock.now();
  const start = roll.dayStart(clock.event(now));
  const today = judging.acts.filter(({ passes, mark }) => passes && mark.at >= start);
  const many = (direction) => today.filter(({ mark }) => mark.direction === direction).length;
  return {
    unsent: unsent.length,
    oldest: unsent.length ? new Date(Math.min(...unsent.map((row) => row.at))) : null,
    offline: server.reached === false,
    rollAge_ms: roll.isThere ? Math.max(0, now - roll.head.asked_at) : null,
    skew_ms: clock.offset_ms,
    today: { out: many("out"), in: many("in") },
    ends_at: bindings.current ? new Date(bindings.current.ends_at) : null,
    aside: outbox.aside.length,
    differing: outbox.inOrder().filter((row) => row.differs).length,
    stored: stored && !outbox.isFailing,
    update: update.isWaiting,
    outdated: store.outdated,
  };
}

const STATES = { done: "sent", aside: "aside" };

/* The last acts at this phone, newest first. Somebody unknown is named as the guard typed it. */
export function recentOf(rows, now = Date.now()) {
  return rows.filter((row, n) => n >= rows.length - RECENT || now - row.at < RECENT_MS).reverse().map((row) => {
    const { room = null, surname = null, kind = null } = row.saw ?? row.result ?? {};
    return {
      id: row.id, at: new Date(row.at), what: row.what === "check" ? row.body.action : row.what, refers_to: row.body.refers_to ?? null,
      verdict: row.what === "check" ? verdictOf(row) : null, room: room || row.body.household || row.body.room || null,
      surname, kind, plate: row.body.plate ?? null,
      direction: row.body.direction ?? null, state: STATES[row.state] ?? "unsent", differs: row.differs,
    };
  });
}

export function asideOf(rows) {
  return rows.map(({ id, at, what, body, mark, error }) => ({
    id, at: new Date(at), what: what === "check" ? body.action : what, room: mark?.room ?? body.household ?? body.room ?? null, error,
  }));
}
