/* Whoever logs out, or comes to log in, leaves no kept pages on this phone (outbox/worker.js) and nothing of what was done
   and sent: rooms, notes, outcomes. What was not sent stays: it is sent when the same person logs in again. */

// A worker that does not answer, or a store that is stuck, keeps nobody from logging out.
const WAIT_MS = 2_000;
const ROWS = "shouwang-work";

const within = (work) => Promise.race([work, new Promise((done) => setTimeout(done, WAIT_MS))]);

/* A page that is being answered at this moment is not put back by its worker. */
async function tellWorkers() {
  const found = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  const workers = found.map(({ active }) => active).filter((worker) => worker?.scriptURL.endsWith("/work.js"));
  await Promise.all(workers.map((worker) => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    worker.postMessage({ forget: true }, [port2]);
  })));
}

async function forgetPages() {
  for (const name of (await globalThis.caches?.keys()) ?? []) {
    if (name.startsWith(`${ROWS} pages `)) await caches.delete(name);
  }
}

/* The rows of outbox/session.js that the server has. A phone without them gets no empty store. */
function forgetDone() {
  return new Promise((done, failed) => {
    const opening = indexedDB.open(ROWS);
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => done();
    opening.onsuccess = () => {
      const db = opening.result;
      const over = () => {
        db.close();
        done();
      };
      if (!db.objectStoreNames.contains("rows")) return over();
      const transaction = db.transaction(["rows"], "readwrite");
      transaction.oncomplete = over;
      transaction.onabort = () => failed(transaction.error);
      transaction.objectStore("rows").openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        if (cursor.value.state === "done") cursor.delete();
        cursor.continue();
      };
      return null;
    };
  });
}

const forget = () => within(Promise.allSettled([tellWorkers(), forgetPages(), forgetDone()]));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches?.("form[action$='/logout/']") || event.defaultPrevented) return;
  event.preventDefault();
  forget().finally(() => form.submit());
});
if (document.querySelector("input[type=password]")) forget();
