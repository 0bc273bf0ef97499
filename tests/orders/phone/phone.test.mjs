/* What stays on a phone and what does not: photos that were not taken, pages and rows after logging out. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

import { timeOf } from "../../../static/js/outbox/clock.js";
import { Photos } from "../../../static/js/outbox/photos.js";

const source = (name) => readFileSync(new URL(`../../../static/js/${name}`, import.meta.url), "utf-8");

/* ── photos ── */

/* Photos over a store in memory; `answers`: what the server says, one after the other. */
async function photosOf(answers, bindings = ["luo xingfuli"]) {
  const kept = new Map();
  const objectStore = () => ({ get: (id) => kept.get(id), put: (photo) => kept.set(photo.id, photo), delete: (id) => kept.delete(id) });
  const store = { all: async () => [...kept.values()], run: async (_stores, _mode, work) => work({ objectStore }) };
  const asked = [];
  const server = { ask: async (_method, _path, { body }) => {
    asked.push(body.get("event"));
    return answers.shift();
  } };
  const outbox = { rows: new Map(), envelope: () => ({}) };
  const photos = new Photos({ store, server, outbox, tokenOf: () => "session" });
  for (const [n, binding] of bindings.entries()) await photos.add({ id: `act ${n}`, binding }, new Blob(["x"]));
  await photos.flush();
  return { photos, asked, left: [...kept.values()].map(({ event }) => event) };
}

const no = (code, status = 409) => ({ status, json: { error: { code, text: "" } } });
const yes = { status: 200, json: {} };

test("a photo is forgotten once it was taken, or is none that could ever be", async () => {
  for (const answer of [yes, no("invalid", 400), no("no_picture"), no("picture_too_large"), no("too_many_pictures")]) {
    assert.deepEqual((await photosOf([answer])).left, []);
  }
});

test("a photo that somebody else's login or a missing act keeps back stays on the phone", async () => {
  for (const answer of [no("other_user"), no("compound_unknown"), no("event_unknown"), no("not_logged_in", 403), no("too_many", 429)]) {
    assert.deepEqual((await photosOf([answer])).left, ["act 0"]);
  }
});

test("a photo whose act is missing is in nobody's way and rests for a while", async () => {
  const { photos, asked, left } = await photosOf([no("event_unknown"), yes], ["luo a", "luo a"]);
  await photos.flush();
  assert.deepEqual([asked, left], [["act 0", "act 1"], ["act 0"]]);
});

test("photos of a compound that knows one no more do not hold up those of another", async () => {
  const { asked, left } = await photosOf([no("compound_unknown"), yes], ["luo a", "luo a", "luo b"]);
  assert.deepEqual([asked, left], [["act 0", "act 2"], ["act 0", "act 1"]]);
});

test("photos of an act that was put away go with it", async () => {
  const { photos } = await photosOf([no("event_unknown")]);
  await photos.forgetOf("act 0");
  assert.deepEqual(photos.waiting, []);
});

/* ── pages ── */

class Caches {
  #all = new Map();

