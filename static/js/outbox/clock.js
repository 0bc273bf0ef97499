/* How far this phone's clock is from the server's. Nothing is refused on a guess: the offset goes with each row, and
   the server says what is more than two minutes off. */

const OLD = 10 * 60_000;

/* `16:09` on the compound's wall, as the server writes it beside: a phone may have been set to another zone. `at`: a Date. */
export function timeOf(at, zone = globalThis.document?.querySelector("[data-zone]")?.dataset.zone) {
  const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  try {
    return new Intl.DateTimeFormat("en-GB", { ...form, timeZone: zone || undefined }).format(at);
  } catch {
    return new Intl.DateTimeFormat("en-GB", form).format(at);
  }
}

export class Clock {
  /* `known`: {offset_ms, within_ms, at} as `sample` left it, from the store. `phone`: this phone's clock, in ms. */
  constructor({ known = null, phone = () => Date.now() } = {}) {
    this.phone = phone;
    this.known = known;
  }

  now() {
    return this.phone();
  }

  /* Server minus phone, in ms; 0 while nobody has said. */
  get offset_ms() {
    return this.known?.offset_ms ?? 0;
  }

  get age_ms() {
    return this.known ? Math.max(0, this.phone() - this.known.at) : null;
  }

  /* The moment of an event on the server's clock. */
  event(at) {
    return at + this.offset_ms;
  }

  /* The server said `told` (ISO) to a question asked at `sent` and answered at `received`: it was so in the middle,
     give or take half the way. A slower answer that agrees with a better one says nothing new. */
  sample(told, sent, received) {
    const server = Date.parse(told);
    if (!Number.isFinite(server) || received < sent) return false;
    const within_ms = (received - sent) / 2;
    const offset_ms = Math.round(server - (sent + within_ms));
    const agrees = this.known && Math.abs(this.known.offset_ms - offset_ms) <= within_ms;
    if (agrees && this.known.within_ms < within_ms && received - this.known.at < OLD) {
      this.known = { ...this.known, checked_at: received };
      return false;
    }
    this.known = { offset_ms, within_ms, at: received, checked_at: received };
    return true;
  }
}
