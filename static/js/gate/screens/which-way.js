/* The lane and the copy do not agree: whoever is outside wants out, or whoever is inside wants in. One question, and
   nobody is judged before it is answered. What the guard taps holds for this person; the lane stays. */

import { el, icon } from "../element.js";
import { sound } from "../sound.js";
import { t, when } from "../words.js";
import { tokenIn } from "./between.js";

/* params: {request, place: session.whereabouts} */
export function whichWay(app, { request, place }) {
  const line = place.isOutside
    ? t(place.outside_since ? "is_outside_since" : "is_outside", { when: place.outside_since ? when(place.outside_since) : "" })
    : t("is_inside");
  const answer = (direction, sign, word) => el(
    "button.big.which-answer", { onclick: () => app.judge({ ...request, direction, sure: true }), "data-way": direction }, icon(sign), t(word));
  const name = request.by === "plate" ? request.text : place.room ?? "";
  return {
    element: el(
      "section.which", { "data-which": place.isOutside ? "outside" : "inside" },
      el("div.which-field", {},
        el("p.which-room", { "data-room": true }, el("b", {}, name), place.surname && request.by !== "plate" ? el("span", {}, place.surname) : null),
        el("p.which-kind", {}, t(`kind_${place.kind}`)),
        el("h1.which-line", { tabindex: -1 }, line)),
      el("div.which-answers", { role: "group", "aria-label": t("which_way") },
        answer("in", "enter", place.isOutside ? "came_back" : "comes_in"),
        answer("out", "leave", place.isOutside ? "another_goes" : "wants_out"),
        el("button.big.big--quiet", { onclick: () => app.home(), "data-back": true }, icon("left"), t("back"))),
    ),
    start() {
      sound("look");
      app.cry([name, line].filter(Boolean).join("。"));
      this.element.querySelector("h1").focus({ preventScroll: true });
    },
    entered(text) {
      const token = tokenIn(text);
      if (!token) return false;
      app.judge({ by: "pass", text: token, direction: app.lane });
      return true;
    },
    escaped: () => app.home(),
  };
}
