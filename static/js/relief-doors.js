/* The doors of a relief round at the phone: what was ticked is shown at once, before the server knows of it. */

import { timeOf } from "./outbox/clock.js";
import { work } from "./outbox/session.js";

const doorOf = (room) => document.querySelector(`.relief-door[data-room="${CSS.escape(room)}"]`);

function draw(act) {
  const { do: what, room, relief, count } = act.body;
  const door = doorOf(room ?? "");
  if (!door || door.querySelector('input[name="relief"]').value !== relief) return;
  // What the server would not take has not changed the door; the status line says why.
  if (act.state === "aside") return;
  let outcome = what === "undo" ? "" : what;
  // Somebody's "nobody home" does not bring a parcel back that was handed out: as the server decides it.
  if (door.dataset.outcome === "handed" && (what === "nobody_home" || what === "refused")) outcome = "handed";
  door.dataset.outcome = outcome;
  door.querySelector("[data-open]").hidden = outcome !== "";
  const marked = door.querySelector("[data-marked]");
  marked.hidden = outcome === "";
  for (const chip of marked.querySelectorAll("[data-is]")) chip.hidden = chip.dataset.is !== outcome;
  const time = timeOf(act.at);
  const part = count && count !== door.dataset.due ? `${count}/${door.dataset.due} · ` : "";
  marked.querySelector("[data-said]").textContent = `${part}${time}`;
  marked.querySelector('[data-undo] input[name="of"]').value = act.id;
  countDoors();
}

function countDoors() {
  const doors = [...document.querySelectorAll(".relief-door")];
  const number = document.querySelector("#counts .counts-number");
  if (number) number.textContent = `${doors.filter((door) => door.dataset.outcome).length}/${doors.length}`;
}

const session = await work;
session?.show("relief", draw);
