/* The end of duty: that everything has been sent, or how much has not. */

import { el, icon } from "../element.js";
import { t } from "../words.js";

export function ended(app) {
  const line = el("p.ended-line", { role: "status", "data-ended": true });
  const more = el("p", {});
  const draw = () => {
    const { unsent } = app.session.status;
    line.textContent = unsent ? t("ended_unsent", { count: unsent }) : t("ended_all_sent");
    more.textContent = unsent ? t("ended_keep_open") : "";
  };
  draw();
  return {
    element: el(
      "section.screen.ended", {}, icon("check", "ended-sign"), el("h1", { tabindex: -1 }, t("duty_over")), line, more,
      el("button.big", { onclick: () => app.go("bind"), "data-bind-again": true }, t("bind_again"))),
    start() {
      this.element.querySelector("h1").focus({ preventScroll: true });
    },
    changed: draw,
  };
}
