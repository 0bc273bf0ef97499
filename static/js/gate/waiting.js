/* Who waits in the shade to be measured again. Held in this tab's session only, and dropped with the binding: it says
   who may have a fever. One entry a first check: {id, room, surname, request, attempts, due (ms), told}. */

const KEY = "gate.waiting";

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

export function waitingList(session) {
  let people = read();
  const write = () => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(people));
    } catch {
      // Kept in memory then.
    }
  };
  const own = () => {
    if (!session.binding && people.length) {
      people = [];
      write();
    }
    return people;
  };
  return {
    list: () => [...own()].sort((a, b) => a.due - b.due),
    get: (id) => own().find((person) => person.id === id) ?? null,
    /* One more reading out of line; the first puts the person on the list. Returns the entry. */
    again({ id, room, surname, kind, request, minutes, now }) {
      const before = people.find((person) => person.id === id);
      const entry = { id, room, surname, kind, request, attempts: (before?.attempts ?? 0) + 1, due: now + minutes * 60_000, told: false };
      people = [...people.filter((person) => person.id !== id), entry];
      write();
      return entry;
    },
    drop(id) {
      people = people.filter((person) => person.id !== id);
      write();
    },
    /* Those whose minutes are over since this was last asked. */
    due(now = Date.now()) {
      const ready = own().filter((person) => !person.told && person.due <= now);
      for (const person of ready) person.told = true;
      if (ready.length) write();
      return ready;
    },
  };
}
