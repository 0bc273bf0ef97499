import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { Clock } from "../../../static/js/outbox/clock.js";
import { newId } from "../../../static/js/gate/outbox.js";
import { cleanPlate, cleanRoom } from "../../../static/js/gate/roll.js";
import { parcelsWith } from "../../../static/js/gate/parcels.js";
import { cleanToken, rollHash, sha256 } from "../../../static/js/gate/sha256.js";
import { FakeServer, NOON, ROLL, TOKEN, phone } from "./phone.mjs";

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const states = ({ outbox }) => outbox.inOrder().map((row) => [row.body.action, row.state]);
const byRoom = (text, direction = "out", more = {}) => ({ by: "room", text, direction, ...more });
const codes = (answer) => answer.reasons.map((reason) => reason.code);

/* ── sha256 ── */

test("sha256 of the known vectors is what FIPS 180-4 says", () => {
  assert.equal(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.equal(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  assert.equal(hex(sha256("a".repeat(1_000_000))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
});

test("sha256 of every length around a block is that of node", () => {
  for (let length = 0; length < 200; length += 1) {
    const text = "守".repeat(length % 7) + "x".repeat(length);
    assert.equal(hex(sha256(text)), createHash("sha256").update(text).digest("hex"));
  }
});

test("rollHash of a token as it was read is base64url of twelve bytes of the clean one", () => {
  const wanted = createHash("sha256").update(TOKEN).digest().subarray(0, 12).toString("base64url");
  assert.equal(cleanToken(` ${TOKEN.toLowerCase()}\n`), TOKEN);
  assert.equal(rollHash("01234-56789-ABCDE-FGHJKMN"), wanted);
});

/* ── small things ── */

test("newId without a secure context is a UUID of version 7 that begins with the clock", () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, "crypto");
  const { crypto } = globalThis;
  Object.defineProperty(globalThis, "crypto", { configurable: true, value: { getRandomValues: (bytes) => crypto.getRandomValues(bytes) } });
  try {
    const ids = Array.from({ length: 100 }, (_, n) => newId(NOON + n));
    for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.deepEqual(ids.map((id) => Number.parseInt(id.slice(0, 13).replace("-", ""), 16)), ids.map((_, n) => NOON + n));
    assert.equal(new Set(Array.from({ length: 100 }, () => newId(NOON))).size, 100);
  } finally {
    Object.defineProperty(globalThis, "crypto", own);
  }
});

test("cleanRoom of rooms as they are written finds the registry's way", () => {
  const written = { "20-1702": "20-1702", "20栋1702": "20-1702", "３号楼2单元501室": "3-2-501", "2#0101a": "2-101A", " 商务楼-305 ": "商务楼-305", "9号9室": "9-9" };
  for (const [text, room] of Object.entries(written)) assert.equal(cleanRoom(text), room);
  assert.equal(cleanPlate("沪a·123 45"), "沪A12345");
});

test("clock with a quick and a slow answer keeps the better one", () => {
  const clock = new Clock({ phone: () => 10_000 });
  assert.equal(clock.sample(new Date(200_100).toISOString(), 0, 200), true);
  assert.deepEqual([clock.offset_ms, clock.known.within_ms], [200_000, 100]);
  // 4 s on the way: says 200.5 s give or take two, which 200 s agrees with.
  assert.equal(clock.sample(new Date(203_500).toISOString(), 1_000, 5_000), false);
  assert.equal(clock.offset_ms, 200_000);
  // The phone was set meanwhile: the old figure does not agree.
  assert.equal(clock.sample(new Date(9_000_000).toISOString(), 6_000, 10_000), true);
  assert.deepEqual([clock.offset_ms, clock.age_ms, clock.event(1_000)], [8_992_000, 0, 8_993_000]);
});

test("parcels with own steps that are unsent are as this phone left them", () => {
  const known = [{ id: "a", building: "3", room: null, count: 2, dropped_at: "2022-08-23T01:00:00Z", disinfected_at: null }, { id: "b", building: "4", room: null, count: 1, dropped_at: "2022-08-23T02:00:00Z", disinfected_at: "2022-08-23T02:05:00Z" }];
  const step = (body, state = "waiting") => ({ what: "parcel", state, body: { at: "2022-08-23T03:00:00Z", ...body } });
  const rows = [step({ id: "a", action: "disinfect" }), step({ id: "b", action: "hand_over" }), step({ id: "c", action: "drop", room: "20-1702", count: 3 }), step({ id: "a", action: "withdraw" }, "done")];
  assert.deepEqual(parcelsWith(known, rows).map((p) => [p.id, p.building, p.count, p.disinfected_at]), [["a", "3", 2, "2022-08-23T03:00:00Z"], ["c", "20", 3, null]]);
});

/* ── deciding ── */

test("judge with a server that answers says what the server says, and the row is done", async () => {
  const it = await phone({ server: new FakeServer(() => "refuse") });
  const answer = await it.judge.judge(byRoom("20-1702"));
  assert.deepEqual([answer.verdict, answer.from, answer.room, answer.surname], ["refuse", "server", "20-1702", "周"]);
  assert.deepEqual(states(it), [["check", "done"]]);
  const [{ asked }] = it.server.requests;
  assert.deepEqual([asked.checks[0].verdict, asked.checks[0].household, asked.checks[0].at], [null, "20-1702", "2022-08-23T04:00:00.000Z"]);
});

test("judge without a server decides by the roll, and the row carries the verdict", async () => {
  const it = await phone();
  it.server.away = true;
  const allowed = await it.judge.judge(byRoom("20-1702"));
  const refused = await it.judge.judge(byRoom("3栋501"));
  assert.deepEqual([allowed.verdict, allowed.from, refused.verdict, codes(refused)], ["allow", "phone", "refuse", ["quota_used"]]);
  assert.deepEqual([refused.reasons[0].params.gate, refused.reasons[0].params.out, refused.next_out_on], ["南门", "2022-08-22T01:02:00.000Z", "2022-08-24"]);
  assert.deepEqual(it.outbox.unsent.map((row) => row.body.verdict), ["allow", "refuse"]);
});

test("judge writes the row before anything is sent", async () => {
  const it = await phone();
  let there = null;
  const { fetch } = it.server;
  it.server.fetch = async (...given) => {
    there ??= await it.store.all("rows");
    return fetch.apply(it.server, given);
  };
  const answer = await it.judge.judge(byRoom("20-1702"));
  assert.deepEqual(there.map((row) => [row.id, row.state]), [[answer.id, "asked"]]);
});

test("judge with a server that takes too long decides after a second and a half", async () => {
  const it = await phone();
  it.server.fetch = (_url, { signal }) => new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
  });
  const began = performance.now();
  const answer = await it.judge.judge(byRoom("20-1702"));
  const took = performance.now() - began;
  assert.equal(answer.from, "phone");
  assert.ok(took > 1_400 && took < 1_900, `${took} ms`);
});

