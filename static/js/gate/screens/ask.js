/* A question with a handful of answers, one tap each, and a line for what none of them says. */

import { el, icon } from "../element.js";
import { t } from "../words.js";

/* → the reason in words, or null when nothing was chosen. `reasons`: [[value, text]]; free: a line of one's own too. */
export function askReason(title, reasons, free = true) {
  return new Promise((resolve) => {
    const close = (value) => {
      dialog.close?.();
      dialog.remove();
      resolve(value);
    };
    const own = el("input.input", { id: "ask-own", maxlength: 100, autocomplete: "off", enterkeyhint: "done" });
    const send = (event) => {
      event.preventDefault();
      if (own.value.trim()) close(own.value.trim());
    };
    const dialog = el(
      "dialog.ask", { "aria-labelledby": "ask-title", oncancel: (event) => (event.preventDefault(), close(null)) },
      el("h2", { id: "ask-title" }, title),
      el("div.ask-answers", {}, reasons.map(([value, text]) => el("button.big", { onclick: () => close(value), "data-answer": value }, text))),
      free && el("form.ask-own", { onsubmit: send }, el("label", { for: "ask-own" }, t("other_reason")),
        el("div.ask-line", {}, own, el("button.big.big--ink", { type: "submit" }, t("ok")))),
      el("button.big.big--quiet", { onclick: () => close(null) }, icon("left"), t("back")),
    );
    document.body.append(dialog);
    if (dialog.showModal) dialog.showModal();
    else dialog.setAttribute("open", "");
  });
}
