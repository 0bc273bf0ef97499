/* Three quarters of the screen say one word. Below it what the thumb does next: the temperature, or what else there is. */

import { el, icon } from "../element.js";
import { temperaturePad } from "../keypad.js";
import { sound } from "../sound.js";
import { sentence, t, time, whenOrDay } from "../words.js";
import { EFFECTS } from "../effects.js";
import { leftOf } from "./countdown.js";
import { tokenIn } from "./between.js";
import { personLine, unitHint } from "./parts.js";

const LOOKS = {
  allow: { sign: "check", word: "allow" },
  refuse: { sign: "cross", word: "refuse" },
  recheck: { sign: "clock", word: "recheck" },
  look: { sign: "bang", word: "look" },
  pending: { sign: "more", word: "pending" },
};
const READINGS = 3;

const lookOf = (answer, { isOver, isDecided }) =>
  (!answer ? "pending" : isOver ? "refuse" : answer.amber && !isDecided ? "look" : answer.verdict);

/* What is said in the field: the reasons that made the verdict first, then the others. */
function sentencesOf(answer) {
  const strong = (reason) => (reason.effect === answer.verdict ? 0 : reason.effect === "warn" ? 1 : 2);
  const reasons = [...answer.reasons].sort((a, b) => strong(a) - strong(b));
  // What an emergency or the guard's word has lifted is for the record, not for the person who goes.
  const lifted = ({ code, effect }) => effect === "inform" && ["refuse", "recheck"].includes(EFFECTS[code]?.[answer.direction]);
  return reasons.filter((reason) => !lifted(reason)).map((reason) => sentence(reason, answer)).filter(Boolean);
}

function nextLine(answer) {
  if (answer.direction !== "out" || answer.verdict !== "allow" || answer.amber || !answer.next_out_at) return "";
  return t("next_out", { when: whenOrDay(answer.next_out_at) });
}

/* When they are to be back, of an exit that has a longest time. */
const isExit = (answer) => answer?.direction === "out" && answer.verdict === "allow" && !answer.amber;
const backLine = (answer) => (isExit(answer) && answer.due_at ? t("back_by", { time: time(answer.due_at) }) : "");

/* Whom the guard has before them: the plate of a car, the room, what was typed where nothing is known. */
function nameOf(answer, request) {
  if (request?.by === "plate") return { name: request.text, beside: personLine(answer) };
  const typed = request?.by === "room" ? request.text : "";
  // The phone's copy has no names of visitors, and the household's name is not theirs.
  const isVisitor = answer.kind === "visitor" && answer.from === "phone";
  return { name: answer.room || typed, beside: isVisitor ? t("kind_visitor") : answer.surname ?? "" };
}

/* params: {request} while it is asked; {request, answer, first?, measured?, isDecided?}; {waiting} from the list of those who wait.
   isDecided: the guard has said 放行 to somebody at whom to look closely. */