test("judge of the same code within five seconds is one scan, after them two", async () => {
  const it = await phone();
  const [one, two] = await Promise.all([it.judge.judge(byRoom("20-1702")), it.judge.judge(byRoom("20-1702"))]);
  assert.deepEqual([one.id === two.id, one.again, two.again, it.outbox.rows.size], [true, false, true, 1]);
  await it.judge.judge(byRoom("20-1702", "in"));
  it.time.now += 5_001;
  const three = await it.judge.judge(byRoom("20-1702"));
  assert.deepEqual([three.again, it.outbox.rows.size], [false, 3]);
});

test("judge of a second person of the household while the server is away knows the first", async () => {
  const it = await phone();
  it.server.away = true;
  await it.judge.judge(byRoom("20-1702"));
  it.time.now += 60_000;
  const again = await it.judge.judge(byRoom("20-1702"));
  assert.deepEqual([again.verdict, codes(again)], ["refuse", ["quota_used", "already_out"]]);
  it.time.now += 60_000;
  assert.deepEqual(codes(await it.judge.judge(byRoom("20-1702", "in"))), []);
  it.time.now += 60_000;
  assert.deepEqual(codes(await it.judge.judge(byRoom("20-1702", "in"))), ["not_out"]);
});

test("judge after an undo while the server is away has the outing back", async () => {
  const it = await phone();
  it.server.away = true;
  const { id } = await it.judge.judge(byRoom("20-1702"));
  await it.judge.undo({ refers_to: id, reason: "wrong door" });
  it.time.now += 60_000;
  assert.equal((await it.judge.judge(byRoom("20-1702"))).verdict, "allow");
});

test("judge after the roll has told of an own exit counts it once", async () => {
  const it = await phone();
  await it.judge.judge(byRoom("20-1702"));
  const told = { ...ROLL, full: false, cursor: "2", households: [{ room: "20-1702", building: "20", surname: "周", outings: [{ out: "2022-08-23T04:00:00Z", gate: "东门" }] }] };
  it.time.now += 1_000;
  await it.roll.apply(told, { binding: "b1", asked_at: it.time.now });
  const [household] = [it.roll.households.get("20-1702")];
  assert.equal(it.roll.outings(household, it.judge.acts).length, 1);
});

