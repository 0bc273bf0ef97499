/* The gate's outbox: rows of checks, incidents and parcels (../outbox/outbox.js), and what only a verdict needs.

   A row's `saw` is what the guard was shown, its `mark` what it means for the next decision (passages.js); a check that has
   been acted on has the phone's verdict in `body.verdict`. Done rows serve undo, today's count and the next decisions. */

import { newId, Outbox as Rows } from "../outbox/outbox.js";

export { newId };

const QUEUES = { check: ["checks", "checks"], incident: ["incidents", "incidents"], parcel: ["parcels", "parcels"] };

export class Outbox extends Rows {
  /* `correction`: the reason written with a correction of our own. */
  constructor({ correction = "decided_by_phone", ...given }) {
    super({ ...given, queues: QUEUES, lock: "shouwang-gate-flush" });
    this.correction = correction;
  }

  /* The server counts an undoing that asks it from when it comes. One that was written down and never asked (the page died,
     or was an older one) was done without the server, at its own time. */
  late(body) {
    return body.action === "undo" && !body.verdict ? { ...body, verdict: "allow" } : body;
  }

  /* What the guard saw stands; where the server has recorded something else (it got the question, its answer did not get
     here), the log is told with a row of its own, written in the same transaction. */
  settled(row, result) {
    // The code on somebody's card has done its work.
    if (row.body.pass) row.body = { ...row.body, pass: null };
    const saw = row.body.verdict;
    if (!saw || saw === result.verdict || row.what !== "check" || row.body.action === "correct") return null;
    row.differs = { server: result.verdict, phone: saw };
    return this.#correctionOf(row);
  }

  #correctionOf({ id, binding, compound, at, offset_age_ms, body, saw, mark }) {
    return {
      id: newId(), binding, compound, what: "check", at, offset_age_ms, state: "waiting", tries: 0, not_before: 0, saw, mark: mark && { refers_to: id },
      result: null, error: null, differs: null, done_at: null,
      // Of the moment at which the guard acted: a phone whose shift has ended may still say what was before its end.
      body: {
        id: null, action: "correct", refers_to: body.action === "reading" ? body.refers_to : id, at: body.at, direction: body.direction, gate: body.gate,
        verdict: body.verdict, clock_offset_ms: body.clock_offset_ms, reason: this.correction,
      },
    };
  }
}
