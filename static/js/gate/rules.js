/* The decision at the gate in the phone's language: the same as gate/rules in Python, function by function, held to
   it by gate/cases.json. Facts are plain JSON objects (facts.js), moments milliseconds since the epoch. No clock, no
   network, no words. */

import { EFFECTS } from "./effects.js";
import { DEFAULTS, LONG_AGO, NO_RULES, complete } from "./facts.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
export const SKEW = 2 * MINUTE;
const JITTER = 1_000;

function greatest(rows, key) {
  return rows.reduce((best, row) => (best === null || row[key] > best[key] ? row : best), null);
}

/* ── the wall clock ── */

export function wall(offsets, moment) {
  let minutes = offsets[0][1];
  for (const [start, later] of offsets.slice(1)) {
    if (start > moment) break;
    minutes = later;
  }
  return moment + minutes * MINUTE;
}

export function firstShowing(offsets, shown, after = LONG_AGO) {
  let moment = after;
  for (const [n, [start, minutes]] of offsets.entries()) {
    moment = Math.max(shown - minutes * MINUTE, after, n ? start : LONG_AGO);
    if (n + 1 === offsets.length || moment < offsets[n + 1][0]) break;
  }
  return moment;
}

const dayOf = (offsets, moment) => Math.floor(wall(offsets, moment) / DAY);
const timeOf = (offsets, moment) => wall(offsets, moment) - dayOf(offsets, moment) * DAY;
const dayStart = (offsets, moment, days) => firstShowing(offsets, (dayOf(offsets, moment) + days) * DAY);
const dayName = (offsets, moment) => new Date(dayOf(offsets, moment) * DAY).toISOString().slice(0, 10);

function timeOfDay(text) {
  const [hours, minutes, seconds = 0] = text.split(":").map(Number);
  return (hours * 60 + minutes) * MINUTE + seconds * 1000;
}

export function tenths(celsius) {
  const match = /^([0-9]{1,3})(?:\.([0-9]))?$/.exec(celsius);
  if (!match) throw new RangeError(`no temperature with at most one decimal: ${JSON.stringify(celsius)}`);
  return Number(match[1]) * 10 + Number(match[2] ?? 0);
}

/* ── the rulebook in force, the quota ── */

const holds = (row, moment) => row.ends_at === null || moment < row.ends_at;

export function rulesInForce(rows, building, moment) {
  const begun = rows.filter((row) => row.starts_at <= moment);
  const compound = begun.filter((row) => row.building === null);
  if (building !== null) {
    const swept = greatest(compound.filter((row) => row.ends_building_rows), "starts_at");
    const own = greatest(begun.filter((row) => row.building === building), "starts_at");
    if (own && holds(own, moment) && (!swept || own.starts_at >= swept.starts_at)) return own;
  }
  return greatest(compound.filter((row) => holds(row, moment)), "starts_at") ?? NO_RULES;
}

function turns(rows, after) {
  const moments = rows.flatMap((row) => [row.starts_at, row.ends_at]).filter((at) => at !== null && at > after);
  return [...new Set(moments)].sort((a, b) => a - b);
}

// Several of a household may be outside as these at once; every other kind is one person's or one car's pass.
export const OF_SEVERAL = ["household", "emergency"];

export function isMissed(outing, outings, persons) {
  if (outing.back !== null) return false;
  const later = outings.filter((other) => other.kind === outing.kind && other.out > outing.out);
  if (!OF_SEVERAL.includes(outing.kind)) return later.length > 0;
  return later.filter((other) => other.counts).length >= Math.max(1, persons);
}

function withoutMissed(outings, persons) {
  return outings.map((o) => (isMissed(o, outings, persons) ? { ...o, due: null, forfeit: false } : o));
}

function awaitedOf(outings, kind, persons) {
  const same = outings.filter((outing) => outing.kind === kind);
  return same.filter((o) => o.back === null && !isMissed(o, same, persons)).sort((a, b) => a.out - b.out);
}

export function returning(outings, kind, persons) {
  const awaited = awaitedOf(outings, kind, persons);
  const last = awaited[awaited.length - 1];
  return awaited.find((outing) => outing.due === null || last.out <= outing.due) ?? null;
}

const isLate = (outing, now) => outing.due !== null && (outing.back ?? now) > outing.due;