test("judge of an unknown code while the server is away is refused and amber", async () => {
  const it = await phone();
  it.server.away = true;
  const answer = await it.judge.judge({ by: "pass", text: TOKEN, direction: "out" });
  assert.deepEqual([answer.verdict, answer.amber, codes(answer)], ["refuse", true, ["pass_unknown"]]);
});

test("judge by a pass while the server is away finds its household, and forgets the code when it is sent", async () => {
  const it = await phone();
  await it.roll.apply({ ...ROLL, households: [{ room: "20-1702", building: "20", surname: "周", passes: [{ hash: rollHash(TOKEN) }] }] }, { binding: "b1", asked_at: NOON });
  it.server.away = true;
  const answer = await it.judge.judge({ by: "pass", text: TOKEN.toLowerCase(), direction: "out" });
  assert.deepEqual([answer.verdict, answer.room, answer.kind], ["allow", "20-1702", "household"]);
  it.server.away = false;
  await it.outbox.flush({ now: true });
  assert.deepEqual([it.server.requests.at(-1).asked.checks[0].pass, it.outbox.rows.get(answer.id).body.pass], [TOKEN.toLowerCase(), null]);
});

test("judge of a household that this phone let out while the server was away sends that first", async () => {
  const it = await phone();
  it.server.away = true;
  const { id } = await it.judge.judge(byRoom("20-1702"));
  it.server.away = false;
  it.time.now += 60_000;
  const second = await it.judge.judge(byRoom("20-1702"));
  assert.deepEqual(it.server.requests.at(-1).asked.checks.map((check) => [check.id, check.verdict]), [[id, "allow"], [second.id, null]]);
});

test("reading at the line while the server is away holds up, a normal one after it lets out", async () => {
  const it = await phone();
  it.server.away = true;
  const { id } = await it.judge.judge(byRoom("20-1702"));
  const hot = await it.judge.reading({ refers_to: id, temperature: "37.3", method: "forehead" });
  assert.deepEqual([hot.verdict, codes(hot)], ["recheck", ["fever"]]);
  assert.equal(it.judge.acts[0].passes, false);
  it.time.now += 5 * 60_000;
  const cool = await it.judge.reading({ refers_to: id, temperature: "36.5" });
  assert.deepEqual([cool.verdict, codes(cool), it.judge.acts[0].passes], ["allow", [], true]);
});

test("reading of somebody who was refused does not let out", async () => {
  const it = await phone({ server: new FakeServer((check) => (check.action === "check" ? "refuse" : "allow")) });
  const { id } = await it.judge.judge(byRoom("20-1702"));
  it.server.away = true;
  assert.equal((await it.judge.reading({ refers_to: id, temperature: "36.5" })).verdict, "refuse");
});

test("undo that the server refuses at once is thrown and is no unsent row", async () => {
  const it = await phone();
  const { id } = await it.judge.judge(byRoom("20-1702"));
  it.server.answer = (_url, asked) => [200, { results: asked.checks.map((check) => ({ id: check.id, error: { code: "too_late", text: "15" } })) }];
  await assert.rejects(it.judge.undo({ refers_to: id, reason: "x" }), { code: "too_late" });
  assert.deepEqual([it.outbox.unsent.length, it.outbox.aside.length, it.judge.acts[0].passes], [0, 0, true]);
});

test("undo without the server says that it is done already, and what was asked waits for its verdict", async () => {
  const it = await phone();
  const { id } = await it.judge.judge(byRoom("20-1702"));
  it.server.away = true;
  await it.judge.undo({ refers_to: id, reason: "x" });
  it.server.away = false;
  await it.outbox.flush({ now: true });
  assert.deepEqual([...it.server.log.values()].map(({ check }) => [check.action, check.verdict]), [["check", null], ["undo", "allow"]]);
  const { id: second } = await it.judge.judge(byRoom("3-501"));
  await it.judge.undo({ refers_to: second, reason: "x" });
  assert.equal([...it.server.log.values()].at(-1).check.verdict, null);
  assert.deepEqual(it.outbox.inOrder().map((row) => row.differs), [null, null, null, null]);
});

/* ── two verdicts ── */

