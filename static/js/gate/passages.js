/* What this phone has seen and the roll does not say yet: laid over the roll's facts before the next decision.

   A row of the outbox that is a passage has `mark`: {room, building, hash, kind, direction, at: event time, gate, slot: {due, forfeit} | null,
   ordinary, before: the pass's {last_out, outside_since}}; one that changes an earlier row has {refers_to}. */

import { OF_SEVERAL, SKEW, returning } from "./rules.js";

const SAME = 1_000;
const near = (a, b) => a !== null && b !== null && Math.abs(a - b) < SAME;

/* What the guard went by: the phone's verdict where it had to decide, else the server's. */
export const verdictOf = (row) => (row.body.action === "undo" ? "undone" : row.body.verdict ?? row.result?.verdict ?? null);

/* Passages in order of their events: {id, mark, passes, fresh}. `asked_at`: when the roll was last asked for; what was
   done before that is in it. */
export function passagesOf(rows, asked_at) {
  const acts = new Map();
  for (const row of rows) {
    const isFresh = row.state !== "done" || row.done_at >= asked_at;
    // The server would not have it, and nobody is the wiser for counting it.
    const isVoid = row.state === "done" && row.error !== null;
    const verdict = verdictOf(row);
    if (!row.mark || isVoid || verdict === null) continue;
    const act = row.mark.refers_to ? acts.get(row.mark.refers_to) : { id: row.id, mark: row.mark, fresh: false };
    if (!act) continue;
    if (!row.mark.refers_to) acts.set(row.id, act);
    act.passes = verdict === "allow";
    act.fresh ||= isFresh;
  }
  return [...acts.values()].sort((a, b) => a.mark.at - b.mark.at);
}

const isOwn = (outing, { mark }) => outing.kind === mark.kind && near(outing.out, mark.at);

function withExit(outings, act) {
  const known = outings.find((outing) => isOwn(outing, act));
  const others = outings.filter((outing) => outing !== known);
  if (!act.passes) return others;
  if (known) return outings;
  const { at, kind, gate, slot, hash } = act.mark;
  const cost = { due: slot?.due ?? null, forfeit: slot?.forfeit ?? false, counts: slot !== null };
  return [...others, { out: at, back: null, ...cost, kind, gate, pass: hash }];
}

/* `persons`: how many may be outside, by the rules of the moment. The same choice as the server's. */
function withEntry(outings, { mark, passes }, persons) {
  const back = (outing, at) => outings.map((each) => (each === outing ? { ...each, back: at } : each));
  const known = outings.find((outing) => outing.kind === mark.kind && near(outing.back ?? null, mark.at));
  if (known) return passes ? outings : back(known, null);
  if (!passes) return outings;
  const isOwnPass = (o) => OF_SEVERAL.includes(mark.kind) || o.pass === mark.hash;
  const seen = outings.filter((o) => o.out <= mark.at + SKEW && isOwnPass(o));
  const fetched = mark.kind === "household" ? returning(seen, "emergency", persons) : null;
  const outing = returning(seen, mark.kind, persons) ?? fetched;
  return outing ? back(outing, mark.at) : outings;
}

/* The household's outings as this phone knows them. */
export function outingsWith(outings, acts, room, personsAt) {
  return acts
    .filter((act) => act.fresh && act.mark.room === room)
    .reduce((known, act) => (act.mark.direction === "out" ? withExit(known, act) : withEntry(known, act, personsAt(act.mark.at))), outings);
}

/* The outings without the one that this act made: what was known when it was judged. */
export function outingsBefore(outings, act) {
  if (act.mark.direction === "out") return outings.filter((outing) => !isOwn(outing, act));
  return outings.map((outing) => (near(outing.back ?? null, act.mark.at) ? { ...outing, back: null } : outing));
}

/* A pass's own {last_out, outside_since}. */
export function passWith(pass, acts, hash) {
  return acts
    .filter((act) => act.fresh && act.mark.hash === hash)
    .reduce((known, { mark, passes }) => {
      if (mark.direction === "in") return passes ? { ...known, outside_since: null } : known;
      // An emergency costs nothing, so it is no use of the pass; whoever is out is out.
      if (passes && mark.kind === "emergency") return { ...known, outside_since: mark.at };
      if (passes) return { ...known, last_out: mark.at, outside_since: mark.at };
      return near(known.last_out ?? null, mark.at) ? { ...known, ...mark.before } : known;
    }, pass);
}

/* People outside who are not exempt. The roll's number and this phone's acts since. */
export function outsideWith({ compound, buildings }, acts, building) {
  let all = compound;
  let own = buildings[building] ?? 0;
  for (const { mark, passes, fresh } of acts) {
    if (!fresh || !passes || !mark.ordinary) continue;
    const step = mark.direction === "out" ? 1 : -1;
    all += step;
    if (building !== null && mark.building === building) own += step;
  }
  return { compound: Math.max(0, all), building: Math.max(0, own) };
}
