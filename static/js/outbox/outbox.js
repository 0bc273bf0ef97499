/* Every act at a phone, as a row that is written before anything is sent and stays until the server has it. The gate's
   outbox (gate/outbox.js) and that of people who are logged in (session.js) are this one.

   A row: {seq, id, binding: for whom it is sent, what: a key of `queues`, at: ms on this phone's clock, body: as it goes over the
   wire, saw: what was shown, mark: what it means for what is shown next, state, tries, not_before, result, error, differs, done_at}

   state   asked    being asked for the first time; nobody has seen an answer yet
           waiting  it has happened; to be sent until the server has it
           done     the server has it; kept for a day
           aside    the server will not take it; shown, tried again on each load, never in the way of others */

const BATCH = 200;
const FLUSH_MS = 30_000;
// An act that is being asked is its own tab's business for so long.
const ASKING = 10_000;
const KEEP = 26 * 3600_000;
const LEASE = 45_000;
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;
const DIED = [401, 403];
// Too much at once, or a server in trouble: it will be taken another time.
const TRANSIENT = ["too_many", "not_recorded"];
const TRIES = 5;
// The server read the batch and will not have it: what is wrong with it is in one of its rows.
const WRONG = [400, 409, 413, 415, 422];

/* A UUID of version 7 (RFC 9562): the phone's clock in milliseconds, then 74 random bits. What is written at the same time
   lies together in the server's index, where ids without an order touch another page of a long log for each check.
   Not crypto.randomUUID, which has no order and needs a secure context. */