function outingEnds(rules, offsets, outing, now) {
  const days = rules.per_days * (outing.forfeit && isLate(outing, now) ? 2 : 1);
  return rules.window === "rolling" ? outing.out + days * DAY : dayStart(offsets, outing.out, days);
}

const counted = (outings, now) => outings.filter((outing) => outing.counts && outing.out <= now + SKEW);

function quotaFreeAt(rules, offsets, outings, now) {
  const ends = counted(outings, now).map((outing) => outingEnds(rules, offsets, outing, now)).sort((a, b) => b - a);
  return ends.length >= rules.persons ? ends[rules.persons - 1] : LONG_AGO;
}

function passFreeAt(card, offsets) {
  if (!card || card.last_out === null) return LONG_AGO;
  if (card.single) return null;
  return card.every_days === null ? LONG_AGO : dayStart(offsets, card.last_out, card.every_days);
}

/* ── one person at a gate ── */

const isExempt = (kind, rules) => rules.exempt_kinds.includes(kind);
const isOrdinary = (kind, rules) => kind !== "visitor" && kind !== "emergency" && !isExempt(kind, rules);
const isSealed = (kind, rules) => rules.persons === 0 && !isExempt(kind, rules);

function isVoid(home, kind, rules) {
  return home.has_returnee && rules.returnee_voids_pass && kind !== "visitor" && !isExempt(kind, rules);
}

function isWithinHours(rules, offsets, moment) {
  if (rules.opens === null || rules.closes === null) return true;
  const time = timeOf(offsets, moment);
  return timeOfDay(rules.opens) <= time && time < timeOfDay(rules.closes);
}

function caseOf(facts) {
  const given = facts.household ?? DEFAULTS.household;
  const kind = facts.pass === null || facts.kind === "emergency" ? facts.kind : facts.pass.kind;
  const rules = rulesInForce(facts.rulebooks, given.building, facts.now);
  const known = given.outings.filter((outing) => outing.out <= facts.now + SKEW);
  const home = { ...given, outings: withoutMissed(known, rules.persons) };
  const reading = facts.temperature === null ? null : tenths(facts.temperature);
  return { facts, home, kind, rules, reading, ordinary: isOrdinary(kind, rules) };
}

const openOutings = ({ home, kind, rules }) => awaitedOf(home.outings, kind, rules.persons);
const returningOf = ({ home, kind, rules }) => returning(home.outings, kind, rules.persons);

/* ── one reason, one function: its parameters, or null ── */

function passUnknown({ facts, kind }) {
  const needs = facts.by !== "room" || (kind !== "household" && kind !== "emergency");
  return needs && !facts.pass ? { by: facts.by, kind } : null;
}

function householdUnknown({ facts, kind }) {
  const needs = facts.by === "room" || (facts.pass !== null && kind === "household");
  return needs && !facts.household ? {} : null;
}

const passRevoked = ({ facts }) => (facts.pass?.revoked ? {} : null);

function passNotYetValid({ facts }) {
  const start = facts.pass?.valid_from ?? null;
  return start !== null && facts.now < start ? { from: start } : null;
}

function passExpired({ facts }) {
  const end = facts.pass?.valid_until ?? null;
  return end !== null && facts.now >= end ? { until: end } : null;
}

function sealedBuilding({ kind, rules }) {
  return isSealed(kind, rules) ? { scope: rules.building === null ? "compound" : "building" } : null;
}

function isolation({ facts, home, kind, rules }) {
  if (isVoid(home, kind, rules)) return { until: null };
  const until = home.no_outing_until;
  return until !== null && facts.now < until ? { until } : null;
}

function vehicleNotAllowed({ facts, kind, rules }) {
  if (kind !== "vehicle") return null;
  if (rules.vehicles === "none") return { why: "none" };
  if (rules.vehicles === "out" && facts.direction === "in") return { why: "out_only" };
  const own = facts.pass?.plate;
  return own && facts.plate && own !== facts.plate ? { why: "plate", plate: own } : null;
}

function visitorNotAllowed({ facts, kind, rules }) {
  if (kind !== "visitor" || rules === NO_RULES) return null;
  if (rules.visitors === "refused") return { why: "refused" };
  return facts.pass?.consent ? null : { why: "consent" };
}

const quotaUsed = (here) => householdQuotaUsed(here) ?? passQuotaUsed(here);

