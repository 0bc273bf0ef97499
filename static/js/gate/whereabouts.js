/* Where somebody is by the phone's copy, so that the page can ask before it judges; and what a room lacks its unit for. */

import { decide } from "./rules.js";
import { cleanRoom } from "./roll.js";

/* asked: {by, text, kind?} → {room, surname, kind, isOutside, outside_since: Date|null}; null where nobody can say:
   not in the roll, or a visitor, who comes in first. */
export function whereaboutsOf(roll, { by, text, kind = "household" }, acts, { now, offset_ms }) {
  // The server takes 19-101 for the only 19-?-101 there is; so must the question.
  const who = roll.who({ by, text: by === "room" ? onlyRoomOf(roll, text) : text });
  const own = who.pass?.kind ?? kind;
  if ((!who.pass && (by !== "room" || !who.household)) || (own === "household" && !who.household)) return null;
  if (["visitor", "emergency"].includes(own)) return null;
  const facts = roll.facts({ who, by, text, direction: "in", kind, now, offset_ms, acts });
  // The rules know it: who comes in without having gone out is inside, also where an old return was missed.
  const isOutside = !decide(facts).reasons.some(({ code }) => code === "not_out");
  const open = own === "household" ? facts.household.outings.filter((outing) => outing.back === null).map((outing) => outing.out) : [facts.pass.outside_since];
  const since = isOutside && open.length ? Math.max(...open) : null;
  return { room: who.room, surname: who.surname, kind: own, isOutside, outside_since: since === null ? null : new Date(since) };
}

function onlyRoomOf(roll, text) {
  const [building, door, ...more] = cleanRoom(text).split("-");
  if (!door || more.length || roll.households.has(`${building}-${door}`)) return text;
  const rooms = [...roll.households.keys()].filter((room) => room.startsWith(`${building}-`) && room.split("-").length === 3 && room.endsWith(`-${door}`));
  return rooms.length === 1 ? rooms[0] : text;
}

/* 19-101 in a building whose rooms are 19-1-101: a room of it as it is written, the one that is meant if it is there. */
export function unitExampleOf(roll, text) {
  const [building, door, ...more] = cleanRoom(text).split("-");
  if (!building || !door || more.length || roll.households.has(`${building}-${door}`)) return null;
  const rooms = [...roll.households.keys()].filter((room) => room.startsWith(`${building}-`) && room.split("-").length === 3);
  return rooms.find((room) => room.endsWith(`-${door}`)) ?? rooms[0] ?? null;
}