test("flush of a question that the server had recorded otherwise corrects the log to what the guard did", async () => {
  const it = await phone({ server: new FakeServer(() => "refuse") });
  it.server.deaf = true;
  const answer = await it.judge.judge(byRoom("20-1702"));
  assert.deepEqual([answer.verdict, answer.from, it.server.log.get(answer.id).result.verdict], ["allow", "phone", "refuse"]);
  it.server.deaf = false;
  assert.equal(await it.outbox.flush({ now: true }), true);
  const [asked, correction] = it.outbox.inOrder();
  assert.deepEqual([asked.state, asked.differs, asked.saw.verdict], ["done", { server: "refuse", phone: "allow" }, "allow"]);
  assert.deepEqual([correction.state, correction.body.action, correction.body.refers_to, correction.body.verdict, correction.body.at], ["done", "correct", answer.id, "allow", asked.body.at]);
  assert.deepEqual([...it.server.log.values()].map(({ check }) => [check.action, check.verdict]), [["check", null], ["correct", "allow"]]);
  assert.equal(it.judge.acts[0].passes, true);
});

test("flush of a question that the server had recorded alike corrects nothing", async () => {
  const it = await phone();
  it.server.deaf = true;
  await it.judge.judge(byRoom("20-1702"));
  it.server.deaf = false;
  await it.outbox.flush({ now: true });
  assert.deepEqual(states(it), [["check", "done"]]);
  assert.equal(it.outbox.inOrder()[0].differs, null);
});

test("a late answer that comes twice corrects once", async () => {
  const it = await phone({ server: new FakeServer(() => "refuse") });
  it.server.deaf = true;
  const { id } = await it.judge.judge(byRoom("20-1702"));
  const result = it.server.log.get(id).result;
  await Promise.all([it.outbox.settle(id, result), it.outbox.settle(id, result)]);
  assert.deepEqual(states(it), [["check", "done"], ["correct", "waiting"]]);
});

/* ── sending ── */

async function waiting(it, count) {
  it.server.away = true;
  for (let n = 0; n < count; n += 1) {
    it.time.now += 6_000;
    await it.judge.judge(byRoom(`9-${n + 1}`));
  }
  it.server.away = false;
  it.server.requests.length = 0;
}

test("flush of 450 rows sends three batches in order, each row once", async () => {
  const it = await phone();
  await waiting(it, 450);
  assert.equal(await it.outbox.flush({ now: true }), true);
  const sent = it.server.requests.map(({ asked }) => asked.checks.length);
  assert.deepEqual(sent, [200, 200, 50]);
  assert.deepEqual([...it.server.log.values()].map(({ check }) => check.household), Array.from({ length: 450 }, (_, n) => `9-${n + 1}`));
});

test("flush with a row that the server will not take sets it aside, and the others are done", async () => {
  const it = await phone();
  await waiting(it, 5);
  const { fetch } = it.server;
  it.server.fetch = async function bad(url, given) {
    const answer = await fetch.call(this, url, given);
    const json = await answer.json();
    json.results = json.results.map((result, n) => (JSON.parse(given.body).checks[n].household === "9-3" ? { id: result.id, error: { code: "invalid", text: "no" } } : result));
    return { ...answer, json: async () => json };
  };
  await it.outbox.flush({ now: true });
  assert.deepEqual(states(it).map(([, state]) => state), ["done", "done", "aside", "done", "done"]);
  assert.deepEqual(it.outbox.aside[0].error, { code: "invalid", text: "no" });
  it.server.fetch = fetch;
  await it.outbox.retry();
  await it.outbox.flush({ now: true });
  assert.equal(it.outbox.aside.length + it.outbox.unsent.length, 0);
});

test("flush with a row for which the whole batch is refused finds it by halves", async () => {
  const it = await phone();
  await waiting(it, 9);
  it.server.answer = (_url, asked) => (asked.checks.some((check) => check.household === "9-7") ? [400, { error: { code: "parse_error", text: "" } }] : null);
  await it.outbox.flush({ now: true });
  assert.deepEqual(states(it).map(([, state]) => state), [...Array(6).fill("done"), "aside", "done", "done"]);
});

test("flush with a row at which the server breaks sends the others, and that one later", async () => {
  const it = await phone();
  await waiting(it, 4);
  it.server.answer = (_url, asked) => (asked.checks.some((check) => check.household === "9-2") ? [500, {}] : null);
  await it.outbox.flush({ now: true });
  assert.deepEqual(states(it).map(([, state]) => state), ["done", "waiting", "done", "done"]);
  it.server.answer = null;
  it.time.now += 60_000;
  await it.outbox.flush({ now: true });
  assert.equal(it.outbox.unsent.length, 0);
});

test("flush through a hotel's login page sends nothing and loses nothing", async () => {
  const it = await phone();
  await waiting(it, 2);
  it.server.answer = () => [200, "<html>"];
  assert.equal(await it.outbox.flush({ now: true }), false);
  assert.equal(it.outbox.unsent.length, 2);
  // Not before a pause.
  it.server.answer = null;
  await it.outbox.flush();
  assert.equal(it.outbox.unsent.length, 2);
  it.time.now += 10_000;
  await it.outbox.flush();
  assert.equal(it.outbox.unsent.length, 0);
});