function householdQuotaUsed({ facts, home, rules, ordinary }) {
  const { now, offsets } = facts;
  if (!ordinary || rules.persons === 0 || quotaFreeAt(rules, offsets, home.outings, now) <= now) return null;
  const counting = counted(home.outings, now).filter((outing) => outingEnds(rules, offsets, outing, now) > now);
  const last = greatest(counting, "out");
  return {
    of: "household",
    persons: rules.persons,
    per_days: rules.per_days,
    window: rules.window,
    out: last.out,
    gate: last.gate,
    forfeited: counting.some((outing) => outing.forfeit && isLate(outing, now)),
  };
}

function passQuotaUsed({ facts, kind }) {
  const free = passFreeAt(facts.pass, facts.offsets);
  if (!facts.pass || kind === "emergency" || (free !== null && free <= facts.now)) return null;
  return { of: "pass", every_days: facts.pass.single ? null : facts.pass.every_days, out: facts.pass.last_out };
}

function outsideHours({ facts, rules, ordinary }) {
  if (!ordinary || isWithinHours(rules, facts.offsets, facts.now)) return null;
  return { opens: rules.opens, closes: rules.closes };
}

function tooManyOutside({ facts, rules, ordinary }) {
  const count = rules.building === null ? facts.outside.compound : facts.outside.building;
  return ordinary && rules.max_outside !== null && count >= rules.max_outside
    ? { count, limit: rules.max_outside }
    : null;
}

function fever({ facts, rules, reading }) {
  const line = tenths(rules.fever_line);
  if (reading === null || reading < line || (reading === line && !rules.fever_at_line)) return null;
  return { celsius: facts.temperature, line: rules.fever_line, minutes: rules.recheck_minutes };
}

function readingImplausible({ facts, rules, reading }) {
  if (reading === null || reading >= tenths(rules.low_line)) return null;
  return { celsius: facts.temperature, line: rules.low_line };
}

function alreadyOut(here) {
  if (here.kind === "household") {
    const outside = openOutings(here);
    const enough = outside.length >= Math.max(1, here.rules.persons);
    return enough ? { since: outside[0].out, gate: outside[0].gate } : null;
  }
  const since = here.facts.pass?.outside_since ?? null;
  return since === null || here.kind === "visitor" || here.kind === "emergency" ? null : { since, gate: null };
}

function notOut(here) {
  const { facts, home, kind } = here;
  if (kind === "visitor" || kind === "emergency") return null;
  if (kind !== "household") return facts.pass && facts.pass.outside_since === null ? {} : null;
  if (!facts.household || openOutings(here).length) return null;
  return home.outings.some((outing) => outing.back === null && outing.kind === "emergency") ? null : {};
}

function overstay(here) {
  const outing = returningOf(here);
  if (!outing || !isLate(outing, here.facts.now)) return null;
  const minutes = Math.ceil((here.facts.now - outing.due) / MINUTE);
  return { since: outing.out, due: outing.due, minutes, forfeits: outing.forfeit };
}

function clockSkew({ facts }) {
  const { clock_offset_ms, ahead_ms } = facts;
  return Math.abs(clock_offset_ms) > SKEW || ahead_ms > JITTER ? { offset_ms: clock_offset_ms, ahead_ms } : null;
}

const noRulebook = ({ rules }) => (rules === NO_RULES ? {} : null);
const overridden = ({ facts }) => (facts.override ? { reason: facts.override } : null);

export const REASONS = {
  pass_unknown: passUnknown,
  household_unknown: householdUnknown,
  pass_revoked: passRevoked,
  pass_not_yet_valid: passNotYetValid,
  pass_expired: passExpired,
  sealed_building: sealedBuilding,
  isolation,
  vehicle_not_allowed: vehicleNotAllowed,
  visitor_not_allowed: visitorNotAllowed,
  quota_used: quotaUsed,
  outside_hours: outsideHours,
  too_many_outside: tooManyOutside,
  fever,
  reading_implausible: readingImplausible,
  already_out: alreadyOut,
  not_out: notOut,
  overstay,
  clock_skew: clockSkew,
  no_rulebook: noRulebook,
  overridden,
};
const UNKNOWN = ["pass_unknown", "household_unknown"];

/* ── the next outing ── */

function intoHours(rules, offsets, moment) {
  if (rules.opens === null || isWithinHours(rules, offsets, moment)) return moment;
  const opens = timeOfDay(rules.opens);
  const day = dayOf(offsets, moment) + (timeOf(offsets, moment) >= opens ? 1 : 0);
  return firstShowing(offsets, day * DAY + opens, moment);
}