export function verdict(app, params) {
  const { waiting: called } = params;
  const request = params.request ?? called?.request ?? null;
  const answer = params.answer ?? (called ? { ...called, verdict: "recheck", amber: false, reasons: [], direction: called.request.direction } : null);
  const first = params.first ?? called?.id ?? answer?.id;
  const entry = () => app.waiting.get(first);
  const isOver = answer?.verdict === "recheck" && (entry()?.attempts ?? 1) >= READINGS;
  const isDoubtful = Boolean(answer?.amber && answer.direction === "in" && answer.verdict === "allow" && !params.isDecided);
  const look = lookOf(answer, { isOver, isDecided: params.isDecided });
  const minutesLeft = el("b.verdict-timer", { role: "timer", "data-timer": true });
  let busy = false;

  const { isDecided } = params;
  const again = (more = {}) => app.show({ request, answer, first, isDecided, ...more });

  const codes = answer?.reasons.map((reason) => reason.code) ?? [];
  const isLow = codes.includes("reading_implausible") && !codes.includes("fever");

  /* ── a reading ── */
  async function measured(temperature) {
    if (busy) return;
    busy = true;
    sound("tick");
    let result;
    try {
      result = await app.session.reading({ refers_to: first, temperature, method: app.method });
    } catch (error) {
      app.failed(error);
      return;
    }
    result = { room: answer.room, surname: answer.surname, kind: answer.kind, direction: answer.direction, ...result };
    for (const name of ["room", "surname", "kind", "direction"]) result[name] ??= answer[name];
    const line = `${personLine(answer) || t("person")} · ${t("celsius", { temperature })}`;
    if (result.verdict === "recheck") {
      const fever = result.reasons.find((reason) => reason.code === "fever");
      const minutes = Number(fever?.params?.minutes ?? (fever ? 5 : 0));
      app.waiting.again({ id: first, room: answer.room, surname: answer.surname, kind: answer.kind, request, minutes, now: Date.now() });
      app.show({ request, answer: result, first, temperature, isDecided });
      return;
    }
    const wasWaiting = entry();
    app.waiting.drop(first);
    // What the guard has seen already needs no second look; anything else does.
    if (!wasWaiting && result.verdict === answer.verdict) app.finish({ sign: "check", text: t("recorded", { line }) });
    else app.show({ request, answer: result, first, measured: temperature, isDecided });
  }

  const isEmergency = request?.action === "emergency";
  const pad = (onSkip) => temperaturePad({
    method: () => app.method, onMethod: app.setMethod, onTemperature: measured, onSkip, isIll: isEmergency,
  });
  const next = (kind = "big.big--ink") => el(`button.${kind}`, { onclick: () => app.home(), "data-next": true }, t("next_person"));

  /* ── what else the guard may do ── */
  async function override() {
    const reason = await app.ask(t("override_why"), ["led", "appointment", "work", "mistake"].map((key) => [t(`override_${key}`), t(`override_${key}`)]));
    if (reason) app.judge({ ...request, override: reason });
  }
  async function undo() {
    const reason = await app.ask(t("undo_why"), ["slip", "room", "stayed"].map((key) => [t(`undo_${key}`), t(`undo_${key}`)]));
    if (!reason) return;
    try {
      await app.session.undo({ refers_to: first, reason });
    } catch (error) {
      app.failed(error);
      return;
    }
    app.waiting.drop(first);
    app.finish({ sign: "undo", text: t("undone", { line: personLine(answer) }) });
  }
  async function turn() {
    const direction = answer.direction === "out" ? "in" : "out";
    await app.session.undo({ refers_to: first, reason: t("undo_direction") }).catch(() => {});
    app.judge({ ...request, direction, sure: true });
  }
  /* Somebody at whom to look closely was not let in: no entry is refused by a rule, so this one did not take place. */
  async function turnedAway() {
    try {
      await app.session.undo({ refers_to: first, reason: t("not_let_in") });
    } catch (error) {
      app.failed(error);
      return;
    }
    app.finish({ sign: "check", text: t("turned_away", { line: personLine(answer) || t("person") }) });
  }
  async function ended(outcome) {
    try {
      // Nobody is refused the way in: who came in stays in, whatever the reading.
      const verdict = answer.direction === "in" ? "recheck" : "refuse";
      await app.session.correct({ refers_to: first, verdict, reason: outcome });
    } catch (error) {
      app.failed(error);
      return;
    }
    app.waiting.drop(first);
    app.finish({ sign: "check", text: t(`outcome_${outcome}`, { line: personLine(answer) || t("person") }) });
  }

  function panel() {
    if (!answer) return [];
    const ways = {
      allow: () => (isDoubtful ? [el("div.pair.pair--equal", {},
        el("button.big.big--ink", { onclick: () => again({ isDecided: true, measured: params.measured }), "data-decide": "allow" }, icon("enter"), t("allow")),
        el("button.big.big--ink", { onclick: turnedAway, "data-decide": "refuse" }, icon("cross"), t("refuse")))]
        : params.measured ? [next()] : [pad(() => app.finish({ sign: "check", text: t("recorded", { line: personLine(answer) || t("person") }) }))]),
      refuse: () => [
        next(),
        el("div.pair", {},
          el("button.big", { onclick: override, "data-override": true }, t("override")),
          el("button.big", { onclick: () => app.go("emergency", { request, room: answer.room }), "data-emergency": true }, icon("aid"), t("emergency"))),
      ],
      recheck: () => {
        if ((called || isLow || params.measuring) && !isOver) return [pad(null)];
        return [
          !isOver && next(),
          !isOver && el("button.big", { onclick: () => again({ measuring: true }), "data-measure": true }, t("measure_now")),
          el("div.pair", {},
            el(`button.big${isOver ? ".big--ink" : ""}`, { onclick: () => ended("sent_home"), "data-outcome": "sent_home" }, icon("house"), t("send_home")),
            el(`button.big${isOver ? ".big--ink" : ""}`, { onclick: () => ended("hospital"), "data-outcome": "hospital" }, icon("aid"), t("send_hospital"))),
          isOver && el("button.big.big--quiet", { onclick: () => app.home(), "data-next": true }, t("next_person")),
        ];
      },
    };
    return ways[answer.verdict]().filter(Boolean);
  }

  /* ── the field ── */
  const hint = codes.includes("household_unknown") && request?.by === "room" ? unitHint(app, request.text) : "";
  const sentences = isOver ? [t("three_readings")] : answer && !isDecided ? [hint, ...sentencesOf(answer)].filter(Boolean) : [];
  const where = answer ? t(answer.direction === "out" ? "going_out" : "coming_in") : "";
  const small = answer && [
    isEmergency ? request.reason : "",
    isEmergency ? t("emergency_noted") : "",
    answer.from === "phone" ? t("by_phone") : "",
    answer.conflict ? t("conflict") : "",
    params.measured ? t("celsius", { temperature: params.measured }) : "",
  ].filter(Boolean);
  // A code that leads to nobody is of no kind.
  const isKnown = answer && (answer.room || answer.kind !== "household");
  // The one that is being typed counts; where nothing is typed, those that have been.
  const attempts = entry()?.attempts;
  const isTyped = Boolean(called || isLow || params.measuring);
  const about = answer?.verdict !== "recheck" || !attempts ? []
    : [isTyped ? t("attempt", { number: attempts + 1, of: READINGS }) : t("attempts_done", { number: attempts, of: READINGS })];
  const canTurn = answer && answer.verdict !== "recheck" && !params.measured && !isEmergency && !request?.override;
  const named = answer && nameOf(answer, request);
  const second = isDoubtful ? t("not_yet") : answer?.amber && !isDecided ? t(answer.verdict) : "";
  const field = el(
    "div.verdict-field", {},
    el("div.verdict-top", {},
      answer && !called ? el("button.over", { onclick: undo, "data-undo": true }, icon("undo"), t("undo")) : el("button.over", { onclick: () => app.home(), "aria-label": t("back") }, icon("left")),
      el("span"),
      canTurn ? el("button.over", { onclick: turn, "data-turn": true }, icon("again"), t(answer.direction === "out" ? "is_coming_in" : "is_going_out")) : el("span")),
    icon(look !== "allow" ? LOOKS[look].sign : isEmergency ? "aid" : answer.direction === "in" ? "enter" : LOOKS.allow.sign, "verdict-sign"),
    el("div.verdict-head", {},
      el("h1.verdict-word", { tabindex: -1, "data-verdict": answer?.verdict ?? "pending", "data-word": true }, t(LOOKS[look].word)),
      answer && el("span.verdict-way", { "data-way": answer.direction }, icon(answer.direction === "in" ? "enter" : "leave"), where)),
    second && el("p.verdict-second", { "data-second": answer.verdict }, second),
    named && (named.name || named.beside) && el("p.verdict-room", { "data-room": true }, el("b", {}, named.name), named.beside ? el("span", {}, named.beside) : null),
    backLine(answer) && el("p.verdict-back", { "data-back-by": true }, backLine(answer)),
    answer && el("p.verdict-kind", {}, [isKnown ? t(`kind_${answer.kind}`) : "", ...small].filter(Boolean).join(" · ")),
    answer?.verdict === "recheck" && entry() && !isOver && minutesLeft,
    about.map((line) => el("p.verdict-kind", {}, line)),
    sentences.slice(0, 3).map((line, n) => el(n ? "p.verdict-more" : "p.verdict-why", n ? {} : { "data-why": true }, line)),
    nextLine(answer ?? {}) && el("p.verdict-more", {}, nextLine(answer)),
  );
  const tick = () => {
    const person = entry();
    if (person) minutesLeft.textContent = leftOf(person);
  };
  tick();

  return {
    element: el("section.verdict", { "data-look": look, "data-direction": answer?.direction ?? null, "data-from": answer?.from ?? "", "data-panel": answer ? "" : null }, field, answer && el("div.verdict-panel", {}, panel())),
    start() {
      if (!answer || params.told) return;
      params.told = true;
      if (!called && !params.measuring) {
        sound(look);
        app.cry([t(LOOKS[look].word), second || (answer.verdict === "allow" ? where : ""), personLine(answer), sentences[0] ?? ""].filter(Boolean).join("。"));
      }
      this.element.querySelector("h1").focus({ preventScroll: true });
    },
    ticked: tick,
    // A scanner that types does not wait for the temperature of the person before; a keyboard may type 36.5.
    entered(text) {
      const token = tokenIn(text);
      const degrees = /^(\d\d)[.,]?(\d)$/.exec(text);
      if (token) app.judge({ by: "pass", text: token, direction: app.lane });
      else if (degrees && this.element.querySelector("[data-tenth]")) measured(`${degrees[1]}.${degrees[2]}`);
      else return false;
      return true;
    },
    escaped: () => app.home(),
  };
}
