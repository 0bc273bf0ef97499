/* A household's own page, a little easier: buttons beside each number, and a form that is sent once.
   Everything works without this module. Found by: .pick input, form[data-once], .sizes button. */

const english = document.documentElement.lang === "en";

function step(input, by) {
  const now = Number.parseFloat(input.value) || 0;
  const next = Math.max(0, now + by);
  input.value = next ? String(Math.round(next * 1000) / 1000) : "";
}

function button(input, sign, by, words) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = sign;
  made.setAttribute("aria-label", words);
  made.addEventListener("click", () => step(input, by));
  return made;
}

for (const input of document.querySelectorAll(".pick input")) {
  const good = input.labels[0].querySelector("b").textContent;
  input.before(button(input, "−", -1, `${good}${english ? ": one less" : "减一"}`));
  input.after(button(input, "+", 1, `${good}${english ? ": one more" : "加一"}`));
}

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.once === "sent") event.preventDefault();
    form.dataset.once = "sent";
    // A send that the browser has given up leaves the page as it is.
    setTimeout(() => (form.dataset.once = ""), 10000);
  });
}

// Back in the history brings the page as it was left: it must be possible to send again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) form.dataset.once = "";
});

// Without a new page: what is typed into a form stays.
const sizes = [...document.querySelectorAll(".sizes button")];
for (const size of sizes) {
  size.addEventListener("click", (event) => {
    event.preventDefault();
    document.documentElement.dataset.text = size.value;
    for (const other of sizes) other.setAttribute("aria-pressed", String(other === size));
    fetch(size.parentElement.dataset.display, { method: "POST", redirect: "manual", body: new URLSearchParams({ size: size.value }) });
  });
}
