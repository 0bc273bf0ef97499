/* Keys for a thumb in a glove: buttons only, so that no system keyboard covers half the screen.

   roomPad({press(char), back(), clear(), enter(), goWord, buildings})  digits, hyphen, letters, delete; without goWord no go
   platePad({…, length()})                                           province, letter, digits
   temperaturePad({method, onTemperature(text), onSkip, onMethod, isIll})
     36.5 is two taps: the degrees, then the tenth. Nothing is preselected: a hand that expects 36 would
     else write 36 for a fever. Seldom degrees, methods and "not measured" lie behind the fifth key. */

import { el, fill, icon } from "./element.js";
import { t } from "./words.js";

const LETTERS = [..."ABCDEFGHJKLMNPQRSTUVWXYZ"];
const PROVINCES = [..."沪苏浙皖鄂京津冀晋蒙辽吉黑闽赣鲁豫湘粤桂琼渝川贵云藏陕甘青宁新"];
export const METHODS = ["forehead", "ear", "wrist", "armpit"];

const key = (face, press, { kind = "", label = null, ...more } = {}) =>
  el(`button.key${kind ? `.key--${kind}` : ""}`, { onclick: press, "aria-label": label, ...more }, face);

function sideKeys({ back, clear, enter, goWord = t("go"), swap, swapFace, swapLabel }) {
  const erase = key(icon("left"), back, { kind: "quiet", label: t("erase") });
  // Held down it empties the line.
  let held = 0;
  erase.addEventListener("pointerdown", () => (held = setTimeout(clear, 600)));
  for (const over of ["pointerup", "pointerleave", "pointercancel"]) erase.addEventListener(over, () => clearTimeout(held));
  return {
    erase,
    swap: key(swapFace, swap, { kind: "quiet", label: swapLabel }),
    go: goWord ? key(goWord, enter, { kind: "go", "data-go": true }) : el("span"),
  };
}

function digits(press) {
  return Object.fromEntries([..."0123456789"].map((d) => [d, key(d, () => press(d), { "data-key": d })]));
}

export function roomPad({ press, back, clear, enter, goWord = null, buildings = [] }) {
  const pad = el("div.pad", { role: "group", "aria-label": t("keypad") });
  const letterPad = () => {
    const side = sideKeys({ back, clear, enter, goWord, swap: numbers, swapFace: "123", swapLabel: t("digits") });
    pad.className = "pad pad--letters";
    fill(pad, buildings.map((name) => key(name, () => (press(`${name}-`), numbers()), { kind: "chip", "data-key": name })),
      LETTERS.map((letter) => key(letter, () => (press(letter), numbers()), { "data-key": letter })), key("-", () => press("-"), { label: t("hyphen"), "data-key": "-" }),
      side.swap, side.erase, side.go);
  };
  function numbers() {
    const d = digits(press);
    const side = sideKeys({ back, clear, enter, goWord, swap: letterPad, swapFace: "ABC", swapLabel: t("letters") });
    pad.className = "pad";
    side.go.classList.add("key--tall");
    fill(pad, d[1], d[2], d[3], side.erase, d[4], d[5], d[6], side.swap, d[7], d[8], d[9], side.go,
      key([el("b", {}, "-"), el("small", {}, t("hyphen_short"))], () => press("-"), { label: t("hyphen"), "data-key": "-" }), d[0],
      key("00", () => press("00"), { label: t("double_zero") }));
  }
  numbers();
  return pad;
}