  async keys() {
    return [...this.#all.keys()];
  }

  async delete(name) {
    return this.#all.delete(name);
  }

  async open(name) {
    if (!this.#all.has(name)) this.#all.set(name, new Map());
    const cache = this.#all.get(name);
    return { put: async (url, response) => cache.set(url, response), match: async (url) => cache.get(url), keys: async () => [...cache.keys()] };
  }
}

/* The worker, and a page of 罗强's whose answer comes when `answer` is called. */
function workerOf() {
  const heard = {};
  const caches = new Caches();
  let answer;
  const page = new Promise((done) => {
    answer = () => {
      const response = new Response('<main data-outbox data-user="a1">', { headers: { "Content-Type": "text/html" } });
      done(Object.defineProperty(response, "type", { value: "basic" }));
    };
  });
  const self = { addEventListener: (name, work) => (heard[name] = work), location: { origin: "https://here" }, clients: {} };
  vm.runInNewContext(source("outbox/worker.js"), { self, caches, URL, Response, Headers, setTimeout, fetch: () => page });
  const waits = [];
  const waitUntil = (work) => waits.push(work);
  return {
    caches, answer,
    open: () => heard.fetch({ request: { url: "https://here/c/a/shopping/", method: "GET", mode: "navigate" }, respondWith: waitUntil, waitUntil }),
    forget: () => new Promise((done) => heard.message({ data: { forget: true }, ports: [{ postMessage: done }], waitUntil })),
    settled: async () => {
      // What is waited for may itself ask to be waited for.
      for (let known = -1; known !== waits.length; ) {
        known = waits.length;
        await Promise.all(waits);
        await new Promise((done) => setTimeout(done, 5));
      }
    },
  };
}

test("a page that was opened is kept", async () => {
  const worker = workerOf();
  worker.open();
  worker.answer();
  await worker.settled();
  assert.deepEqual(await worker.caches.keys(), ["shouwang-work pages a1"]);
});

test("a page that was under way at logging out is not put back", async () => {
  const worker = workerOf();
  worker.open();
  assert.equal(await worker.forget(), "forgotten");
  worker.answer();
  await worker.settled();
  assert.deepEqual(await worker.caches.keys(), []);
});

/* ── rows ── */

/* leave.js on a page with a button for logging out; `rows`: what the store holds. */
async function leave(rows, { isThere = true } = {}) {
  const caches = new Caches();
  await caches.open("shouwang-work pages a1");
  await caches.open("shouwang-work files");
  const later = (work) => queueMicrotask(work);
  const cursorAt = (n) => {
    const seqs = [...rows.keys()];
    return n < seqs.length ? { value: rows.get(seqs[n]), delete: () => rows.delete(seqs[n]), next: seqs.slice(n + 1) } : null;
  };
  const walk = (asked, transaction) => {
    const cursor = cursorAt(0);
    const step = (now, left) => later(() => {
      if (!now) {
        asked.onsuccess({ target: { result: null } });
        transaction.oncomplete();
        return;
      }
      const result = { value: now.value, delete: now.delete, continue: () => step(left.length ? { value: rows.get(left[0]), delete: () => rows.delete(left[0]) } : null, left.slice(1)) };
      asked.onsuccess({ target: { result } });
    });
    step(cursor, cursor?.next ?? []);
  };
  const db = {
    objectStoreNames: { contains: () => true }, close: () => {},
    transaction: () => {
      const transaction = { objectStore: () => ({ openCursor: () => {
        const asked = {};
        walk(asked, transaction);
        return asked;
      } }) };
      return transaction;
    },
  };
  let aborted = false;
  const indexedDB = { open: () => {
    const opening = { result: db, transaction: { abort: () => {
      aborted = true;
      later(() => opening.onerror());
    } } };
    later(() => (isThere ? opening.onsuccess() : opening.onupgradeneeded()));
    return opening;
  } };
  const heard = {};
  const document = { addEventListener: (name, work) => (heard[name] = work), querySelector: () => null };
  vm.runInNewContext(source("leave.js"), { document, caches, indexedDB, navigator: {}, setTimeout, MessageChannel });
  const form = { matches: () => true };
  const left = new Promise((done) => (form.submit = async () => done([await caches.keys(), [...rows.values()].map(({ id }) => id)])));
  let isHeld = false;
  heard.submit({ target: form, defaultPrevented: false, preventDefault: () => (isHeld = true) });
  return { left: await left, isHeld, aborted };
}

test("logging out waits until pages and what was sent are gone, and keeps what was not sent", async () => {
  const rows = new Map([[1, { id: "sent", state: "done" }], [2, { id: "waits", state: "waiting" }], [3, { id: "too", state: "done" }]]);
  assert.deepEqual(await leave(rows), { left: [["shouwang-work files"], ["waits"]], isHeld: true, aborted: false });
});

test("logging out where nothing was ever kept leaves no empty store behind", async () => {
  assert.deepEqual(await leave(new Map(), { isThere: false }), { left: [["shouwang-work files"], []], isHeld: true, aborted: true });
});

/* ── times ── */

test("a time is the compound's, whatever zone the phone is set to", () => {
  const at = new Date("2022-08-23T16:05:00Z");
  assert.deepEqual([timeOf(at, "Asia/Shanghai"), timeOf(at, "Asia/Urumqi"), timeOf(at, "UTC")], ["00:05", "22:05", "16:05"]);
});

test("a zone that the phone does not know is no reason to say nothing", () => {
  assert.match(timeOf(new Date("2022-08-23T16:05:00Z"), "Moon/Tycho"), /^\d\d:05$/);
});
