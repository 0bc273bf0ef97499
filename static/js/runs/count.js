/* Counting bags on the way: the large keypad, what is missing said at once, counts shown before the server has them.

   <form data-count>   box `bags` with data-expected, [data-keys] with buttons data-key, [data-differs] with its two sentences
   <a data-place data-expected>   one place; [data-counted] says "38/40" */

import { work } from "../outbox/session.js";

const form = document.querySelector("form[data-count]");

if (form) {
  const box = form.elements.bags;
  const keys = form.querySelector("[data-keys]");
  const differs = form.querySelector("[data-differs]");

  const say = () => {
    const missing = Number(box.dataset.expected) - Number(box.value);
    differs.hidden = box.value === "" || missing === 0;
    const sentence = missing > 0 ? differs.dataset.wordMissing : differs.dataset.wordOver;
    if (!differs.hidden) differs.textContent = sentence.replace("{n}", Math.abs(missing));
  };

  keys.hidden = false;
  keys.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key) return;
    if (key === "clear") box.value = "";
    else if (key === "back") box.value = box.value.slice(0, -1);
    else if (box.value.length < box.maxLength) box.value = `${box.value}${key}`.replace(/^0+(?=\d)/, "");
    say();
  });
  box.addEventListener("input", say);
  say();

  // Written down: the next place that nobody has counted.
  form.addEventListener("act:made", () => {
    form.reset();
    say();
    const next = [...document.querySelectorAll("[data-place]")].find((place) => !place.querySelector("[data-counted]").textContent.trim().match(/^\d/));
    (next ?? document.querySelector("[data-place][aria-current]"))?.focus();
  });
}

const session = await work;
const batch = form?.elements.batch.value;

session?.show("handover", ({ body, state, at }) => {
  if (body.batch !== batch) return;
  const place = document.querySelector(`[data-place="${CSS.escape(body.place)}"]`);
  if (!place || Number(place.dataset.shown ?? 0) > at.getTime()) return;
  place.dataset.shown = at.getTime();
  const counted = place.querySelector("[data-counted]");
  counted.textContent = `${body.bags}/${place.dataset.expected}${state === "unsent" ? " ⏱" : ""}`;
});
