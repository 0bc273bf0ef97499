/* The phone's copy of the roll, and the facts that rules.js decides from. Kept in memory whole: a look-up is no wait.

   In the store: each household as it came under its room, everything else as one value. Moments stay ISO until one
   household is asked for; 1,760 of them are not read for one person at the gate. */

import { DEFAULTS } from "./facts.js";
import { outingsBefore, outingsWith, outsideWith, passWith } from "./passages.js";
import { firstShowing, isMissed, rulesInForce, wall } from "./rules.js";
import { rollHash } from "./sha256.js";

const DAY = 86_400_000;

const EMPTY = { cursor: null, rules: [], outside: { compound: 0, buildings: {} }, passes: [], plates: [], offsets: [[0, 480]], asked_at: 0, binding: null };

const ms = (text) => (text === null || text === undefined ? null : Date.parse(text));

/* 20-1702 of whatever was typed: 20栋1702, ３号楼2单元501室. The registry decides; this only has to find it. */
export function cleanRoom(text) {
  return text.normalize("NFKC").toUpperCase().trim()
    .replace(/(号楼|单元|栋|幢|座|号|#|[\s\-‐-―−_/、.])+/g, "-")
    .replace(/(室|户|房)$/, "")
    .replace(/^-+|-+$/g, "")
    .split("-").map((part) => part.replace(/^0+(?=.)/, "")).join("-");
}

export const cleanPlate = (text) => text.normalize("NFKC").toUpperCase().replace(/[\s\-·•.]/g, "");

function passFacts(pass) {
  const { kind = "household", from, until, every_days, single, revoked, last_out, outside_since, plate, consent } = pass;
  const facts = { kind, valid_from: ms(from), valid_until: ms(until), last_out: ms(last_out), outside_since: ms(outside_since) };
  const plain = { every_days, single, revoked, plate, consent };
  for (const [name, value] of Object.entries(plain)) if (value !== undefined) facts[name] = value;
  return facts;
}

function outingFacts({ out, back, due, ...rest }) {
  const defaults = { kind: "household", counts: true, forfeit: false, gate: null, pass: null };
  return { ...defaults, ...rest, out: ms(out), back: ms(back), due: ms(due) };
}

/* As the server sees them (gate/queries/facts.py): of a kind that is not the household's own only this pass's outings
   are of that kind; a colleague's return closes another one. */
function seenBy(outings, kind, hash) {
  const isOwn = (outing) => kind === "household" || kind === "emergency" || outing.kind !== kind || outing.pass === hash;
  return outings.map(({ pass, ...outing }) => (isOwn({ pass, ...outing }) ? outing : { ...outing, kind: "household" }));
}

export class Roll {
  constructor({ store }) {
    this.store = store;
    this.#take(EMPTY, []);
  }

  #take(head, households) {
    this.head = head;
    // A building's name has no hyphen, so the room says it.
    this.households = new Map(households.map((household) => [household.room, { building: household.room.split("-")[0], ...household }]));
    this.rules = head.rules.map((row) => ({ ...DEFAULTS.rulebook, ...row, starts_at: ms(row.starts_at), ends_at: ms(row.ends_at) }));
    this.#index();
  }

  #index() {
    this.byHash = new Map();
    this.byPlate = new Map();
    const put = (pass, room) => {
      this.byHash.set(pass.hash, { pass, room });
      if (pass.kind === "vehicle" && pass.plate && !(pass.revoked && this.byPlate.has(pass.plate))) this.byPlate.set(pass.plate, pass.hash);
    };
    for (const { room, passes = [] } of this.households.values()) for (const pass of passes) put(pass, room);
    for (const pass of this.head.passes) put(pass, null);
    // Where a household's good pass has the plate, that pass says so itself.
    for (const { plate, hash } of this.head.plates) if (hash) this.byPlate.set(plate, hash);
  }

  get isThere() {
    return this.head.cursor !== null;
  }

  /* As it was left, if it belongs to this binding. */
  async load(binding) {
    const [head, households] = await this.store.run(["facts", "households"], "readonly", (t) =>
      Promise.all([t.objectStore("facts").get("roll"), t.objectStore("households").getAll()]));
    if (head && head.binding === binding) this.#take(head, households);
    else this.#take(EMPTY, []);
  }

  /* An answer of GET roll; `asked_at`: when it was asked for. The store first, all or nothing, then memory. */
  async apply(answer, { binding, asked_at }) {
    const isFull = answer.full !== false || this.head.binding !== binding;
    const { households = [], deleted = [], ...rest } = answer;
    const plates = rest.plates ?? this.head.plates;
    const head = { ...EMPTY, ...this.head, ...rest, plates, passes: rest.passes ?? this.head.passes, asked_at, binding };
    delete head.full;
    await this.store.run(["facts", "households"], "readwrite", async (t) => {
      const rows = t.objectStore("households");
      if (isFull) await rows.clear();
      await Promise.all([
        ...deleted.map((room) => rows.delete(room)),
        ...households.map((household) => rows.put(household)),
        t.objectStore("facts").put(head, "roll"),
      ]);
    });
    const kept = isFull ? new Map() : this.households;
    for (const room of deleted) kept.delete(room);
    for (const household of households) kept.set(household.room, household);
    this.#take(head, [...kept.values()]);
  }

  /* Nothing of it stays on the phone. */
  async wipe() {
    await this.store.run(["facts", "households"], "readwrite", (t) =>
      Promise.all([t.objectStore("households").clear(), t.objectStore("facts").delete("roll"), t.objectStore("facts").delete("parcels")]));
    this.#take(EMPTY, []);
  }

  /* What was shown → {room, surname, household, hash, pass}, each null where it leads to nothing. */
  who({ by, text }) {
    const hash = by === "pass" ? rollHash(text) : by === "plate" ? this.byPlate.get(cleanPlate(text)) ?? null : null;
    const found = hash === null ? null : this.byHash.get(hash) ?? null;
    const room = by === "room" ? cleanRoom(text) : found?.room ?? null;
    const household = room === null ? null : this.households.get(room) ?? null;
    return { room: household?.room ?? null, surname: household?.surname || null, household, hash: found ? hash : null, pass: found?.pass ?? null };
  }

  /* The same of what a row of the outbox remembers. */
  whoOf({ room, hash }) {
    const household = this.households.get(room) ?? null;
    const pass = this.byHash.get(hash)?.pass ?? null;
    return { room, surname: household?.surname || null, household, hash: pass && hash, pass };
  }

  outings(household, acts) {
    const personsAt = (moment) => rulesInForce(this.rules, household.building ?? null, moment).persons;
    return outingsWith((household.outings ?? []).map(outingFacts), acts, household.room, personsAt);
  }

  /* Facts for rules.js. `acts`: passagesOf the outbox; `before`: an act whose own effect must not be seen, for a
     reading that judges it again. */
  facts({ who, by, text, direction, kind, override, temperature, now, offset_ms, acts, before = null }) {
    const { household, pass, hash } = who;
    const others = before ? acts.filter((act) => act.id !== before.id) : acts;
    const facts = {
      now, direction, by, kind, offsets: this.head.offsets, rulebooks: this.rules, clock_offset_ms: offset_ms,
      stale: true, temperature: temperature ?? null, override: override || null,
      plate: by === "plate" ? cleanPlate(text) : null, pass: null, household: null,
      outside: outsideWith(this.head.outside, others, household?.building ?? null),
    };
    if (pass) {
      facts.pass = passWith(passFacts(pass), others, hash);
      if (before && before.mark.hash === hash && before.mark.before) Object.assign(facts.pass, before.mark.before);
    }
    if (household) {
      const outings = this.outings(household, others);
      facts.household = {
        building: household.building ?? null, no_outing_until: ms(household.no_outing_until),
        has_returnee: household.no_outing ?? false,
        outings: seenBy(before ? outingsBefore(outings, before) : outings, kind === "emergency" ? kind : pass?.kind ?? kind, hash),
      };
    }
    return facts;
  }

  /* For the page: whose room is this, and is somebody out. */
  find({ by, text }, acts) {
    const { household, room, surname } = this.who({ by, text });
    if (!household) return null;
    const known = this.outings(household, acts);
    const persons = rulesInForce(this.rules, household.building ?? null, this.head.asked_at).persons;
    const open = known.filter((outing) => outing.back === null && !isMissed(outing, known, persons)).map((outing) => outing.out);
    return { room, surname, outside_since: open.length ? new Date(Math.min(...open)) : null };
  }

  /* Milliseconds from the epoch to the start of the wall's day. */
  dayStart(moment) {
    const { offsets } = this.head;
    return firstShowing(offsets, Math.floor(wall(offsets, moment) / DAY) * DAY);
  }
}
