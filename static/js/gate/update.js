/* The worker that keeps the page on the phone, and how a new version of the page gets there: the new worker fetches
   everything, waits, and takes over when nobody has touched the phone for a minute. Between two people, not during one. */

const QUIET = 60_000;
const LOOK_EVERY = 30 * 60_000;
const TOUCHES = ["pointerdown", "keydown", "input"];

export class WorkerUpdate {
  #ends = [];
  #registration = null;
  #isOld = false;
  #touched = Date.now();

  constructor({ onChange, view = globalThis }) {
    this.onChange = onChange;
    this.view = view;
    this.isWaiting = false;
  }

  /* Over plain http there is no worker: the page is then what the server gives. */
  async start() {
    const workers = this.view.navigator?.serviceWorker;
    if (!workers || !this.view.isSecureContext) return;
    const touch = () => {
      this.#touched = Date.now();
    };
    for (const name of TOUCHES) {
      this.view.addEventListener(name, touch, { passive: true, capture: true });
      this.#ends.push(() => this.view.removeEventListener(name, touch, { capture: true }));
    }
    // The worker of a newer page has taken over, at this tab's wish or another's.
    const taken = () => {
      this.#isOld = true;
      this.#look();
    };
    workers.addEventListener("controllerchange", taken);
    this.#ends.push(() => workers.removeEventListener("controllerchange", taken));
    try {
      this.#registration = await workers.register("worker.js", { scope: "./", updateViaCache: "none" });
    } catch {
      return;
    }
    const look = () => this.#look();
    // A page that nobody sees changes at once.
    this.view.document.addEventListener("visibilitychange", look);
    this.#ends.push(() => this.view.document.removeEventListener("visibilitychange", look));
    this.#registration.addEventListener("updatefound", () => this.#registration.installing?.addEventListener("statechange", look));
    const timers = [setInterval(() => this.#look(), QUIET / 4), setInterval(() => this.#registration.update().catch(() => {}), LOOK_EVERY)];
    this.#ends.push(() => timers.forEach(clearInterval));
    this.#look();
  }

  #look() {
    const waiting = this.#registration?.waiting;
    if (this.isWaiting !== Boolean(waiting)) {
      this.isWaiting = Boolean(waiting);
      this.onChange();
    }
    const isQuiet = Date.now() - this.#touched > QUIET || this.view.document.visibilityState === "hidden";
    if (isQuiet && this.#isOld) {
      this.close();
      this.view.location.reload();
    } else if (isQuiet && waiting) {
      waiting.postMessage("take over");
    }
  }

  close() {
    for (const end of this.#ends.splice(0)) end();
  }
}
