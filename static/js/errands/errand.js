/* The runner's page of one errand: shows what was done before the server knows of it, and which buttons come next, so that the
   whole way can be gone without a network. Found by [data-errand]; templates/errands/errand.html. */

import { timeOf } from "../outbox/clock.js";
import { work } from "../outbox/session.js";

const NEXT = {
  take: "taken", give_back: "asked", bought: "bought", done: "ended", handed_over: "ended", refused: "ended", not_to_be_had: "ended",
};

/* After a refresh the markup is another one: nothing of it is kept here. */
function draw(act) {
  const place = document.querySelector("[data-errand]");
  if (!place || act.body.errand !== place.dataset.errand) return;
  const words = place.querySelector("template[data-step]");
  const list = place.querySelector("[data-steps]");
  let item = list.querySelector(`[data-act-id="${act.id}"]`);
  if (!item) {
    item = words.content.firstElementChild.cloneNode(true);
    item.dataset.actId = act.id;
    list.prepend(item);
  }
  const parts = [(words.dataset[act.body.do] ?? act.body.do).replace("{time}", timeOf(act.at))];
  if (act.state === "unsent") parts.push(words.dataset.unsent);
  if (act.state === "aside") parts.push(`${words.dataset.aside}: ${act.error?.text ?? ""}`);
  item.textContent = parts.join(" · ");
  item.classList.toggle("errand-step--aside", act.state === "aside");
}

/* A large sum is asked about while the receipt is in the hand; a small one is not. */
function askAboutSums() {
  for (const box of document.querySelectorAll("[data-large]")) {
    const amount = box.closest("form").elements.amount;
    const typed = amount.value.normalize("NFKC").replace(/[^\d.,]/g, "");
    const sum = Number.parseFloat(/^\d{1,3}(,\d{3})+(\.|$)/.test(typed) ? typed.replaceAll(",", "") : typed.replace(",", "."));
    const isLarge = sum >= Number(box.dataset.large);
    const sure = box.querySelector("input");
    box.hidden = !isLarge;
    sure.required = isLarge;
    if (!isLarge) sure.checked = false;
  }
}

/* Where it stands: what the server knew, and each act since in its order. One that was not taken moves nothing. */
function stand(session) {
  const place = document.querySelector("[data-errand]");
  if (!place) return;
  place.dataset.serverStand ??= place.dataset.stand;
  place.dataset.serverCard ??= String("cardOut" in place.dataset);
  let now = place.dataset.serverStand;
  let isOut = place.dataset.serverCard === "true";
  // What a wrong button leads back to.
  const before = { [now]: place.dataset.before };
  for (const { body, state } of session.acts("errand")) {
    if (body.errand !== place.dataset.errand || state === "aside") continue;
    const next = body.do === "take_back" && now === body.what ? before[now] : NEXT[body.do];
    if (next && next !== now) {
      if (body.do !== "take_back") before[next] = now;
      now = next;
    }
    if (body.do === "card_taken") isOut = true;
    if (body.do === "card_returned" || (body.do === "handed_over" && body.cards === "back")) isOut = false;
  }
  place.dataset.stand = now;
  place.toggleAttribute("data-card-out", isOut);
  // Asked only while it is seen.
  for (const choice of place.querySelectorAll("[data-ask-card]")) choice.required = isOut;
  // The word beside the title is the server's: until it knows, none is better than an old one.
  document.getElementById("errand-head")?.toggleAttribute("data-stale", now !== place.dataset.serverStand);
  askAboutSums();
}

document.addEventListener("input", ({ target }) => {
  if (target.name === "amount") askAboutSums();
});
askAboutSums();

async function begin() {
  const session = await work;
  if (!session) return;
  session.show("errand", (act) => {
    draw(act);
    stand(session);
  });
  document.addEventListener("outbox:refreshed", () => stand(session));
  document.addEventListener("act:made", ({ target }) => {
    target.reset?.();
    const fold = target.closest?.("details");
    if (fold) fold.open = false;
    stand(session);
  });
  stand(session);
}

begin();
