/* node rules.mjs cases: every case of gate/cases.json decided, one JSON object; node rules.mjs lines: a JSON list of
   facts per line of standard input, the list of decisions per line of standard output, until the input ends. */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { REASONS, decide } from "../../static/js/gate/rules.js";
import { DEFAULTS } from "../../static/js/gate/facts.js";
import { EFFECTS } from "../../static/js/gate/effects.js";
import { writtenCases } from "./cases.mjs";

const write = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

if (process.argv[2] === "cases") {
  const book = JSON.parse(readFileSync(new URL("../../gate/cases.json", import.meta.url), "utf8"));
  const decisions = Object.fromEntries(writtenCases(book).map(({ name, facts }) => [name, decide(facts)]));
  write({ decisions, defaults: DEFAULTS, effects: EFFECTS, codes: Object.keys(REASONS) });
} else {
  for await (const line of createInterface({ input: process.stdin })) write(JSON.parse(line).map(decide));
}
