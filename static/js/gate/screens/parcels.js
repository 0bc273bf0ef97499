/* 快递 at the outer line: dropped, disinfected, handed over. */

import { el, fill, icon } from "../element.js";
import { sound } from "../sound.js";
import { t, time, wordsOf } from "../words.js";
import { headed, roomEntry } from "./parts.js";

export function parcels(app) {
  let count = 1;
  let list = [];
  const rows = el("ul.parcels", {});
  const status = el("p.empty-line", { role: "status" });
  const number = el("output.count", { "aria-label": t("count"), "data-count": true }, "1");
  const step = (by) => {
    count = Math.min(99, Math.max(1, count + by));
    number.textContent = String(count);
  };
  const room = roomEntry(app, { onEnter: drop, label: t("building_or_room"), goWord: t("drop") });

  async function act(parcel) {
    try {
      await app.session.parcel(parcel);
      sound("tick");
    } catch (error) {
      sound("refuse");
      status.textContent = wordsOf(error);
      return;
    }
    await draw();
  }
  async function drop(text, person) {
    const name = person?.room ?? text;
    const isDoor = person !== null || name.includes("-");
    await act({ action: "drop", building: isDoor ? name.split("-")[0] : name.replace(/-$/, ""), room: isDoor ? name : null, count });
    room.clear();
    count = 1;
    step(0);
  }
  async function away(parcel) {
    const reason = await app.ask(t("withdraw_why"), ["mistake", "returned"].map((key) => [t(`withdraw_${key}`), t(`withdraw_${key}`)]));
    if (reason) act({ id: parcel.id, action: "withdraw", reason });
  }
  const row = (parcel) => el(
    "li.parcel", { "data-parcel": parcel.id },
    el("p.parcel-where", {}, el("b", {}, parcel.room ?? t("building_name", { building: parcel.building })), el("span", {}, t("pieces", { count: parcel.count })),
      el("small.quiet", {}, [parcel.dropped_at && t("dropped_at", { time: time(parcel.dropped_at) }), parcel.disinfected_at && t("disinfected_at", { time: time(parcel.disinfected_at) })].filter(Boolean).join(" · "))),
    el("div.parcel-steps", {},
      !parcel.disinfected_at && el("button.big.big--ink", { onclick: () => act({ id: parcel.id, action: "disinfect" }), "data-step": "disinfect" }, t("disinfect")),
      el(`button.big${parcel.disinfected_at ? ".big--ink" : ""}`, { onclick: () => act({ id: parcel.id, action: "hand_over", to: parcel.room ?? "" }), "data-step": "hand_over" }, t("hand_over")),
      el("button.big.big--quiet", { onclick: () => away(parcel), "aria-label": t("withdraw") }, icon("more"))),
  );
  async function draw() {
    try {
      list = await app.session.parcels();
      status.textContent = list.length ? t("waiting_parcels", { count: list.reduce((sum, parcel) => sum + (parcel.count ?? 1), 0) }) : t("no_parcels");
    } catch (error) {
      status.textContent = wordsOf(error);
    }
    fill(rows, list.map(row));
  }
  return {
    element: headed(
      app, t("parcels"),
      el("div.parcels-drop", {}, room.element,
        el("div.stepper", { role: "group", "aria-label": t("count") },
          el("button.big", { onclick: () => step(-1), "aria-label": t("one_less") }, icon("minus")), number, el("button.big", { onclick: () => step(1), "aria-label": t("one_more") }, icon("plus"))), room.pad),
      el("div.parcels-list", {}, el("h2", {}, t("waiting_at_line")), status, rows),
    ),
    start: draw,
    typed: (char) => room.press(char.toUpperCase()),
    erased: () => room.back(),
    entered: () => room.enter(),
    escaped: () => app.home(),
  };
}
