/* 紧急: the second of two taps is the reason, and the way is free. Who it is may be typed before or named afterwards. */

import { el } from "../element.js";
import { t } from "../words.js";
import { tokenIn } from "./between.js";
import { headed, roomEntry } from "./parts.js";

const REASONS = ["fever", "heart", "birth", "injury", "breath", "other"];

/* params: {room} from the keypad, or {request} of the person who was refused a moment ago. */
export function emergency(app, { room: known = "", request = null }) {
  let token = request?.by === "pass" ? request.text : "";
  const who = el("p.entry-who", { "data-scanned": true });
  const room = roomEntry(app, { text: known, onEnter: null, goWord: null, label: t("room_if_known") });
  const go = (reason) => {
    const person = room.text ? { by: "room", text: room.found()?.room ?? room.text } : token ? { by: "pass", text: token } : { by: "room", text: "" };
    app.judge({ ...person, direction: "out", kind: "emergency", action: "emergency", reason });
  };
  if (token && !known) who.textContent = t("pass_scanned");
  return {
    element: headed(
      app, t("emergency"),
      el("p", {}, t("emergency_text")),
      el("div.reasons", { role: "group", "aria-label": t("emergency_why") },
        REASONS.map((name) => el("button.big.big--ink", { onclick: () => go(t(`emergency_${name}`)), "data-reason": name }, t(`emergency_${name}`)))),
      el("div.push", {}, room.element, who, room.pad),
    ),
    typed: (char) => room.press(char.toUpperCase()),
    erased: () => room.back(),
    escaped: () => app.home(),
    entered(text) {
      const found = tokenIn(text);
      if (!found) return;
      token = found;
      room.clear();
      who.textContent = t("pass_scanned");
    },
  };
}
