/* The one door to the server. An answer is JSON from our own API; whatever else comes back (a hotel's login page, a
   proxy's error, nothing in time) means that the server could not be reached. */

/* `status` is there when somebody answered, 5xx or something that is not ours. */
export class Unreachable extends Error {
  constructor(message, status = null) {
    super(message);
    this.status = status;
  }
}

// So long after a request found no network the next one is not worth waiting for.
const AWAY_MS = 5_000;

export class Server {
  #failed_at = null;

  /* `scheme` of the token; where a page shows who it is by a cookie: null, `credentials` and `headers()`. */
  constructor({ base, language = () => "zh-hans", phone = () => Date.now(), fetch = null, credentials = "omit", scheme = "Device", headers = () => ({}) }) {
    this.base = base;
    this.credentials = credentials;
    this.scheme = scheme;
    this.headers = headers;
    this.language = language;
    this.phone = phone;
    this.fetch = fetch ?? ((...given) => globalThis.fetch(...given));
    // null: nobody has asked yet.
    this.reached = null;
    this.onReached = () => {};
  }

  /* The network has just failed. A server that was slow or in trouble is asked again. */
  get isAway() {
    const since = this.#failed_at === null ? Infinity : this.phone() - this.#failed_at;
    return since >= 0 && since < AWAY_MS;
  }

  /* → {status, json, sent, received}; `status` is any whose body is JSON of ours. Throws Unreachable. */
  async ask(method, path, { token = null, body = null, timeout_ms = 20_000 } = {}) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), timeout_ms);
    const headers = { Accept: "application/json", "Accept-Language": this.language(), ...this.headers() };
    if (token && this.scheme) headers.Authorization = `${this.scheme} ${token}`;
    const isForm = globalThis.FormData && body instanceof FormData;
    if (body && !isForm) headers["Content-Type"] = "application/json";
    const sent = this.phone();
    try {
      const response = await this.fetch(this.base + path, {
        method, headers, body: body && (isForm ? body : JSON.stringify(body)), signal: stop.signal,
        credentials: this.credentials, cache: "no-store", redirect: "error", referrerPolicy: "no-referrer",
      });
      const received = this.phone();
      if (response.status >= 500) throw new Unreachable(`${response.status}`, response.status);
      const json = response.status === 204 ? {} : await response.json();
      if (!response.ok && !json?.error?.code) throw new Unreachable("not our error");
      this.#failed_at = null;
      this.#met(true);
      const wait = Number(response.headers.get("Retry-After")) || 0;
      return { status: response.status, json, sent, received, wait_ms: wait * 1000 };
    } catch (error) {
      // A 5xx is from a server, but no help: for whoever holds the phone it is away.
      // A fetch that was refused is a TypeError; one that took too long is an AbortError.
      if (error instanceof TypeError) this.#failed_at = this.phone();
      this.#met(false);
      throw error instanceof Unreachable ? error : new Unreachable(String(error?.name ?? error));
    } finally {
      clearTimeout(timer);
    }
  }

  #met(reached) {
    const changed = this.reached !== reached;
    this.reached = reached;
    if (changed) this.onReached(reached);
  }
}
