/* <div data-shown-when="#id_source=">  is shown while the control #id_source has just that value ('' here).
   Without this module it stands there always: a box too many does no harm. */

for (const part of document.querySelectorAll("[data-shown-when]")) {
  const [selector, value] = part.dataset.shownWhen.split("=");
  const control = document.querySelector(selector);
  if (!control) continue;
  const follow = () => (part.hidden = control.value !== value);
  control.addEventListener("change", follow);
  follow();
}
