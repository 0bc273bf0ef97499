/* Not bound: the coordinator's QR, or its ten characters by hand. Whoever comes by the QR has one button to press. */

import { el, icon } from "../element.js";
import { openScanner, readPhoto } from "../scanner.js";
import { sound } from "../sound.js";
import { setOffsets, t, when, wordsOf } from "../words.js";

// The address that the QR holds ends in the code; Crockford's digits, and the letters that are taken for them.
const CODE = /([0-9A-HJKMNP-TV-Z]{10})\/?$/;
const TAKEN_FOR = { O: "0", I: "1", L: "1", U: "V" };

export function codeIn(text) {
  const clean = text.normalize("NFKC").toUpperCase().replace(/[\s\-·.]/g, "").replace(/[OILU]/g, (letter) => TAKEN_FOR[letter]);
  return CODE.exec(clean)?.[1] ?? null;
}

export function bind(app) {
  const offered = app.session.offered ?? codeIn(location.hash) ?? "";
  // WeChat loses what is unsent: there nobody is led to bind at once.
  const isOffered = codeIn(offered) !== null && !app.isWeChat;
  const problem = el("p.problem", { role: "alert", "data-problem": true, hidden: true });
  const input = el("input.code", {
    id: "code", maxlength: 24, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", inputmode: "text", enterkeyhint: "go",
    value: offered,
  });
  const video = el("video", { muted: true, playsinline: true, "aria-label": t("scan_window") });
  const state = el("p.window-state");
  const open = el("button.big.big--ink", { onclick: () => scanner.start() }, icon("camera"), t("scan_coordinator"));
  let busy = false;

  async function send(text) {
    const code = codeIn(text);
    if (busy) return;
    problem.hidden = true;
    if (!code) {
      problem.textContent = t("code_has_ten");
      problem.hidden = false;
      return;
    }
    busy = true;
    try {
      await app.session.bind(code);
      history.replaceState(null, "", location.pathname);
      sound("allow");
      const { binding } = app.session;
      setOffsets(app.session.offsets);
      if (binding) app.done = { sign: "check", text: t("bound_now", { gate: binding.gate, until: when(binding.ends_at) }) };
      app.home();
    } catch (error) {
      sound("refuse");
      problem.textContent = wordsOf(error);
      problem.hidden = false;
      ways.hidden = false;
    } finally {
      busy = false;
    }
  }

  const scanner = openScanner(video, {
    onText: send,
    onState(name) {
      open.hidden = name === "on" || name === "starting";
      video.hidden = name !== "on";
      state.textContent = ["refused", "none", "insecure"].includes(name) ? t(`camera_${name}`) : "";
    },
  });
  const photo = el("input.visually-hidden", {
    type: "file", accept: "image/*", capture: "environment", id: "bind-photo",
    onchange: async () => photo.files[0] && send((await readPhoto(photo.files[0]).catch(() => null)) ?? ""),
  });
  const wechat = app.isWeChat && el(
    "div.problem.problem--wait", { role: "alert", "data-wechat": true }, el("b", {}, t("wechat_title")), el("p", {}, t("wechat_text")),
    el("p.address", {}, location.origin + location.pathname),
  );
  const ways = el(
    "div.bind-ways", { hidden: isOffered },
    el("p", {}, t("bind_text")),
    el("div.window", {}, video, state, open),
    el("label.big", { for: "bind-photo" }, icon("upload"), t("photo")), photo,
    el("form.bind-code", { onsubmit: (event) => (event.preventDefault(), send(input.value)) },
      el("label", { for: "code" }, t("code_label")), input,
      el("button.big", { type: "submit", "data-bind": isOffered ? null : true }, t("bind_go"))),
  );
  const atOnce = isOffered && el(
    "div.bind-once", {},
    el("p", {}, t("bind_once")),
    el("button.big.big--ink", { onclick: () => send(offered), "data-bind": true }, t("bind_go")),
    el("button.big.big--quiet", { onclick: () => (ways.hidden = false), "data-other-ways": true }, t("bind_otherwise")),
  );
  return {
    element: el(
      "section.screen.bind", {},
      el("h1", {}, t("bind_title")), wechat, atOnce, problem, ways,
      el("div.languages", {},
        el("button.big.big--quiet", { lang: "zh-Hans", onclick: () => app.setLanguage("zh-hans").then(() => app.home()) }, "中文"),
        el("button.big.big--quiet", { lang: "en", onclick: () => app.setLanguage("en").then(() => app.home()) }, "English")),
    ),
    start() {},
    stop: () => scanner.stop(),
    rest: () => scanner.stop(),
    entered: (text) => void send(text),
  };
}