function nextOut({ facts, home, kind }, outings, card) {
  const { now, offsets, rulebooks } = facts;
  const free = passFreeAt(card, offsets);
  const unknown = !facts.household && !card;
  if (unknown || free === null || kind === "visitor" || kind === "emergency" || card?.revoked) return null;
  const begins = [now, ...turns(rulebooks, now)];
  for (const [n, begin] of begins.entries()) {
    const end = begins[n + 1] ?? null;
    const rules = rulesInForce(rulebooks, home.building, begin);
    const noCar = kind === "vehicle" && rules.vehicles === "none";
    if (noCar || isSealed(kind, rules) || isVoid(home, kind, rules)) continue;
    let at = Math.max(begin, free, home.no_outing_until ?? LONG_AGO, card?.valid_from ?? LONG_AGO);
    if (isOrdinary(kind, rules)) {
      at = intoHours(rules, offsets, Math.max(at, quotaFreeAt(rules, offsets, outings, now)));
    }
    if (end === null || at < end) return card && card.valid_until !== null && at >= card.valid_until ? null : at;
  }
  return null;
}

/* ── the decision ── */

function softened({ facts, kind }, effect) {
  if (kind === "emergency" && (effect === "refuse" || effect === "recheck")) return "inform";
  return effect === "refuse" && facts.override ? "inform" : effect;
}

function reasonsOf(here) {
  const reasons = [];
  for (const [code, reason] of Object.entries(REASONS)) {
    const effect = EFFECTS[code][here.facts.direction];
    const params = effect === "none" ? null : reason(here);
    if (params !== null) reasons.push({ code, effect: softened(here, effect), params });
  }
  return reasons;
}

function verdictOf(reasons) {
  return ["refuse", "recheck"].find((effect) => reasons.some((reason) => reason.effect === effect)) ?? "allow";
}

function isAmber({ facts }, reasons) {
  const refusing = reasons.filter((reason) => reason.effect === "refuse");
  const doubt = facts.stale && refusing.length > 0 && refusing.every((reason) => UNKNOWN.includes(reason.code));
  return doubt || reasons.some((reason) => reason.effect === "warn");
}

function slotOf(here) {
  const { facts, rules } = here;
  const ordinary = facts.direction === "out" && here.ordinary && facts.household !== null;
  if (!ordinary || rules === NO_RULES || rules.persons === 0 || householdQuotaUsed(here) !== null) return null;
  return {
    of: rules.persons,
    from: rules.window === "rolling" ? facts.now : dayStart(facts.offsets, facts.now, 0),
    until: outingEnds(rules, facts.offsets, { ...DEFAULTS.outing, out: facts.now }, facts.now),
    due: rules.longest_minutes === null ? null : facts.now + rules.longest_minutes * MINUTE,
    forfeit: rules.overstay === "forfeit" && rules.longest_minutes !== null,
  };
}

function afterThis({ facts, home, kind, rules }, verdict, slot) {
  const own = { ...DEFAULTS.outing, out: facts.now, kind };
  const outings = slot ? withoutMissed([...home.outings, own], rules.persons) : home.outings;
  const passed = facts.pass && facts.direction === "out" && verdict === "allow";
  return [outings, passed ? { ...facts.pass, last_out: facts.now } : facts.pass];
}

function extendsUntil(here) {
  const { facts, rules } = here;
  const outing = facts.direction === "in" ? returningOf(here) : null;
  if (!outing || rules === NO_RULES || !outing.counts) return null;
  return outing.forfeit && isLate(outing, facts.now) ? outingEnds(rules, facts.offsets, outing, facts.now) : null;
}

export function decide(given) {
  const facts = complete(given);
  const here = caseOf(facts);
  const reasons = reasonsOf(here);
  const verdict = verdictOf(reasons);
  const slot = verdict === "allow" ? slotOf(here) : null;
  const unknown = reasons.some((reason) => UNKNOWN.includes(reason.code));
  const at = unknown ? null : nextOut(here, ...afterThis(here, verdict, slot));
  return {
    verdict,
    amber: isAmber(here, reasons),
    reasons,
    next_out_on: at === null ? null : dayName(facts.offsets, at),
    next_out_at: at,
    rulebook: here.rules === NO_RULES ? null : here.rules.id,
    slot,
    extends_until: extendsUntil(here),
  };
}
