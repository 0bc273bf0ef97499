/* The last passages at this phone: measured late, undone within 15 minutes, or corrected. Always a new row. */

import { el, fill, icon } from "../element.js";
import { temperaturePad } from "../keypad.js";
import { sound } from "../sound.js";
import { t, time, wordsOf } from "../words.js";
import { headed, personLine, roomEntry } from "./parts.js";

// What may still be undone is all there, and a few older ones for a quiet gate.
const FEW = 5;
const UNDO_MS = 15 * 60_000;
const isYoung = (act) => Date.now() - +new Date(act.at) < UNDO_MS;
const nameOf = (act) => [act.plate, personLine(act)].filter(Boolean).join(" · ") || t("person");
const SIGNS = { allow: "check", refuse: "cross", recheck: "clock" };

export function passages(app) {
  const body = el("div.stack", {});
  const isPassage = (act) => ["check", "emergency"].includes(act.what);

  async function tell(work, line) {
    try {
      await work();
      sound("tick");
      app.finish({ sign: "check", text: line });
    } catch (error) {
      app.failed(error);
    }
  }
  async function undo(act) {
    const reason = await app.ask(t("undo_why"), ["slip", "room", "stayed"].map((key) => [t(`undo_${key}`), t(`undo_${key}`)]));
    if (reason) tell(() => app.session.undo({ refers_to: act.id, reason }), t("undone", { line: personLine(act) }));
  }
  async function correct(act) {
    const passed = act.verdict === "allow";
    // Nobody is refused the way in; who did not come in after all is undone.
    const other = passed ? act.direction === "out" && ["refuse", t("correct_stayed")] : ["allow", t("correct_let_in")];
    const choice = await app.ask(t("correct_what"), [other, ["room", t("correct_room")]].filter(Boolean), false);
    if (choice === "room") {
      otherRoom(act);
      return;
    }
    if (!choice) return;
    const reason = await app.ask(t("correct_why"), ["guard", "rushed", "mistake"].map((key) => [t(`correct_${key}`), t(`correct_${key}`)]));
    if (reason) tell(() => app.session.correct({ refers_to: act.id, verdict: choice, reason }), t("corrected", { line: personLine(act) }));
  }
  function otherRoom(act) {
    const room = roomEntry(app, {
      label: t("right_room"),
      onEnter: (text) => tell(
        () => app.session.correct({ refers_to: act.id, verdict: act.verdict, reason: t("undo_room"), room: text }), t("corrected", { line: text })),
    });
    fill(body, el("p", {}, t("right_room_of", { line: personLine(act) })), room.element, room.pad);
    typing = room;
  }
  async function measure(act) {
    const pad = temperaturePad({
      method: () => app.method, onMethod: app.setMethod, onSkip: null,
      onTemperature: async (temperature) => {
        try {
          const answer = await app.session.reading({ refers_to: act.id, temperature, method: app.method });
          const whole = { room: act.room, surname: act.surname, kind: act.kind, direction: act.direction, ...answer };
          if (answer.verdict === "recheck") {
            const minutes = Number(answer.reasons.find((reason) => reason.code === "fever")?.params?.minutes ?? 0);
            const request = { by: "room", text: act.room ?? "", direction: act.direction };
            app.waiting.again({ id: act.id, room: act.room, surname: act.surname, kind: act.kind, request, minutes, now: Date.now() });
            app.show({ request, answer: whole, first: act.id });
          } else app.finish({ sign: "check", text: t("recorded", { line: `${personLine(act)} · ${t("celsius", { temperature })}` }) });
        } catch (error) {
          app.failed(error);
        }
      },
    });
    fill(body, el("p.measure-who", {}, el("b", {}, personLine(act))), pad);
  }

  let typing = null;
  function row(act) {
    const way = t(act.direction === "in" ? "coming_in" : "going_out");
    return el(
      "li.act", { "data-act": act.id },
      el("p.act-line", {}, el(`span.act-sign.act-sign--${act.verdict}`, {}, icon(SIGNS[act.verdict] ?? "dot"), t(act.verdict === "undone" ? "was_undone" : act.verdict ?? "pending")), el("b", {}, nameOf(act)),
        el("small.quiet", {}, [time(act.at), way, act.state === "unsent" && t("not_sent"), act.differs && t("differs")].filter(Boolean).join(" · "))),
      el("div.act-steps", {},
        isYoung(act) && act.verdict !== "undone" && el("button.big", { onclick: () => undo(act), "data-undo": true }, icon("undo"), t("undo")),
        el("button.big", { onclick: () => correct(act), "data-correct": true }, icon("edit"), t("correct")),
        !["refuse", "undone"].includes(act.verdict) && el("button.big", { onclick: () => measure(act), "data-measure": true }, t("temperature"))),
    );
  }
  const aside = el("div.stack", {});
  async function drawAside() {
    const rows = await app.session.aside();
    fill(aside, rows.length && el("h2", {}, t("aside_title")), rows.map((each) => el(
      "div.problem", {}, el("p", {}, `${time(each.at)} · ${wordsOf(each.error)}`), el("button.big", { onclick: () => app.session.retry(each.id).then(drawAside) }, icon("again"), t("try_again")))));
  }
  const acts = app.session.recent().filter(isPassage).filter((act, n) => n < FEW || isYoung(act));
  fill(body, acts.length ? el("ul.acts", {}, acts.map(row)) : el("p.empty-line", {}, t("no_passages")));
  return {
    element: headed(app, t("last_passages"), body, aside),
    start: () => drawAside().catch(() => {}),
    typed: (char) => typing?.press(char.toUpperCase()),
    erased: () => typing?.back(),
    entered: () => typing?.enter(),
    escaped: () => app.home(),
  };
}
