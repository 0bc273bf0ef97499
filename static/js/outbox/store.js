/* What stays on a phone: one IndexedDB database, opened anew when a browser has dropped it. The outbox keeps its rows in
   `rows` (key seq, index id) and what else it must remember in `facts` (key → value); further stores are their owner's. */

import { openDB } from "../../vendor/idb.js";

// iOS drops the connection of a page that slept; Chromium names a lost one differently.
const LOST = ["InvalidStateError", "UnknownError", "AbortError", "TransactionInactiveError"];

export class Store {
  #opening = null;
  #syncing = null;

  /* `migrations`: one function (db, transaction) a version. A new version appends one and changes none: rows of an older
     page are in there. */
  constructor({ name, migrations }) {
    this.name = name;
    this.migrations = migrations;
    // A newer page in another tab has taken the database further than this page understands.
    this.outdated = false;
  }

  open() {
    this.#opening ??= this.#openNow().catch((error) => {
      this.#opening = null;
      this.outdated ||= error?.name === "VersionError";
      throw error;
    });
    return this.#opening;
  }

  async #openNow() {
    const lost = () => {
      this.#opening = null;
    };
    const db = await openDB(this.name, this.migrations.length, {
      upgrade: (fresh, from, _to, transaction) => {
        for (const migrate of this.migrations.slice(from)) migrate(fresh, transaction);
      },
      // Another tab brings a newer page: it must not wait for this one.
      blocking: () => {
        lost();
        db.close();
      },
      terminated: lost,
    });
    db.addEventListener("close", lost);
    return db;
  }

  /* `work(transaction)` in one transaction, all or nothing; done again once on a new connection if the old one was
     lost, so it may only change the store. Gives what `work` gave. */
  async run(stores, mode, work, durability = "relaxed") {
    for (let again = false; ; again = true) {
      try {
        const db = await this.open();
        const transaction = db.transaction(stores, mode, { durability });
        // A failed request aborts the transaction too; without this its `done` would be an unhandled rejection.
        transaction.done.catch(() => {});
        const result = await work(transaction);
        await transaction.done;
        return result;
      } catch (error) {
        if (again || !LOST.includes(error?.name)) throw error;
        this.#opening = null;
      }
    }
  }

  /* Everything written so far onto the disk itself, so that a battery may fall out. A write has survived a crash of the
     page before; nobody waits for this. */
  sync() {
    this.#syncing ??= this.run(["facts"], "readwrite", (t) => t.objectStore("facts").put(1, "synced"), "strict")
      .catch(() => {})
      .finally(() => {
        this.#syncing = null;
      });
    return this.#syncing;
  }

  get(key) {
    return this.run(["facts"], "readonly", (t) => t.objectStore("facts").get(key));
  }

  set(key, value) {
    return this.run(["facts"], "readwrite", (t) => t.objectStore("facts").put(value, key));
  }

  all(name) {
    return this.run([name], "readonly", (t) => t.objectStore(name).getAll());
  }

  async close() {
    const opening = this.#opening;
    this.#opening = null;
    (await opening)?.close();
  }
}