test("flush in two tabs without locks is done by one of them", async () => {
  const it = await phone();
  await waiting(it, 3);
  const other = await phone({ server: it.server, store: it.store, roll: null });
  other.time.now = it.time.now;
  await Promise.all([it.outbox.flush({ now: true }), other.outbox.flush({ now: true })]);
  assert.equal(it.server.requests.length, 1);
  await other.outbox.load();
  assert.deepEqual([it.outbox.unsent.length, other.outbox.unsent.length], [0, 0]);
});

test("flush after a lost answer doubles nothing", async () => {
  const it = await phone();
  await waiting(it, 3);
  it.server.deaf = true;
  await it.outbox.flush({ now: true });
  assert.deepEqual([it.outbox.unsent.length, it.server.log.size], [3, 3]);
  it.server.deaf = false;
  await it.outbox.flush({ now: true });
  assert.deepEqual([it.outbox.unsent.length, it.server.log.size], [0, 3]);
});

test("a page that died while it asked sends its question without a verdict", async () => {
  const it = await phone();
  it.server.fetch = () => new Promise(() => {});
  it.judge.judge(byRoom("20-1702"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const server = new FakeServer();
  const later = await phone({ server, store: it.store, roll: null });
  later.time.now += 11_000;
  await later.outbox.flush({ now: true });
  assert.deepEqual([...server.log.values()].map(({ check }) => [check.household, check.verdict]), [["20-1702", null]]);
});

test("a page that died while it asked to undo sends what is done already", async () => {
  const it = await phone();
  const { id } = await it.judge.judge(byRoom("20-1702"));
  it.server.fetch = () => new Promise(() => {});
  it.judge.undo({ refers_to: id, reason: "x" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const server = new FakeServer();
  const later = await phone({ server, store: it.store, roll: null });
  later.time.now += 3_600_000;
  await later.outbox.flush({ now: true });
  assert.deepEqual([...server.log.values()].map(({ check }) => [check.action, check.verdict]), [["undo", "allow"]]);
});

test("a phone whose disk is full decides, sends and says that it keeps nothing", async (context) => {
  context.mock.method(console, "warn", () => {});
  const it = await phone();
  const { run } = it.store;
  it.store.run = async () => {
    throw new DOMException("", "QuotaExceededError");
  };
  it.server.away = true;
  assert.equal((await it.judge.judge(byRoom("20-1702"))).verdict, "allow");
  assert.deepEqual([it.outbox.unsent.length, it.outbox.isFailing], [1, true]);
  it.server.away = false;
  await it.outbox.flush({ now: true });
  assert.deepEqual([it.outbox.unsent.length, it.server.log.size], [0, 1]);
  it.store.run = run;
});

/* ── the end of a binding ── */

test("flush with a token that is revoked keeps the rows until the phone is bound to this compound again", async () => {
  const it = await phone();
  await waiting(it, 2);
  it.server.answer = () => [401, { error: { code: "device_revoked", text: "" } }];
  await it.outbox.flush({ now: true });
  assert.deepEqual([it.dead, it.bindings.current, it.outbox.unsent.length], [[["b1", "device_revoked"]], null, 2]);
  await it.bindings.tidy(it.outbox);
  assert.equal(it.bindings.records.get("b1").token, null);
  it.server.answer = (url) => (url.endsWith("devices") ? [200, { token: "t2", compound: { code: "xingfuli", name: "幸福里" }, gate: "南门", gates: ["南门"], ends_at: "2022-08-24T00:00:00Z" }] : null);
  await it.bindings.adopt(await it.bindings.bind("ABCDE12345"), it.outbox);
  await it.outbox.flush({ now: true });
  await it.bindings.tidy(it.outbox);
  assert.deepEqual([it.outbox.unsent.length, it.server.log.size, [...it.server.log.values()][0].check.gate, it.bindings.records.size], [0, 2, "东门", 1]);
});

test("a shift that is over is sent with its own token, and the token goes with the last row", async () => {
  const it = await phone();
  await waiting(it, 2);
  await it.bindings.end("b1", "over");
  await it.outbox.forget((id) => id === "b1");
  await it.bindings.tidy(it.outbox);
  assert.deepEqual([it.outbox.unsent.length, it.bindings.records.get("b1").token, it.outbox.unsent[0].saw, it.outbox.unsent[0].mark], [2, "t1", null, null]);
  await it.outbox.flush({ now: true });
  await it.bindings.tidy(it.outbox);
  assert.deepEqual([it.server.log.size, it.bindings.records.size], [2, 0]);
});
