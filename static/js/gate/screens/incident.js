/* 事件: somebody rushed the gate or was abusive. The second tap writes it down. */

import { el } from "../element.js";
import { sound } from "../sound.js";
import { t } from "../words.js";
import { headed, roomEntry } from "./parts.js";

const KINDS = ["rushed", "abuse", "climbed"];

export function incident(app, { room: known = "" }) {
  const room = roomEntry(app, { text: known, onEnter: null, goWord: null, label: t("room_if_known") });
  async function write(kind, note) {
    try {
      await app.session.incident({ kind, room: room.found()?.room ?? (room.text || null), note });
    } catch (error) {
      app.failed(error);
      return;
    }
    sound("tick");
    app.finish({ sign: "check", text: t("incident_noted", { kind: t(`incident_${kind}`) }) });
  }
  async function other() {
    const note = await app.ask(t("incident_what"), []);
    if (note) write("other", note);
  }
  return {
    element: headed(
      app, t("incident"), el("p", {}, t("incident_text")),
      el("div.reasons", { role: "group", "aria-label": t("incident_what") },
        KINDS.map((kind) => el("button.big.big--ink", { onclick: () => write(kind, ""), "data-kind": kind }, t(`incident_${kind}`))),
        el("button.big", { onclick: other, "data-kind": "other" }, t("incident_other"))),
      el("div.push", {}, room.element, room.pad),
    ),
    typed: (char) => room.press(char.toUpperCase()),
    erased: () => room.back(),
    escaped: () => app.home(),
  };
}
