/* node words.mjs LANGUAGE NOW_MS: a JSON list of [reason, about] on standard input, the phone's sentences on standard output. */

import { readFileSync } from "node:fs";

globalThis.document = { documentElement: { lang: "" } };
globalThis.fetch = async (url) => ({ ok: true, json: async () => JSON.parse(readFileSync(url, "utf8")) });
Date.now = () => Number(process.argv[3]);

const { loadWords, sentence, setOffsets } = await import("../../static/js/gate/words.js");
await loadWords(process.argv[2]);
setOffsets([[0, 480]]);
const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.map(([reason, about]) => sentence(reason, about))));
