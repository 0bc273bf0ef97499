/* What stays on the phone: IndexedDB, one database for all compounds, so that rows of an earlier binding are sent from
   whichever gate page is open.

   bindings    key id: what this phone may do, see binding.js
   rows        key seq, in the order in which they were made: the outbox, see outbox.js
   households  key room: the roll's households as they came
   facts       key → value: "roll" (all else of the roll), "clock", "parcels", "lease"

   A new version appends a migration and changes none: the rows of the old page are in there. */

import { openDB } from "../../vendor/idb.js";

export const NAME = "shouwang-gate";
export const MIGRATIONS = [
  (db) => {
    db.createObjectStore("bindings", { keyPath: "id" });
    db.createObjectStore("rows", { keyPath: "seq", autoIncrement: true }).createIndex("id", "id", { unique: true });
    db.createObjectStore("households", { keyPath: "room" });
    db.createObjectStore("facts");
  },
];
// iOS drops the connection of a page that slept; Chromium names a lost one differently.
const LOST = ["InvalidStateError", "UnknownError", "AbortError", "TransactionInactiveError"];

export class Store {
  #opening = null;
  #syncing = null;

  constructor({ name = NAME, migrations = MIGRATIONS } = {}) {
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