export function platePad({ press, back, clear, enter, length }) {
  const pad = el("div.pad", { role: "group", "aria-label": t("plate_keypad") });
  const provinces = () => {
    pad.className = "pad pad--letters";
    fill(pad, PROVINCES.map((name) => key(name, () => (press(name), letters()), { "data-key": name })),
      key(icon("left"), () => (back(), draw()), { kind: "quiet", label: t("erase") }));
  };
  const letters = () => {
    const side = sideKeys({ back: () => (back(), draw()), clear: () => (clear(), draw()), enter, swap: numbers, swapFace: "123", swapLabel: t("digits") });
    pad.className = "pad pad--letters";
    fill(pad, LETTERS.map((letter) => key(letter, () => (press(letter), numbers()), { "data-key": letter })), side.swap, side.erase, side.go);
  };
  function numbers() {
    const d = digits(press);
    const side = sideKeys({ back: () => (back(), draw()), clear: () => (clear(), draw()), enter, swap: letters, swapFace: "ABC", swapLabel: t("letters") });
    pad.className = "pad";
    side.go.classList.add("key--tall");
    fill(pad, d[1], d[2], d[3], side.erase, d[4], d[5], d[6], side.swap, d[7], d[8], d[9], side.go,
      el("span"), d[0], el("span"));
  }
  function draw() {
    ([provinces, letters][length()] ?? numbers)();
  }
  draw();
  return pad;
}

const USUAL = ["35", "36", "37", "38"];
const SELDOM = ["33", "34", "39", "40", "41"];
// Whoever is let out as an emergency is ill, or in no state to be measured.
const USUAL_ILL = ["36", "37", "38", "39", "40"];
const SELDOM_ILL = ["33", "34", "35", "41"];

export function temperaturePad({ method, onTemperature, onSkip, onMethod, isIll = false }) {
  const [usual, rare] = isIll ? [USUAL_ILL, SELDOM_ILL] : [USUAL, SELDOM];
  let whole = null;
  let seldom = false;
  const pad = el("div.degrees", { role: "group", "aria-label": t("temperature_keypad") });
  function pick(degrees) {
    whole = degrees;
    draw();
    pad.querySelector("[data-tenth]").focus({ preventScroll: true });
  }
  const degreesKey = (degrees) =>
    key([degrees, el("small", {}, ".")], () => pick(degrees), {
      kind: "degrees", label: t("degrees", { degrees }), "aria-pressed": String(whole === degrees), "data-degrees": degrees,
    });
  const tenthKey = (tenth) =>
    key(whole === null ? `.${tenth}` : [el("small", {}, `${whole}.`), el("b", {}, tenth)], () => onTemperature(`${whole}.${tenth}`), {
      kind: whole === null ? "rest" : "tenth", label: whole === null ? t("tenth_first") : `${whole}.${tenth}`, "data-tenth": tenth,
      disabled: whole === null,
    });
  function more() {
    seldom = !seldom;
    draw();
  }
  function draw() {
    const moreKey = key(icon(seldom ? "down" : "more"), more, { kind: "quiet", label: t("more"), "aria-expanded": String(seldom), "data-more": true });
    const skipKey = () => onSkip && key(t("not_measured"), onSkip, { kind: "chip", "data-skip": true });
    const head = el("p.degrees-head", {}, el("span", {}, t("temperature")), el("span.quiet", {}, t(`method_${method()}`)));
    if (!seldom) {
      const tenths = [..."0123456789"].map(tenthKey);
      if (!isIll) fill(pad, head, usual.map(degreesKey), moreKey, tenths);
      else fill(pad, head, usual.map(degreesKey), tenths, el("div.degrees-methods", {}, skipKey(), moreKey));
      return;
    }
    fill(
      pad, head, rare.map((degrees) => key([degrees, el("small", {}, ".")], () => { seldom = false; pick(degrees); }, { kind: "degrees", label: t("degrees", { degrees }), "data-degrees": degrees })),
      el("div.degrees-methods", { role: "group", "aria-label": t("method") },
        METHODS.map((name) => key(t(`method_${name}`), () => { onMethod(name); more(); }, { kind: "chip", "aria-pressed": String(method() === name) }))),
      el("div.degrees-methods", {}, skipKey(), key(t("back"), more, { kind: "chip", "data-more": true })),
    );
  }
  draw();
  return pad;
}
