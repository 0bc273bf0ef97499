/* Reads gate/cases.json as tests/gate/cases.py does; pure, so that the browser suite can use it as well. */

const MOMENT = /^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d{3})?)?$/;

export function moments(value) {
  if (Array.isArray(value)) return value.map(moments);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, moments(inner)]));
  }
  return typeof value === "string" && MOMENT.test(value) ? Date.parse(`${value.replace(" ", "T")}+08:00`) : value;
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function merged(base, over) {
  if (!isObject(base) || !isObject(over)) return over;
  const inner = Object.entries(over).map(([key, value]) => [key, merged(base[key], value)]);
  return { ...base, ...Object.fromEntries(inner) };
}

export function factsOf(given, base) {
  const rows = (given.rows ?? [given.rule ?? {}]).map((row) => merged(base.rulebooks[0], row));
  return moments({ ...merged(base, given.given), rulebooks: rows });
}

/** [{name, facts}] of the whole book. */
export function writtenCases(book) {
  return book.groups.flatMap(({ group, cases }) =>
    cases.map((written) => ({ name: `${group}: ${written.name}`, facts: factsOf(written, book.base) })),
  );
}
