/* What store.js does, in memory, for node. The real IndexedDB is tested in tests/browser/test_gate_offline.py. */

const copy = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
const KEYS = { bindings: "id", rows: "seq", households: "room", facts: null };

class Box {
  constructor(key) {
    this.key = key;
    this.values = new Map();
    this.next = 1;
  }

  async get(key) { return copy(this.values.get(key)); }
  async getAll() { return [...this.values.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => copy(value)); }
  async delete(key) { this.values.delete(key); }
  async clear() { this.values.clear(); }

  async put(value, key = this.key === "seq" ? (value.seq ?? this.next++) : value[this.key]) {
    const stored = copy(value);
    if (this.key === "seq") stored.seq = key;
    this.values.set(key, stored);
    return key;
  }

  add(value) { return this.put(value); }
  index(name) { return { get: async (key) => copy([...this.values.values()].find((value) => value[name] === key)) }; }
}

export class MemoryStore {
  constructor() {
    this.boxes = Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [name, new Box(key)]));
    this.outdated = false;
    this.last = Promise.resolve();
  }

  /* One after the other, as transactions are. A copy is put back when the work fails. */
  run(_stores, _mode, work) {
    const turn = this.last.then(async () => {
      const before = Object.entries(this.boxes).map(([name, box]) => [name, new Map(box.values)]);
      try {
        return await work({ objectStore: (name) => this.boxes[name] });
      } catch (error) {
        for (const [name, values] of before) this.boxes[name].values = values;
        throw error;
      }
    });
    this.last = turn.catch(() => {});
    return turn;
  }

  sync() {}
  get(key) { return this.run(["facts"], "readonly", (t) => t.objectStore("facts").get(key)); }
  set(key, value) { return this.run(["facts"], "readwrite", (t) => t.objectStore("facts").put(value, key)); }
  all(name) { return this.run([name], "readonly", (t) => t.objectStore(name).getAll()); }
}
