/* The line that says what has not been sent, in the words that components/outbox.html carries. */

import { timeOf } from "./clock.js";

const MINUTE = 60_000;
// A page that is older than this and has no network says so.
const OLD = 3 * MINUTE;

const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_all, name) => facts[name] ?? "");

export function statusLine(place, status, session) {
  const words = place.dataset;
  const line = place.querySelector("[data-outbox-line]");
  const said = [];
  const minutes = status.oldest === null ? 0 : Math.floor(Math.max(0, Date.now() - status.oldest) / MINUTE);
  if (status.unsent) said.push(fill(minutes ? words.wordUnsent : words.wordUnsentNow, { n: status.unsent, m: minutes }));
  if (status.photos) said.push(fill(words.wordPhotos, { n: status.photos }));
  if (status.blocked) said.push(["not_logged_in", "other_user"].includes(status.blocked.code) ? words.wordLogin : status.blocked.text);
  else if (status.offline) said.push(words.wordOffline);
  if (status.offline && status.age_ms > OLD) said.push(fill(words.wordAge, { m: Math.floor(status.age_ms / MINUTE) }));
  if (status.others) said.push(fill(words.wordOthers, { n: status.others }));
  if (status.isFailing) said.push(words.wordFull);
  const text = said.join(" · ");
  if (line.textContent !== text) line.textContent = text;
  place.hidden = !text && !status.aside.length;
  place.dataset.state = status.blocked || status.isFailing ? "no" : status.offline || status.unsent ? "wait" : "info";
  const login = place.querySelector("[data-outbox-login]");
  login.hidden = !["not_logged_in", "other_user"].includes(status.blocked?.code);
  drawAside(place, status.aside, session);
}

/* What the server would not take, with its reason: kept until somebody has read it. */
function drawAside(place, aside, session) {
  const list = place.querySelector("[data-outbox-aside]");
  const key = aside.map(({ id }) => id).join();
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...aside.map((act) => {
    const item = document.createElement("li");
    const time = timeOf(act.at);
    const text = document.createElement("span");
    text.textContent = `${time} ${act.error?.text ?? ""}`;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: place.dataset.wordDrop });
    button.addEventListener("click", () => session.drop(act.id));
    item.append(text, button);
    return item;
  }));
  list.hidden = !aside.length;
}
