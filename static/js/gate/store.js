/* What stays on the phone: IndexedDB, one database for all compounds, so that rows of an earlier binding are sent from
   whichever gate page is open.

   bindings    key id: what this phone may do, see binding.js
   rows        key seq, in the order in which they were made: the outbox, see outbox.js
   households  key room: the roll's households as they came
   facts       key → value: "roll" (all else of the roll), "clock", "parcels", "lease"

   A new version appends a migration and changes none: the rows of the old page are in there. */

import { Store as Database } from "../outbox/store.js";

export const NAME = "shouwang-gate";
export const MIGRATIONS = [
  (db) => {
    db.createObjectStore("bindings", { keyPath: "id" });
    db.createObjectStore("rows", { keyPath: "seq", autoIncrement: true }).createIndex("id", "id", { unique: true });
    db.createObjectStore("households", { keyPath: "room" });
    db.createObjectStore("facts");
  },
];
// iOS drops connections: ../outbox/store.js opens them anew.
export class Store extends Database {
  constructor({ name = NAME, migrations = MIGRATIONS } = {}) {
    super({ name, migrations });
  }
}
