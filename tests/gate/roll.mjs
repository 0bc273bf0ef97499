/* node roll.mjs: one line of standard input {roll, asked: [{by, text, direction, kind, override, temperature, now}]},
   one line out: what the phone with this copy of the roll says of each, with the surname that it shows. */

import { createInterface } from "node:readline";
import { Roll } from "../../static/js/gate/roll.js";
import { decide } from "../../static/js/gate/rules.js";

const nothing = { clear() {}, delete() {}, put() {} };
const store = { run: async (_names, _mode, work) => work({ objectStore: () => nothing }) };

for await (const line of createInterface({ input: process.stdin })) {
  const { roll: answer, asked } = JSON.parse(line);
  const roll = new Roll({ store });
  await roll.apply(answer, { binding: "b", asked_at: 0 });
  const said = asked.map((question) => {
    const who = roll.who(question);
    const decision = decide(roll.facts({ who, offset_ms: 0, acts: [], ...question }));
    return { decision, room: who.room, surname: who.surname };
  });
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
