/* The page's words in one language, out of the generated words/<language>.json (manage.py gate_words). */

import { wall } from "./rules.js";

// Each written out: their names get a hash, and the phone's worker finds them.
const BOOKS = {
  "zh-hans": new URL("./words/zh-hans.json", import.meta.url),
  en: new URL("./words/en.json", import.meta.url),
};

let book = { language: "zh-hans", phone: {}, codes: {} };
let offsets = null;

export async function loadWords(language) {
  if (!(language in BOOKS)) throw new Error(`no words in ${language}`);
  const answer = await fetch(BOOKS[language]);
  if (!answer.ok) throw new Error(`no words in ${language}`);
  book = await answer.json();
  document.documentElement.lang = language === "zh-hans" ? "zh-Hans" : language;
}

/* The wall clock of the compound (session.offsets); the phone's own while it is bound to none. */
export function setOffsets(given) {
  offsets = given?.length ? given : null;
}

/* %(name)s, %(n)d and %(n)02d, as Python writes them. */
const put = (text, params) => text.replace(/%\((\w+)\)(0?)(\d*)[sd]/g, (_, name, zero, width) => String(params[name] ?? "").padStart(Number(width), zero || " "));

export const language = () => book.language;
export const t = (key, params = {}) => put(book.phone[key] ?? key, params);

/* What went wrong, {code, text}, in words that say what to do. */
export const wordsOf = (error) => error?.text || book.phone[`error_${error?.code}`] || t("not_possible");

/* ── times as 14:05, days as 今天 / 明天 / 8月23日(周二) ── */

function shown(moment) {
  const date = new Date(moment);
  return new Date(offsets ? wall(offsets, +date) : +date - date.getTimezoneOffset() * 60_000);
}

const dayNumber = (moment) => Math.floor(+shown(moment) / 86_400_000);

export function time(moment) {
  return shown(moment).toISOString().slice(11, 16);
}

/* Clock.day of compound/days.py. */
export function day(moment, now = Date.now()) {
  const near = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[dayNumber(moment) - dayNumber(now)];
  if (near) return t(near);
  const date = shown(moment);
  const year = date.getUTCFullYear();
  const facts = { year, month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: t(`weekday_${date.getUTCDay()}`) };
  return t(year === shown(now).getUTCFullYear() ? "date" : "date_of_year", facts);
}

/* Clock.when of compound/days.py: the day and 14:05. */
export const when = (moment, now = Date.now()) => `${day(moment, now)} ${time(moment)}`;

/* ── the sentence of a reason: gate/words.py in the phone's language ── */

const fits = (row, code, params, direction) =>
  row.code === code && (row.direction === null || row.direction === direction) &&
  Object.entries(row.when).every(([name, value]) => (value === "*" ? ![undefined, null, ""].includes(params[name]) : params[name] === value));

/* The same, midnight left away: 明天 is said of a rule, not 明天 00:00. */
export const whenOrDay = (moment) => (time(moment) === "00:00" ? day(moment) : when(moment));

function said(name, value) {
  const how = book.moments?.[name];
  if (!how || value === null || value === undefined || value === "") return value ?? "";
  return how === "day" ? whenOrDay(value) : when(value);
}

/* What the server has said, else the same sentence made here; "" for a code that is newer than this page. */
export function sentence({ code, params = {}, text = null }, { direction, room, next_out_at }) {
  if (text) return text;
  const given = { ...params, room: room || "–", next: next_out_at ?? null };
  const row = book.codes.find((each) => fits(each, code, given, direction));
  return row ? put(row.text, Object.fromEntries(Object.entries(given).map(([name, value]) => [name, said(name, value)]))) : "";
}
