/* What the gate's decision is made from: the shapes of gate/rules/facts.py, with the same defaults. */

export const DEFAULTS = {
  facts: {
    offsets: [[0, 480]], kind: "household", plate: null, pass: null, household: null, rulebooks: [],
    outside: { compound: 0, building: 0 }, temperature: null, override: null, clock_offset_ms: 0, ahead_ms: 0,
    stale: false,
  },
  pass: {
    kind: "household", valid_from: null, valid_until: null, revoked: false, every_days: null, single: false,
    last_out: null, outside_since: null, plate: null, consent: false,
  },
  household: { building: null, no_outing_until: null, has_returnee: false, outings: [] },
  outing: { back: null, due: null, forfeit: false, counts: true, kind: "household", gate: null },
  rulebook: {
    ends_at: null, building: null, ends_building_rows: false, persons: 1, per_days: 2, window: "calendar",
    longest_minutes: null, overstay: "nothing", opens: null, closes: null, max_outside: null, vehicles: "none",
    visitors: "refused", exempt_kinds: [], returnee_voids_pass: true, fever_line: "37.3", fever_at_line: true,
    low_line: "35.0", recheck_minutes: 5,
  },
  outside: { compound: 0, building: 0 },
};

export const LONG_AGO = 0;

// Where no rulebook is in force nobody is refused, but a fever is a fever.
export const NO_RULES = {
  ...DEFAULTS.rulebook, id: "", starts_at: LONG_AGO, persons: 2 ** 15, vehicles: "both", returnee_voids_pass: false,
};

export function complete(given) {
  const facts = { ...DEFAULTS.facts, ...given };
  facts.outside = { ...DEFAULTS.outside, ...facts.outside };
  facts.rulebooks = facts.rulebooks.map((row) => ({ ...DEFAULTS.rulebook, ...row }));
  if (facts.pass) facts.pass = { ...DEFAULTS.pass, ...facts.pass };
  if (facts.household) {
    facts.household = { ...DEFAULTS.household, ...facts.household };
    facts.household.outings = facts.household.outings.map((outing) => ({ ...DEFAULTS.outing, ...outing }));
  }
  return facts;
}
