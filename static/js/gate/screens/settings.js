/* The gate this phone stands at, how the page looks, and the end of duty. */

import { el, icon } from "../element.js";
import { language, t, when } from "../words.js";
import { headed } from "./parts.js";

export function settings(app) {
  const { binding, status } = app.session;
  const choice = (label, options, current, pick) => el(
    "div.choice", { role: "group", "aria-label": label }, el("h2", {}, label),
    el("div.choice-row", {}, options.map(([value, text, more = {}]) =>
      el("button.big", { "aria-pressed": String(value === current), onclick: () => pick(value), "data-value": value, ...more }, text))));
  const again = () => app.go("settings");
  async function leave() {
    const sure = await app.ask(t("leave_title"), [["yes", t("leave_yes")]], false);
    if (!sure) return;
    try {
      await app.session.leave();
      app.go("ended");
    } catch (error) {
      app.failed(error);
    }
  }
  return {
    element: headed(
      app, t("gate_and_page"),
      el("p", {}, binding ? t("bound_to", { compound: binding.compound.name, until: when(binding.ends_at) }) : ""),
      binding && choice(t("which_gate"), binding.gates.map((name) => [name, name]), binding.gate, async (name) => {
        await app.session.setGate(name);
        app.home();
      }),
      choice(t("language"), [["zh-hans", "中文", { lang: "zh-Hans" }], ["en", "English", { lang: "en" }]], language(), (name) => app.setLanguage(name).then(again)),
      choice(t("text_size"), [["standard", t("text_standard")], ["elder", t("text_large")]], app.view, (name) => (app.setLook("view", name), again())),
      choice(t("brightness"), [["auto", t("as_device")], ["light", t("light")], ["dark", t("dark")]], app.theme, (name) => (app.setLook("theme", name), again())),
      el("p.quiet", {}, status.stored ? t("stored") : t("not_stored")),
      el("button.big", { onclick: leave, "data-leave": true }, icon("leave"), t("leave")),
    ),
    escaped: () => app.home(),
  };
}