export function newId(at = Date.now()) {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  for (let place = 5, rest = at; place >= 0; place -= 1, rest = Math.floor(rest / 256)) bytes[place] = rest % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Outbox {
  #flushing = null;
  #again = false;
  #changes = 0;
  #pause = FIRST_PAUSE;
  #size;

  /* `queues`: {what: [path, name of the list in the request]}; `lock`: one flusher of this name in all tabs; `tokenOf(binding,
     what)` → token or null: nothing is sent for it now; `onDead(binding, error, status)`: the server does not know that
     token any more; `batch`: most rows of a request. */
  constructor({ store, server, tokenOf, onDead, queues, lock, batch = BATCH, phone = () => Date.now(), locks = globalThis.navigator?.locks ?? null }) {
    Object.assign(this, { store, server, tokenOf, onDead, queues, lock, batch, phone, locks });
    this.#size = batch;
    this.rows = new Map();
    this.next_try = 0;
    this.isFailing = false;
    this.owner = newId();
    this.onChange = () => {};
    this.onFlushed = () => {};
  }

  /* ── rows ── */

  async load() {
    const old = this.phone() - KEEP;
    let rows;
    let since;
    do {
      since = this.#changes;
      rows = await this.store.all("rows");
      // A row that was changed while they were read would be put back to what it was.
    } while (since !== this.#changes);
    const over = rows.filter((row) => row.state === "done" && row.done_at < old);
    // What could not be written yet is in memory alone.
    const unwritten = [...this.rows.values()].filter((row) => row.seq === undefined);
    const kept = rows.filter((row) => !over.includes(row));
    this.rows = new Map([...kept, ...unwritten].map((row) => [row.id, row]));
    if (over.length) {
      await this.store.run(["rows"], "readwrite", async (t) => {
        for (const { seq } of over) await t.objectStore("rows").delete(seq);
      });
    }
  }

  #put(...rows) {
    this.#changes += 1;
    for (const row of rows) if (row) this.rows.set(row.id, row);
    this.store.sync();
    this.onChange("rows");
  }

  /* Of bindings that are over: what is done is forgotten, of the rest stays what has to be sent and nothing to look at. */
  async forget(isOver) {
    await this.store.run(["rows"], "readwrite", async (t) => {
      const rows = t.objectStore("rows");
      for (const row of await rows.getAll()) {
        if (!isOver(row.binding)) continue;
        if (row.state === "done") await rows.delete(row.seq);
        else if (row.saw || row.mark) await rows.put({ ...row, saw: null, mark: null });
      }
    });
    this.#changes += 1;
    await this.load();
    this.onChange("rows");
  }

  /* In memory even where the store fails (a full disk): then it is written with its next change. */
  async add(row) {
    const full = { state: "asked", tries: 0, not_before: 0, saw: null, mark: null, result: null, error: null, differs: null, done_at: null, ...row };
    this.#put(full);
    try {
      full.seq = await this.store.run(["rows"], "readwrite", (t) => t.objectStore("rows").add(full));
    } catch (error) {
      this.#failed(error);
    }
    this.#put(full);
    return full;
  }

  /* `change(row)` on what the store says now, in its transaction; it may give a further row to add with it. A row
     that is done stays as it is. Gives the row as it is then. Where the store fails, memory goes on: what the store
     then still calls unsent is sent once more, and the server knows it. */
  async change(id, change) {
    let made = null;
    const changed = (stored) => {
      const copy = JSON.parse(JSON.stringify(stored));
      made = change(copy) ?? null;
      return copy;
    };
    const isFinal = (row) => !row || row.state === "done";
    let row;
    try {
      row = await this.store.run(["rows"], "readwrite", async (t) => {
        const rows = t.objectStore("rows");
        const stored = (await rows.index("id").get(id)) ?? this.rows.get(id);
        made = null;
        if (isFinal(stored)) return stored ?? null;
        const copy = changed(stored);
        if (made) made.seq = await rows.add(made);
        copy.seq = await rows.put(copy);
        return copy;
      });
      this.isFailing = false;
    } catch (error) {
      this.#failed(error);
      const known = this.rows.get(id);
      row = isFinal(known) ? known ?? null : changed(known);
    }
    this.#put(row, made);
    return row;
  }

  #failed(error) {
    if (!this.isFailing) console.warn("the phone's store fails", error);
    this.isFailing = true;
  }

  get unsent() {
    const now = this.phone();
    return this.inOrder().filter((r) => r.state === "waiting" || (r.state === "asked" && now - r.at > FIRST_PAUSE));
  }

  get aside() {
    return this.inOrder().filter((row) => row.state === "aside");
  }

  inOrder() {
    return [...this.rows.values()].sort((a, b) => (a.seq ?? Infinity) - (b.seq ?? Infinity));
  }

  /* Rows that the server would not take get another chance: a new version, another binding. */
  async retry(ids = this.aside.map((row) => row.id)) {
    for (const id of ids) {
      await this.change(id, (row) => {
        if (row.state === "aside") Object.assign(row, { state: "waiting", not_before: 0, tries: 0 });
      });
    }
  }

  /* ── answers ── */

  /* The server's answer to a row, early or late. What was shown at the time stands. */
  settle(id, result, shown = null) {
    return this.change(id, (row) => {
      if (result.error) {
        row.tries += 1;
        const isPassing = TRANSIENT.includes(result.error.code) && row.tries < TRIES;
        Object.assign(row, { state: isPassing ? "waiting" : "aside", error: result.error, not_before: isPassing ? this.phone() + pauseOf(row) : 0 });
        return null;
      }
      Object.assign(row, { state: "done", result, saw: shown ?? row.saw, error: null, done_at: this.phone() });
      return this.settled(row, result);
    });
  }

  /* What else follows from an answer that was taken: `row` may be changed, a further row to write with it given. */
  settled() {
    return null;
  }

  /* Nothing more is taken for this binding; its rows stay. */
  isDead({ status }) {
    return DIED.includes(status);
  }

  /* Any answer of the server: {status, json, sent, received}. */
  heard() {}

  /* What a request says besides its rows. */
  envelope() {
    return {};
  }

  /* ── sending ── */

  /* Sends what waits, one flusher in all tabs. Gives true when nothing is left that could be sent. Never throws. */
  flush({ now = false } = {}) {
    if (now) this.#pause = FIRST_PAUSE;
    if (!now && this.phone() < this.next_try) return Promise.resolve(false);
    if (this.#flushing) {
      this.#again = true;
      return this.#flushing;
    }
    this.#flushing = this.#alone(() => this.#flushAll())
      .catch((error) => {
        // The store, or this program: what was not marked as done is sent again.
        console.error(error);
        return false;
      })
      .finally(() => {
        this.#flushing = null;
        this.onFlushed();
        if (this.#again) {
          this.#again = false;
          this.flush();
        }
      });
    return this.#flushing;
  }

  #alone(work) {
    if (this.locks) return this.locks.request(this.lock, { ifAvailable: true }, (lock) => (lock ? work() : false));
    return this.#leased(work);
  }

  /* Over plain http there are no locks: a row in the store with an end. Two flushers would send things twice,
     which does no harm, only costs. */
  async #leased(work) {
    const take = (until) => this.store.run(["facts"], "readwrite", async (t) => {
      const facts = t.objectStore("facts");
      const lease = await facts.get("lease");
      if (lease && lease.owner !== this.owner && lease.until > this.phone()) return false;
      await facts.put({ owner: this.owner, until }, "lease");
      return true;
    }).catch(() => true);
    if (!(await take(this.phone() + LEASE))) return false;
    this.renew = () => take(this.phone() + LEASE);
    try {
      return await work();
    } finally {
      this.renew = null;
      await take(0);
    }
  }

  #sendable(binding, what) {
    const now = this.phone();
    return this.inOrder().filter((row) => row.binding === binding && row.what === what && row.not_before <= now
      && (row.state === "waiting" || (row.state === "asked" && now - row.at > ASKING)));
  }

  async #flushAll() {
    // Another tab may have settled or added some.
    await this.load().catch((error) => this.#failed(error));
    this.onChange("rows");
    let clear = true;
    for (const binding of new Set(this.inOrder().map((row) => row.binding))) {
      for (const what of Object.keys(this.queues)) {
        const done = await this.#flushQueue(binding, what);
        if (done === "away") return this.#later();
        clear &&= done === "clear";
      }
    }
    this.next_try = 0;
    this.#pause = FIRST_PAUSE;
    return clear;
  }

  #later(wait_ms = 0) {
    const jitter = 0.75 + Math.random() / 2;
    this.next_try = this.phone() + Math.max(wait_ms, this.#pause * jitter);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
    return false;
  }

  /* → "clear": nothing left · "kept": some must wait for another binding or a later time · "away": no server */
  async #flushQueue(binding, what) {
    const token = await this.tokenOf(binding, what);
    if (!token) return this.#sendable(binding, what).length ? "kept" : "clear";
    let failed = 0;
    for (;;) {
      const rows = this.#sendable(binding, what).slice(0, this.#size);
      if (!rows.length) return failed ? "kept" : "clear";
      await this.renew?.();
      const said = await this.send(rows, token, { timeout_ms: FLUSH_MS });
      if (said === "taken") {
        this.#size = Math.min(this.batch, this.#size * 2);
      } else if (said === "dead") {
        return "kept";
      } else if (said === "away") {
        return "away";
      } else if (rows.length > 1) {
        this.#size = Math.ceil(rows.length / 2);
      } else {
        // Alone, and still wrong or too much for the server: out of the way of the others.
        failed += 1;
        this.#size = this.batch;
        await this.#putBack(rows[0], said);
        if (said === "broken" && failed >= 3) return "away";
      }
    }
  }

  #putBack({ id }, said) {
    return this.change(id, (row) => {
      row.tries += 1;
      if (said === "broken") row.not_before = this.phone() + pauseOf(row);
      else Object.assign(row, { state: "aside", error: said });
    });
  }

  /* What is sent of a row for whose answer nobody waits any more. */
  late(body) {
    return body;
  }

  /* One request of rows of one kind. → "taken" · "dead" (the token) · "away" · "broken" (5xx) · {code, text} (the whole
     request was refused). With `settle: false` the caller gets the results instead of "taken". */
  async send(rows, token, { timeout_ms, settle = true }) {
    const [path, name] = this.queues[rows[0].what];
    const wire = ({ id, body }) => ({ ...(settle ? this.late(body) : body), id: idOnWire({ id, body }) });
    let answer;
    try {
      answer = await this.server.ask("POST", path, { token, body: { ...this.envelope(rows[0].binding), [name]: rows.map(wire) }, timeout_ms });
    } catch (error) {
      return error.status >= 500 && error.status !== 503 && error.status !== 502 && error.status !== 504 ? "broken" : "away";
    }
    if (answer.status === 429) {
      this.#later(answer.wait_ms);
      return "away";
    }
    this.heard(answer);
    if (this.isDead(answer)) {
      await this.onDead(rows[0].binding, answer.json.error, answer.status);
      return "dead";
    }
    if (WRONG.includes(answer.status)) return answer.json.error;
    const results = answer.json.results;
    // Neither refused nor answered row by row: not our server, or one that is being changed.
    if (answer.status !== 200 || !Array.isArray(results)) return "away";
    const answered = rows.map((row, n) => (results[n]?.id === idOnWire(row) ? results[n] : null));
    if (!settle) return answered;
    for (const [n, row] of rows.entries()) {
      if (answered[n]) await this.settle(row.id, answered[n]);
      else await this.#putBack(row, "broken");
    }
    return "taken";
  }
}

const pauseOf = ({ tries }) => Math.min(5_000 * 2 ** tries, 300_000);
// A parcel has several steps under one id; everything else is its row.
const idOnWire = ({ id, body }) => body.id ?? id;
